package test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The API speaks TLS with the files of tls, and to clients with certificates alone if there
// is an authority; a reload that fails changes nothing of it.
func TestLiveTLS(t *testing.T) {
	s := newLive(t, t.TempDir())
	if err := makeCertificates(s.dir, nil); err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(filepath.Join(s.dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	s.scheme = "https"
	s.client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	secure := strings.Replace(liveCorefile, "rate_limit", "tls DIR/cert.pem DIR/key.pem\n        rate_limit", 1)
	s.start(secure)
	check := func() {
		t.Helper()
		s.client.CloseIdleConnections()
		s.call(http.MethodGet, "/zones", nil, nil)
		if status, body := s.raw("GET / HTTP/1.1\r\nHost: " + s.host() + "\r\n\r\n"); status != http.StatusBadRequest || !strings.Contains(body, "HTTPS server") {
			t.Errorf("HTTP: %d %s", status, body)
		}
	}
	check()
	if c := s.signIn().cookie; !strings.HasPrefix(c.Name, "__Host-internaldns_session") || !c.Secure {
		t.Errorf("the cookie of a session: %s", c.Raw)
	}
	s.reload(strings.Replace(liveCorefile, "API\n", "API 192.0.2.1:9 insecure\n", 1), notReloads)
	check()
	s.reload(strings.Replace(secure, "key.pem", "key.pem DIR/ca.pem", 1), reloaded)
	s.client.CloseIdleConnections()
	if _, err := s.try(http.MethodGet, "/zones", nil); err == nil {
		t.Error("a client without certificate was served")
	}
	s.kill()
	newLive(t, s.dir).fails(secure+secondBlock, "has another tls for this address; write the same in both")
}
