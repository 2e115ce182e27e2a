// Package numbered finds by number what objects have whose numbers grow and are never
// used twice: in a List, of which each change makes another, and in a Table, which changes
// while it is read.
package numbered

import "slices"

// chunkLen is how many entries of a List lie side by side.
const (
	chunkBits = 6
	chunkLen  = 1 << chunkBits
)

// List holds what objects have by their number. It is immutable; the next one
// shares all but the chunks that changed.
type List[T any] []*[chunkLen]T

// At returns the entry of a number, the zero value if there is none.
func (l List[T]) At(n uint32) (entry T) {
	if int(n>>chunkBits) >= len(l) || l[n>>chunkBits] == nil {
		return entry
	}
	return l[n>>chunkBits][n%chunkLen]
}

// Fork makes the next list of one. It belongs to one goroutine.
type Fork[T any] struct {
	chunks List[T]
	own    map[uint32]bool // chunks that may be changed, nil as long as chunks is shared
}

// Fork returns a fork of the list, which stays as it is.
func (l List[T]) Fork() Fork[T] { return Fork[T]{chunks: l} }

// Set changes the entry of a number.
func (f *Fork[T]) Set(n uint32, entry T) {
	if f.own == nil {
		f.own = make(map[uint32]bool)
		f.chunks = slices.Clone(f.chunks)
	}
	at := n >> chunkBits
	for int(at) >= len(f.chunks) {
		f.chunks = append(f.chunks, nil)
	}
	if !f.own[at] {
		chunk := new([chunkLen]T)
		if f.chunks[at] != nil {
			*chunk = *f.chunks[at]
		}
		f.chunks[at], f.own[at] = chunk, true
	}
	f.chunks[at][n%chunkLen] = entry
}

// At returns the entry of a number in the fork, the zero value if there is none.
func (f *Fork[T]) At(n uint32) T { return f.chunks.At(n) }

// List returns the next list. The fork is not used any more.
func (f *Fork[T]) List() List[T] { return f.chunks }
