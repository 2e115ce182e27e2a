package zone

import (
	"iter"
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
	if b.opt.SOA != nil {
		soa := *b.opt.SOA
		soa.Hdr = dns.RR_Header{Name: apex, Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: soa.Hdr.Ttl}
		soa.Serial = b.opt.Serial
		b.entries.push(entry{rr: &soa, place: b.shorten(b.opt.Pos, dns.TypeSOA)})
		return
	}
	soa := &dns.SOA{
		Hdr: dns.RR_Header{Name: apex, Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: soaTTL},
		Ns:  domain.Below("ns", apex), Mbox: domain.Below("hostmaster", apex),
		Serial: b.opt.Serial, Refresh: soaRefresh, Retry: soaRetry, Expire: soaExpire, Minttl: minimum,
	}
	b.entries.push(entry{rr: soa, place: b.shorten(b.opt.Pos, dns.TypeSOA)})
}

// deny prepares the authority section of negative answers from the SOA.
func (z *Zone) deny(opt Options) {
	rrs := z.rrset(0, dns.TypeSOA)
	if len(rrs) == 0 {
		return
	}
	soa, ok := rrs[0].(*dns.SOA)
	if !ok {
		return
	}
	z.denying = *soa
	ttl := &z.denying.Hdr.Ttl
	*ttl = min(soa.Hdr.Ttl, soa.Minttl)
	if opt.HasNegativeTTL {
		*ttl = min(*ttl, opt.NegativeTTL)
	}
	z.denial[0] = &z.denying
}

// coverAll works out for every node who answers in its place and for the names below
// it: the cut or DNAME nearest the apex. A parent has the smaller number, so one
// pass does.
func (d *draft) coverAll() {
	for i := range uint32(d.nodes.len()) {
		n := d.nodes.at(i)
		if i > 0 {
			up := d.nodes.at(d.b.branches.at(i).parent).below
			if n.at, n.below = up, up; up != none {
				continue
			}
		}
		switch a := d.ownCover(i); a.Kind {
		case Delegation:
			n.at = d.addCover(a)
			n.below = n.at
		case DNAME:
			n.below = d.addCover(a)
		}
	}
}

// ownCover returns the answer by which a node that nothing covers answers for the names
// below: that of a cut or DNAME, else one of another kind. An NS at a wildcard makes no
// cut: RFC 4592 section 4.2 leaves its meaning open, and it is warned about.
func (z *Zone) ownCover(i uint32) Answer {
	n := z.nodes.at(i)
	if ns := z.rrset(i, dns.TypeNS); ns != nil && i > 0 && !isWildcard(n.name()) {
		return Answer{Kind: Delegation, Owner: strings.ToLower(n.name()), RRs: ns}
	}
	if dname := z.rrset(i, dns.TypeDNAME); dname != nil {
		return Answer{Kind: DNAME, Owner: strings.ToLower(n.name()), RRs: dname}
	}
	return Answer{}
}

// addCover notes an answer and returns its number, counted from 1.
func (d *draft) addCover(a Answer) uint32 {
	if d.covers == nil {
		d.covers = new(slab[Answer])
	}
	return d.covers.push(a) + 1
}

// glue finds the addresses of every cut's name servers, and marks the nodes that
// are named by an NS record.
func (d *draft) glue() {
	for i := range d.named(d.rrset(0, dns.TypeNS)) {
		d.b.branches.at(i).glue = true
	}
	if d.covers == nil {
		return
	}
	for i := range uint32(d.covers.len()) {
		c := d.covers.at(i)
		if c.Kind != Delegation {
			continue
		}
		for node := range d.named(c.RRs) {
			d.b.branches.at(node).glue = true
		}
		c.Extra = d.addresses(i + 1)
	}
}

// addresses returns what the zone has for the name servers of a cut: first what lies at
// or below it. All may be offered wherever they lie, since nothing that owns an address
// lies below a DNAME.
func (z *Zone) addresses(cut uint32) []dns.RR {
	var inside, outside []dns.RR
	for node := range z.named(z.cover(cut).RRs) {
		to := &outside
		if z.nodes.at(node).at == cut {
			to = &inside
		}
		*to = append(*to, z.rrset(node, dns.TypeA)...)
		*to = append(*to, z.rrset(node, dns.TypeAAAA)...)
	}
	n := len(inside) + len(outside)
	if n == 0 {
		return nil
	}
	return append(append(make([]dns.RR, 0, n), inside...), outside...)
}

// named yields the nodes that NS records name.
func (z *Zone) named(rrs []dns.RR) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for _, rr := range rrs {
			i, ok := z.find(strings.ToLower(Host(rr)))
			if ok && !yield(i) {
				return
			}
		}
	}
}

// occluded reports whether a node lies below a zone cut or a DNAME, so that what it holds
// is not the zone's to answer with. A cut itself is not (RFC 2136 section 7.18).
func (z *Zone) occluded(n *node) bool { return n.at != none && !n.is(z.cover(n.at).Owner) }

// cover returns the answer of a number that a node has.
func (z *Zone) cover(number uint32) *Answer { return z.covers.at(number - 1) }
