package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// How a token is borne, and what is said about one that is not, or wrongly.
func TestCredentials(t *testing.T) {
	s := serve(t)
	owner := s.owners[0]
	for _, tt := range []struct {
		headers             []string
		status, code, cause int
	}{
		{[]string{"Authorization", "Bearer " + owner}, 200, 0, 0},
		{[]string{"Authorization", "bearer " + owner}, 200, 0, 0},
		{[]string{"X-Auth-Email", "a@example.org", "X-Auth-Key", owner}, 200, 0, 0},
		{[]string{"X-Auth-Email", "a@example.org", "Authorization", "Bearer " + owner}, 200, 0, 0},
		{nil, 400, 9106, 0},
		{[]string{"X-Auth-Key", owner}, 400, 9106, 0},
		{[]string{"Authorization", "Basic eDp5"}, 400, 6003, 6111},
		{[]string{"Authorization", "Bearer"}, 400, 6003, 6111},
		{[]string{"Authorization", "Bearer a b"}, 400, 6003, 6111},
		{[]string{"X-Auth-Email", "a@example.org", "X-Auth-Key", "a b"}, 400, 6003, 6103},
		{[]string{"Authorization", "Bearer " + strings.Repeat("x", 40)}, 401, 10000, 0},
		{[]string{"X-Auth-User-Service-Key", owner}, 401, 10000, 0},
	} {
		req := s.request("GET", "/zones", "")
		req.Header.Del("Authorization")
		for i := 0; i < len(tt.headers); i += 2 {
			req.Header.Set(tt.headers[i], tt.headers[i+1])
		}
		a := s.do(req)
		s.want(fmt.Sprint(tt.headers), a, tt.status, tt.code)
		if a.cause() != tt.cause {
			t.Errorf("%q: %s", tt.headers, a.body)
		}
	}
}

// A token of listed zones sees and writes those alone, and is told what it lacks.
func TestLimitedToken(t *testing.T) {
	s := serve(t)
	mine, other := s.zone("mine.example"), s.zone("other.example")
	r := s.record(other, "www", "192.0.2.1")
	text := s.limited(`{"com.cloudflare.api.account.zone.`+mine+`":"*"}`, "Zone Read", "DNS Write")
	if ids := s.as(text, "GET", "/zones", "").ids(t); len(ids) != 1 || ids[0] != mine {
		t.Errorf("zones: %q", ids)
	}
	s.want("its record", s.as(text, "POST", "/zones/"+mine+"/dns_records", `{"type":"A","name":"www","content":"192.0.2.1"}`), 200, 0)
	for _, tt := range []struct{ method, path, body, group string }{
		{"GET", "/zones/" + other, "", "Zone Read"},
		{"GET", "/zones/" + other + "/dns_records", "", "DNS Read"},
		{"GET", "/zones/" + other + "/dns_records/" + r, "", "DNS Read"},
		{"GET", "/zones/0123456789abcdef0123456789abcdef", "", "Zone Read"},
		{"DELETE", "/zones/" + mine, "", "Zone Write"},
		{"POST", "/zones", `{"name":"new.example"}`, "Zone Write"},
		{"GET", "/zones/" + mine + "/dns_settings", "", "Zone DNS Settings Read"},
		{"GET", "/user/tokens", "", "Account API Tokens Read"},
		{"GET", "/accounts/" + s.account() + "/gateway/rules", "", "Resolver Policies Read"},
		{"GET", "/accounts/" + s.account() + "/dns_settings/views", "", "DNS View Read"},
	} {
		a := s.as(text, tt.method, tt.path, tt.body)
		s.want(tt.method+" "+tt.path, a, http.StatusForbidden, codeAuthentication)
		if len(a.Errors) == 0 || !strings.Contains(a.Errors[0].Message, `"`+tt.group+`"`) || a.Errors[0].DocumentationURL == "" || strings.Contains(string(a.body), "other.example") {
			t.Errorf("%s %s: %s", tt.method, tt.path, a.body)
		}
	}
}

// Tokens of a view, and of names and types, are extensions.
func TestTokenExtensions(t *testing.T) {
	s := serve(t)
	in, out := s.zone("corp.example"), s.zone("corp.example")
	v := s.view("office", in)
	byView := s.limited(`{"internaldns.view.`+v+`":"*"}`, "Zone Read", "DNS Write")
	if ids := s.as(byView, "GET", "/zones?name=corp.example", "").ids(t); len(ids) != 1 || ids[0] != in {
		t.Errorf("by view: %q, not %s", ids, out)
	}
	acme := s.limited(`{"com.cloudflare.api.account.zone.*":{"type":["TXT"],"name ends_with":"dev.corp.example"}}`, "Zone Read", "DNS Write")
	records := "/zones/" + in + "/dns_records"
	for body, status := range map[string]int{
		`{"type":"TXT","name":"_acme-challenge.dev","content":"x"}`: 200,
		`{"type":"TXT","name":"_acme-challenge","content":"x"}`:     403,
		`{"type":"A","name":"a.dev","content":"192.0.2.1"}`:         403,
	} {
		if a := s.as(acme, "POST", records, body); a.status != status {
			t.Errorf("%s: %d, %s", body, a.status, a.body)
		}
	}
	hidden := s.record(in, "www", "192.0.2.1")
	if ids := s.as(acme, "GET", records, "").ids(t); len(ids) != 1 {
		t.Errorf("records: %q", ids)
	}
	s.want("a record of another type", s.as(acme, "GET", records+"/"+hidden, ""), 404, codeNoRecord)
	if text := string(s.as(acme, "GET", records+"/export", "").body); strings.Contains(text, "www.corp.example") || !strings.Contains(text, "_acme-challenge.dev") {
		t.Errorf("export: %s", text)
	}
}

