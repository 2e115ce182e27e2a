package zone

import (
	"cmp"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// twin is a zone as a flat list of records. Its lookup follows the text of the
// RFCs step by step, without index or precomputation, and shares no code with the
// package: names are lists of labels, apex last.
type twin struct {
	apex   []string
	rrs    []dns.RR
	owners [][]string // of rrs
}

// with returns the twin with one more record.
func (t twin) with(rr dns.RR) twin {
	t.rrs = append(slices.Clone(t.rrs), rr)
	t.owners = append(slices.Clone(t.owners), labelsOf(rr.Header().Name))
	return t
}

// labelsOf splits a canonical name at its unescaped dots.
func labelsOf(name string) []string {
	var out []string
	label := ""
	for i := 0; i < len(name); i++ {
		switch {
		case name[i] == '\\':
			label += name[i : i+2]
			i++
		case name[i] == '.':
			if label != "" {
				out = append(out, label)
			}
			label = ""
		default:
			label += name[i : i+1]
		}
	}
	return out
}

// within reports whether name is top or lies below it.
func within(top, name []string) bool {
	over := len(name) - len(top)
	return over >= 0 && slices.Equal(name[over:], top)
}

func nameOf(labels []string) string {
	if len(labels) == 0 {
		return "."
	}
	return strings.Join(labels, ".") + "."
}

// get returns the records of an owner and type.
func (t twin) get(owner []string, rrtype uint16) []dns.RR {
	var out []dns.RR
	for i, rr := range t.rrs {
		if (rrtype == dns.TypeANY || rr.Header().Rrtype == rrtype) && slices.Equal(t.owners[i], owner) {
			out = append(out, rr)
		}
	}
	if rrtype != dns.TypeANY {
		return out
	}
	slices.SortStableFunc(out, func(x, y dns.RR) int { return cmp.Compare(x.Header().Rrtype, y.Header().Rrtype) })
	return out
}

// exists is RFC 8020: a name exists if it or a name below it owns something.
func (t twin) exists(name []string) bool {
	if slices.Equal(name, t.apex) {
		return true
	}
	return slices.ContainsFunc(t.owners, func(owner []string) bool { return within(name, owner) })
}

// stop walks down from the apex to name, RFC 1034 section 4.3.2 step 3b and RFC
// 6672 section 3.2 step 3c, and gives the cut or DNAME met first.
func (t twin) stop(name []string) (Answer, bool) {
	for at := len(name) - len(t.apex); at >= 0; at-- {
		node := name[at:]
		isApex := len(node) == len(t.apex)
		if ns := t.get(node, dns.TypeNS); ns != nil && !isApex && node[0] != "*" {
			return Answer{Kind: Delegation, Owner: nameOf(node), RRs: ns}, true
		}
		if dname := t.get(node, dns.TypeDNAME); dname != nil && at > 0 {
			return Answer{Kind: DNAME, Owner: nameOf(node), RRs: dname}, true
		}
	}
	return Answer{}, false
}

// glue returns the addresses of a cut's servers: in-domain ones, then the others.
func (t twin) glue(cut Answer) []dns.RR {
	var inside, outside []dns.RR
	for _, rr := range cut.RRs {
		host := labelsOf(rr.(*dns.NS).Ns)
		if !within(t.apex, host) {
			continue
		}
		stop, stopped := t.stop(host)
		if stopped && stop.Kind == DNAME {
			continue
		}
		found := append(t.get(host, dns.TypeA), t.get(host, dns.TypeAAAA)...)
		if within(labelsOf(cut.Owner), host) && stop.Owner == cut.Owner {
			inside = append(inside, found...)
		} else {
			outside = append(outside, found...)
		}
	}
	return append(inside, outside...)
}

func (t twin) lookup(qname string, qtype uint16) Answer {
	name := labelsOf(qname)
	if !within(t.apex, name) {
		return Answer{}
	}
	if stop, ok := t.stop(name); ok {
		if stop.Kind == Delegation && stop.Owner == qname && qtype == dns.TypeDS {
			if ds := t.get(name, qtype); ds != nil {
				return Answer{Kind: Success, Owner: qname, RRs: ds}
			}
			return Answer{Kind: NoData, Owner: qname}
		}
		if stop.Kind == Delegation {
			stop.Extra = t.glue(stop)
		}
		return stop
	}
	if t.exists(name) {
		return t.node(name, qtype)
	}
	encloser := name
	for !t.exists(encloser) {
		encloser = encloser[1:]
	}
	source := append([]string{"*"}, encloser...) // RFC 4592 section 3.3.1
	if !t.exists(source) {
		return Answer{}
	}
	a := t.node(source, qtype)
	a.Wildcard = true
	return a
}

// node is RFC 1034 section 4.3.2 step 3a.
func (t twin) node(name []string, qtype uint16) Answer {
	a := Answer{Owner: nameOf(name)}
	switch {
	case t.get(name, dns.TypeANY) == nil:
		a.Kind = ENT
	case t.get(name, qtype) != nil:
		a.Kind, a.RRs = Success, t.get(name, qtype)
	case t.get(name, dns.TypeCNAME) != nil:
		a.Kind, a.RRs = CNAME, t.get(name, dns.TypeCNAME)
	default:
		a.Kind = NoData
	}
	return a
}

// legal is the errors of SPEC section 3 that the records of a random zone can have.
func (t twin) legal(flatten bool) bool {
	for i, rr := range t.rrs {
		owner := t.owners[i]
		if stop, ok := t.stop(owner); ok && stop.Kind == DNAME {
			return false
		}
		t1 := rr.Header().Rrtype
		single := t1 == dns.TypeCNAME || t1 == dns.TypeDNAME || t1 == dns.TypeSOA
		if single && len(t.get(owner, t1)) > 1 || t1 == dns.TypeSOA && !slices.Equal(owner, t.apex) {
			return false
		}
		if t1 != dns.TypeCNAME {
			continue
		}
		for _, other := range t.get(owner, dns.TypeANY) {
			switch t2 := other.Header().Rrtype; t2 {
			case dns.TypeCNAME, dns.TypeRRSIG, dns.TypeNSEC:
			default:
				if !flatten || !slices.Equal(owner, t.apex) {
					return false
				}
			}
		}
	}
	return true
}
