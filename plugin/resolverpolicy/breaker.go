package resolverpolicy

import (
	"sync/atomic"
	"time"
)

const (
	// maxWaiting bounds the queries of a server block that wait for public DNS while it
	// answers.
	maxWaiting = 2000
	// maxProbes bounds them while it does not: they find out when it does again.
	maxProbes = 32
	// brokenAfter is how many failures in a row tell that it does not.
	brokenAfter = 256
	// probeEvery is the least time between the first queries that try again.
	probeEvery = 100 * time.Millisecond
)

// breaker keeps queries from waiting for a public DNS that does not answer: thousands
// of them would take the processor and the memory that internal answers need. Safe for
// concurrent use; the zero value is one that is closed.
type breaker struct {
	waiting  atomic.Int64
	failures atomic.Int64 // in a row
	probed   atomic.Int64 // when a query was let through last while broken, nanoseconds since 1970
}

// enter reports whether a query may be sent to public DNS; it then ends with leave.
func (b *breaker) enter(now time.Time) bool {
	if b.failures.Load() < brokenAfter {
		return b.admit(maxWaiting)
	}
	last := b.probed.Load()
	if now.UnixNano()-last < int64(probeEvery) || !b.probed.CompareAndSwap(last, now.UnixNano()) {
		return false
	}
	return b.admit(maxProbes)
}

// admit counts a query among those that wait if there are not too many.
func (b *breaker) admit(limit int64) bool {
	if b.waiting.Add(1) <= limit {
		return true
	}
	b.waiting.Add(-1)
	return false
}

// fate is what became of a query that waited for public DNS.
type fate uint8

const (
	undecided fate = iota
	answered
	unanswered
)

// leave ends a query.
func (b *breaker) leave(f fate) {
	b.waiting.Add(-1)
	switch f {
	case answered:
		if b.failures.Load() > 0 { // most have nothing to write
			b.failures.Store(0)
		}
	case unanswered:
		b.failures.Add(1)
	}
}
