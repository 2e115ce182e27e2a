package asker

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/coredns/coredns/plugin"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/requestinfo"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// policies stands for the plugin that has them.
type policies struct{ clients *requestinfo.Sources }

func (policies) Name() string { return "resolverpolicy" }
func (policies) ServeDNS(context.Context, dns.ResponseWriter, *dns.Msg) (int, error) {
	return dns.RcodeRefused, nil
}
func (p policies) Clients() *requestinfo.Sources { return p.clients }

// block has one policy for what an expression is true of.
func block(t *testing.T, source string) *scope.Block {
	t.Helper()
	spec := &model.PolicySpec{Name: "p", Action: model.UsePublic, Traffic: model.Expression{Source: source}}
	s, problems := model.Build(model.Spec{Policies: []*model.PolicySpec{spec}}, nil)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	from := &requestinfo.Sources{Geo: func(addr netip.Addr, _ *dns.Msg) (country, continent string) {
		if addr == netip.MustParseAddr("192.0.2.1") {
			return "DE", "EU"
		}
		return "", ""
	}}
	return &scope.Block{Snapshot: s, Handlers: []plugin.Handler{policies{from}}}
}

// SPEC 7: what is known of a query that came is what its policy was found by; what was not
// kept is not taken for missing.
func TestPast(t *testing.T) {
	t.Parallel()
	query := Past{
		Asker: Asker{Client: netip.MustParseAddr("192.0.2.1"), Server: netip.MustParseAddr("192.0.2.53"), Host: "Office.example.org:853"},
		Name:  "www.corp.example.", Type: dns.TypeAAAA, Time: time.Now(),
	}
	certified, elsewhere := query, query
	certified.Certified, elsewhere.Subnet = true, true
	for _, c := range []struct {
		past           Past
		source         string
		matches, known bool
	}{
		{query, "dns.src_ip == 192.0.2.1", true, true},
		{query, "dns.fqdn == 'www.corp.example'", true, true},
		{query, "any(dns.domains[*] == 'corp.example')", true, true},
		{query, "dns.query_rtype == 'A'", false, true},
		{query, "any(dns.resolved_ip[*] == 192.0.2.53)", true, true},
		{query, "dns.doh_subdomain == 'office'", true, true},
		{query, "dns.src.geo.country == 'DE'", true, true},
		{query, "identity.email != 'a@example.org'", true, true},
		{certified, "dns.doh_subdomain == 'office'", true, true},
		{certified, "identity.email != 'a@example.org'", true, false},
		{certified, "any(identity.groups[*].name == 'staff')", false, false},
		{certified, "any(identity.saml_attributes['a'][*] == 'b')", false, false},
		{elsewhere, "dns.src.geo.country == 'DE'", false, false},
		{elsewhere, "identity.email != 'a@example.org'", true, true},
	} {
		policy, known := c.past.Policy(block(t, c.source))
		if (policy != nil) != c.matches || known != c.known {
			t.Errorf("%s: %v, known: %v", c.source, policy, known)
		}
	}
	if policy, known := query.Policy(&scope.Block{Snapshot: block(t, "").Snapshot}); policy == nil || !known {
		t.Errorf("without the plugin: %v, %v", policy, known)
	}
}
