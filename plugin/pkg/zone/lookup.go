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
		return z.search(n, qtype)
	}
	cover := z.cover(n.at)
	// The parent side of a cut is authoritative for DS (RFC 4035 section 3.1.4.1).
	if qtype != dns.TypeDS || cover.Kind != Delegation || !n.is(cover.Owner) {
		return *cover
	}
	if rrs := z.rrset(i, dns.TypeDS); rrs != nil {
		return Answer{Kind: Success, Owner: cover.Owner, RRs: rrs}
	}
	return Answer{Kind: NoData, Owner: cover.Owner}
}

// search looks for a type at a node that no cut or DNAME covers.
func (z *Zone) search(n *node, qtype uint16) Answer {
	first := n.first[0].Header()
	if n.sets == none {
		return n.only(first, qtype)
	}
	if qtype == dns.TypeANY {
		return Answer{Kind: Success, Owner: first.Name, RRs: z.owned(n)}
	}
	var alias []dns.RR
	for s := n.sets - 1; ; s++ {
		set := z.set(s)
		switch set.rrtype {
		case qtype:
			return Answer{Kind: Success, Owner: first.Name, RRs: z.span(s, s+1)}
		case dns.TypeCNAME:
			alias = z.span(s, s+1)
		}
		if set.more == 0 {
			break
		}
	}
	if alias != nil {
		return Answer{Kind: CNAME, Owner: first.Name, RRs: alias}
	}
	return Answer{Kind: NoData, Owner: first.Name}
}

// only answers from a node that owns one record or none, whose header is given.
func (n *node) only(header *dns.RR_Header, qtype uint16) Answer {
	switch rrtype := header.Rrtype; {
	case rrtype == dns.TypeANY:
		return Answer{Kind: ENT, Owner: header.Name}
	case rrtype == qtype, qtype == dns.TypeANY:
		return Answer{Kind: Success, Owner: header.Name, RRs: n.first[:]}
	case rrtype == dns.TypeCNAME:
		return Answer{Kind: CNAME, Owner: header.Name, RRs: n.first[:]}
	}
	return Answer{Kind: NoData, Owner: header.Name}
}

// Glue returns the RRset of one type at name even if a cut occludes it, nil if
// there is none. name is canonical. The slice is shared and read-only.
func (z *Zone) Glue(name string, rrtype uint16) []dns.RR {
	i, ok := z.find(name)
	if !ok {
		return nil
	}
	return z.rrset(i, rrtype)
}

// rrset returns the records of one type at a node, or nil.
func (z *Zone) rrset(i uint32, rrtype uint16) []dns.RR {
	n := z.nodes.at(i)
	if n.sets == none {
		if n.first[0].Header().Rrtype == rrtype {
			return n.first[:]
		}
		return nil
	}
	for s := n.sets - 1; ; s++ {
		set := z.set(s)
		if set.rrtype == rrtype {
			return z.span(s, s+1)
		}
		if set.more == 0 {
			return nil
		}
	}
}

// owned returns all records of a node.
func (z *Zone) owned(n *node) []dns.RR {
	switch {
	case n.empty():
		return nil
	case n.sets == none:
		return n.first[:]
	}
	first := n.sets - 1
	return z.span(first, first+uint32(z.set(first).more)+1)
}

// set returns the set of a number that counts from 0.
func (z *Zone) set(s uint32) *set {
	if s >= uint32(len(z.sets)) {
		return z.edited.sets.at(s)
	}
	return &z.sets[s]
}

// span returns the records of the sets from first up to end.
func (z *Zone) span(first, end uint32) []dns.RR {
	from, to := z.set(first).start, z.set(end).start
	if from >= uint32(len(z.rrs)) && z.edited != nil {
		return z.edited.rrs.span(from, to)
	}
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
		return *z.cover(n.below)
	case n.wild != none:
		a := z.search(z.nodes.at(n.wild), qtype)
		a.Wildcard = true
		return a
	}
	return Answer{}
}

// encloser returns the closest encloser (RFC 4592 section 3.3.1) of a name that
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
