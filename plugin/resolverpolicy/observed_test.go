package resolverpolicy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/netip"
	"testing"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/location"
	"github.com/internaldns/internaldns/plugin/pkg/querylog"
)

// keeping has a handler keep a query, and returns what it keeps.
func keeping(ctx context.Context, t *testing.T, p *ResolverPolicy, r *dns.Msg) *querylog.Entry {
	t.Helper()
	tail, _ := querylog.Follow([]*querylog.Recent{&p.recent}, "")
	defer tail.Close()
	tail.Skip()
	if _, err := p.ServeDNS(ctx, new(asked), r); err != nil {
		t.Fatal(err)
	}
	for e := range tail.Next(1) {
		return e
	}
	t.Fatal("the query is not kept")
	return nil
}

// LIVE 8: a query is kept with the place that it came from, one that was made while the
// server serves too, and with what else a policy may be found by.
func TestKeptQuery(t *testing.T) {
	r := question(t)
	places := location.NewPlaces([]location.Place{{Name: "office", Networks: []netip.Prefix{netip.MustParsePrefix("10.240.0.0/16")}}}, 0)
	p := boundedHandler(t, new(dns.Msg).SetReply(r), places)
	if e := keeping(t.Context(), t, p, r); e.Location != "office" || e.Host != "" || e.Certified || e.Subnet {
		t.Errorf("kept %+v", e)
	}
	encrypted := &http.Request{Host: "london.example.org", TLS: new(tls.ConnectionState)}
	ctx := context.WithValue(t.Context(), dnsserver.HTTPRequestKey{}, encrypted)
	if e := keeping(ctx, t, p, r); e.Host != "london.example.org" || e.Certified {
		t.Errorf("of DoH: %+v", e)
	}
	one := new(x509.Certificate)
	encrypted.TLS.PeerCertificates, encrypted.TLS.VerifiedChains = []*x509.Certificate{one}, [][]*x509.Certificate{{one}}
	if e := keeping(ctx, t, p, r); !e.Certified {
		t.Errorf("with a certificate: %+v", e)
	}
	r.SetEdns0(1232, false)
	if e := keeping(t.Context(), t, p, r); e.Subnet {
		t.Errorf("with EDNS: %+v", e)
	}
	r.IsEdns0().Option = []dns.EDNS0{&dns.EDNS0_SUBNET{Code: dns.EDNS0SUBNET, Family: 1, SourceNetmask: 24}}
	if e := keeping(t.Context(), t, p, r); !e.Subnet {
		t.Errorf("with the network of another client: %+v", e)
	}
}
