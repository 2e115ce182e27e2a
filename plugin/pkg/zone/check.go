package zone

import (
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// checkNodes looks for what records of one owner must not be to each other.
func (d *draft) checkNodes() {
	for i := range uint32(d.nodes.len()) {
		n, first, end := d.nodes.at(i), d.first[i], d.first[i+1]
		if first == end {
			continue
		}
		if n.at != none && d.covers[n.at-1].Kind == DNAME {
			d.checkBelowDNAME(d.covers[n.at-1].Owner, first, end)
		}
		if d.b.branches.at(i).starred {
			d.b.report.warnf(d.setPos(first), d.setLabel(first), "has an asterisk label inside its owner: that is no wildcard, but makes one exist above it (RFC 4592 section 2.1.1)")
		}
		wild := i > 0 && isWildcard(n.name())
		for s := first; s < end; s++ {
			switch t := d.groups[s].rrtype; t {
			case dns.TypeSOA:
				d.checkSOA(i, s)
			case dns.TypeCNAME:
				d.checkSingle(s)
				d.checkAlias(i, s)
			case dns.TypeDNAME:
				d.checkSingle(s)
				if wild {
					d.b.report.warnf(d.setPos(s), d.setLabel(s), "belongs to a wildcard: it redirects only what lies below the asterisk itself (RFC 4592 section 4.4)")
				}
			case dns.TypeNS:
				if wild {
					d.b.report.warnf(d.setPos(s), d.setLabel(s), "belongs to a wildcard: it delegates nothing (RFC 4592 section 4.2)")
				}
			}
		}
	}
}

// checkBelowDNAME refuses the sets of a node below a DNAME (RFC 6672 section 2.4).
func (d *draft) checkBelowDNAME(owner string, first, end uint32) {
	for s := first; s < end; s++ {
		d.b.report.errorf(d.setPos(s), d.setLabel(s), "lies below the DNAME of %s, where no records are allowed (RFC 6672 section 2.4)", owner)
	}
}

// checkSOA refuses a second SOA and one that is not at the apex.
func (d *draft) checkSOA(node, s uint32) {
	if node != 0 {
		d.b.report.errorf(d.setPos(s), d.setLabel(s), "is not at the apex; a SOA is allowed only at %s", d.apex)
		return
	}
	d.checkSingle(s)
}

// checkSingle refuses a second record in a set that may have but one: SOA, CNAME
// (RFC 2181 section 10.1) and DNAME (RFC 6672 section 2.4).
func (d *draft) checkSingle(s uint32) {
	start, end := d.groups[s].start, d.groups[s+1].start
	for i := start + 1; i < end; i++ {
		d.b.report.errorf(d.b.pos(d.places[i]), d.setLabel(s), "is a second one, only one is allowed; the first is at %s", d.b.pos(d.places[start]))
	}
}

// checkAlias refuses other data beside a CNAME (RFC 1034 section 3.6.2, RFC 4035
// section 2.5).
func (d *draft) checkAlias(node, alias uint32) {
	var others []string
	onlyApex := node == 0
	for s := d.first[node]; s < d.first[node+1]; s++ {
		switch t := d.groups[s].rrtype; {
		case t == dns.TypeCNAME, t == dns.TypeRRSIG, t == dns.TypeNSEC:
		case t == dns.TypeSOA || t == dns.TypeNS:
			if node != 0 || !d.b.opt.Flatten {
				others = append(others, dns.Type(t).String())
			}
		default:
			onlyApex = false
			others = append(others, dns.Type(t).String())
		}
	}
	if len(others) == 0 {
		return
	}
	allowed := "RRSIG and NSEC"
	switch {
	case onlyApex:
		allowed = "RRSIG and NSEC, and at the apex SOA and NS when flatten is on"
	case node == 0 && d.b.opt.Flatten:
		allowed = "RRSIG, NSEC, and at the apex SOA and NS"
	}
	d.b.report.errorf(d.setPos(alias), d.setLabel(alias), "stands beside %s; allowed beside a CNAME: %s (RFC 1034 section 3.6.2)",
		strings.Join(others, ", "), allowed)
}

// checkOccluded warns about data that a zone cut hides (RFC 2136 section 7.18).
func (d *draft) checkOccluded() {
	for i := range uint32(d.nodes.len()) {
		n := d.nodes.at(i)
		if n.at == none || d.covers[n.at-1].Kind != Delegation {
			continue
		}
		cut := d.covers[n.at-1].Owner
		for s := d.first[i]; s < d.first[i+1]; s++ {
			switch d.groups[s].rrtype {
			case dns.TypeNS, dns.TypeDS, dns.TypeRRSIG, dns.TypeNSEC:
				if n.is(cut) {
					continue
				}
			case dns.TypeA, dns.TypeAAAA:
				if d.b.branches.at(i).glue {
					continue
				}
				d.b.report.warnf(d.setPos(s), d.setLabel(s), "is occluded by the zone cut at %s and is not glue, for no NS record names it", cut)
				continue
			}
			d.b.report.warnf(d.setPos(s), d.setLabel(s), "is occluded by the zone cut at %s and never answers", cut)
		}
	}
}

// setPos gives the position of a set's first record.
func (d *draft) setPos(s uint32) problem.Pos { return d.b.pos(d.places[d.groups[s].start]) }

// setLabel names a set in messages: owner and type.
func (d *draft) setLabel(s uint32) string { return label(d.records[d.groups[s].start].Header()) }
