package resolverpolicy

import (
	"crypto/tls"
	"net/netip"
	"slices"
	"strings"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin/metadata"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// withoutSource tells the scope which selectors have no value in this server block,
// and what to write so that they have one. Such an expression would never be true,
// and nobody would know why.
func withoutSource(keys []string, block *scope.Scope, from *sources, config *dnsserver.Config) {
	missing := func(reason string, fields ...int) {
		for _, field := range fields {
			block.Unavailable(field, reason)
		}
	}
	if wildcard(config.ListenHosts) {
		missing("a socket on the wildcard address does not know which address a query arrived at; name the addresses with the bind plugin",
			model.FieldResolvedIP)
	}
	if !slices.ContainsFunc(keys, encrypted) {
		missing("this server block has no encrypted listener, so nobody asks for a host; add a key such as https://.:443, tls://.:853 or quic://.:853",
			model.FieldDoHSubdomain)
	}
	if from.clients.Geo == nil {
		missing("nothing tells where an address is; add the geoip plugin with a city database to this server block",
			model.FieldCountry, model.FieldContinent)
	}
	if from.common == nil || !from.common.locations {
		missing("no locations are declared; write: resolverpolicy { locations FILE }", model.FieldLocation)
	}
	if len(from.clients.Content) == 0 {
		missing("no content categories are declared; write: resolverpolicy { categories content FILE }", model.FieldContentCategory)
	}
	if len(from.clients.Security) == 0 {
		missing("no security categories are declared; write: resolverpolicy { categories security FILE }", model.FieldSecurityCategory)
	}
	if from.common != nil && from.common.identities {
		return
	}
	missing("no identities are declared; write: resolverpolicy { identities FILE }",
		model.FieldGroupIDs, model.FieldGroupEmails, model.FieldAttributes, model.FieldPosture)
	if !asksForCertificates(config) {
		missing("nobody tells who asks; write: resolverpolicy { identities FILE }, or have clients show certificates: tls CERT KEY CA { client_auth require_and_verify }",
			model.FieldEmail, model.FieldName, model.FieldGroupNames)
	}
}

// encrypted reports whether the key of a server block is of a transport whose
// clients name the host they ask for.
func encrypted(key string) bool {
	transport, _, found := strings.Cut(key, "://")
	return found && slices.Contains([]string{"tls", "https", "https3", "quic"}, transport)
}

// asksForCertificates reports whether clients of a block may show certificates, and
// they are verified.
func asksForCertificates(config *dnsserver.Config) bool {
	return config.TLSConfig != nil && config.TLSConfig.ClientAuth >= tls.VerifyClientCertIfGiven
}

// findGeo gives how to look up an address with the geoip plugin of the server
// block, nil if it has none. The plugin exports no reader, but tells what it knows
// of a request; it stands above the suite and has been set up by now.
func findGeo(config *dnsserver.Config) func(netip.Addr, *dns.Msg) (country, continent string) {
	for _, p := range config.Plugin {
		h := p(nil)
		if h == nil || h.Name() != "geoip" {
			continue
		}
		if provider, ok := h.(metadata.Provider); ok {
			return geo{provider}.locate
		}
	}
	return nil
}
