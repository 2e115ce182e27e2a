package zone

import "github.com/miekg/dns"

// The limits of a name in presentation form (RFC 1035 section 2.3.4): 127 labels,
// and 255 octets of which each may be written as \DDD.
const (
	maxLabels = 127
	maxText   = 4 * 255
)

// Lookup searches the zone for qname and qtype by RFC 1034 section 4.3.2 step 3,
// with RFC 4592 for wildcards and RFC 6672 for DNAME. qname is canonical; one
// that is not, or that does not lie in the zone, gives NXDomain. Lookup does not
// allocate and is safe for concurrent use.
func (z *Zone) Lookup(qname string, qtype uint16) Answer {
	i, ok := z.find(qname)
	if !ok {
		return z.miss(qname, qtype)
	}
	n := z.nodes.at(i)
	if n.at == none {
		return z.search(i, n, qtype)
	}
	cover := &z.covers[n.at-1]
	// The parent side of a cut is authoritative for DS (RFC 4035 section 3.1.4.1).
	if qtype != dns.TypeDS || cover.Kind != Delegation || cover.Owner != n.name {
		return *cover
	}
	if rrs := z.rrset(i, dns.TypeDS); rrs != nil {
		return Answer{Kind: Success, Owner: n.name, RRs: rrs}
	}
	return Answer{Kind: NoData, Owner: n.name}
}

// search looks for a type among the sets of a node that no cut or DNAME covers.
func (z *Zone) search(i uint32, n *node, qtype uint16) Answer {
	first, end := n.sets, z.nodes.at(i+1).sets
	if first == end {
		return Answer{Kind: ENT, Owner: n.name}
	}
	if qtype == dns.TypeANY {
		return Answer{Kind: Success, Owner: n.name, RRs: z.span(first, end)}
	}
	alias := end
	for s := first; s < end; s++ {
		switch z.sets[s].rrtype {
		case qtype:
			return Answer{Kind: Success, Owner: n.name, RRs: z.span(s, s+1)}
		case dns.TypeCNAME:
			alias = s
		}
	}
	if alias != end {
		return Answer{Kind: CNAME, Owner: n.name, RRs: z.span(alias, alias+1)}
	}
	return Answer{Kind: NoData, Owner: n.name}
}

// Glue gives the RRset of one type at name even if a cut occludes it, nil if
// there is none. name is canonical. The slice is shared and read-only.
func (z *Zone) Glue(name string, rrtype uint16) []dns.RR {
	i, ok := z.find(name)
	if !ok {
		return nil
	}
	return z.rrset(i, rrtype)
}

// rrset gives the records of one type at a node, or nil.
func (z *Zone) rrset(i uint32, rrtype uint16) []dns.RR {
	for s := z.nodes.at(i).sets; s < z.nodes.at(i+1).sets; s++ {
		if z.sets[s].rrtype == rrtype {
			return z.span(s, s+1)
		}
	}
	return nil
}

// span gives the records of the sets from first up to end.
func (z *Zone) span(first, end uint32) []dns.RR {
	from, to := z.sets[first].start, z.sets[end].start
	return z.rrs[from:to:to]
}

// miss answers for a name that does not exist, from its closest encloser.
func (z *Zone) miss(qname string, qtype uint16) Answer {
	i, ok := z.encloser(qname)
	if !ok {
		return Answer{}
	}
	n := z.nodes.at(i)
	switch {
	case n.below != none:
		return z.covers[n.below-1]
	case n.wild != none:
		a := z.search(n.wild, z.nodes.at(n.wild), qtype)
		a.Wildcard = true
		return a
	}
	return Answer{}
}

// encloser gives the closest encloser (RFC 4592 section 3.3.1) of a name that
// does not exist, and false if the name does not lie below the apex. Since every
// ancestor of a node is a node, the depth of the deepest one that exists is found
// by halving: a zone of reverse names, 34 labels deep, costs five probes.
func (z *Zone) encloser(qname string) (uint32, bool) {
	var starts [maxLabels]uint16
	labels, ok := z.labels(qname, &starts)
	if !ok {
		return 0, false
	}
	best := uint32(0)
	low, high := 0, min(labels-1, z.depth)
	for low < high {
		middle := (low + high + 1) / 2
		if i, ok := z.find(qname[starts[labels-middle]:]); ok {
			best, low = i, middle
		} else {
			high = middle - 1
		}
	}
	return best, true
}

// labels notes where each label of qname below the apex starts and counts them;
// it gives false if there are none or qname does not lie in the zone.
func (z *Zone) labels(qname string, starts *[maxLabels]uint16) (int, bool) {
	end := len(qname) - len(z.apex)
	if len(z.apex) == 1 { // the root: its dot is the last label's own
		end = len(qname)
	}
	if end <= 0 || end > maxText || qname[len(qname)-len(z.apex):] != z.apex {
		return 0, false
	}
	n, start := 0, 0
	for i := 0; i < end; i++ {
		switch qname[i] {
		case '\\':
			i++ // of \DDD the digits pass by as plain characters
		case '.':
			if n == maxLabels {
				return 0, false
			}
			starts[n] = uint16(start)
			n++
			start = i + 1
		}
	}
	return n, start == end
}
