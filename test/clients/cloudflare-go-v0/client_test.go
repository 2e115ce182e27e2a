// Package main holds tests of Cloudflare's own client in Go as it was written by hand,
// which many tools are built on, against a server that the environment names.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"testing"

	cloudflare "github.com/cloudflare/cloudflare-go"
)

func connect(t *testing.T) *cloudflare.API {
	t.Helper()
	url := os.Getenv("INTERNALDNS_URL")
	if url == "" {
		t.Skip("INTERNALDNS_URL names no server")
	}
	api, err := cloudflare.NewWithAPIToken(os.Getenv("INTERNALDNS_TOKEN"), cloudflare.BaseURL(url), cloudflare.UsingRateLimit(1000))
	if err != nil {
		t.Fatal(err)
	}
	return api
}

func zone(t *testing.T, api *cloudflare.API, name string) *cloudflare.ResourceContainer {
	t.Helper()
	// CreateZone knows two types of zones, and has the server make a full one of others.
	answer, err := api.Raw(t.Context(), http.MethodPost, "/zones", map[string]string{"name": name, "type": "internal"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var z cloudflare.Zone
	if err := json.Unmarshal(answer.Result, &z); err != nil || z.Name != name || z.Status != "active" {
		t.Fatalf("%+v, %v", z, err)
	}
	t.Cleanup(func() {
		if _, err := api.DeleteZone(context.WithoutCancel(t.Context()), z.ID); err != nil {
			t.Error(err)
		}
	})
	return cloudflare.ZoneIdentifier(z.ID)
}

// The client asks for all pages at once, and fails unless each has as many zones as the
// first one says.
func TestManyZones(t *testing.T) {
	api := connect(t)
	const many = 120
	for i := range many {
		zone(t, api, fmt.Sprintf("zone%d.example", i))
	}
	all, err := api.ListZonesContext(t.Context())
	if err != nil || len(all.Result) != many {
		t.Fatalf("%d zones, %v", len(all.Result), err)
	}
	seen := make(map[string]bool)
	for _, z := range all.Result {
		seen[z.Name] = true
	}
	if len(seen) != many {
		t.Errorf("%d different zones", len(seen))
	}
	id, err := api.ZoneIDByName("zone77.example")
	if got, other := api.ZoneDetails(t.Context(), id); err != nil || other != nil || got.Name != "zone77.example" {
		t.Errorf("%+v, %v, %v", got, err, other)
	}
}

// Records are changed by PATCH: what the client does not send stays.
func TestRecords(t *testing.T) {
	api := connect(t)
	z := zone(t, api, "records.example")
	made, err := api.CreateDNSRecord(t.Context(), z, cloudflare.CreateDNSRecordParams{
		Type: "MX", Name: "@", Content: "mail.records.example", Priority: cloudflare.Uint16Ptr(5), TTL: 1, Comment: "inbound", Tags: []string{"team:mail"},
	})
	if err != nil || *made.Priority != 5 || made.Name != "records.example" {
		t.Fatalf("%+v, %v", made, err)
	}
	edited, err := api.UpdateDNSRecord(t.Context(), z, cloudflare.UpdateDNSRecordParams{ID: made.ID, TTL: 600, Tags: []string{"team:mail"}})
	if err != nil || edited.TTL != 600 || edited.Content != made.Content || *edited.Priority != 5 || edited.Comment != "inbound" {
		t.Errorf("%+v, %v", edited, err)
	}
	emptied, err := api.UpdateDNSRecord(t.Context(), z, cloudflare.UpdateDNSRecordParams{ID: made.ID, Comment: cloudflare.StringPtr("")})
	if err != nil || emptied.Comment != "" || len(emptied.Tags) != 0 || emptied.TTL != 600 {
		t.Errorf("%+v, %v", emptied, err)
	}
	for i := range 230 {
		if _, err := api.CreateDNSRecord(t.Context(), z, cloudflare.CreateDNSRecordParams{Type: "A", Name: fmt.Sprint("h", i), Content: "192.0.2.1", TTL: 60}); err != nil {
			t.Fatal(err)
		}
	}
	all, info, err := api.ListDNSRecords(t.Context(), z, cloudflare.ListDNSRecordsParams{})
	if err != nil || len(all) != 231 || info.Total != 231 {
		t.Errorf("%d records, %+v, %v", len(all), info, err)
	}
	some, _, err := api.ListDNSRecords(t.Context(), z, cloudflare.ListDNSRecordsParams{Type: "A", Name: "h7.records.example"})
	if err != nil || len(some) != 1 {
		t.Errorf("%+v, %v", some, err)
	}
	if err := api.DeleteDNSRecord(t.Context(), z, made.ID); err != nil {
		t.Error(err)
	}
	_, err = api.GetDNSRecord(t.Context(), z, made.ID)
	var missing *cloudflare.NotFoundError
	if !errors.As(err, &missing) {
		t.Errorf("a record that is gone: %v", err)
	}
}

// The client always sends two imports, the second without anything.
func TestImport(t *testing.T) {
	api := connect(t)
	z := zone(t, api, "import.example")
	if err := api.ImportDNSRecords(t.Context(), z, cloudflare.ImportDNSRecordsParams{BINDContents: "www 300 IN A 192.0.2.1\n"}); err != nil {
		t.Fatal(err)
	}
	text, err := api.ExportDNSRecords(t.Context(), z, cloudflare.ExportDNSRecordsParams{})
	if err != nil || text == "" {
		t.Errorf("%q, %v", text, err)
	}
	all, _, err := api.ListDNSRecords(t.Context(), z, cloudflare.ListDNSRecordsParams{})
	if err != nil || len(all) != 1 || all[0].Name != "www.import.example" {
		t.Errorf("%+v, %v", all, err)
	}
}

// Old tools send an address with a key, which is a token here.
func TestKey(t *testing.T) {
	connect(t)
	api, err := cloudflare.New(os.Getenv("INTERNALDNS_TOKEN"), "somebody@example.org", cloudflare.BaseURL(os.Getenv("INTERNALDNS_URL")))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := api.UserDetails(t.Context()); err != nil || got.ID == "" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := connect(t).VerifyAPIToken(t.Context()); err != nil || got.Status != "active" {
		t.Errorf("%+v, %v", got, err)
	}
}

// Rules are edited by PATCH too, with all settings that rules of other kinds have.
func TestRules(t *testing.T) {
	api := connect(t)
	accounts, _, err := api.Accounts(t.Context(), cloudflare.AccountsListParams{})
	if err != nil {
		t.Fatal(err)
	}
	id := accounts[0].ID
	settings := cloudflare.TeamsRuleSettings{ResolveDnsThroughCloudflare: cloudflare.BoolPtr(true)}
	made, err := api.TeamsCreateRule(t.Context(), id, cloudflare.TeamsRule{
		Name: "public", Precedence: 10, Enabled: true, Action: "resolve", Filters: []cloudflare.TeamsFilterType{"dns_resolver"},
		Traffic: `dns.fqdn == "x.example"`, RuleSettings: settings,
	})
	if err != nil || made.Precedence != 10 || made.Traffic != `dns.fqdn == "x.example"` {
		t.Fatalf("%+v, %v", made, err)
	}
	patched, err := api.TeamsPatchRule(t.Context(), id, made.ID, cloudflare.TeamsRulePatchRequest{
		ID: made.ID, Name: "still public", Precedence: 20, Action: "resolve", RuleSettings: settings,
	})
	if err != nil || patched.Enabled || patched.Name != "still public" || patched.Traffic != made.Traffic {
		t.Errorf("%+v, %v", patched, err)
	}
	if all, err := api.TeamsRules(t.Context(), id); err != nil || len(all) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
	if err := api.TeamsDeleteRule(t.Context(), id, made.ID); err != nil {
		t.Error(err)
	}
}
