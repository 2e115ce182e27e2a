package zone

import (
	"fmt"
	"testing"
)

// A look ahead leads to the nodes that lookups find, in zones of all sizes, and keeps none.
func TestLookahead(t *testing.T) {
	small, edited := large(t, 3), edit(t, large(t, 5000), 4000, 7)
	cases := []struct {
		zone *Zone
		name string
		node bool
	}{
		{small, "host-2.example.org.", true},
		{nil, "host-2.example.org.", false},
		{small, "example.org.", true},
		{small, "host-3.example.org.", false},
		{edited, "host-4000.example.org.", true},
		{edited, "host-4999.example.org.", true},
		{edited, ".", false},
		{edited, "", false},
	}
	var zones []*Zone
	var names []string
	for range 20 {
		for _, c := range cases {
			zones, names = append(zones, c.zone), append(names, c.name)
		}
	}
	var l Lookahead
	l.Fetch(zones[:5], names[:5])
	l.Fetch(zones, names)
	for i, n := range l.nodes {
		if n != nil {
			t.Fatalf("the node of %q is kept", names[i])
		}
	}
	l.search(zones, names)
	l.find(zones, l.nodes)
	for i, n := range l.nodes {
		if c := cases[i%len(cases)]; c.node && (n == nil || !n.is(c.name)) {
			t.Errorf("%q leads to %v", c.name, n)
		}
	}
	if allocations := testing.AllocsPerRun(100, func() { l.Fetch(zones, names) }); allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}

// BenchmarkLookahead is the time for one of 20 names, in one of 10,000 zones each: a lookup,
// and one after a look ahead.
func BenchmarkLookahead(b *testing.B) {
	const zones, batch = 10_000, 20
	all := make([]*Zone, zones)
	for i := range all {
		all[i] = large(b, 10)
	}
	names := make([]string, batch)
	for i := range names {
		names[i] = fmt.Sprintf("host-%d.example.org.", i%10)
	}
	for name, ahead := range map[string]bool{"without": false, "with": true} {
		b.Run(name, func(b *testing.B) {
			var l Lookahead
			some, at := make([]*Zone, batch), 0
			for i := 0; b.Loop(); i++ {
				if i%batch == 0 {
					for j := range some {
						at = (at + 7919) % zones
						some[j] = all[at]
					}
					if ahead {
						l.Fetch(some, names)
					}
				}
				some[i%batch].Lookup(names[i%batch], 1)
			}
		})
	}
}
