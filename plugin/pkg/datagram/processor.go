package datagram

import (
	"runtime"
	"sync/atomic"
	"time"
)

// Where queries come densely, a loop that looks for more as soon as it can finds one or two at
// a time, and most of the cost is to be woken, to ask the kernel and to wake the client. So it
// pauses after a batch, and takes together what comes meanwhile, as network cards do with
// interrupts. Queries that come one by one are not kept waiting, and where many wait already,
// be it since others need the processor, there is nothing to gain.
const (
	few  = 2         // queries of a batch, after which more are expected soon
	many = batch / 2 // of a batch, which go together anyhow
	// pause is how long a pause is at least. The kernel adds up to 50 µs, so as to wake
	// several sleepers at once (PR_SET_TIMERSLACK, prctl(2)).
	pause = 10 * time.Microsecond
	// turn is more than a goroutine takes to find that no other waits for its processor.
	turn = 2 * time.Microsecond
)

// attention is after how many full batches the rest of the process has its turn.
const attention = 4

// processor is what the sockets of a loop share, which answer one after another. Safe for
// concurrent use.
type processor struct {
	coarse bool          // its clock, too much so for pauses
	pauses atomic.Uint32 // so far
	bell   *bell
}

// coalesce pauses after a batch of n queries if more are to be taken together.
func (s *socket) coalesce(n int) {
	if s.expects(n) && !wanted() {
		s.paused = s.processor.pauses.Add(1)
		sleep(pause)
	}
}

// expects reports whether more is to be taken together after a batch of n queries. A pause is
// for all sockets of a loop.
func (s *socket) expects(n int) bool {
	before := s.paused
	s.paused = s.processor.pauses.Load()
	return n >= few && n < many && s.paused == before && !s.processor.coarse
}

// wanted has other goroutines that wait for the processor take their turn, such as those with
// queries that were passed on, and reports whether there were any: it is no time for a pause,
// which keeps the processor.
func wanted() bool {
	start := time.Now()
	runtime.Gosched()
	return time.Since(start) > turn
}

// yield has others take their turn while a socket is never empty. The runtime looks for what
// has come to other sockets only when it has nothing else to do, or after 10 ms; it does at
// once for a goroutine that waits for something from outside, as the bell is.
func (s *socket) yield() {
	s.full++
	if s.full%attention == 0 {
		s.processor.bell.ring()
		return
	}
	runtime.Gosched()
}
