package resolverpolicy

import (
	"crypto/tls"
	"net/netip"
	"slices"
	"strings"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"
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
	locations(block, from, missing)
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
		model.FieldGroupIDs, model.FieldGroupEmails, model.FieldAttributes, model.FieldClaims, model.FieldClaimTexts, model.FieldPosture)
	switch {
	case !asksForCertificates(config):
		missing("nobody tells who asks; write: resolverpolicy { identities FILE }, or have clients show certificates: tls CERT KEY CA { client_auth require_and_verify }",
			model.FieldEmail, model.FieldName, model.FieldGroupNames)
	case !slices.ContainsFunc(keys, encrypted):
		missing("nobody tells who asks, since this server block has no encrypted listener that clients could show certificates to; write: resolverpolicy { identities FILE }, or add a key such as https://.:443, tls://.:853 or quic://.:853",
			model.FieldEmail, model.FieldName, model.FieldGroupNames)
	}
}

// locations tells whether dns.location has values: those of a file, and in a block that
// serves an account any.
func locations(block *scope.Scope, from *sources, missing func(reason string, fields ...int)) {
	table := from.clients.Locations.Load()
	switch {
	case block.ServesAccount():
	case from.common == nil || !from.common.locations:
		missing("no locations are declared; write: resolverpolicy { locations FILE }", model.FieldLocation)
	case table != nil:
		block.Known(model.FieldLocation, table.Has)
	}
}

// encrypted reports whether the key of a server block is of a transport whose
// clients name the host they ask for.
func encrypted(key string) bool {
	transport, _, found := strings.Cut(key, "://")
	return found && slices.Contains([]string{"tls", "https", "https3", "quic"}, transport)
}

// uncovered returns the names of a server block's keys that its metadata plugin does
// not cover. That plugin takes the place of all that look at a query before its first
// handler: of other names, policies see neither host nor certificate.
func uncovered(keys []string, m *metadata.Metadata) []string {
	var out []string
	for _, key := range keys {
		_, zone, _ := strings.Cut(key, "://")
		zone = zone[:max(strings.LastIndexByte(zone, ':'), 0)]
		if encrypted(key) && !plugin.Zones(m.Zones).Contains(zone) {
			out = append(out, zone)
		}
	}
	return out
}

// warnUncovered says so if a policy depends on them.
func warnUncovered(keys []string, snapshot *model.Snapshot, above plugin.Handler) {
	m, ok := above.(*metadata.Metadata)
	if !ok || !slices.ContainsFunc([]int{
		model.FieldDoHSubdomain, model.FieldLocation, model.FieldEmail, model.FieldName, model.FieldGroupIDs,
		model.FieldGroupNames, model.FieldGroupEmails, model.FieldAttributes, model.FieldClaims, model.FieldClaimTexts, model.FieldPosture,
	}, snapshot.Uses) {
		return
	}
	if names := uncovered(keys, m); names != nil {
		log.Warningf("The plugin metadata covers %s but not all of %s: for other names policies see neither the host asked for nor a client certificate; let it cover them all",
			strings.Join(m.Zones, " "), strings.Join(names, " "))
	}
}

// asksForCertificates reports whether clients of a block may show certificates, and
// they are verified.
func asksForCertificates(config *dnsserver.Config) bool {
	return config.TLSConfig != nil && config.TLSConfig.ClientAuth >= tls.VerifyClientCertIfGiven
}

// findGeo returns how to look up an address with the geoip plugin of the server
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
