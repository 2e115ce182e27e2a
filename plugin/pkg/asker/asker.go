// Package asker says who asks a question and how it gets to the server: it finds the
// server block that CoreDNS would choose, what that knows of the client, and what stands
// below the suite. The command line and the API explain queries by it.
package asker

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/coredns/coredns/plugin"
	"github.com/coredns/coredns/plugin/pkg/parse"
	"github.com/coredns/coredns/plugin/pkg/transport"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/compare"
	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/requestinfo"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// Asker is who asks a question, and how it gets to the server.
type Asker struct {
	Client    netip.Addr
	Server    netip.Addr // invalid if unknown
	Port      uint16     // of the server; 0 if unknown
	Transport string     // of Transports; empty for any
	Host      string     // server name (TLS) or host (HTTPS)
	Identity  string     // mail address, as if a client certificate showed it
}

// Transports returns the ways that a query may arrive, in the order they are listed in
// messages.
func Transports() []string {
	return []string{"udp", "tcp", "tls", "https", "https3", "quic", "grpc"}
}

// protocol returns the transport of the keys that serve one of Transports.
func protocol(name string) string {
	if name == "udp" || name == "tcp" {
		return transport.DNS
	}
	return name // CoreDNS calls the others so
}

// At returns what the policies of a block know of the client of a request, whose qname is
// given in canonical form.
func (a Asker) At(b *scope.Block, qname string, r *dns.Msg) model.Client {
	out := model.Client{Addr: a.Client, Server: a.Server}
	for _, h := range b.Handlers {
		if p, ok := h.(interface{ Clients() *requestinfo.Sources }); ok {
			out.Facts = &requestinfo.Info{
				Sources: p.Clients(), Places: b.Snapshot.Places(), Addr: a.Client, Server: a.Server, Name: qname, Request: r, Host: a.Host, Email: a.Identity,
			}
		}
	}
	return out
}

// Choose returns the server blocks that CoreDNS may choose for a query: of those that
// listen where it arrives, those whose key ranks highest among those at or above qname.
// There are several only if what is known of the query does not tell them apart.
func (a Asker) Choose(blocks []scope.Block, qname string, qtype uint16) (best []*scope.Block) {
	highest := -1
	for i := range blocks {
		b := &blocks[i]
		rank := a.reaches(b, qname, qtype)
		switch {
		case rank < 0 || rank < highest:
		case rank == highest:
			best = append(best, b)
		default:
			best, highest = []*scope.Block{b}, rank
		}
	}
	return best
}

// reaches returns the highest rank of the keys of b through which the query gets to
// it, -1 if it does not.
func (a Asker) reaches(b *scope.Block, qname string, qtype uint16) int {
	listens := slices.ContainsFunc(b.Hosts, func(h string) bool {
		addr, err := netip.ParseAddr(h)
		return h == "" || err != nil || addr.IsUnspecified() || !a.Server.IsValid() || addr.Unmap() == a.Server
	})
	highest := -1
	for _, key := range b.Keys {
		served, rest, _ := strings.Cut(key, "://")
		port := rest[strings.LastIndex(rest, ":")+1:]
		if !listens || a.Transport != "" && served != protocol(a.Transport) || a.Port != 0 && port != strconv.Itoa(int(a.Port)) {
			continue
		}
		for _, apex := range ZonesOf([]string{key}) {
			if domain.IsSubdomain(apex, qname) {
				highest = max(highest, compare.Rank(apex, qtype))
			}
		}
	}
	return highest
}

// ZonesOf returns the zones that the keys of a server block stand for, canonical.
func ZonesOf(keys []string) []string {
	var out []string
	for _, key := range keys {
		_, rest := parse.Transport(key)
		hosts, _, err := plugin.SplitHostPort(rest)
		if err != nil {
			continue
		}
		for _, host := range hosts {
			if name, err := domain.ParseZone(dns.Fqdn(host)); err == nil {
				out = append(out, name)
			}
		}
	}
	return out
}

// HasKey reports whether a key of a block is meant: as CoreDNS words it, or without its
// transport, as in a Corefile.
func HasKey(keys []string, key string) bool {
	return slices.ContainsFunc(keys, func(k string) bool {
		_, bare, _ := strings.Cut(k, "://")
		undotted := strings.Replace(bare, ".:", ":", 1)
		return slices.Contains([]string{k, bare, undotted, strings.TrimSuffix(undotted, ":53")}, key)
	})
}
