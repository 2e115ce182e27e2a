package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// ruleWith returns the body of a call that makes a rule with more members.
func ruleWith(name, members string) string {
	return fmt.Sprintf(`{"name":%q,"action":"resolve","rule_settings":{"resolve_dns_through_cloudflare":true}%s}`, name, members)
}

// raw returns a member of the result as it was sent.
func (a *answer) raw(t testing.TB, member string) string {
	t.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal(a.Result, &members); err != nil {
		t.Fatalf("%s: %v", a.body, err)
	}
	return string(members[member])
}

// CLOUDFLARE-API 6.1: schedule and expiration are kept, shown, changed and cleared.
func TestRuleTimes(t *testing.T) {
	s := serve(t)
	rules := "/accounts/" + s.account() + "/gateway/rules"
	const (
		schedule   = `{"tue":"13:30-17:00,08:00-12:30","mon":"","sun":null,"time_zone":"Europe/Berlin"}`
		expiration = `{"expires_at":"2014-01-01T05:20:20+01:00","duration":30,"expired":false}`
		shown      = `{"expires_at":"2014-01-01T04:20:20Z","duration":30,"expired":true}`
		both       = `,"schedule":` + schedule + `,"expiration":` + expiration
	)
	one := rules + "/" + s.id("POST", rules, ruleWith("timed", both))
	holds := func(what, wantSchedule, wantExpiration string) {
		t.Helper()
		a := s.must("GET", one, "")
		if got := a.raw(t, "schedule"); got != wantSchedule {
			t.Errorf("%s: schedule %s, want %s", what, got, wantSchedule)
		}
		if got := a.raw(t, "expiration"); got != wantExpiration {
			t.Errorf("%s: expiration %s, want %s", what, got, wantExpiration)
		}
	}
	holds("created", schedule, shown)
	for _, step := range []struct{ method, body, schedule, expiration string }{
		{"PATCH", `{"name":"renamed"}`, schedule, shown},
		{"PUT", ruleWith("timed", both), schedule, shown},
		{"PUT", ruleWith("timed", ""), "null", "null"},
		{"PATCH", `{"schedule":` + schedule + `}`, schedule, "null"},
		{"PATCH", `{"expiration":` + expiration + `}`, schedule, shown},
		{"PATCH", `{"expiration":{"expires_at":"9999-12-31T23:59:59.5Z"}}`, schedule, `{"expires_at":"9999-12-31T23:59:59.5Z","expired":false}`},
		{"PATCH", `{"schedule":null,"expiration":{}}`, "null", "null"},
		{"PUT", ruleWith("timed", both), schedule, shown},
		{"PATCH", `{"schedule":{},"expiration":null}`, "null", "null"},
		{"PUT", ruleWith("timed", both), schedule, shown},
		{"PUT", ruleWith("timed", `,"schedule":"","expiration":""`), "null", "null"}, // as old clients do
		{"PUT", ruleWith("timed", both), schedule, shown},
		{"PATCH", `{"schedule":{"mon":"","tue":null,"time_zone":""},"expiration":{"expires_at":"","duration":0}}`, "null", "null"},
		{"PUT", ruleWith("timed", `,"schedule":{"mon":"00:00-24:00"}`), `{"mon":"00:00-24:00"}`, "null"},
	} {
		s.must(step.method, one, step.body)
		holds(step.method+" "+step.body, step.schedule, step.expiration)
	}
}

