package zone

import (
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// none is the number of the sets, cover or wildcard of a node that has none.
const none = 0

// node is one existing name of a zone: an owner or an empty non-terminal.
//
// It has half a cache line to itself, and an owner of one record, which most are,
// answers from there: the record lies beside the node's numbers and has its name.
type node struct {
	// first is the first record, of the lowest type; of a node that owns nothing, a
	// bare header.
	first [1]dns.RR
	sets  uint32 // its first set, from 1, if it owns more than one record
	at    uint32 // the cover that answers for this very name, from 1
	below uint32 // the cover that answers for names below that do not exist, from 1
	wild  uint32 // the node of the wildcard directly below
}

// name returns the name of the node in the letter case of its first record.
func (n *node) name() string { return n.first[0].Header().Name }

// is reports whether the node is called name, which is canonical.
func (n *node) is(name string) bool {
	own := n.name()
	return own == name || strings.EqualFold(own, name)
}

// bare is a record that is nothing but a header; its type cannot be zone data.
type bare = dns.ANY

// newBare returns the header of a node that owns nothing.
func newBare(name string) *bare {
	return &bare{Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeANY}}
}

// empty reports whether the node owns nothing.
func (n *node) empty() bool { return n.first[0].Header().Rrtype == dns.TypeANY }

// tree finds nodes by name. A search needs the slots of names and the first chunk of nodes.
type tree struct {
	names domain.Table
	nodes slab[node]
	depth int // labels below the apex of the deepest node, or more
}

// find returns the number of the node called name.
func (t *tree) find(name string) (uint32, bool) {
	s := domain.NewSearch(name)
	for {
		i, ok := t.names.Next(&s)
		if !ok || t.nodes.at(i).is(name) {
			return i, ok
		}
	}
}

// add puts in a node that is not there yet and owns nothing so far.
func (t *tree) add(header *bare) uint32 {
	i := t.nodes.push(node{first: [1]dns.RR{header}})
	t.names.Add(header.Hdr.Name, i)
	return i
}

// branch is what only the builder has to know of a node.
type branch struct {
	parent  uint32
	depth   uint8 // labels below the apex
	glue    bool  // an NS record of the zone names it
	starred bool  // an asterisk label stands above it, below the apex
}

// ensure returns the node called name, which is the apex or lies below it; the
// nodes missing above it are made as well (RFC 4592 section 2.2.2). A node that is
// made has the name for as long as it owns nothing.
func (b *Builder) ensure(name string) uint32 {
	if i, ok := b.tree.find(name); ok {
		return i
	}
	return b.grow(name)
}

// grow makes the node called name, which is not there, and those missing above it.
func (b *Builder) grow(name string) uint32 {
	up, _ := domain.Parent(name)
	parent := b.parent
	if !b.tree.nodes.at(parent).is(up) {
		var ok bool
		if parent, ok = b.tree.find(up); !ok {
			parent = b.grow(b.names.intern(up))
		}
	}
	above := b.branches.at(parent)
	depth := above.depth + 1
	b.branches.push(branch{
		parent: parent, depth: depth,
		starred: above.starred || parent != 0 && isWildcard(up),
	})
	b.tree.depth = max(b.tree.depth, int(depth))
	i := b.tree.add(b.headers.of(name))
	if isWildcard(name) {
		b.tree.nodes.at(parent).wild = i
	}
	b.parent = parent
	return i
}

// isWildcard reports whether the first label of name is the asterisk label.
func isWildcard(name string) bool { return strings.HasPrefix(name, "*.") }
