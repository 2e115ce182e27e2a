// Package main holds tests of Cloudflare's own client in Go, of the version that is
// made from its API's description, against a server that the environment names.
package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	cloudflare "github.com/cloudflare/cloudflare-go/v7"
	"github.com/cloudflare/cloudflare-go/v7/accounts"
	"github.com/cloudflare/cloudflare-go/v7/dns"
	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/zones"
)

// server is a server with a client that counts its requests.
type server struct {
	*cloudflare.Client
	account  string
	requests atomic.Int64
}

func connect(t *testing.T, token string) *server {
	t.Helper()
	url := os.Getenv("INTERNALDNS_URL")
	if url == "" {
		t.Skip("INTERNALDNS_URL names no server")
	}
	s := new(server)
	s.Client = cloudflare.NewClient(option.WithBaseURL(url), option.WithAPIToken(token),
		option.WithMiddleware(func(req *http.Request, next option.MiddlewareNext) (*http.Response, error) {
			s.requests.Add(1)
			return next(req)
		}))
	all, err := s.Accounts.List(t.Context(), accounts.AccountListParams{})
	if err != nil || len(all.Result) != 1 {
		t.Fatalf("accounts: %v, %v", all, err)
	}
	s.account = all.Result[0].ID
	return s
}

func owner(t *testing.T) *server { return connect(t, os.Getenv("INTERNALDNS_TOKEN")) }

// zone makes a zone for the time of the test.
func (s *server) zone(t *testing.T, name string) *zones.Zone {
	t.Helper()
	z, err := s.Zones.New(t.Context(), zones.ZoneNewParams{
		Account: cloudflare.F(zones.ZoneNewParamsAccount{ID: cloudflare.F(s.account)}), Name: cloudflare.F(name), Type: cloudflare.F(zones.TypeInternal),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, err := s.Zones.Delete(context.WithoutCancel(t.Context()), zones.ZoneDeleteParams{ZoneID: cloudflare.F(z.ID)}, option.WithQuery("force", "true"))
		if err != nil && status(err) != http.StatusNotFound {
			t.Errorf("deleting %s: %v", name, err)
		}
	})
	return z
}

// a returns an A record.
func a(name, content string) dns.ARecordParam {
	return dns.ARecordParam{
		Name: cloudflare.F(name), Type: cloudflare.F(dns.ARecordTypeA), Content: cloudflare.F(content), TTL: cloudflare.F(dns.TTL1),
	}
}

func (s *server) add(t *testing.T, zone string, body dns.RecordNewParamsBodyUnion) *dns.RecordResponse {
	t.Helper()
	r, err := s.DNS.Records.New(t.Context(), dns.RecordNewParams{ZoneID: cloudflare.F(zone), Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// status returns the HTTP status of an error of the client, 0 of others.
func status(err error) int {
	var failed *cloudflare.Error
	if errors.As(err, &failed) {
		return failed.StatusCode
	}
	return 0
}

// wantStatus holds an error against a status, and a code unless that is 0.
func wantStatus(t *testing.T, what string, err error, want int, code int64) {
	t.Helper()
	var failed *cloudflare.Error
	if !errors.As(err, &failed) || failed.StatusCode != want {
		t.Errorf("%s: %v, want status %d", what, err, want)
		return
	}
	if code != 0 && (len(failed.Errors) == 0 || failed.Errors[0].Code != code) {
		t.Errorf("%s: %s, want code %d", what, failed.JSON.RawJSON(), code)
	}
}

// resolver asks the server.
func resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, os.Getenv("INTERNALDNS_DNS"))
	}}
}

// wantHost asks the server once: what was answered is served.
func wantHost(t *testing.T, name string, want ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	got, err := resolver().LookupHost(ctx, name+".")
	slices.Sort(got)
	var missing *net.DNSError
	if len(want) == 0 && errors.As(err, &missing) {
		return
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%s: %q, %v, want %q", name, got, err, want)
	}
}