// What is wrong with the times of a rule, or the posture it asks for, is told with where it
// stands, and changes nothing.
func TestRuleTimesRefused(t *testing.T) {
	s := serve(t)
	rules := "/accounts/" + s.account() + "/gateway/rules"
	one := rules + "/" + s.id("POST", rules, ruleWith("rule", ""))
	before := string(s.must("GET", one, "").Result)
	for _, c := range []struct {
		body, pointer, text string
		code                int
	}{
		{`{"schedule":[]}`, "/schedule", "no object of days and hours", codeInvalid},
		{`{"schedule":"mon"}`, "/schedule", "no object of days and hours", codeInvalid},
		{`{"schedule":{"monday":"08:00-09:00"}}`, "/schedule/monday", "allowed: mon, tue, wed, thu, fri, sat, sun, time_zone", codeInvalid},
		{`{"schedule":{"a/b~":""}}`, "/schedule/a~1b~0", "not known", codeInvalid},
		{`{"schedule":{"mon":["08:00-09:00"]}}`, "/schedule/mon", "no text", codeInvalid},
		{`{"schedule":{"time_zone":"Europe/Berlin"}}`, "/schedule", "no day", codeInvalid},
		{`{"schedule":{"wed":"8-9"}}`, "/schedule/wed", `"8-9" is no window of a day`, codeInvalid},
		{`{"schedule":{"sun":"22:00-06:00"}}`, "/schedule/sun", "split what passes midnight", codeInvalid},
		{`{"schedule":{"sun":"` + strings.Repeat("00:00-01:00,", 99) + `"}}`, "/schedule/sun", "more than 48", codeInvalid},
		{`{"schedule":{"mon":"08:00-09:00","time_zone":"Europe/Nowhere"}}`, "/schedule/time_zone", `no time zone "Europe/Nowhere"`, codeInvalid},
		{`{"schedule":{"mon":"08:00-09:00","time_zone":"../../etc/passwd"}}`, "/schedule/time_zone", "no time zone", codeInvalid},
		{`{"schedule":{"mon":"08:00-09:00","time_zone":"Local"}}`, "/schedule/time_zone", "no time zone", codeInvalid},
		{`{"expiration":{"duration":30}}`, "/expiration/expires_at", "is needed", codeInvalid},
		{`{"expiration":{"expires_at":"2030-01-01T00:00:00"}}`, "/expiration/expires_at", "offset", codeInvalid},
		{`{"expiration":{"expires_at":"0000-01-01T00:00:00+23:00"}}`, "/expiration/expires_at", "1970", codeInvalid},
		{`{"expiration":{"expires_at":"9999-12-31T23:59:59-23:00"}}`, "/expiration/expires_at", "9999", codeInvalid},
		{`{"expiration":{"expires_at":"2030-01-01T00:00:00Z","duration":4}}`, "/expiration/duration", "4 is not from 5", codeInvalid},
		{`{"expiration":{"expires_at":"2030-01-01T00:00:00Z","duration":9223372036854775807}}`, "/expiration/duration", "not from 5", codeInvalid},
		{`{"expiration":{"expires_at":"2030-01-01T00:00:00Z","duration":"30"}}`, "/expiration/duration", "wrong type", codeBadJSON},
		{`{"expiration":[]}`, "/expiration", "wrong type", codeBadJSON},
		{`{"device_posture":"any(device_posture.checks.passed[*] = 'x')"}`, "/device_posture", "any(device_posture.checks.passed[*] = 'x')\n                                    ^", codeInvalid},
		{`{"identity":"identity.email == 'a@b.test'","device_posture":"dns.fqdn"}`, "/device_posture", "dns.fqdn\n", codeInvalid},
	} {
		a := s.call("PATCH", one, c.body)
		s.want(c.body, a, http.StatusBadRequest, c.code)
		if a.Errors[0].Source == nil || a.Errors[0].Source.Pointer != c.pointer || !strings.Contains(a.Errors[0].Message, c.text) {
			t.Errorf("%s: %s", c.body, a.body)
		}
	}
	if after := string(s.must("GET", one, "").Result); after != before {
		t.Errorf("refused calls have left\n%s", after)
	}
}

