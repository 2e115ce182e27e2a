// Package main holds a test of lego, which proves to certificate authorities that a name
// is its user's, against a server that the environment names.
package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-acme/lego/v5/challenge/dns01"
	"github.com/go-acme/lego/v5/providers/dns/cloudflare"
)

// call makes a call of the API and returns the id of what it made.
func call(t *testing.T, method, path, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, os.Getenv("INTERNALDNS_URL")+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+os.Getenv("INTERNALDNS_TOKEN"))
	req.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var got struct {
		Success bool
		Errors  []any
		Result  json.RawMessage
	}
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil || !got.Success {
		t.Fatalf("%s %s: %v, %v", method, path, got.Errors, err)
	}
	var one struct{ ID string }
	if all := []struct{ ID string }{}; json.Unmarshal(got.Result, &all) == nil && len(all) > 0 {
		return all[0].ID
	}
	_ = json.Unmarshal(got.Result, &one) // what has no id gives none
	return one.ID
}

// serve makes a zone that everybody is answered from.
func serve(t *testing.T, name string) {
	t.Helper()
	account := "/accounts/" + call(t, "GET", "/accounts", "")
	zone := call(t, "POST", "/zones", `{"name":"`+name+`","type":"internal"}`)
	view := call(t, "POST", account+"/dns_settings/views", `{"name":"lego","zones":["`+zone+`"]}`)
	call(t, "POST", account+"/gateway/rules", `{"name":"lego","enabled":true,"action":"resolve","rule_settings":{"resolve_dns_internally":{"view_id":"`+view+`"}}}`)
}

func texts(t *testing.T, name string) []string {
	t.Helper()
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, os.Getenv("INTERNALDNS_DNS"))
	}}
	got, err := resolver.LookupTXT(t.Context(), name)
	if missing, ok := err.(*net.DNSError); err != nil && (!ok || !missing.IsNotFound) {
		t.Error(err)
	}
	return got
}

// The challenge's record is seen by the next query, and so is that it is gone.
func TestChallenge(t *testing.T) {
	if os.Getenv("INTERNALDNS_URL") == "" {
		t.Skip("INTERNALDNS_URL names no server")
	}
	serve(t, "corp.example")
	dns01.SetDefaultClient(dns01.NewClient(&dns01.Options{RecursiveNameservers: []string{os.Getenv("INTERNALDNS_DNS")}}))
	config := cloudflare.NewDefaultConfig()
	config.AuthToken, config.BaseURL = os.Getenv("INTERNALDNS_TOKEN"), os.Getenv("INTERNALDNS_URL")
	provider, err := cloudflare.NewDNSProviderConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	for _, domain := range []string{"corp.example", "www.corp.example", "deep.below.corp.example"} {
		info := dns01.GetChallengeInfo(t.Context(), domain, "key")
		if err := provider.Present(t.Context(), domain, "token", "key"); err != nil {
			t.Fatalf("%s: %v", domain, err)
		}
		if got := texts(t, info.EffectiveFQDN); !slices.Contains(got, info.Value) {
			t.Errorf("%s: %s holds %q, want %q", domain, info.EffectiveFQDN, got, info.Value)
		}
		if err := provider.CleanUp(t.Context(), domain, "token", "key"); err != nil {
			t.Errorf("%s: %v", domain, err)
		}
		if got := texts(t, info.EffectiveFQDN); len(got) > 0 {
			t.Errorf("%s: %s holds %q", domain, info.EffectiveFQDN, got)
		}
	}
}
