package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// visitor is somebody who signed in.
type visitor struct {
	s      *server
	cookie *http.Cookie
	csrf   string
}

// signingIn returns a request that signs in.
func (s *server) signingIn(text string) *http.Request {
	s.t.Helper()
	body, err := json.Marshal(map[string]string{"token": text})
	if err != nil {
		s.t.Fatal(err)
	}
	req := s.request("POST", "/session", string(body))
	req.Header.Del("Authorization")
	return req
}

// signIn begins a session of a token.
func (s *server) signIn(text string) *visitor {
	s.t.Helper()
	a := s.do(s.signingIn(text))
	cookies := (&http.Response{Header: a.header}).Cookies()
	if a.status != http.StatusOK || len(cookies) != 1 {
		s.t.Fatalf("signing in: %d, %v\n%s", a.status, cookies, a.body)
	}
	return &visitor{s, cookies[0], a.text(s.t, "csrf")}
}

// request returns a request that is part of the session.
func (v *visitor) request(method, path, body string) *http.Request {
	v.s.t.Helper()
	req := v.s.request(method, path, body)
	req.Header.Del("Authorization")
	req.AddCookie(&http.Cookie{Name: v.cookie.Name, Value: v.cookie.Value})
	if method != http.MethodGet {
		req.Header.Set(csrfHeader, v.csrf)
	}
	return req
}

func (v *visitor) call(method, path, body string) *answer {
	v.s.t.Helper()
	return v.s.do(v.request(method, path, body))
}

func (v *visitor) must(method, path, body string) *answer {
	v.s.t.Helper()
	a := v.call(method, path, body)
	v.s.want(method+" "+path, a, http.StatusOK, 0)
	return a
}

// over demands that the session opens nothing.
func (v *visitor) over(what string) {
	v.s.t.Helper()
	for _, path := range []string{"/session", "/zones"} {
		v.s.want(what+": "+path, v.call("GET", path, ""), http.StatusUnauthorized, codeAuthentication)
	}
}

// LIVE 4: who has signed in calls as the bearer of the token does, until they sign out.
func TestSession(t *testing.T) {
	s := serve(t)
	v := s.signIn(s.owners[0])
	port := s.url[strings.LastIndexByte(s.url, ':')+1:]
	if c := v.cookie; c.Name != "internaldns_session_"+port || len(c.Value) != 43 || !c.HttpOnly || c.Secure || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.MaxAge != 0 {
		t.Errorf("cookie: %s", c.Raw)
	}
	a := v.must("GET", "/session", "")
	var shown sessionObject
	if err := json.Unmarshal(a.Result, &shown); err != nil {
		t.Fatal(err)
	}
	if shown.CSRF != v.csrf || len(v.csrf) != 43 || v.csrf == v.cookie.Value || shown.Account.ID != s.account() || shown.Account.Name != "a" ||
		shown.Token.Name != "owner" || shown.Token.Value != "" || !shown.Full || len(shown.Permissions) != len(token.Permissions()) {
		t.Errorf("session: %s", a.Result)
	}
	v.must("POST", "/zones", `{"name":"corp.example"}`)
	if a := v.must("GET", "/accounts/"+s.account()+"/internal_dns/changes?actor="+shown.Token.ID, ""); !strings.Contains(string(a.Result), `"/client/v4/zones"`) {
		t.Errorf("changes of the token: %s", a.Result)
	}
	out := v.must("DELETE", "/session", "")
	if cleared := out.header.Get("Set-Cookie"); !strings.HasPrefix(cleared, v.cookie.Name+"=;") || !strings.Contains(cleared, "Max-Age=0") {
		t.Errorf("cookie of who signed out: %s", cleared)
	}
	v.over("signed out")
}

// Signing in again ends the session before; another browser's goes on.
func TestSecondSession(t *testing.T) {
	s := serve(t)
	first, other := s.signIn(s.owners[0]), s.signIn(s.owners[0])
	req := s.signingIn(s.owners[0])
	req.AddCookie(first.cookie)
	s.want("again", s.do(req), http.StatusOK, 0)
	first.over("replaced")
	other.must("GET", "/zones", "")
}