// reset_expiration begins the duration anew, and needs one.
func TestResetExpiration(t *testing.T) {
	s := serve(t)
	rules := "/accounts/" + s.account() + "/gateway/rules"
	one := rules + "/" + s.id("POST", rules, ruleWith("brief", `,"expiration":{"expires_at":"2014-01-01T00:00:00Z","duration":60}`))
	before := time.Now()
	a := s.must("POST", one+"/reset_expiration", "")
	var e expiration
	if err := json.Unmarshal([]byte(a.raw(t, "expiration")), &e); err != nil {
		t.Fatal(err)
	}
	end, err := time.Parse(time.RFC3339, e.ExpiresAt)
	if err != nil || end.Before(before.Add(time.Hour-time.Second)) || end.After(time.Now().Add(time.Hour)) || e.Duration != 60 || e.Expired {
		t.Errorf("%+v (%v), reset at %s", e, err, before)
	}
	if a.text(t, "version") != "2" {
		t.Errorf("version: %s", a.body)
	}
	for _, body := range []string{`{"expiration":{"expires_at":"2030-01-01T00:00:00Z"}}`, `{"expiration":null}`} {
		s.must("PATCH", one, body)
		a := s.call("POST", one+"/reset_expiration", "")
		s.want(body, a, http.StatusBadRequest, codeInvalid)
		if a.Errors[0].Source.Pointer != "/expiration/duration" {
			t.Errorf("%s: %s", body, a.body)
		}
	}
	s.want("no such rule", s.call("POST", rules+"/00000000-0000-0000-0000-000000000000/reset_expiration", ""), http.StatusNotFound, codeNoRule)
	reader := s.limited(`{"com.cloudflare.api.account.`+s.account()+`":"*"}`, "Resolver Policies Read")
	if a := s.as(reader, "POST", one+"/reset_expiration", ""); a.status != http.StatusForbidden {
		t.Errorf("one who may only read: %s", a.body)
	}
}

// A query is explained as of now, or as of a time that the call names.
func TestExplainAtTime(t *testing.T) {
	s := serve(t)
	account := "/accounts/" + s.account()
	s.id("POST", account+"/gateway/rules", ruleWith("timed", `,"enabled":true,"schedule":{"mon":"08:00-09:00","time_zone":"Europe/Berlin"},"expiration":{"expires_at":"2026-03-09T00:00:00Z"}`))
	for at, want := range map[string]string{
		"2026-03-02T08:30:00+01:00": `"policy":"timed"`,
		"2026-03-02T08:30:00Z":      `"schedule":{"hours":"mon 08:00-09:00 Europe/Berlin","time":"Mon 2026-03-02 09:30:00 CET","result":false}`,
		"2026-03-09T07:30:00Z":      `"expires":{"at":"2026-03-09T00:00:00Z","result":false}`,
		"":                          `"expires":{"at":"2026-03-09T00:00:00Z","result":` + fmt.Sprint(time.Now().Before(time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC))) + `}`,
	} {
		a := s.must("POST", account+"/internal_dns/explain", fmt.Sprintf(`{"name":"www.corp.example","time":%q}`, at))
		if !strings.Contains(string(a.Result), want) {
			t.Errorf("%s: %s, want %s", at, a.Result, want)
		}
	}
	s.want("no time", s.call("POST", account+"/internal_dns/explain", `{"name":"a","time":"noon"}`), http.StatusBadRequest, codeInvalid)
}

// A reset is a call that can be made with others as one change.
func TestResetJoins(t *testing.T) {
	s := serve(t)
	account := "/accounts/" + s.account()
	rule := s.id("POST", account+"/gateway/rules", ruleWith("brief", `,"expiration":{"expires_at":"2014-01-01T00:00:00Z"}`))
	one := account + "/gateway/rules/" + rule
	s.must("POST", account+"/internal_dns/changes", fmt.Sprintf(`{"calls":[{"method":"PATCH","path":%q,"body":{"expiration":{"expires_at":"2014-01-01T00:00:00Z","duration":60}}},{"method":"POST","path":%q}]}`, one, one+"/reset_expiration"))
	if got := s.must("GET", one, "").raw(t, "expiration"); !strings.Contains(got, `"expired":false`) {
		t.Error(got)
	}
}
