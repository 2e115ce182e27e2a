package querylog

import (
	"crypto/rand"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// Kept is how many queries of a block are kept (LIVE 8).
	Kept = 10_000
	// looked is how long queries are kept after somebody looked at them last.
	looked = time.Minute
	// ringID is the length of the name of a ring: 50 bits.
	ringID = 10
)

// Recent keeps the last queries of a server block while somebody looks at them. A query
// asks for no more than whether somebody does. The zero value keeps nothing until then.
// Safe for concurrent use.
type Recent struct {
	ring atomic.Pointer[Ring] // nil while nobody looks

	mu        sync.Mutex // held while somebody begins or ceases to look
	following int
	always    bool
	closed    bool
	until     time.Time
	timer     *time.Timer
}

// Ring returns where a query is to be put, nil if nobody looks.
func (r *Recent) Ring() *Ring { return r.ring.Load() }

// Keep has queries be kept until Close, whoever looks.
func (r *Recent) Keep() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.always = true
	r.beginLocked()
}

// Close ends the keeping. Who follows reads what is left.
func (r *Recent) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	r.ring.Store(nil)
	if r.timer != nil {
		r.timer.Stop()
	}
}

// beginLocked has queries be kept from now on. Once the block has ended there are none.
func (r *Recent) beginLocked() *Ring {
	ring := r.ring.Load()
	if ring == nil {
		ring = &Ring{id: rand.Text()[:ringID]}
		if !r.closed {
			r.ring.Store(ring)
		}
	}
	return ring
}

// begin is called by who begins to follow.
func (r *Recent) begin() *Ring {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.following++
	return r.beginLocked()
}

// end is called by who followed.
func (r *Recent) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.following--
	r.until = time.Now().Add(looked)
	switch {
	case r.closed:
	case r.timer == nil:
		r.timer = time.AfterFunc(looked, r.expire)
	default:
		r.timer.Reset(looked)
	}
}

// expire drops the queries if nobody has looked for long enough.
func (r *Recent) expire() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.following == 0 && !r.always && !time.Now().Before(r.until) {
		r.ring.Store(nil)
	}
}

// Ring holds the last queries since somebody began to look. Those who write wait neither
// for each other nor for who reads. Safe for concurrent use.
type Ring struct {
	id    string
	last  atomic.Uint64 // number of the last query; they count from 1
	slots [Kept]atomic.Pointer[Entry]
}

// Add keeps a query, which nobody changes from then on, in place of the oldest.
func (g *Ring) Add(e *Entry) {
	e.Name, e.Host = strings.Clone(e.Name), strings.Clone(e.Host) // they may be parts of something larger
	e.ring, e.number = g, g.last.Add(1)
	slot := &g.slots[e.number%Kept]
	for {
		old := slot.Load()
		if old != nil && old.number > e.number { // others have gone round in the meantime
			return
		}
		if slot.CompareAndSwap(old, e) {
			return
		}
	}
}

// reader reads a ring in the order of its numbers. It belongs to one goroutine.
type reader struct {
	of   *Recent
	ring *Ring
	at   uint64 // the number read last
}

// oldest returns the number before the oldest that is kept.
func (g *Ring) oldest() uint64 {
	if last := g.last.Load(); last > Kept {
		return last - Kept
	}
	return 0
}

// peek returns the next query, nil if there is none yet, and how many before it are gone.
func (r *reader) peek() (e *Entry, missed uint64) {
	if oldest := r.ring.oldest(); oldest > r.at {
		missed = oldest - r.at
		r.at = oldest
	}
	for r.at < r.ring.last.Load() {
		e := r.ring.slots[(r.at+1)%Kept].Load()
		switch {
		case e == nil || e.number <= r.at: // it is being written
			return nil, missed
		case e.number == r.at+1:
			return e, missed
		}
		missed++
		r.at++
	}
	return nil, missed
}
