package test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// askedAs returns the status of a call that names a host, from a page of an origin unless that
// is empty.
func (s *liveServer) askedAs(host, origin string) int {
	s.t.Helper()
	req, err := http.NewRequest(http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/client/v4/user/tokens/verify", s.api), http.NoBody)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Host = host
	req.Header.Set("Authorization", "Bearer "+s.token)
	if origin != "" {
		req.Header.Set("Origin", origin)
	}
	r, err := s.client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer r.Body.Close()
	return r.StatusCode
}

// LIVE 9: the API has the names that the Corefile gives it, at any port, as behind a balancer,
// and no others: a name that leads here for a page elsewhere is refused.
func TestLiveHosts(t *testing.T) {
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	own := fmt.Sprintf("127.0.0.1:%d", s.api)
	for host, want := range map[string]int{own: 200, fmt.Sprintf("localhost:%d", s.api): 200, "dns.corp.example": 403, "dns.corp.example:443": 403} {
		if got := s.askedAs(host, ""); got != want {
			t.Errorf("%s: %d, want %d", host, got, want)
		}
	}
	s.reload(strings.Replace(liveCorefile, "rate_limit", "host Dns.Corp.example. 2001:db8::53\n        host 192.0.2.53\n        rate_limit", 1), reloaded)
	for host, want := range map[string]int{
		own: 200, "dns.corp.example": 200, "dns.CORP.example:443": 200, "dns.corp.example.:8443": 200, "[2001:db8::53]:443": 200, "192.0.2.53": 200,
		"other.corp.example": 403, "corp.example": 403, "x.dns.corp.example:443": 403, "192.0.2.54": 403, "127.0.0.1:1": 403, "localhost:1": 403,
	} {
		if got := s.askedAs(host, ""); got != want {
			t.Errorf("%s: %d, want %d", host, got, want)
		}
	}
	for origin, want := range map[string]int{"https://dns.corp.example": 200, "https://attacker.example": 403, "https://dns.corp.example:444": 403} {
		if got := s.askedAs("dns.corp.example", origin); got != want {
			t.Errorf("from %s: %d, want %d", origin, got, want)
		}
	}
}

// LIVE 9: a host that no client can write fails the start, with what is allowed.
func TestLiveHostsRefused(t *testing.T) {
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	for _, word := range []string{"https://dns.corp.example", "dns.corp.example:443", ".", "a..b", "\"two words\"", "[2001:db8::53]"} {
		s.reload(strings.Replace(liveCorefile, "rate_limit", "host "+word+"\n        rate_limit", 1), "is no name or address; write it without scheme and port")
	}
}
