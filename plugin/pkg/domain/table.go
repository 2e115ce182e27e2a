package domain

import (
	"hash/maphash"
	"slices"
	"unsafe"
)

// Table finds the numbers of names. It knows hashes and no names: whoever has
// those compares the few it finds. It holds eight octets a name, so that most of it
// stays in the processor's cache, and no pointers to them, so that the collector never
// walks it. Reading is safe for concurrent use once the last name is in.
//
// A table that outgrows one page is an extendible hash table: the highest bits of a
// hash lead to a page, the lowest to a place in it. So it grows a page at a time, and
// a Fork copies the pages that it changes.
type Table struct {
	slots []Slot     // of a small table: a power of two of them
	large *directory // nil for a small table
	used  int        // slots of a small table
}

// seed is that of all tables: what a table is hashed with need not be fetched from there, and
// nobody outside the process knows it.
var seed = maphash.MakeSeed()

// Slot is one place of a table; number is counted from 1, 0 is an empty place.
type Slot struct{ hash, number uint32 }

// directory leads to the pages of a large table.
type directory struct {
	shift uint32 // of a hash, to give the number of a page
	pages []page // a power of two of them; neighbours may share their slots
}

// page is what one or more neighbours of a directory lead to.
type page struct {
	slots *[pageSlots]Slot
	used  uint16
	depth uint8 // highest bits that all hashes of the page have in common
}

// LeastSlots is how many a table has at least.
const LeastSlots = 16

const (
	hashBits  = 32
	pageBits  = 10
	pageSlots = 1 << pageBits
	pageFull  = pageSlots / 4 * 3 // as of all slots, so many are in use at most
	pageUsual = 600               // names for a page of a new table, which leaves room for chance
)

// NewTable makes a table with room for some names.
func NewTable(names int) Table {
	if names <= pageFull {
		size := LeastSlots
		for 4*names > 3*size {
			size *= 2
		}
		return TableIn(make([]Slot, size))
	}
	depth := uint8(1)
	for names>>depth > pageUsual {
		depth++
	}
	t := Table{large: &directory{shift: hashBits - uint32(depth), pages: make([]page, 1<<depth)}}
	for i := range t.large.pages {
		t.large.pages[i] = page{slots: new([pageSlots]Slot), depth: depth}
	}
	return t
}

// TableIn makes a table that has its first slots where the caller wants them. They
// are empty, and their number is a power of two, a page at most.
func TableIn(slots []Slot) Table { return Table{slots: slots} }

// Search is a search under way.
type Search struct{ hash, at uint32 }

// NewSearch begins a search for a canonical name, in whichever table.
func NewSearch(name string) Search {
	h := uint32(maphash.String(seed, name))
	return Search{hash: h, at: h}
}

// Next returns the number of the next name that may be the one searched for, and
// false if there is none left.
func (t *Table) Next(s *Search) (uint32, bool) {
	slots := t.home(s.hash)
	mask := uint32(len(slots) - 1)
	for {
		found := slots[s.at&mask]
		s.at++
		switch {
		case found.number == 0:
			return 0, false
		case found.hash == s.hash:
			return found.number - 1, true
		}
	}
}

// Touch has the processor fetch where a search begins. What it returns means nothing.
func (t *Table) Touch(s Search) uint32 {
	slots := t.home(s.hash)
	return slots[s.at&uint32(len(slots)-1)].hash
}

// home returns the slots among which those of a hash are.
func (t *Table) home(hash uint32) []Slot {
	if t.large == nil {
		return t.slots
	}
	return t.large.pages[hash>>t.large.shift].slots[:]
}

// Add puts in a name that is not there with this number yet.
func (t *Table) Add(name string, number uint32) {
	s := Slot{hash: NewSearch(name).hash, number: number + 1}
	if t.large == nil {
		if 4*(t.used+1) > 3*len(t.slots) {
			t.grow()
		}
		if t.large == nil {
			t.used++
			place(t.slots, s)
			return
		}
	}
	d := t.large
	for d.pages[s.hash>>d.shift].used == pageFull {
		d.split(s.hash)
	}
	at := d.alike(s.hash)
	place(at[0].slots[:], s)
	for i := range at {
		at[i].used++
	}
}

