package cli

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/coredns/coredns/plugin/pkg/transport"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/compare"
	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/requestinfo"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/resolverpolicy"
)

// asker is who asks a question, and how it gets to the server.
type asker struct {
	client    netip.Addr
	server    netip.Addr // invalid if unknown
	port      uint16     // of the server; 0 if unknown
	transport string     // of a server block's key; empty for any
	host      string     // server name (TLS) or host (HTTPS)
	identity  string     // mail address
}

// transports are what -transport may be, and the keys that serve it.
func transports() map[string]string {
	return map[string]string{
		"udp": transport.DNS, "tcp": transport.DNS, "tls": transport.TLS, "https": transport.HTTPS,
		"https3": transport.HTTPS3, "quic": transport.QUIC, "grpc": transport.GRPC,
	}
}

// clientOf returns what the policies of a block know of a client.
func clientOf(b *scope.Block, a asker, qname string, r *dns.Msg) model.Client {
	out := model.Client{Addr: a.client, Server: a.server}
	for _, h := range b.Handlers {
		if p, ok := h.(*resolverpolicy.ResolverPolicy); ok {
			out.Facts = &requestinfo.Info{
				Sources: p.Clients(), Addr: a.client, Server: a.server, Name: qname, Request: r, Host: a.host, Email: a.identity,
			}
		}
	}
	return out
}

// blockFor returns the server block that CoreDNS would choose for a query: of those
// that listen where it arrives, the one whose key ranks highest among those at or
// above qname. Blocks without a line of the suite are not considered.
func (c *config) blockFor(a asker, qname string, qtype uint16) (*scope.Block, error) {
	var best []*scope.Block
	highest := -1
	for i := range c.blocks {
		b := &c.blocks[i]
		rank := a.reaches(b, qname, qtype)
		switch {
		case rank < 0 || rank < highest:
		case rank == highest:
			best = append(best, b)
		default:
			best, highest = []*scope.Block{b}, rank
		}
	}
	switch len(best) {
	case 0:
		return nil, fmt.Errorf("no server block with lines of the suite gets a query for %s that arrives so", qname)
	case 1:
		return best[0], nil
	}
	return nil, fmt.Errorf("several server blocks may get the query, choose one with -block or -server: %s",
		c.blockNames(best))
}

// reaches returns the highest rank of the keys of b through which the query gets to
// it, -1 if it does not.
func (a asker) reaches(b *scope.Block, qname string, qtype uint16) int {
	listens := slices.ContainsFunc(b.Hosts, func(h string) bool {
		addr, err := netip.ParseAddr(h)
		return h == "" || err != nil || addr.IsUnspecified() || !a.server.IsValid() || addr.Unmap() == a.server
	})
	highest := -1
	for _, key := range b.Keys {
		protocol, rest, _ := strings.Cut(key, "://")
		port := rest[strings.LastIndex(rest, ":")+1:]
		if !listens || a.transport != "" && protocol != transports()[a.transport] || a.port != 0 && port != fmt.Sprint(a.port) {
			continue
		}
		for _, apex := range zonesOf([]string{key}) {
			if domain.IsSubdomain(apex, qname) {
				highest = max(highest, compare.Rank(apex, qtype))
			}
		}
	}
	return highest
}