// What changes something needs the header, and nothing happens without.
func TestSessionCSRF(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	v, other := s.signIn(s.owners[0]), s.signIn(s.owners[0])
	for _, csrf := range []string{"", "x", other.csrf, v.csrf + "x", v.cookie.Value} {
		for _, call := range []struct{ method, path, body string }{
			{"POST", "/zones", `{"name":"new.example"}`},
			{"PATCH", "/zones/" + z, `{"paused":true}`},
			{"PUT", "/user/tokens/x/value", "{}"},
			{"DELETE", "/zones/" + z, ""},
			{"DELETE", "/session", ""},
		} {
			req := v.request(call.method, call.path, call.body)
			req.Header.Set(csrfHeader, csrf)
			a := s.do(req)
			s.want(call.method+" "+call.path+" with "+csrf, a, http.StatusForbidden, codeCSRF)
			if !strings.Contains(string(a.body), csrfHeader) || strings.Contains(string(a.body), v.csrf) {
				t.Errorf("the refusal says: %s", a.body)
			}
		}
	}
	if ids := v.must("GET", "/zones", "").ids(t); len(ids) != 1 {
		t.Errorf("zones: %q", ids)
	}
	req := httptest.NewRequest(http.MethodHead, base+"/zones", http.NoBody) // which the document does not have
	req.RemoteAddr, req.Host = "127.0.0.1:1", ""
	req.AddCookie(&http.Cookie{Name: cookieName(req), Value: v.cookie.Value})
	got := httptest.NewRecorder()
	if s.api.ServeHTTP(got, req); got.Code != http.StatusOK {
		t.Errorf("HEAD: %d %s", got.Code, got.Body)
	}
}

// A token in the head of a request goes before the session, right or wrong.
func TestTokenBeforeSession(t *testing.T) {
	s := serve(t)
	v := s.signIn(s.limited(`{"com.cloudflare.api.account.zone.*":"*"}`, "Zone Read"))
	s.want("session", v.call("POST", "/zones", `{"name":"a.example"}`), http.StatusForbidden, codeAuthentication)
	for _, headers := range []map[string]string{
		{"Authorization": "Bearer " + s.owners[0]}, {"X-Auth-Email": "a@example.org", "X-Auth-Key": s.owners[0]},
	} {
		req := v.request("POST", "/zones", fmt.Sprintf(`{"name":"%d.example"}`, len(headers)))
		req.Header.Del(csrfHeader)
		for name, value := range headers {
			req.Header.Set(name, value)
		}
		s.want(fmt.Sprint(headers), s.do(req), http.StatusOK, 0)
	}
	req := v.request("GET", "/zones", "")
	req.Header.Set("Authorization", "Bearer "+strings.Repeat("x", 40))
	s.want("a wrong token", s.do(req), http.StatusUnauthorized, codeAuthentication)
	req = s.request("GET", "/session", "")
	s.want("a token is no session", s.do(req), http.StatusUnauthorized, codeAuthentication)
}

// Pages of another origin get nothing from the cookies of a browser, those of another port
// of this host included.
func TestSessionSites(t *testing.T) {
	s := serve(t)
	v := s.signIn(s.owners[0])
	for _, tt := range []struct {
		name, value string
		status      int
	}{
		{"Sec-Fetch-Site", "same-origin", 200},
		{"Sec-Fetch-Site", "none", 200},
		{"Sec-Fetch-Site", "same-site", 403},
		{"Sec-Fetch-Site", "cross-site", 403},
		{"Sec-Fetch-Site", "x", 403},
		{"Origin", s.url, 200},
		{"Origin", "http://127.0.0.1:1", 403},
		{"Origin", "null", 403},
	} {
		code := 0
		if tt.status != http.StatusOK {
			code = codeHost
		}
		for _, req := range []*http.Request{
			v.request("GET", "/zones", ""), v.request("GET", "/session", ""), v.request("PATCH", "/accounts/"+s.account()+"/dns_settings", "{}"), s.signingIn(s.owners[0]),
		} {
			req.Header.Set(tt.name, tt.value)
			s.want(req.Method+" "+req.URL.Path+" "+tt.name+" "+tt.value, s.do(req), tt.status, code)
		}
	}
}

