package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// clock is a time that a test sets.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// A session lasts an hour from call to call, and twelve in all, or as long as its token.
func TestSessionTimes(t *testing.T) {
	s := serve(t)
	now := &clock{time.Now()}
	s.api.cfg.Sessions.now = now.now
	expires := func(v *visitor, want time.Time) {
		t.Helper()
		if got, err := time.Parse(time.RFC3339Nano, v.must("GET", "/session", "").text(t, "expires_on")); err != nil || got.Sub(want).Abs() > time.Second {
			t.Errorf("expires on %v, want %v, %v", got, want, err)
		}
	}
	idle := s.signIn(s.owners[0])
	expires(idle, now.at.Add(time.Hour))
	now.at = now.at.Add(time.Hour - time.Second)
	expires(idle, now.at.Add(time.Hour))
	now.at = now.at.Add(time.Hour)
	idle.over("unused for an hour")

	busy := s.signIn(s.owners[0])
	began := now.at
	for now.at.Before(began.Add(11*time.Hour + 30*time.Minute)) {
		now.at = now.at.Add(30 * time.Minute)
		busy.must("GET", "/zones", "")
	}
	expires(busy, began.Add(12*time.Hour))
	now.at = began.Add(12*time.Hour - time.Second)
	busy.must("GET", "/zones", "")
	now.at = began.Add(12 * time.Hour)
	busy.over("12 hours old")

	until := now.at.Add(30 * time.Minute)
	short := strings.Replace(tokenText(`{"com.cloudflare.api.account.zone.*":"*"}`, "Zone Read"), `"name":"limited"`, fmt.Sprintf(`"name":"short","expires_on":%q`, until.UTC().Format(time.RFC3339)), 1)
	v := s.signIn(s.must("POST", "/user/tokens", short).text(t, "value"))
	expires(v, until)
	now.at = until.Add(time.Second)
	v.over("of a token that expired")
	now.at = until.Add(-time.Minute)
	v.over("once it has ended")
}

// A session ends with its token, and does not come back with it.
func TestSessionEndsWithToken(t *testing.T) {
	s := serve(t)
	body := tokenText(`{"com.cloudflare.api.account.zone.*":"*"}`, "Zone Read")
	with := func(member string) string {
		return strings.Replace(body, `"name":"limited"`, `"name":"limited",`+member, 1)
	}
	for name, end := range map[string]struct{ method, path, body string }{
		"deleted":   {"DELETE", "", ""},
		"rolled":    {"PUT", "/value", "{}"},
		"disabled":  {"PUT", "", with(`"status":"disabled"`)},
		"expired":   {"PUT", "", with(`"expires_on":"2020-01-01T00:00:00Z"`)},
		"later":     {"PUT", "", with(`"not_before":"2100-01-01T00:00:00Z"`)},
		"elsewhere": {"PUT", "", with(`"condition":{"request_ip":{"in":["192.0.2.0/24"]}}`)},
	} {
		made := s.must("POST", "/user/tokens", body)
		one := "/user/tokens/" + made.text(t, "id")
		v := s.signIn(made.text(t, "value"))
		v.must("GET", "/zones", "")
		s.must("PUT", one, strings.Replace(body, "Zone Read", "DNS Read", 1))
		s.want("with fewer rights", v.call("GET", "/zones", ""), http.StatusForbidden, codeAuthentication)
		s.must(end.method, one+end.path, end.body)
		v.over(name)
		if end.body != "" {
			s.must("PUT", one, with(`"status":"active"`))
			v.over(name + " before")
		}
	}
}