// A token makes none that can do more, nor one that lives longer.
func TestDelegation(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	mine := `{"com.cloudflare.api.account.zone.` + z + `":"*"}`
	maker := s.must("POST", "/user/tokens", `{"name":"maker","policies":[
		{"permission_groups":[{"name":"Account API Tokens Write"}],"resources":{"com.cloudflare.api.account.`+s.account()+`":"*"}},
		{"permission_groups":[{"name":"DNS Read"}],"resources":`+mine+`}]}`).text(t, "value")
	made := s.as(maker, "POST", "/user/tokens", tokenText(mine, "DNS Read"))
	s.want("less", made, 200, 0)
	s.want("more rights", s.as(maker, "POST", "/user/tokens", tokenText(mine, "DNS Write")), 403, codeAuthentication)
	s.want("more zones", s.as(maker, "POST", "/user/tokens", tokenText(`{"com.cloudflare.api.account.zone.*":"*"}`, "DNS Read")), 403, codeAuthentication)
	one := "/user/tokens/" + made.text(t, "id")
	s.want("widened", s.as(maker, "PUT", one, tokenText(mine, "DNS Write")), 403, codeAuthentication)
	owner := "/user/tokens/" + s.must("GET", "/user/tokens/verify", "").text(t, "id")
	s.want("the owner's value", s.as(maker, "PUT", owner+"/value", "{}"), 403, codeAuthentication)
	s.want("the owner deleted", s.as(maker, "DELETE", owner, ""), 403, codeAuthentication)
	s.want("its own deleted", s.as(maker, "DELETE", one, ""), 200, 0)
}

// Tokens that are over, disabled, for elsewhere or for later open nothing, and say so.
func TestUselessTokens(t *testing.T) {
	s := serve(t)
	for name, members := range map[string]string{
		"expired":   fmt.Sprintf(`"expires_on":%q`, time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)),
		"later":     fmt.Sprintf(`"not_before":%q`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339)),
		"elsewhere": `"condition":{"request_ip":{"in":["192.0.2.0/24"]}}`,
		"not here":  `"condition":{"request_ip":{"not_in":["127.0.0.1"]}}`,
	} {
		body := strings.Replace(tokenText(`{"com.cloudflare.api.account.zone.*":"*"}`, "Zone Read"), `"name":"limited"`, `"name":"limited",`+members, 1)
		text := s.must("POST", "/user/tokens", body).text(t, "value")
		s.want(name, s.as(text, "GET", "/zones", ""), http.StatusUnauthorized, codeAuthentication)
		a := s.as(text, "GET", "/user/tokens/verify", "")
		if want := map[string]string{"expired": "expired"}[name]; want != "" && a.text(t, "status") != want {
			t.Errorf("%s: %s", name, a.body)
		}
		if len(a.Messages) != 1 || strings.Contains(a.Messages[0].Message, "valid and active") {
			t.Errorf("%s: %+v", name, a.Messages)
		}
	}
}

// Two accounts of one address share nothing.
func TestAccountsApart(t *testing.T) {
	s := serve(t, Account{}, Account{})
	z := s.zone("secret.example")
	v := s.view("secret view", z)
	rule := s.id("POST", "/accounts/"+s.account()+"/gateway/rules", ruleText("secret rule", v))
	other := s.owners[1]
	for _, path := range []string{
		"/zones", "/zones?name=secret.example", "/zones/" + z, "/zones/" + z + "/dns_records", "/accounts", "/user", "/user/tokens",
		"/accounts/" + s.account(), "/accounts/" + s.account() + "/dns_settings/views/" + v, "/accounts/" + s.account() + "/gateway/rules",
		"/accounts/" + s.accounts[1].ID() + "/dns_settings/views/" + v, "/accounts/" + s.accounts[1].ID() + "/gateway/rules/" + rule,
	} {
		a := s.as(other, "GET", path, "")
		if strings.Contains(string(a.body), "secret") && !strings.Contains(path, "secret") || strings.Contains(string(a.Result), s.account()) {
			t.Errorf("%s: %s", path, a.body)
		}
		if strings.Contains(path, s.account()) && (a.status != http.StatusForbidden) {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	view := fmt.Sprintf(`{"name":"x","zones":[%q]}`, z)
	s.want("a view of a zone elsewhere", s.as(other, "POST", "/accounts/"+s.accounts[1].ID()+"/dns_settings/views", view), 400, codeNoZone)
	mine := s.as(other, "POST", "/zones", `{"name":"mine.example"}`).text(t, "id")
	a := s.as(other, "PATCH", "/zones/"+mine+"/dns_settings", fmt.Sprintf(`{"internal_dns":{"reference_zone_id":%q}}`, z))
	if a.Success {
		t.Errorf("a reference to a zone elsewhere: %s", a.body)
	}
}
