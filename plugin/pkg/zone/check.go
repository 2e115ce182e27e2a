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
		if n.at != none && d.cover(n.at).Kind == DNAME {
			d.checkBelowDNAME(d.cover(n.at).Owner, first, end)
		}
		if d.b.branches.at(i).starred {
			d.b.report.warnf(problem.AsteriskInside, d.setPos(first), d.setLabel(first), "has an asterisk label inside its owner: that is no wildcard, but makes one exist above it (RFC 4592 section 2.1.1)")
		}
		wild := i > 0 && isWildcard(n.name())
		for s := first; s < end; s++ {
			d.checkSize(s)
			switch t := d.groups[s].rrtype; t {
			case dns.TypeSOA:
				d.checkSOA(i, s)
			case dns.TypeCNAME:
				d.checkSingle(s)
				d.checkAlias(i, s)
			case dns.TypeDNAME:
				d.checkSingle(s)
				if wild {
					d.b.report.warnf(problem.WildcardDNAME, d.setPos(s), d.setLabel(s), "belongs to a wildcard: it redirects only what lies below the asterisk itself (RFC 4592 section 4.4)")
				}
			case dns.TypeNS:
				if wild {
					d.b.report.warnf(problem.WildcardNS, d.setPos(s), d.setLabel(s), "belongs to a wildcard: it delegates nothing (RFC 4592 section 4.2)")
				}
			}
		}
	}
}

const belowDNAME = "lies below the DNAME of %s, where no records are allowed (RFC 6672 section 2.4)"

// checkBelowDNAME refuses the sets of a node below a DNAME (RFC 6672 section 2.4).
func (d *draft) checkBelowDNAME(owner string, first, end uint32) {
	for s := first; s < end; s++ {
		d.b.report.errorf(problem.RecordBelowDNAME, d.setPos(s), d.setLabel(s), belowDNAME, owner)
	}
}

// checkSOA refuses a second SOA and one that is not at the apex.
func (d *draft) checkSOA(node, s uint32) {
	if node != 0 {
		d.b.report.errorf(problem.SOANotAtApex, d.setPos(s), d.setLabel(s), "is not at the apex; a SOA is allowed only at %s", d.apex)
		return
	}
	d.checkSingle(s)
}

// maxRRset bounds an RRset in octets: a larger one fits in no message (RFC 1035 section
// 4.2.2), whose header and question take the rest.
const maxRRset = 1<<16 - 1 - 12 - 255 - 4

// fewInSet is how many records of any common type fit in a message for sure.
const fewInSet = 100

// checkSize refuses an RRset that no message can hold. Each record takes two octets for
// its owner at least, by a pointer, ten for the header, and its data.
func (d *draft) checkSize(s uint32) {
	records := d.records[d.groups[s].start:d.groups[s+1].start]
	if len(records) < fewInSet && smallData(d.groups[s].rrtype) {
		return
	}
	size := 0
	for _, rr := range records {
		if _, err := d.b.pack(rr); err != nil {
			return // reported where it was added
		}
		if size += 2 + 10 + int(rr.Header().Rdlength); size > maxRRset { // which pack has set
			d.b.report.errorf(problem.RRsetTooLarge, d.setPos(s), d.setLabel(s), "is an RRset of more than %d octets, which no message can hold", maxRRset)
			return
		}
	}
}

// smallData reports whether the data of a type are numbers and names.
func smallData(rrtype uint16) bool {
	switch rrtype {
	case dns.TypeA, dns.TypeAAAA, dns.TypeNS, dns.TypeCNAME, dns.TypeSOA, dns.TypePTR, dns.TypeMX, dns.TypeSRV, dns.TypeDNAME:
		return true
	}
	return false
}

// checkSingle refuses a second record in a set that may have but one: SOA, CNAME
// (RFC 2181 section 10.1) and DNAME (RFC 6672 section 2.4).
func (d *draft) checkSingle(s uint32) {
	start, end := d.groups[s].start, d.groups[s+1].start
	for i := start + 1; i < end; i++ {
		d.b.report.errorf(problem.RecordNotSingle, d.b.pos(d.places[i]), d.setLabel(s), "is a second one, only one is allowed; the first is at %s", d.b.pos(d.places[start]))
	}
}

// checkAlias refuses other data beside a CNAME (RFC 1034 section 3.6.2, RFC 4035
// section 2.5), but at the apex of a zone that flattens: there the other types answer
// for themselves, and the alias for those that are missing.
func (d *draft) checkAlias(node, alias uint32) {
	if node == 0 && d.b.opt.Flatten {
		return
	}
	var others []string
	for s := d.first[node]; s < d.first[node+1]; s++ {
		switch t := d.groups[s].rrtype; t {
		case dns.TypeCNAME, dns.TypeRRSIG, dns.TypeNSEC:
		default:
			others = append(others, dns.Type(t).String())
		}
	}
	if len(others) == 0 {
		return
	}
	allowed := "RRSIG and NSEC"
	if node == 0 {
		allowed = "RRSIG and NSEC, and at the apex anything when flatten is on"
	}
	d.b.report.errorf(problem.CNAMEBesideOthers, d.setPos(alias), d.setLabel(alias), "stands beside %s; allowed beside a CNAME: %s (RFC 1034 section 3.6.2)",
		strings.Join(others, ", "), allowed)
}

// checkOccluded warns about data that a zone cut hides (RFC 2136 section 7.18).
func (d *draft) checkOccluded() {
	for i := range uint32(d.nodes.len()) {
		if n := d.nodes.at(i); n.at != none && d.cover(n.at).Kind == Delegation {
			d.checkHidden(i, d.cover(n.at).Owner, n.is(d.cover(n.at).Owner), d.b.branches.at(i).glue)
		}
	}
}

// checkHidden warns about the data of one node that a cut hides: of the cut itself, of
// a name that an NS record names, or of another.
func (d *draft) checkHidden(i uint32, cut string, self, glue bool) {
	for s := d.first[i]; s < d.first[i+1]; s++ {
		switch d.groups[s].rrtype {
		case dns.TypeNS, dns.TypeDS, dns.TypeRRSIG, dns.TypeNSEC:
			if self {
				continue
			}
		case dns.TypeA, dns.TypeAAAA:
			if !glue {
				d.b.report.warnf(problem.RecordOccluded, d.setPos(s), d.setLabel(s), "is occluded by the zone cut at %s and is not glue, for no NS record names it", cut)
			}
			continue
		}
		d.b.report.warnf(problem.RecordOccluded, d.setPos(s), d.setLabel(s), "is occluded by the zone cut at %s and never answers", cut)
	}
}

// setPos returns the position of a set's first record.
func (d *draft) setPos(s uint32) problem.Pos { return d.b.pos(d.places[d.groups[s].start]) }

// setLabel names a set in messages: owner and type.
func (d *draft) setLabel(s uint32) string { return label(d.records[d.groups[s].start].Header()) }
