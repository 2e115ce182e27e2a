package zone

import (
	"iter"
	"slices"
)

// chunkLen is how many entries of a slab lie side by side: what a change copies.
const (
	chunkBits = 8
	chunkLen  = 1 << chunkBits
)

// slab is a list in chunks: it grows without moving what it holds, but for the
// first chunk, so that one of a million entries leaves no garbage behind. One of
// ten takes no more room than it needs, and no look at a list of chunks.
type slab[T any] struct {
	first []T
	rest  []*[chunkLen]T
	last  int // entries of the last of rest
}

func (s *slab[T]) len() int {
	if len(s.rest) == 0 {
		return len(s.first)
	}
	return len(s.rest)*chunkLen + s.last
}

func (s *slab[T]) at(i uint32) *T {
	if i < chunkLen {
		return &s.first[i]
	}
	return &s.rest[i>>chunkBits-1][i%chunkLen]
}

// all yields every entry.
func (s *slab[T]) all() iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for i := range uint32(s.len()) {
			if !yield(s.at(i)) {
				return
			}
		}
	}
}

// push appends v and returns its number.
func (s *slab[T]) push(v T) uint32 {
	i := s.len()
	if s.first == nil {
		s.first = make([]T, 0, firstLen)
	}
	if i < chunkLen {
		s.first = append(s.first, v)
		return uint32(i)
	}
	if i%chunkLen == 0 {
		s.rest = append(s.rest, new([chunkLen]T))
		s.last = 0
	}
	s.rest[len(s.rest)-1][s.last] = v
	s.last++
	return uint32(i)
}

// trim gives back the room that the only chunk has to spare, unless it is the least.
func (s *slab[T]) trim() {
	if len(s.rest) == 0 && cap(s.first) > firstLen {
		s.first = append(make([]T, 0, len(s.first)), s.first...)
	}
}

// slabFork changes a slab that others read in the state it was in before: the chunks
// it changes it copies first. It belongs to one goroutine.
type slabFork[T any] struct {
	*slab[T]               // a copy of the one that is read on
	firstOwn, listOwn bool // the first chunk, and the list of the others, are the fork's own
	own               map[*[chunkLen]T]struct{}
}

func (s *slab[T]) fork() *slabFork[T] {
	return &slabFork[T]{slab: s, own: make(map[*[chunkLen]T]struct{})}
}

// edit returns an entry that may be changed.
func (f *slabFork[T]) edit(i uint32) *T {
	if i < chunkLen {
		f.ownFirst()
		return &f.first[i]
	}
	return &f.chunk(i>>chunkBits - 1)[i%chunkLen]
}

// push appends v and returns its number.
func (f *slabFork[T]) push(v T) uint32 {
	switch n := uint32(f.len()); {
	case n < chunkLen:
		f.ownFirst()
	case n%chunkLen == 0:
		f.ownList()
	default:
		f.chunk(n>>chunkBits - 1)
	}
	i := f.slab.push(v)
	if i >= chunkLen {
		f.own[f.rest[len(f.rest)-1]] = struct{}{}
	}
	return i
}

func (f *slabFork[T]) ownFirst() {
	if !f.firstOwn {
		f.first = slices.Clone(f.first)
		f.firstOwn = true
	}
}

func (f *slabFork[T]) ownList() {
	if !f.listOwn {
		f.rest = slices.Clone(f.rest)
		f.listOwn = true
	}
}

// chunk returns a chunk of rest that may be changed.
func (f *slabFork[T]) chunk(i uint32) *[chunkLen]T {
	f.ownList()
	c := f.rest[i]
	if _, own := f.own[c]; !own {
		copied := *c
		c = &copied
		f.rest[i] = c
		f.own[c] = struct{}{}
	}
	return c
}
