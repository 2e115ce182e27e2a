package resolverpolicy

import (
	"crypto/tls"
	"strings"
	"testing"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin/metadata"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/requestinfo"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// However it is spelled, a wildcard address does not tell where a query arrived.
func TestWildcard(t *testing.T) {
	for host, want := range map[string]bool{
		"": true, "0.0.0.0": true, "::": true, "::0": true, "0:0:0:0:0:0:0:0": true, "::ffff:0.0.0.0": true,
		"127.0.0.1": false, "2001:db8::1": false, "fe80::1%lo": false,
	} {
		if got := wildcard([]string{"192.0.2.1", host}); got != want {
			t.Errorf("%q: %t, want %t", host, got, want)
		}
	}
}

// A metadata plugin for some names hides hosts and certificates of all others.
func TestUncovered(t *testing.T) {
	for _, c := range []struct {
		keys, zones []string
		want        string
	}{
		{[]string{"tls://.:853", "dns://.:53"}, []string{"."}, ""},
		{[]string{"tls://.:853"}, []string{"example.org."}, "."},
		{[]string{"dns://.:53"}, []string{"example.org."}, ""},
		{[]string{"https://example.org.:443", "quic://example.com.:853"}, []string{"example.org."}, "example.com."},
		{[]string{"https://a.example.org.:443"}, []string{"example.org."}, ""},
	} {
		if got := strings.Join(uncovered(c.keys, &metadata.Metadata{Zones: c.zones}), " "); got != c.want {
			t.Errorf("%q beside %q: %q, want %q", c.keys, c.zones, got, c.want)
		}
	}
}

// Certificates are a source of identities only where a listener asks for them and
// verifies them.
func TestCertificatesAsSource(t *testing.T) {
	for name, c := range map[string]struct {
		keys []string
		auth tls.ClientAuthType
		want string // in the error; empty for none
	}{
		"verified":     {[]string{"dns://.:53", "tls://.:853"}, tls.VerifyClientCertIfGiven, ""},
		"not verified": {[]string{"tls://.:853"}, tls.RequireAnyClientCert, "nobody tells who asks; write:"},
		"plain":        {[]string{"dns://.:53"}, tls.RequireAndVerifyClientCert, "no encrypted listener that clients could show certificates to"},
		"gRPC":         {[]string{"grpc://.:443"}, tls.RequireAndVerifyClientCert, "no encrypted listener that clients could show certificates to"},
	} {
		t.Run(name, func(t *testing.T) {
			s := new(scope.Scope)
			config := &dnsserver.Config{ListenHosts: []string{"127.0.0.1"}, TLSConfig: &tls.Config{ClientAuth: c.auth}}
			withoutSource(c.keys, s, &sources{clients: new(requestinfo.Sources)}, config)
			s.AddPolicy(&model.PolicySpec{Name: "p", Action: model.UsePublic, Identity: model.Expression{Source: "identity.email == 'a@example.org'"}})
			got := s.Build().Error()
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
