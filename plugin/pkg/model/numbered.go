package model

import "slices"

// numberedLen is how many entries of a numbered list lie side by side.
const (
	numberedBits = 6
	numberedLen  = 1 << numberedBits
)

// numbered holds what objects have by their number. It is immutable; the next one
// shares all but the chunks that changed.
type numbered[T any] []*[numberedLen]T

// at returns the entry of a number, the zero value if there is none.
func (l numbered[T]) at(n uint32) (entry T) {
	if int(n>>numberedBits) >= len(l) || l[n>>numberedBits] == nil {
		return entry
	}
	return l[n>>numberedBits][n%numberedLen]
}

// numberedFork makes the next list of one.
type numberedFork[T any] struct {
	chunks numbered[T]
	own    map[uint32]bool // chunks that may be changed, nil as long as chunks is shared
}

func (l numbered[T]) fork() numberedFork[T] { return numberedFork[T]{chunks: l} }

// set changes the entry of a number.
func (f *numberedFork[T]) set(n uint32, entry T) {
	if f.own == nil {
		f.own = make(map[uint32]bool)
		f.chunks = slices.Clone(f.chunks)
	}
	at := n >> numberedBits
	for int(at) >= len(f.chunks) {
		f.chunks = append(f.chunks, nil)
	}
	if !f.own[at] {
		chunk := new([numberedLen]T)
		if f.chunks[at] != nil {
			*chunk = *f.chunks[at]
		}
		f.chunks[at], f.own[at] = chunk, true
	}
	f.chunks[at][n%numberedLen] = entry
}

func (f *numberedFork[T]) list() numbered[T] { return f.chunks }
