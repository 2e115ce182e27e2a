package zone

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// All returns the records of the zone, occluded ones and glue included: owners in
// canonical order (RFC 4034 section 6.1), the SOA first, then by type, the records
// of an RRset in the order they were added; last NSEC3 records, whose owners are
// hashes. A synthesized SOA is left out, so that what is written from All loads to the
// same zone again. The order is worked out anew for each walk, which takes time and
// room in proportion to the zone.
func (z *Zone) All() iter.Seq[dns.RR] {
	return func(yield func(dns.RR) bool) {
		soa := z.SOA()
		if !z.synthesized && !yield(soa) {
			return
		}
		for _, i := range z.order() {
			for _, rr := range z.owned(z.nodes.at(i)) {
				if i == 0 && rr == dns.RR(soa) {
					continue
				}
				if !yield(rr) {
					return
				}
			}
		}
		if z.signed == nil {
			return
		}
		for _, rr := range z.signed.beside {
			if !yield(rr) {
				return
			}
		}
	}
}

// Names returns the canonical owners of the records of All that are names, each once,
// in the same order.
func (z *Zone) Names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, i := range z.order() {
			n := z.nodes.at(i)
			shown := len(z.owned(n))
			if i == 0 && z.synthesized {
				shown--
			}
			if shown > 0 && !yield(strings.ToLower(n.name())) {
				return
			}
		}
	}
}

// order returns the nodes in canonical order.
func (z *Zone) order() []uint32 {
	order := make([]uint32, 0, z.nodes.len())
	for i := range uint32(z.nodes.len()) {
		if !z.nodes.at(i).removed() {
			order = append(order, i)
		}
	}
	z.sort(order)
	return order
}

// sort puts nodes in canonical order.
func (z *Zone) sort(nodes []uint32) {
	type keyed struct {
		from, to int // the key in keys
		node     uint32
	}
	var text strings.Builder
	var starts [maxLabels]uint16
	list := make([]keyed, len(nodes))
	for i, node := range nodes {
		from := text.Len()
		z.sortKey(&text, strings.ToLower(z.nodes.at(node).name()), &starts)
		list[i] = keyed{from, text.Len(), node}
	}
	keys := text.String()
	slices.SortFunc(list, func(x, y keyed) int { return cmp.Compare(keys[x.from:x.to], keys[y.from:y.to]) })
	for i, k := range list {
		nodes[i] = k.node
	}
}

// sortKey writes a text that sorts as name does by RFC 4034 section 6.1: the
// octets of its labels, from the apex downward, each label ended by 0. In a label
// the octet 0 becomes 1 1 and 1 becomes 1 2, so that the end sorts first.
func (z *Zone) sortKey(text *strings.Builder, name string, starts *[maxLabels]uint16) {
	labels, _ := z.labels(name, starts)
	for l := labels - 1; l >= 0; l-- {
		for i := int(starts[l]); name[i] != '.'; i++ {
			c := name[i]
			switch {
			case c != '\\':
			case name[i+1] >= '0' && name[i+1] <= '9':
				c = (name[i+1]-'0')*100 + (name[i+2]-'0')*10 + name[i+3] - '0'
				i += 3
			default:
				i++
				c = name[i]
			}
			if c <= 1 {
				text.WriteByte(1)
				c++
			}
			text.WriteByte(c)
		}
		text.WriteByte(0)
	}
}
