package zone

import (
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// The values of a synthesized SOA, in seconds (SPEC section 3).
const (
	soaTTL     = 3600
	soaRefresh = 10000
	soaRetry   = 2400
	soaExpire  = 604800
	soaMinimum = 30
)

// synthesize adds the SOA of a zone whose data have none.
func (b *Builder) synthesize() {
	minimum := uint32(soaMinimum)
	if b.opt.HasNegativeTTL {
		minimum = b.opt.NegativeTTL
	}
	apex := b.opt.Apex
	soa := &dns.SOA{
		Hdr: dns.RR_Header{Name: apex, Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: soaTTL},
		Ns:  below("ns", apex), Mbox: below("hostmaster", apex),
		Serial: b.opt.Serial, Refresh: soaRefresh, Retry: soaRetry, Expire: soaExpire, Minttl: minimum,
	}
	b.entries.push(entry{rr: soa, place: b.shorten(b.opt.Pos, dns.TypeSOA)})
}

// below gives the name of one more label, or the apex itself if it is too long for that.
func below(label, apex string) string {
	full := label + "." + apex
	if apex == domain.Root {
		full = label + "."
	}
	if name, err := domain.Canonical(full); err == nil {
		return name
	}
	return apex
}

// authority finds the SOA and prepares the authority section of negative answers.
func (d *draft) authority() {
	rrs := d.rrset(0, dns.TypeSOA)
	if len(rrs) == 0 {
		return
	}
	d.soa, _ = rrs[0].(*dns.SOA)
	if d.soa == nil {
		return
	}
	d.denying = *d.soa
	ttl := &d.denying.Hdr.Ttl
	*ttl = min(d.soa.Hdr.Ttl, d.soa.Minttl)
	if d.b.opt.HasNegativeTTL {
		*ttl = min(*ttl, d.b.opt.NegativeTTL)
	}
	d.denial[0] = &d.denying
}

// cover works out for every node who answers in its place and for the names below
// it: the cut or DNAME nearest the apex. A parent has the smaller number, so one
// pass does. An NS at a wildcard makes no cut: RFC 4592 section 4.2 leaves its
// meaning open, and it is warned about.
func (d *draft) cover() {
	for i := range uint32(d.nodes.len()) {
		n := d.nodes.at(i)
		if i > 0 {
			up := d.nodes.at(d.b.branches.at(i).parent).below
			if n.at, n.below = up, up; up != none {
				continue
			}
		}
		if ns := d.rrset(i, dns.TypeNS); ns != nil && i > 0 && !isWildcard(n.name()) {
			n.at = d.addCover(Answer{Kind: Delegation, Owner: strings.ToLower(n.name()), RRs: ns})
			n.below = n.at
			continue
		}
		if dname := d.rrset(i, dns.TypeDNAME); dname != nil {
			n.below = d.addCover(Answer{Kind: DNAME, Owner: strings.ToLower(n.name()), RRs: dname})
		}
	}
}

// addCover notes an answer and gives its number, counted from 1.
func (d *draft) addCover(a Answer) uint32 {
	d.covers = append(d.covers, a)
	return uint32(len(d.covers))
}

// glue finds the addresses of every cut's name servers, and marks the nodes that
// are named by an NS record.
func (d *draft) glue() {
	for _, ns := range d.rrset(0, dns.TypeNS) {
		d.markGlue(ns)
	}
	for i := range d.covers {
		c := &d.covers[i]
		if c.Kind != Delegation {
			continue
		}
		var inside, outside []dns.RR
		for _, ns := range c.RRs {
			node, ok := d.markGlue(ns)
			if !ok {
				continue
			}
			to := &outside
			if d.nodes.at(node).at == uint32(i+1) {
				to = &inside
			}
			*to = append(*to, d.rrset(node, dns.TypeA)...)
			*to = append(*to, d.rrset(node, dns.TypeAAAA)...)
		}
		if n := len(inside) + len(outside); n > 0 {
			c.Extra = append(append(make([]dns.RR, 0, n), inside...), outside...)
		}
	}
}

// occluded reports whether a node lies below a zone cut or a DNAME, so that what it holds
// is not the zone's to answer with. A cut itself is not (RFC 2136 section 7.18).
func (z *Zone) occluded(n *node) bool { return n.at != none && !n.is(z.covers[n.at-1].Owner) }

// markGlue gives the node that an NS record names. Its addresses may be offered
// wherever it lies, since nothing that owns one lies below a DNAME.
func (d *draft) markGlue(rr dns.RR) (uint32, bool) {
	ns, ok := rr.(*dns.NS)
	if !ok {
		return 0, false
	}
	i, ok := d.find(strings.ToLower(ns.Ns))
	if ok {
		d.b.branches.at(i).glue = true
	}
	return i, ok
}