// A session has the rights of its account's token, and shows what they are.
func TestSessionRights(t *testing.T) {
	s := serve(t, Account{}, Account{})
	full, err := token.Full(s.account())
	if err != nil {
		t.Fatal(err)
	}
	all, err := json.Marshal(full)
	if err != nil {
		t.Fatal(err)
	}
	until := time.Now().Add(2 * time.Hour).UTC().Format(time.RFC3339)
	for _, tt := range []struct {
		name, body  string
		permissions []string
		full        bool
	}{
		{"limited", tokenText(`{"com.cloudflare.api.account.zone.*":"*"}`, "DNS Write"), []string{"DNS Read", "DNS Write"}, false},
		{"bound", `{"name":"x","expires_on":"` + until + `","condition":{"request_ip":{"in":["127.0.0.1","::1"]}},"policies":[` + string(all) + `]}`, nil, true},
		{"denied", `{"name":"x","policies":[` + string(all) + `,{"effect":"deny","permission_groups":[{"name":"DNS Write"}],"resources":{"com.cloudflare.api.account.zone.*":"*"}}]}`, nil, false},
	} {
		var o sessionObject
		a := s.signIn(s.must("POST", "/user/tokens", tt.body).text(t, "value")).must("GET", "/session", "")
		if err := json.Unmarshal(a.Result, &o); err != nil {
			t.Fatal(err)
		}
		if o.Full != tt.full || tt.permissions != nil && !slices.Equal(o.Permissions, tt.permissions) {
			t.Errorf("%s: %s", tt.name, a.Result)
		}
	}
	v := s.signIn(s.owners[1])
	s.zone("secret.example")
	if ids := v.must("GET", "/zones", "").ids(t); len(ids) != 0 {
		t.Errorf("zones of another account: %q", ids)
	}
	s.want("another account", v.call("GET", "/accounts/"+s.account(), ""), http.StatusForbidden, codeAuthentication)
	if id := v.must("GET", "/accounts", "").ids(t); id[0] != s.accounts[1].ID() {
		t.Errorf("account: %q", id)
	}
}

// Behind TLS no other host, and no plain HTTP, can set or see the cookie.
func TestSecureSession(t *testing.T) {
	s := serve(t)
	front := httptest.NewTLSServer(s.contract.Handler(t, s.api))
	defer front.Close()
	req, err := http.NewRequest(http.MethodPost, front.URL+base+"/session", strings.NewReader(`{"token":"`+s.owners[0]+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	got, err := front.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	c := got.Cookies()[0]
	if !strings.HasPrefix(c.Name, "__Host-internaldns_session_") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" {
		t.Errorf("cookie: %s", c.Raw)
	}
	plain := &http.Cookie{Name: strings.TrimPrefix(c.Name, "__Host-"), Value: c.Value}
	for _, cookie := range []*http.Cookie{c, plain} {
		req, err := http.NewRequest(http.MethodGet, front.URL+base+"/session", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.AddCookie(cookie)
		got, err := front.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		if (got.StatusCode == http.StatusOK) != (cookie == c) {
			t.Errorf("%s: %d", cookie.Name, got.StatusCode)
		}
	}
}

// Many sign in, call and sign out at once, while their tokens get other values.
func TestSessionsAtOnce(t *testing.T) {
	s := serve(t)
	made := s.must("POST", "/user/tokens", tokenText(`{"com.cloudflare.api.account.zone.*":"*"}`, "Zone Read"))
	rolled := s.signIn(made.text(t, "value"))
	var running sync.WaitGroup
	for range 8 {
		running.Go(func() {
			for range 4 {
				v := s.signIn(s.owners[0])
				v.must("GET", "/zones", "")
				v.must("PATCH", "/accounts/"+s.account()+"/dns_settings", "{}")
				v.must("DELETE", "/session", "")
				v.over("signed out")
			}
		})
		running.Go(func() { rolled.call("GET", "/zones", "") })
	}
	s.must("PUT", "/user/tokens/"+made.text(t, "id")+"/value", "{}")
	running.Wait()
	rolled.over("rolled")
	if n := len(s.api.cfg.Sessions.all); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}
