package zone

import (
	"hash/maphash"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// none is the node number, cover or wildcard of those who have none. Node 0, the
// apex, is never the answer to any of these questions.
const none = 0

// node is one existing name of a zone: an owner or an empty non-terminal.
type node struct {
	name  string
	sets  uint32 // its first set
	at    uint32 // the cover that answers for this very name, from 1
	below uint32 // the cover that answers for names below that do not exist, from 1
	wild  uint32 // the node of the wildcard directly below
}

// tree finds nodes by name: an open-addressing table of node numbers that holds
// no pointers, so that the collector never walks it.
type tree struct {
	nodes slab[node]
	slots []slot // a power of two of them, at most 3/4 in use
	seed  maphash.Seed
	depth int // labels below the apex of the deepest node
}

// slot is one place of the table; node is counted from 1, 0 is an empty place.
type slot struct{ hash, node uint32 }

func newTree() tree {
	return tree{slots: make([]slot, 16), seed: maphash.MakeSeed()}
}

// find gives the number of the node called name.
func (t *tree) find(name string) (uint32, bool) {
	h := uint32(maphash.String(t.seed, name))
	mask := uint32(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := t.slots[i]
		if s.node == 0 {
			return 0, false
		}
		if s.hash == h && t.nodes.at(s.node-1).name == name {
			return s.node - 1, true
		}
	}
}

// add puts in a node that is not there yet.
func (t *tree) add(name string) uint32 {
	if 4*(t.nodes.len()+1) > 3*len(t.slots) {
		t.grow()
	}
	i := t.nodes.push(node{name: name})
	t.place(slot{hash: uint32(maphash.String(t.seed, name)), node: i + 1})
	return i
}

func (t *tree) place(s slot) {
	mask := uint32(len(t.slots) - 1)
	i := s.hash & mask
	for t.slots[i].node != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = s
}

func (t *tree) grow() {
	old := t.slots
	t.slots = make([]slot, 2*len(old))
	for _, s := range old {
		if s.node != 0 {
			t.place(s)
		}
	}
}

// branch is what only the builder has to know of a node.
type branch struct {
	parent  uint32
	depth   uint8 // labels below the apex
	glue    bool  // an NS record of the zone names it
	starred bool  // an asterisk label stands above it, below the apex
}

// ensure gives the node called name, which is the apex or lies below it; the
// nodes missing above it are made as well (RFC 4592 section 2.2.2).
func (b *Builder) ensure(name string) uint32 {
	if i, ok := b.tree.find(name); ok {
		return i
	}
	up, _ := domain.Parent(name)
	parent := b.parent
	if b.tree.nodes.at(parent).name != up {
		parent = b.ensure(up)
	}
	above := b.branches.at(parent)
	depth := above.depth + 1
	b.branches.push(branch{
		parent: parent, depth: depth,
		starred: above.starred || parent != 0 && isWildcard(up),
	})
	b.tree.depth = max(b.tree.depth, int(depth))
	i := b.tree.add(b.names.intern(name))
	if isWildcard(name) {
		b.tree.nodes.at(parent).wild = i
	}
	b.parent = parent
	return i
}

// isWildcard reports whether the first label of name is the asterisk label.
func isWildcard(name string) bool { return strings.HasPrefix(name, "*.") }
