package zone

import (
	"cmp"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// covering works out anew what cuts and DNAMEs answer for in a zone that is edited. A
// change concerns the nodes it touches; those below them only if a cut or DNAME comes
// or goes, and where these are not all touched as well, they are looked for among all
// nodes of the zone.
type covering struct {
	*graft
	covers  *slabFork[Answer]
	hosts   *domain.Fork
	below   map[uint32][]uint32 // the touched nodes directly below a node
	changed map[uint32]bool     // covers that are new or have new data
	moved   []uint32            // nodes that another cover answers for than before
	refused map[uint32]bool     // nodes that have data below a DNAME
}

func newCovering(g *graft) *covering {
	next := new(slab[Answer])
	if g.Zone.covers != nil {
		*next = *g.Zone.covers
	}
	g.Zone.covers = next
	return &covering{
		graft: g, covers: next.fork(), hosts: g.edit.hosts.Fork(),
		below: make(map[uint32][]uint32), changed: make(map[uint32]bool), refused: make(map[uint32]bool),
	}
}

// settle works out the covers of all touched nodes, the upper ones first.
func (c *covering) settle() {
	touched := c.byDepth(slices.Clone(c.touched))
	for _, i := range touched {
		if i != 0 {
			up := c.parent(i)
			c.below[up] = append(c.below[up], i)
		}
	}
	for _, i := range touched {
		if c.node(i) && *c.children.at(i) > 0 && !c.touchesAllBelow(i) {
			c.all(i)
		}
	}
}

// all works out the covers of all nodes below one.
func (c *covering) all(top uint32) {
	name := strings.ToLower(c.nodes.at(top).name())
	var found []uint32
	for i := range uint32(c.nodes.len()) {
		if n := c.nodes.at(i); i != top && !n.removed() && domain.IsSubdomain(name, strings.ToLower(n.name())) {
			found = append(found, i)
		}
	}
	for _, i := range c.byDepth(found) {
		c.node(i)
	}
}

// node works out the covers of one node from those of its parent, and reports whether
// those below it have others now.
func (c *covering) node(i uint32) (others bool) {
	n := c.nodes.at(i)
	var up uint32 = none
	if i != 0 {
		up = c.nodes.at(c.parent(i)).below
	}
	at, below := up, up
	var own uint32 = none
	if n.below != none && n.is(c.cover(n.below).Owner) {
		own = n.below
	}
	var want Answer
	if up == none {
		want = c.ownCover(i)
	}
	if number := c.change(own, want); number != none {
		below = number
		if want.Kind == Delegation {
			at = number
		}
	}
	if at != none && c.cover(at).Kind == DNAME && !n.empty() {
		c.refuse(i, c.cover(at).Owner)
	}
	if at == n.at && below == n.below {
		return false
	}
	others = below != n.below
	if at != n.at {
		c.moved = append(c.moved, i)
	}
	n = c.nodes.edit(i)
	n.at, n.below = at, below
	return others
}

// change puts an answer in the place of the cover that a node has of its own, and
// returns the number under which it stands. A cover of another kind has another number.
func (c *covering) change(own uint32, want Answer) uint32 {
	isCover := want.Kind == Delegation || want.Kind == DNAME
	if own == none && !isCover {
		return none
	}
	if own != none {
		old := c.covers.edit(own - 1)
		for host := range c.Zone.hosts(old) {
			c.hosts.Remove(host, own)
		}
		if old.Kind == want.Kind {
			want.Extra = old.Extra
			*old = want
		} else {
			*old = Answer{}
			own = none
		}
	}
	if !isCover {
		return none
	}
	if own == none {
		own = c.covers.push(want) + 1
	}
	for host := range c.Zone.hosts(&want) {
		c.hosts.Add(host, own)
	}
	c.changed[own] = true
	return own
}

// refuse reports the data of a node that lies below a DNAME.
func (c *covering) refuse(i uint32, owner string) {
	if c.refused[i] {
		return
	}
	c.refused[i] = true
	if at, ok := c.ofPatch[i]; ok {
		c.patch.checkBelowDNAME(owner, c.patch.first[at], c.patch.first[at+1])
		return
	}
	report, opt := &c.patch.b.report, &c.patch.b.opt
	report.errorf(problem.RecordBelowDNAME, opt.Pos, label(c.nodes.at(i).first[0].Header()), belowDNAME, owner)
}

// findAddresses looks up the name servers of every cut that is new, or that the owners
// or the nodes that moved are name servers of.
func (c *covering) findAddresses(owners []string) {
	for _, owner := range owners {
		for cut := range c.cutsOf(owner) {
			c.changed[cut] = true
		}
	}
	for _, i := range c.moved {
		for cut := range c.cutsOf(strings.ToLower(c.nodes.at(i).name())) {
			c.changed[cut] = true
		}
	}
	for cut := range c.changed {
		if c.cover(cut).Kind == Delegation {
			c.covers.edit(cut - 1).Extra = c.addresses(cut)
		}
	}
}

// touchesAllBelow reports whether all nodes below one are touched.
func (c *covering) touchesAllBelow(i uint32) bool {
	return len(c.below[i]) == int(*c.children.at(i)) &&
		!slices.ContainsFunc(c.below[i], func(child uint32) bool { return !c.touchesAllBelow(child) })
}

// parent returns the node above one that is not the apex.
func (c *covering) parent(i uint32) uint32 {
	up, _ := domain.Parent(strings.ToLower(c.nodes.at(i).name()))
	parent, _ := c.find(up)
	return parent
}

// byDepth sorts nodes, so that parents come before their children, and drops repeated ones.
func (c *covering) byDepth(nodes []uint32) []uint32 {
	depth := func(i uint32) int { return dns.CountLabel(c.nodes.at(i).name()) }
	slices.SortFunc(nodes, func(a, b uint32) int { return cmp.Or(cmp.Compare(depth(a), depth(b)), cmp.Compare(a, b)) })
	return slices.Compact(nodes)
}
