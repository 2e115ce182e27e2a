package zone

import (
	"net/netip"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// checkTargets warns about NS, MX and SRV records whose target is no use: the
// checks of a zone that go by what the zone itself knows.
func (d *draft) checkTargets() {
	for i := range uint32(d.nodes.len()) {
		d.checkTargetsOf(i, d.nodes.at(i), d.Zone)
	}
}

// checkTargetsOf checks what a node of the draft has, which is n of a zone.
func (d *draft) checkTargetsOf(i uint32, n *node, z *Zone) {
	if z.occluded(n) {
		return
	}
	for s := d.first[i]; s < d.first[i+1]; s++ {
		t := d.groups[s].rrtype
		if t != dns.TypeNS && (n.at != none || t != dns.TypeMX && t != dns.TypeSRV) {
			continue
		}
		for r := d.groups[s].start; r < d.groups[s+1].start; r++ {
			d.checkTarget(d.records[r], d.b.pos(d.places[r]), z)
		}
	}
}

// Host returns the name of the host that a record of the types NS, MX and SRV points to,
// "" for another.
func Host(rr dns.RR) string {
	switch rr := rr.(type) {
	case *dns.NS:
		return rr.Ns
	case *dns.MX:
		return rr.Mx
	case *dns.SRV:
		return rr.Target
	}
	return ""
}

// checkTarget looks up in a zone what one record of the draft points to.
func (d *draft) checkTarget(rr dns.RR, pos problem.Pos, z *Zone) {
	name := strings.ToLower(Host(rr))
	if name == "" || name == domain.Root { // RFC 7505 and RFC 2782: no service
		return
	}
	warn := func(text string, args ...any) {
		d.b.report.warnf(problem.TargetUseless, pos, label(rr.Header()), "points to "+text, append([]any{name}, args...)...)
	}
	if isAddress(name) {
		warn("%s, which is an address; a name is needed")
		return
	}
	if !domain.IsSubdomain(z.apex, name) {
		return
	}
	switch a := z.Lookup(name, dns.TypeA); a.Kind {
	case CNAME:
		if d.b.opt.Flatten && rr.Header().Rrtype != dns.TypeNS {
			return // clients are given the address that the alias leads to
		}
		warn("%s, which is an alias; a name with addresses of its own is needed (RFC 2181 section 10.3)")
	case DNAME:
		warn("%s, which is redirected by the DNAME of %s; a name with addresses of its own is needed", a.Owner)
	case NXDomain:
		warn("%s, which does not exist in the zone")
	case ENT:
		warn("%s, which has no address in the zone")
	case NoData:
		if z.Lookup(name, dns.TypeAAAA).Kind == NoData {
			warn("%s, which has no address in the zone")
		}
	case Delegation:
		if rr.Header().Rrtype == dns.TypeNS && !z.hasAddress(name) {
			warn("%s below the zone cut at %s, and the zone has no address for it (missing glue)", a.Owner)
		}
	}
}

// hasAddress reports whether the zone has an address of name, be it glue.
func (z *Zone) hasAddress(name string) bool {
	i, ok := z.find(name)
	return ok && (z.rrset(i, dns.TypeA) != nil || z.rrset(i, dns.TypeAAAA) != nil)
}

// isAddress reports whether a name reads as an IPv4 address.
func isAddress(name string) bool {
	bare := domain.NoDot(name)
	if last := bare[len(bare)-1]; last < '0' || last > '9' {
		return false
	}
	ip, err := netip.ParseAddr(bare)
	return err == nil && ip.Is4()
}
