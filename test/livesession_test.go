package test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// liveVisitor is somebody who signed in with a browser.
type liveVisitor struct {
	*liveServer
	cookie *http.Cookie
	csrf   string
}

// signIn begins a session of the server's token.
func (s *liveServer) signIn() *liveVisitor {
	s.t.Helper()
	var session struct{ CSRF string }
	a := s.call(http.MethodPost, "/session", map[string]string{"token": s.token}, &session)
	cookies := (&http.Response{Header: a.header}).Cookies()
	if len(cookies) != 1 || session.CSRF == "" {
		s.t.Fatalf("signing in: %v %s", a.header, a.text)
	}
	return &liveVisitor{s, cookies[0], session.CSRF}
}

// get fetches something with the cookie of the session.
func (v *liveVisitor) get(path string) (status int, head http.Header, body string) {
	v.t.Helper()
	return v.send(http.MethodGet, path, "")
}

func (v *liveVisitor) send(method, path, sent string) (status int, head http.Header, body string) {
	v.t.Helper()
	req, err := http.NewRequest(method, fmt.Sprintf("%s://127.0.0.1:%d%s", v.scheme, v.api, path), strings.NewReader(sent))
	if err != nil {
		v.t.Fatal(err)
	}
	req.AddCookie(v.cookie)
	req.Header.Set("X-CSRF-Token", v.csrf)
	r, err := v.client.Do(req)
	if err != nil {
		v.t.Fatalf("%s %s: %v\n%s", method, path, err, v.out)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return r.StatusCode, r.Header, string(text)
}

// LIVE 4: a session outlives a reload of the Corefile and no restart, and nothing that
// opens one is ever in the log.
func TestLiveSession(t *testing.T) {
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	v := s.signIn()
	check := func(want int) {
		t.Helper()
		if status, _, body := v.get("/client/v4/session"); status != want || (status == http.StatusOK) != strings.Contains(body, v.csrf) {
			t.Errorf("the session: %d %s, want %d", status, body, want)
		}
	}
	check(http.StatusOK)
	s.reload(strings.Replace(liveCorefile, "rate_limit", "guardrails off\n        rate_limit", 1), reloaded)
	check(http.StatusOK)
	s.reload("nonsense {\n", notReloads)
	check(http.StatusOK)
	if status, _, body := v.send(http.MethodPost, "/client/v4/zones", `{"name":"example.org"}`); status != http.StatusOK {
		t.Errorf("a zone: %d %s", status, body)
	}
	s.reload(strings.Replace(liveCorefile, "listen 127.0.0.1:API", "listen off", 1), reloaded)
	s.client.CloseIdleConnections()
	s.reload(liveCorefile, reloaded)
	check(http.StatusOK)
	said := s.out.String()
	s.kill()
	s.start(liveCorefile)
	check(http.StatusUnauthorized)
	said += s.out.String()
	if !strings.Contains(said, "POST /client/v4/zones by token") {
		t.Errorf("the log does not tell of the change:\n%s", said)
	}
	for name, secret := range map[string]string{"token": s.token, "cookie": v.cookie.Value, "csrf": v.csrf} {
		if strings.Contains(said, secret) {
			t.Errorf("the log has the %s", name)
		}
	}
}

// LIVE 9: the dashboard is there until the Corefile says otherwise.
func TestLivePages(t *testing.T) {
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	v := &liveVisitor{liveServer: s, cookie: &http.Cookie{Name: "a", Value: "b"}}
	for _, path := range []string{"/", "/zones/0123456789abcdef0123456789abcdef", "/%2e%2e/%2e%2e/zones"} {
		status, head, body := v.get(path)
		if status != http.StatusOK || !strings.Contains(body, "<html") || head.Get("ETag") == "" || !strings.Contains(head.Get("Content-Security-Policy"), "script-src 'self'") {
			t.Errorf("%s: %d %v %.200s", path, status, head, body)
		}
	}
	if status, _ := s.raw("GET /../../etc/passwd.txt HTTP/1.1\r\nHost: " + s.host() + "\r\n\r\n"); status != http.StatusNotFound {
		t.Errorf("a path that leads out: %d", status)
	}
	if status, _ := s.raw("GET / HTTP/1.1\r\nHost: attacker.example\r\n\r\n"); status != http.StatusForbidden {
		t.Errorf("another host: %d", status)
	}
	if status, _ := s.raw("GET /" + strings.Repeat("a/", 100_000) + " HTTP/1.1\r\nHost: " + s.host() + "\r\n\r\n"); status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a huge path: %d", status)
	}
	off := strings.Replace(liveCorefile, "rate_limit", "dashboard off\n        rate_limit", 1)
	s.reload(off, reloaded)
	status, head, body := v.get("/")
	var answer struct{ Errors []struct{ Code int } }
	if err := json.Unmarshal([]byte(body), &answer); err != nil || status != http.StatusBadRequest || answer.Errors[0].Code != 7003 || strings.Contains(head.Get("Content-Security-Policy"), "self") {
		t.Errorf("without the dashboard: %d %s, %v", status, body, err)
	}
	s.reload(liveCorefile, reloaded)
	if status, _, _ := v.get("/"); status != http.StatusOK {
		t.Errorf("with the dashboard again: %d", status)
	}
}
