package numbered

import (
	"iter"
	"sync"
	"sync/atomic"
)

// partLen is how many numbers a Table has room for at a time.
const (
	partBits = 6
	partLen  = 1 << partBits
)

// Table holds one T for each of some numbers that grow as long as the block serves,
// such as those of policies. Reading takes no lock. Safe for concurrent use.
type Table[T any] struct {
	mu    sync.Mutex // held while something comes or goes
	parts atomic.Pointer[[]*part[T]]
}

type part[T any] [partLen]atomic.Pointer[T]

// At returns what a number has, nil if there is nothing.
func (l *Table[T]) At(n uint32) *T {
	parts := l.parts.Load()
	if parts == nil || int(n>>partBits) >= len(*parts) || (*parts)[n>>partBits] == nil {
		return nil
	}
	return (*parts)[n>>partBits][n%partLen].Load()
}

// Swap puts something in the place of what a number has, if that is old, and returns
// what is there then.
func (l *Table[T]) Swap(n uint32, old, next *T) *T {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := l.At(n); now != old {
		return now
	}
	var parts []*part[T]
	if known := l.parts.Load(); known != nil {
		parts = *known
	}
	at := int(n >> partBits)
	if at >= len(parts) || parts[at] == nil {
		if next == nil {
			return nil
		}
		parts = l.exchange(parts, at, new(part[T]))
	}
	parts[at][n%partLen].Store(next)
	if next == nil && parts[at].empty() {
		l.exchange(parts, at, nil)
	}
	return next
}

// exchange publishes parts of which one is another, and returns them.
func (l *Table[T]) exchange(parts []*part[T], at int, with *part[T]) []*part[T] {
	next := make([]*part[T], max(len(parts), at+1))
	copy(next, parts)
	next[at] = with
	l.parts.Store(&next)
	return next
}

func (p *part[T]) empty() bool {
	for i := range p {
		if p[i].Load() != nil {
			return false
		}
	}
	return true
}

// All yields what there is, by number.
func (l *Table[T]) All() iter.Seq2[uint32, *T] {
	return func(yield func(uint32, *T) bool) {
		parts := l.parts.Load()
		if parts == nil {
			return
		}
		for i, p := range *parts {
			if p == nil {
				continue
			}
			for j := range p {
				if v := p[j].Load(); v != nil && !yield(uint32(i<<partBits+j), v) {
					return
				}
			}
		}
	}
}
