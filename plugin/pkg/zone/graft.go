package zone

import (
	"iter"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// graft puts the owners of a patch in place of those that a zone has, in a copy of it.
// It copies the chunks of what it changes and works out anew what depends on it: empty
// non-terminals, wildcards, and what cuts and DNAMEs answer for (see covering).
type graft struct {
	*Zone    // to be
	patch    *draft
	edit     edited // to be
	nodes    *slabFork[node]
	names    *domain.Fork
	sets     runsFork[set]
	rrs      runsFork[dns.RR]
	children *slabFork[uint32]
	text     names

	touched []uint32          // nodes whose own data changed, and those that were made
	ofPatch map[uint32]uint32 // the node of the patch, for those that have data there
}

func newGraft(z *Zone, patch *draft) *graft {
	next := new(Zone)
	*next = *z
	g := &graft{Zone: next, patch: patch, edit: *z.edited, ofPatch: make(map[uint32]uint32)}
	next.edited = &g.edit
	g.nodes, g.names = next.tree.nodes.fork(), next.tree.names.Fork()
	g.sets.runs, g.rrs.runs = &g.edit.sets, &g.edit.rrs
	g.children = g.edit.children.fork()
	return g
}

// graft returns the next zone. What is wrong with it is in the report of the patch.
func (g *graft) graft(owners []string) *Zone {
	if g.Zone.synthesized {
		g.records++ // until it is known whether there is a new one
	}
	for _, owner := range owners {
		g.replace(owner)
		if owner == g.apex {
			g.Zone.synthesized = g.patch.synthesized
		}
	}
	if g.Zone.synthesized {
		g.records--
	}
	c := newCovering(g)
	c.settle()
	for _, owner := range owners {
		g.prune(owner)
	}
	c.findAddresses(owners)
	g.deny(g.patch.b.opt)
	g.warn()
	return g.Zone
}

// replace gives an owner what it has in the patch, and nothing else.
func (g *graft) replace(owner string) {
	at, has := g.patch.find(owner)
	var groups, records int
	if has {
		groups, records = g.patch.owns(at)
	}
	i, ok := g.find(owner)
	if !ok && records == 0 {
		return
	}
	if !ok {
		i = g.ensure(owner)
	}
	n := g.nodes.edit(i)
	before := len(g.owned(n))
	g.edit.dead += uint32(before)
	g.records += uint32(records - before)
	g.touched = append(g.touched, i)
	n.sets = none
	if records == 0 {
		n.first[0] = newBare(strings.ToLower(n.name()))
		return
	}
	g.ofPatch[i] = at
	first := g.patch.first[at]
	from := g.patch.groups[first].start
	rrs := g.patch.records[from : from+uint32(records)]
	n.first[0] = rrs[0]
	if records == 1 {
		return
	}
	start := g.rrs.add(rrs)
	sets := slices.Clone(g.patch.groups[first : first+uint32(groups)+1]) // with an end mark
	for s := range sets {
		sets[s].start += start - from
		sets[s].more = uint16(max(groups-1-s, 0))
	}
	n.sets = g.sets.add(sets) + 1
}

// ensure returns the node of a name, which it makes if need be, with those above it.
func (g *graft) ensure(name string) uint32 {
	if i, ok := g.find(name); ok {
		return i
	}
	up, _ := domain.Parent(name)
	parent := g.ensure(up)
	i := g.grow(g.text.intern(name))
	*g.children.edit(parent)++
	if isWildcard(name) {
		g.nodes.edit(parent).wild = i
	}
	var starts [maxLabels]uint16
	labels, _ := g.labels(name, &starts)
	g.depth = max(g.depth, labels)
	g.touched = append(g.touched, i)
	return i
}

// grow makes a node that owns nothing, where one was removed if there is such a place.
func (g *graft) grow(name string) uint32 {
	n := node{first: [1]dns.RR{newBare(name)}}
	i := g.edit.free - 1
	if g.edit.free == none {
		i = g.nodes.push(n)
		g.children.push(0)
	} else {
		g.edit.free = g.nodes.at(i).sets
		*g.nodes.edit(i) = n
	}
	g.names.Add(name, i)
	return i
}

// prune takes a name away that owns nothing and has nothing below, and then those above
// it that are left the same way.
func (g *graft) prune(name string) {
	i, ok := g.find(name)
	for ok && i != 0 && g.nodes.at(i).empty() && *g.children.at(i) == 0 {
		g.names.Remove(name, i)
		*g.nodes.edit(i) = node{first: [1]dns.RR{newBare("")}, sets: g.edit.free}
		g.edit.free = i + 1
		wild := isWildcard(name)
		name, _ = domain.Parent(name)
		i, ok = g.find(name)
		*g.children.edit(i)--
		if wild {
			g.nodes.edit(i).wild = none
		}
	}
}

// warn looks for what is no use of what is new.
func (g *graft) warn() {
	for i, at := range g.ofPatch {
		n := g.nodes.at(i)
		g.patch.checkTargetsOf(at, n, g.Zone)
		if n.at == none || g.cover(n.at).Kind != Delegation {
			continue
		}
		cut := g.cover(n.at).Owner
		g.patch.checkHidden(at, cut, n.is(cut), g.isHost(strings.ToLower(n.name())))
	}
}

// isHost reports whether an NS record of the zone points to a name.
func (g *graft) isHost(name string) bool {
	for range g.cutsOf(name) {
		return true
	}
	return slices.ContainsFunc(g.rrset(0, dns.TypeNS), func(rr dns.RR) bool { return strings.EqualFold(Host(rr), name) })
}

// cutsOf yields the numbers of the cuts whose NS records point to a name.
func (g *graft) cutsOf(name string) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		s := domain.NewSearch(name)
		for number, ok := g.edit.hosts.Next(&s); ok; number, ok = g.edit.hosts.Next(&s) {
			points := slices.ContainsFunc(g.cover(number).RRs, func(rr dns.RR) bool { return strings.EqualFold(Host(rr), name) })
			if points && !yield(number) {
				return
			}
		}
	}
}