// Who signs in with what is no token of now and here is told so, and is counted as one who
// guesses.
func TestSignInRefused(t *testing.T) {
	s := serve(t)
	made := func(member string) string {
		body := tokenText(`{"com.cloudflare.api.account.zone.*":"*"}`, "Zone Read")
		return s.must("POST", "/user/tokens", strings.Replace(body, `"name":"limited"`, `"name":"limited",`+member, 1)).text(t, "value")
	}
	owner := s.owners[0]
	wrong := map[string]string{
		strings.Repeat("x", 40):                                 "there is no such token",
		token.NewText():                                         "there is no such token",
		owner[:len(owner)-1]:                                    "missing or mistyped",
		made(`"status":"disabled"`):                             "the token is disabled",
		made(`"expires_on":"2020-01-01T00:00:00Z"`):             "the token is expired",
		made(`"condition":{"request_ip":{"in":["192.0.2.1"]}}`): "not from here",
	}
	for text, why := range wrong {
		a := s.do(s.signingIn(text))
		s.want(why, a, http.StatusUnauthorized, codeAuthentication)
		if !strings.Contains(string(a.body), why) || strings.Contains(string(a.body), text) || a.header.Get("Set-Cookie") != "" || a.header.Get("X-Internaldns-Revision") != "" {
			t.Errorf("%s: %v %s", why, a.header, a.body)
		}
	}
	if g := s.api.limits.guesses[netip.MustParsePrefix("127.0.0.1/32")]; g == nil || g.count != len(wrong) {
		t.Errorf("guesses: %+v, want %d", g, len(wrong))
	}
	for _, tt := range []struct {
		body         string
		status, code int
	}{
		{"", 400, codeBadJSON},
		{"{", 400, codeBadJSON},
		{`{"token":5}`, 400, codeBadJSON},
		{strings.Repeat("[", 100), 400, codeBadJSON},
		{"{}", 400, codeInvalid},
		{`{"token":null}`, 400, codeInvalid},
		{`{"token":" "}`, 400, codeInvalid},
		{`{"token":"` + strings.Repeat("x", maxSignIn) + `"}`, 413, codeTooLarge},
	} {
		req := s.request("POST", "/session", tt.body) // whose token is not looked at
		s.want(clip(tt.body), s.do(req), tt.status, tt.code)
	}
	s.want("with blanks", s.do(s.signingIn(" "+owner+"\n")), http.StatusOK, 0)
}

// Signing in is a call of the token, and bounded like others.
func TestSignInLimited(t *testing.T) {
	s := serve(t, Account{RateLimit: 3})
	for range 3 {
		s.signIn(s.owners[0])
	}
	s.want("one too many", s.do(s.signingIn(s.owners[0])), http.StatusTooManyRequests, codeRate)
}

func newToken(id string) *live.Token { return &live.Token{Token: token.Token{ID: id}} }

// There are so many sessions and no more; those that are used stay.
func TestSessionsBounded(t *testing.T) {
	now := &clock{time.Now()}
	s := NewSessions()
	s.now = now.now
	begin := func(id string) string {
		now.at = now.at.Add(time.Millisecond)
		secret, _ := s.begin("a", newToken(id))
		return secret
	}
	has := func(secret string) bool {
		_, ok := s.use(secret)
		return ok
	}
	first, second := begin("first"), begin("second")
	mine := begin("many")
	next := begin("many")
	for range maxOfToken - 2 {
		begin("many")
	}
	if !has(mine) || len(s.all) != maxOfToken+2 {
		t.Fatalf("%d sessions", len(s.all))
	}
	begin("many")
	if has(next) || !has(mine) || !has(second) || len(s.all) != maxOfToken+2 {
		t.Errorf("%d sessions, one of many more", len(s.all))
	}
	for i := range maxSessions - len(s.all) { // others, each of a token of its own
		s.all[sessionKey{byte(i), byte(i >> 8)}] = &session{token: fmt.Sprint(i), began: now.at, used: now.at}
	}
	if !has(second) || len(s.all) != maxSessions {
		t.Errorf("%d sessions", len(s.all))
	}
	begin("last")
	if has(first) || !has(second) || len(s.all) != maxSessions {
		t.Errorf("%d sessions, the oldest is there: %t", len(s.all), has(first))
	}
	now.at = now.at.Add(sessionIdle)
	if begin("new"); len(s.all) != 1 {
		t.Errorf("%d sessions after an hour", len(s.all))
	}
}

// A session is there at all addresses of the process, as far as its account is.
func TestSessionsShared(t *testing.T) {
	s := serve(t, Account{}, Account{})
	v := s.signIn(s.owners[0])
	at := func(accounts ...Account) int {
		second := New(Config{Accounts: func() []Account { return accounts }, Sessions: s.api.cfg.Sessions})
		req := httptest.NewRequest(http.MethodGet, base+"/session", http.NoBody)
		req.RemoteAddr = "127.0.0.1:1"
		req.Host = ""
		req.AddCookie(&http.Cookie{Name: cookieName(req), Value: v.cookie.Value})
		got := httptest.NewRecorder()
		second.ServeHTTP(got, req)
		return got.Code
	}
	if with, without := at(s.accounts...), at(s.accounts[1]); with != http.StatusOK || without != http.StatusUnauthorized {
		t.Errorf("with the account %d, without %d", with, without)
	}
	v.must("GET", "/session", "")
}
