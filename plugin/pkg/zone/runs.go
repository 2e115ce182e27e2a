package zone

import "slices"

const (
	runBits = 10
	runLen  = 1 << runBits
)

// runs is a list of runs of entries that lie side by side, to which more are added while
// others read it. It continues another list, so that its numbers begin at from. A run
// longer than a chunk takes several, each the rest of the one before.
type runs[T any] struct {
	from   uint32
	chunks [][]T
}

func (r *runs[T]) at(i uint32) *T {
	i -= r.from
	return &r.chunks[i>>runBits][i%runLen]
}

// span returns the entries of one run from a number up to another.
func (r *runs[T]) span(from, to uint32) []T {
	count := to - from
	from -= r.from
	at := from % runLen
	return r.chunks[from>>runBits][at : at+count : at+count]
}

// runsFork adds to a list that others read in the state it was in before. It belongs to
// one goroutine.
type runsFork[T any] struct {
	*runs[T] // a copy of the one that is read on
	own      bool
}

// add adds a run and returns the number of its first entry.
func (f *runsFork[T]) add(run []T) uint32 {
	n := len(f.chunks)
	if !f.own {
		f.chunks = append(make([][]T, 0, n+1), f.chunks...)
	}
	if n > 0 && len(f.chunks[n-1])+len(run) <= runLen {
		last := f.chunks[n-1]
		if !f.own {
			last = slices.Clip(last) // another list may be made of the same
		}
		f.own = true
		f.chunks[n-1] = append(last, run...)
		return f.from + uint32(n-1)<<runBits + uint32(len(last))
	}
	f.own = true
	rest := append(make([]T, 0, len(run)), run...)
	for len(rest) > runLen {
		f.chunks = append(f.chunks, rest)
		rest = rest[runLen:]
	}
	f.chunks = append(f.chunks, rest)
	return f.from + uint32(n)<<runBits
}
