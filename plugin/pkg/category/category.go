// Package category holds which categories domains belong to. A category is a
// number; a domain that has it gives it to all names below.
package category

import (
	"encoding/binary"
	"hash/maphash"
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// Table is the domains of one file with their numbers. It is immutable and safe
// for concurrent use. A nil Table is empty.
type Table struct {
	names names
	sets  [][]int64 // ascending, every one once
}

// Len is the number of domains.
func (t *Table) Len() int {
	if t == nil {
		return 0
	}
	return t.names.size
}

// Find appends the numbers of a canonical name and of all its parents to into,
// those appended ascending and every one once. It allocates only what into has no
// room for.
func (t *Table) Find(qname string, into []int64) []int64 {
	if t == nil {
		return into
	}
	start := len(into)
	for name, ok := qname, true; ok; name, ok = domain.Parent(name) {
		set, found := t.names.find(domain.NoDot(name))
		if !found {
			continue
		}
		for _, number := range t.sets[set] {
			if at, known := slices.BinarySearch(into[start:], number); !known {
				into = slices.Insert(into, start+at, number)
			}
		}
	}
	return into
}

// names maps names without final dots to values: a table of open addressing over
// one slab, which takes a few octets more than the names themselves and nothing
// that the garbage collector would follow.
type names struct {
	seed    maphash.Seed
	size    int
	longest int      // octets of the longest name
	tags    []uint8  // of each slot a part of the hash, 0 if it is free; spares most looks into the slab
	slots   []uint32 // where in the slab an entry begins, plus 1
	slab    []byte   // of each entry the value in 4 octets, the name's length in 2, the name
}

const (
	headerOctets = 6
	firstSlots   = 16
)

func newNames() names {
	return names{seed: maphash.MakeSeed(), tags: make([]uint8, firstSlots), slots: make([]uint32, firstSlots)}
}

// find returns the value of a name.
func (n *names) find(name string) (uint32, bool) {
	if n.size == 0 || len(name) > n.longest {
		return 0, false
	}
	i, found := n.slot(name, maphash.String(n.seed, name))
	if !found {
		return 0, false
	}
	return n.value(n.slots[i]), true
}

// slot returns the slot that a name is in, or else the free one where it belongs.
func (n *names) slot(name string, hash uint64) (i int, found bool) {
	tag := tagOf(hash)
	for i = n.home(hash); n.tags[i] != 0; i = n.next(i) {
		if n.tags[i] == tag && string(n.name(n.slots[i])) == name {
			return i, true
		}
	}
	return i, false
}

// home spreads the upper half of a hash evenly over the slots.
func (n *names) home(hash uint64) int {
	return int(hash >> 32 * uint64(len(n.tags)) >> 32)
}

// tagOf makes a tag, which is not 0, of the lower half of a hash.
func tagOf(hash uint64) uint8 { return uint8(uint32(hash)%255 + 1) }

func (n *names) next(i int) int {
	if i++; i < len(n.tags) {
		return i
	}
	return 0
}

func (n *names) name(at uint32) []byte {
	begin := int(at) - 1 + headerOctets
	return n.slab[begin : begin+int(n.slab[begin-2])+int(n.slab[begin-1])<<8]
}

func (n *names) value(at uint32) uint32 { return binary.LittleEndian.Uint32(n.slab[at-1:]) }

func (n *names) setValue(at, value uint32) { binary.LittleEndian.PutUint32(n.slab[at-1:], value) }

// entry returns where the entry of a name begins, and makes one of value 0 if it
// has none.
func (n *names) entry(name string) uint32 {
	hash := maphash.String(n.seed, name)
	i, found := n.slot(name, hash)
	if found {
		return n.slots[i]
	}
	if n.size >= len(n.slots)/4*3 {
		n.rehash(2 * len(n.slots))
		i, _ = n.slot(name, hash)
	}
	at := uint32(len(n.slab)) + 1
	n.slab = append(n.slab, 0, 0, 0, 0, byte(len(name)), byte(len(name)>>8))
	n.slab = append(n.slab, name...)
	n.slots[i], n.tags[i] = at, tagOf(hash)
	n.size++
	n.longest = max(n.longest, len(name))
	return at
}

// all calls f for every entry.
func (n *names) all(f func(at uint32)) {
	for at := uint32(1); int(at) <= len(n.slab); at += headerOctets + uint32(len(n.name(at))) {
		f(at)
	}
}

// rehash changes the number of slots, which must be greater than that of names.
func (n *names) rehash(slots int) {
	n.tags, n.slots = make([]uint8, slots), make([]uint32, slots)
	n.all(func(at uint32) {
		hash := maphash.Bytes(n.seed, n.name(at))
		i := n.home(hash)
		for n.tags[i] != 0 {
			i = n.next(i)
		}
		n.slots[i], n.tags[i] = at, tagOf(hash)
	})
}

// clip gives back the room kept for further names.
func (n *names) clip() {
	n.rehash(n.size*5/4 + 1)
	n.slab = append(make([]byte, 0, len(n.slab)), n.slab...)
}
