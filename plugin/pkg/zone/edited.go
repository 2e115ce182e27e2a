package zone

import (
	"iter"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// edited is what an Editor has to know of a zone, and what it has added to it since that
// was built. Immutable.
type edited struct {
	sets     runs[set]    // behind Zone.sets
	rrs      runs[dns.RR] // behind Zone.rrs
	children slab[uint32] // of each node, how many nodes lie directly below
	hosts    domain.Table // the names in the zone that NS records of cuts point to, with the numbers of the cuts
	free     uint32       // a node that was removed, from 1; its sets is the next one
	dead     uint32       // records that memory has and the zone does not
}

// keepEditable notes what an Editor has to know.
func (d *draft) keepEditable() {
	n := d.nodes.len()
	if !d.b.opt.Editable || d.Zone.signed != nil || n < d.b.least {
		return
	}
	e := &edited{
		sets:  runs[set]{from: uint32(len(d.sets))},
		rrs:   runs[dns.RR]{from: uint32(len(d.rrs))},
		hosts: domain.NewTable(0),
	}
	for range n {
		e.children.push(0)
	}
	for i := 1; i < n; i++ {
		*e.children.at(d.b.branches.at(uint32(i)).parent)++
	}
	if d.covers != nil {
		for i := range uint32(d.covers.len()) {
			for host := range d.hosts(d.covers.at(i)) {
				e.hosts.Add(host, i+1)
			}
		}
	}
	d.edited = e
}

// hosts yields the names in the zone that the NS records of a cut point to.
func (z *Zone) hosts(cut *Answer) iter.Seq[string] {
	return func(yield func(string) bool) {
		if cut.Kind != Delegation {
			return
		}
		for _, rr := range cut.RRs {
			if host := strings.ToLower(Host(rr)); domain.IsSubdomain(z.apex, host) && !yield(host) {
				return
			}
		}
	}
}

// removed reports whether a node is no name of the zone any more, and free for another.
func (n *node) removed() bool { return n.name() == "" }
