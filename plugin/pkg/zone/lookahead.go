package zone

import "github.com/internaldns/internaldns/plugin/pkg/domain"

// Lookahead has the processor fetch what some names will be looked up in. A lookup goes from
// one place of memory to the next, half a dozen of them; in a large zone, or one of many, none
// is in a cache, and the processor waits for each. Here all names take every step together,
// in loops so short that it waits for the places of many names at once. What is fetched
// changes no answer. It belongs to one goroutine.
type Lookahead struct {
	searches []domain.Search
	nodes    []*node
	read     uint32 // a sum of what was fetched, or the compiler would leave that out
}

// Fetch looks ahead for canonical names, each in a zone, which may be nil. It keeps neither.
func (l *Lookahead) Fetch(zones []*Zone, names []string) {
	for len(l.nodes) < len(names) {
		l.searches, l.nodes = append(l.searches, domain.Search{}), append(l.nodes, nil)
	}
	nodes := l.nodes[:len(names)]
	l.search(zones, names)
	l.find(zones, nodes)
	for _, n := range nodes {
		if n != nil {
			l.read += n.sets
		}
	}
	for _, n := range nodes {
		if n != nil {
			l.read += uint32(n.name()[0])
		}
	}
	clear(nodes)
}

// search begins a search for each name, once it has fetched the zone.
func (l *Lookahead) search(zones []*Zone, names []string) {
	for i, name := range names {
		l.searches[i] = domain.NewSearch(name)
	}
	for _, z := range zones {
		if z != nil {
			l.read += uint32(len(z.nodes.first)) //nolint:gosec // any octet of it will do
		}
	}
	for i, z := range zones {
		if z != nil {
			l.read += z.names.Touch(l.searches[i])
		}
	}
}

// find gives each name the node that is most likely called so.
func (l *Lookahead) find(zones []*Zone, nodes []*node) {
	for i, z := range zones {
		if z == nil {
			continue
		}
		if n, ok := z.names.Next(&l.searches[i]); ok {
			nodes[i] = z.nodes.at(n)
		}
	}
}
