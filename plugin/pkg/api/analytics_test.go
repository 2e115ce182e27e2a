package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/telemetry"
)

// meter counts queries of the first account.
func (s *server) meter() *telemetry.Meter {
	m := telemetry.New(s.scopes[0], s.t.Name())
	m.Start(nil, nil)
	m.Record(s.accounts[0].History)
	telemetry.Serving().Add(m)
	s.t.Cleanup(func() {
		telemetry.Serving().Remove(m)
		m.Retire()
	})
	return m
}

// analytics asks for what was counted.
func (s *server) analytics(query string) (o analyticsObject) {
	s.t.Helper()
	if err := json.Unmarshal(s.must("GET", "/accounts/"+s.account()+"/internal_dns/analytics?"+query, "").Result, &o); err != nil {
		s.t.Fatal(err)
	}
	return o
}

// LIVE 8: counts by view, zone, policy, rcode and fallback over time, up to now, with the
// API's ids. What is gone keeps its history.
func TestAnalytics(t *testing.T) {
	s := serve(t)
	zone := s.zone("corp.example")
	view := s.view("office", zone)
	rule := s.id("POST", "/accounts/"+s.account()+"/gateway/rules", strings.Replace(ruleText("everyone", view), "{", `{"enabled":true,`, 1))
	now := s.scopes[0].Load()
	at := s.meter().At(context.Background())
	policy := at.Policy(now.Policies[0])
	for range 3 {
		policy.Query(now.Zones[0], dns.RcodeSuccess)
	}
	policy.Query(nil, dns.RcodeRefused)
	policy.Public(model.OnRefused, dns.RcodeNameError)
	at.Unmatched()
	o := s.analytics("")
	if o.StepSeconds != 30 || len(o.Counts) < 120 || len(o.Counts) > 121 || o.Totals.Queries != 5 || o.Totals.Fallbacks != 1 {
		t.Errorf("%+v", o)
	}
	if began := formatTime(s.accounts[0].History.Began()); o.Counted != began {
		t.Errorf("counted since %s, the history began %s", o.Counted, began)
	}
	if n := o.Totals; n.Policies["everyone"] != 4 || n.Policies[""] != 1 || n.Views["office"] != 4 || n.Zones[zone] != 3 ||
		n.RCodes["NOERROR"] != 3 || n.RCodes["REFUSED"] != 1 || n.Triggers["refused"] != 1 {
		t.Errorf("%+v", n)
	}
	if len(o.Series) != 3 || len(o.Fallbacks) != 1 {
		t.Fatalf("%+v", o)
	}
	first, last := o.Series[0], len(o.Counts)-1
	sum := first.Counts[last] + first.Counts[last-1]
	first.Counts = nil
	if want := (analyticsSeries{
		Server: t.Name(), Policy: "everyone", PolicyID: rule, View: "office", ViewID: view, Zone: zone, ZoneID: zone, ZoneName: "corp.example",
		RCode: "NOERROR", Total: 3,
	}); !equalSeries(first, want) || sum != 3 {
		t.Errorf("%+v\nwant %+v", first, want)
	}
	if f := o.Fallbacks[0]; f.Fallback != "refused" || f.RCode != "NXDOMAIN" || f.PolicyID != rule || f.ViewID != view {
		t.Errorf("%+v", f)
	}
	s.must("DELETE", "/accounts/"+s.account()+"/gateway/rules/"+rule, "")
	o = s.analytics("series=1")
	if len(o.Series) != 2 || o.Series[0].Total != 3 || o.Series[0].PolicyID != "" || !o.Series[1].Rest || o.Series[1].Total != 2 || o.Totals.Queries != 5 {
		t.Errorf("after the policy is gone: %+v", o.Series)
	}
}

func equalSeries(a, b analyticsSeries) bool {
	textA, errA := json.Marshal(a)
	textB, errB := json.Marshal(b)
	return errA == nil && errB == nil && string(textA) == string(textB)
}

// The times are those that there are counts for.
func TestAnalyticsSpan(t *testing.T) {
	s := serve(t)
	now := time.Now().UTC()
	// passed is how many steps of ten seconds begin while the test runs, at most.
	passed := func() int { return 1 + int(time.Since(now)/(10*time.Second)) }
	ago := func(d time.Duration) string { return now.Add(-d).Format(time.RFC3339) }
	for query, want := range map[string]struct{ step, most int }{
		"":                                       {30, 121},
		"step=10":                                {10, 361},
		"step=7":                                 {10, 361},
		"since=" + ago(10*time.Minute):           {10, 61},
		"since=" + ago(2*time.Hour):              {60, 121},
		"since=" + ago(2*time.Hour) + "&step=61": {120, 61},
		"since=" + ago(24*time.Hour):             {900, 97},
		"since=" + ago(9000*time.Hour):           {900, 97},
		"since=" + ago(2*time.Hour) + "&until=" + ago(time.Hour) + "&step=60": {60, 61},
		"since=" + ago(time.Minute) + "&until=9999-01-01T00:00:00Z":           {10, 7},
		"step=2147483647": {2147483647, 1},
	} {
		o := s.analytics(query)
		since, errSince := time.Parse(time.RFC3339, o.Since)
		until, errUntil := time.Parse(time.RFC3339, o.Until)
		if o.StepSeconds < int64(want.step) || o.StepSeconds > int64(want.step)+10 || len(o.Counts) > want.most+passed() || len(o.Counts) < want.most-2 || errSince != nil || errUntil != nil ||
			until.Sub(since) != time.Duration(len(o.Counts))*time.Duration(o.StepSeconds)*time.Second {
			t.Errorf("%s: %d steps of %d s from %s to %s, want %+v", query, len(o.Counts), o.StepSeconds, o.Since, o.Until, want)
		}
	}
	for _, query := range []string{
		"since=yesterday", "until=x", "step=0", "step=-1", "step=x", "step=99999999999", "series=0", "series=x", "until=2001-01-01T00:00:00Z",
		"since=9999-01-01T00:00:00Z", "since=" + ago(time.Hour) + "&until=" + ago(2*time.Hour),
	} {
		s.want(query, s.call("GET", "/accounts/"+s.account()+"/internal_dns/analytics?"+query, ""), http.StatusBadRequest, codeInvalid)
	}
	text := s.limited(`{"com.cloudflare.api.account.`+s.account()+`":"*"}`, "Account Settings Read")
	if a := s.as(text, "GET", "/accounts/"+s.account()+"/internal_dns/analytics", ""); a.status != http.StatusForbidden || !strings.Contains(string(a.body), "Zone Read") {
		t.Errorf("without the right to read all: %s", a.body)
	}
}