// remove takes out the number of a name, and reports whether it was there.
func (t *Table) remove(name string, number uint32) bool {
	s := NewSearch(name)
	slots := t.home(s.hash)
	want := Slot{hash: s.hash, number: number + 1}
	mask := uint32(len(slots) - 1)
	at := s.hash & mask
	for ; slots[at] != want; at = (at + 1) & mask {
		if slots[at].number == 0 {
			return false
		}
	}
	closeGap(slots, at)
	if t.large == nil {
		t.used--
		return true
	}
	alike := t.large.alike(s.hash)
	for i := range alike {
		alike[i].used--
	}
	return true
}

// place puts a slot into the first free place from its own on.
func place(slots []Slot, s Slot) {
	mask := uint32(len(slots) - 1)
	i := s.hash & mask
	for slots[i].number != 0 {
		i = (i + 1) & mask
	}
	slots[i] = s
}

// closeGap empties a place and moves up those behind it that are not in their own.
func closeGap(slots []Slot, gap uint32) {
	mask := uint32(len(slots) - 1)
	for at := (gap + 1) & mask; slots[at].number != 0; at = (at + 1) & mask {
		if own := slots[at].hash; (at-own)&mask >= (at-gap)&mask {
			slots[gap] = slots[at]
			gap = at
		}
	}
	slots[gap] = Slot{}
}

// grow doubles a small table; from the size of a page on it has a directory.
func (t *Table) grow() {
	old := t.slots
	if len(old) < pageSlots {
		t.slots = make([]Slot, 2*len(old))
		for _, s := range old {
			if s.number != 0 {
				place(t.slots, s)
			}
		}
		return
	}
	first := page{slots: (*[pageSlots]Slot)(old), used: uint16(t.used)}
	t.large = &directory{shift: hashBits, pages: []page{first}}
	t.slots, t.used = nil, 0
	t.large.split(0)
}

// alike returns the entries of the directory that share the page of a hash.
func (d *directory) alike(hash uint32) []page {
	i := hash >> d.shift
	n := uint32(1) << (hashBits - d.shift - uint32(d.pages[i].depth))
	i &^= n - 1
	return d.pages[i : i+n]
}

// split makes two pages of the one that a hash leads to.
func (d *directory) split(hash uint32) {
	if d.pages[hash>>d.shift].depth == uint8(hashBits-d.shift) {
		twice := make([]page, 0, 2*len(d.pages))
		for _, p := range d.pages {
			twice = append(twice, p, p)
		}
		d.pages = twice
		d.shift--
	}
	at := d.alike(hash)
	old := at[0]
	depth := old.depth + 1
	halves := [2]page{{slots: new([pageSlots]Slot), depth: depth}, {slots: new([pageSlots]Slot), depth: depth}}
	for _, s := range old.slots {
		if s.number != 0 {
			half := &halves[s.hash>>(hashBits-uint32(depth))&1]
			place(half.slots[:], s)
			half.used++
		}
	}
	for i := range at {
		at[i] = halves[i*2/len(at)]
	}
}

// Fork changes a table that others read in the state it was in before: what it changes
// it copies first. It belongs to one goroutine.
type Fork struct {
	table *Table
	fresh bool                          // the slots or the directory are the fork's own
	own   map[*[pageSlots]Slot]struct{} // pages that are
}

// Fork returns a fork that makes its changes in t, a copy of a Table that is read on.
func (t *Table) Fork() *Fork { return &Fork{table: t, own: make(map[*[pageSlots]Slot]struct{})} }

// Add puts in a name that is not there with this number yet.
func (f *Fork) Add(name string, number uint32) {
	f.acquire(name)
	f.table.Add(name, number)
}

// Remove takes out the number of a name, and reports whether it was there.
func (f *Fork) Remove(name string, number uint32) bool {
	f.acquire(name)
	return f.table.remove(name, number)
}

// acquire makes the page that a name belongs to the fork's own.
func (f *Fork) acquire(name string) {
	t := f.table
	if t.large == nil {
		if !f.fresh {
			t.slots = slices.Clone(t.slots)
		}
		f.fresh = true
		return
	}
	if !f.fresh {
		t.large = &directory{shift: t.large.shift, pages: slices.Clone(t.large.pages)}
		f.fresh = true
	}
	at := t.large.alike(NewSearch(name).hash)
	if _, own := f.own[at[0].slots]; own {
		return
	}
	copied := *at[0].slots
	for i := range at {
		at[i].slots = &copied
	}
	f.own[&copied] = struct{}{}
}

// Inscribe returns a copy of a name that lies in room, which is as long at least and is
// never written to again: beside what is read together with the name.
func Inscribe(room []byte, name string) string {
	copy(room[:len(name)], name)
	return unsafe.String(unsafe.SliceData(room), len(name))
}
