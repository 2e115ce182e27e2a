package zone

import (
	"iter"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// Holds reports whether name, which is canonical, exists in the zone: as an owner, or since
// there is one below it.
func (z *Zone) Holds(name string) bool {
	_, ok := z.find(name)
	return ok
}

// Owned returns the records of an owner, which is canonical, those that a zone cut hides
// included. They are read-only.
func (z *Zone) Owned(name string) []dns.RR {
	i, ok := z.find(name)
	if !ok {
		return nil
	}
	return z.owned(z.nodes.at(i))
}

// Links yields the CNAME, DNAME and NS records of the zone, in no order. It looks at no
// other record, so that it costs milliseconds in a zone of a million.
func (z *Zone) Links() iter.Seq[dns.RR] {
	return func(yield func(dns.RR) bool) {
		for i := range uint32(z.nodes.len()) {
			n := z.nodes.at(i)
			if n.sets == none || isBare(n) { // of a node that was removed sets is another number
				if isLink(n.first[0]) && !yield(n.first[0]) {
					return
				}
				continue
			}
			for _, rr := range z.owned(n) {
				if isLink(rr) && !yield(rr) {
					return
				}
			}
		}
	}
}

func isBare(n *node) bool {
	_, ok := n.first[0].(*bare)
	return ok
}

// isLink tells by the type of the pointer, and so without reading the record.
func isLink(rr dns.RR) bool {
	switch rr.(type) {
	case *dns.CNAME, *dns.DNAME, *dns.NS:
		return true
	}
	return false
}

// Below yields the owners at or below a name, which is canonical, in no order. In a zone
// that can be edited the cost is that of a look at all nodes only if there is one below.
func (z *Zone) Below(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		i, ok := z.find(name)
		if !ok {
			return
		}
		if z.edited != nil && *z.edited.children.at(i) == 0 {
			if !isBare(z.nodes.at(i)) {
				yield(name)
			}
			return
		}
		for i := range uint32(z.nodes.len()) {
			n := z.nodes.at(i)
			if isBare(n) {
				continue
			}
			if owner := strings.ToLower(n.name()); domain.IsSubdomain(name, owner) && !yield(owner) {
				return
			}
		}
	}
}
