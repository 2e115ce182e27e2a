// Package keyed finds by a string what has one, in a Map of which each change makes
// another: queries look things up in one while the next is made.
package keyed

import (
	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/numbered"
)

// Map holds values by their keys. It is immutable; the next one shares all but what
// changed and what lies beside that. The zero Map is empty.
type Map[V any] struct {
	table   domain.Table // the number of an entry
	entries numbered.List[*entry[V]]
	len     int
	free    *free // numbers that have no entry, below used
	used    uint32
}

// entry is a value with its key.
type entry[V any] struct {
	value V
	key   string
	owner *owner
}

// owner is what the entries of one fork have in common.
type owner struct{ _ byte }

// free is a number that has no entry any more, and others.
type free struct {
	number uint32
	others *free
}

// Len returns the number of keys.
func (m *Map[V]) Len() int { return m.len }

// Find returns where the value of a key is, which is read-only; nil if it has none.
func (m *Map[V]) Find(key string) *V {
	e, _ := m.find(key)
	if e == nil {
		return nil
	}
	return &e.value
}

// Get returns what a key has, and false if it has nothing.
func (m *Map[V]) Get(key string) (value V, ok bool) {
	if e, _ := m.find(key); e != nil {
		return e.value, true
	}
	return value, false
}

// find returns the entry of a key and its number, nil if there is none.
func (m *Map[V]) find(key string) (*entry[V], uint32) {
	if m.len == 0 {
		return nil, 0
	}
	for s := domain.NewSearch(key); ; {
		n, ok := m.table.Next(&s)
		if !ok {
			return nil, 0
		}
		if e := m.entries.At(n); e.key == key {
			return e, n
		}
	}
}

// Fork makes the next map of one. It belongs to one goroutine.
type Fork[V any] struct {
	next    Map[V]
	table   *domain.Fork
	entries numbered.Fork[*entry[V]]
	owner   *owner
}

// Fork returns a fork of the map, which stays as it is.
func (m Map[V]) Fork() *Fork[V] {
	f := &Fork[V]{next: m, entries: m.entries.Fork(), owner: new(owner)}
	if m.used == 0 {
		f.next.table = domain.NewTable(0)
	}
	f.table = f.next.table.Fork()
	return f
}

// Map returns the next map. The fork is not used any more.
func (f *Fork[V]) Map() Map[V] { return f.next }

// Get returns what a key has in the fork, and false if it has nothing.
func (f *Fork[V]) Get(key string) (V, bool) { return f.next.Get(key) }

// At returns where the value of a key is, which may be changed until the next call of the
// fork. A key that was not there has the zero value.
func (f *Fork[V]) At(key string) *V {
	e, n := f.next.find(key)
	switch {
	case e == nil:
		e, n = &entry[V]{key: key, owner: f.owner}, f.number()
		f.table.Add(key, n)
		f.next.len++
	case e.owner == f.owner:
		return &e.value
	default:
		e = &entry[V]{key: key, value: e.value, owner: f.owner}
	}
	f.set(n, e)
	return &e.value
}

// number returns a number that has no entry.
func (f *Fork[V]) number() uint32 {
	if last := f.next.free; last != nil {
		f.next.free = last.others
		return last.number
	}
	f.next.used++
	return f.next.used - 1
}

func (f *Fork[V]) set(n uint32, e *entry[V]) {
	f.entries.Set(n, e)
	f.next.entries = f.entries.List()
}

// Set has a key have a value.
func (f *Fork[V]) Set(key string, value V) { *f.At(key) = value }

// Delete takes a key away.
func (f *Fork[V]) Delete(key string) {
	e, n := f.next.find(key)
	if e == nil {
		return
	}
	f.table.Remove(key, n)
	f.set(n, nil)
	f.next.free = &free{n, f.next.free}
	f.next.len--
}
