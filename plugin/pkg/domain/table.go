package domain

import (
	"hash/maphash"
	"unsafe"
)

// Table finds the numbers of names. It knows hashes and no names: whoever has
// those compares the few it finds. It holds no pointers, so that the collector
// never walks it, and eight octets a name, so that most of it stays in the
// processor's cache. Reading is safe for concurrent use once the last name is in.
type Table struct {
	slots []Slot // a power of two of them, at most 3/4 in use
	seed  maphash.Seed
	used  int
}

// Slot is one place of a table; number is counted from 1, 0 is an empty place.
type Slot struct{ hash, number uint32 }

// LeastSlots is how many a table has at least.
const LeastSlots = 16

// NewTable makes a table with room for some names.
func NewTable(names int) Table {
	size := LeastSlots
	for 4*names > 3*size {
		size *= 2
	}
	return TableIn(make([]Slot, size))
}

// TableIn makes a table that has its first slots where the caller wants them. They
// are empty, and their number is a power of two.
func TableIn(slots []Slot) Table { return Table{slots: slots, seed: maphash.MakeSeed()} }

// Search is a search under way.
type Search struct{ hash, at uint32 }

// Search begins a search for a canonical name.
func (t *Table) Search(name string) Search {
	h := uint32(maphash.String(t.seed, name))
	return Search{hash: h, at: h}
}

// Next gives the number of the next name that may be the one searched for, and
// false if there is none left.
func (t *Table) Next(s *Search) (uint32, bool) {
	mask := uint32(len(t.slots) - 1)
	for {
		found := t.slots[s.at&mask]
		s.at++
		switch {
		case found.number == 0:
			return 0, false
		case found.hash == s.hash:
			return found.number - 1, true
		}
	}
}

// Add puts in a name that is not there yet.
func (t *Table) Add(name string, number uint32) {
	if t.used++; 4*t.used > 3*len(t.slots) {
		t.grow()
	}
	t.place(Slot{hash: t.Search(name).hash, number: number + 1})
}

func (t *Table) place(s Slot) {
	mask := uint32(len(t.slots) - 1)
	i := s.hash & mask
	for t.slots[i].number != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = s
}

func (t *Table) grow() {
	old := t.slots
	t.slots = make([]Slot, 2*len(old))
	for _, s := range old {
		if s.number != 0 {
			t.place(s)
		}
	}
}

// Inscribe gives a copy of a name that lies in room, which is as long at least and is
// never written to again: beside what is read together with the name.
func Inscribe(room []byte, name string) string {
	copy(room[:len(name)], name)
	return unsafe.String(unsafe.SliceData(room), len(name))
}
