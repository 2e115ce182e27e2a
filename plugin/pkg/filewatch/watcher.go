package filewatch

import (
	"container/heap"
	"slices"
	"sync"
	"time"
)

const (
	// idleLook is the longest time between two looks, by which a watcher finds out
	// that its items are abandoned.
	idleLook = time.Minute
	// looksAtOnce bounds the looks under way, which may wait for a file system.
	looksAtOnce = 16
	// gather is how long what changed waits for other looks of the same time, so that
	// files which are changed together come into use together.
	gather = 100 * time.Millisecond
)

// Item is something made from files.
type Item interface {
	// Look reads the files again if they have changed, and returns the time of the
	// next look. It is called on a goroutine of the watcher, beside other items', and
	// not again before it has returned.
	Look(now time.Time) (next time.Time)
	// Known returns the files as a look finds them if nothing has changed, and the time
	// between two looks; false if it takes a look to tell. It is not called beside Look.
	Known() (files []State, interval time.Duration, ok bool)
	// Abandoned reports whether nobody uses the item any more.
	Abandoned() bool
}

// Watcher looks at items. Add and After belong to the goroutine that sets the
// instance up, before Start.
type Watcher struct {
	items   queue      // that are not due yet
	waiting []*watched // that are due, for others' looks to return
	looking int        // how many are looked at
	glances glances
	after   []func()
	back    chan *watched // those whose look has returned
	end     sync.Once
	stop    chan struct{}
	done    chan struct{}
}

type watched struct {
	item Item
	due  time.Time
	wait time.Duration // from the last look to the next
}

// again has the item be due at a time.
func (i *watched) again(next time.Time) { i.wait, i.due = next.Sub(i.due), next }

// ready reports whether an item may be looked at beside others that are due. It may be early by
// a tenth of its wait: so items that are due within a moment come together.
func (i *watched) ready(now time.Time) bool { return i.due.Sub(now) <= min(gather, i.wait/10) }

// queue has the item that is due first in front. It implements heap.Interface: one of ten
// thousand items is looked at without a look at all others.
type queue []*watched

// Len implements heap.Interface.
func (q queue) Len() int { return len(q) }

// Less implements heap.Interface.
func (q queue) Less(i, j int) bool { return q[i].due.Before(q[j].due) }

// Swap implements heap.Interface.
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *queue) Push(x any) { *q = append(*q, x.(*watched)) }

// Pop implements heap.Interface.
func (q *queue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return x
}

// NewWatcher makes a watcher without items.
func NewWatcher() *Watcher {
	return &Watcher{back: make(chan *watched), stop: make(chan struct{}), done: make(chan struct{}), glances: newGlances()}
}

// Add has item looked at, for the first time after the interval.
func (w *Watcher) Add(item Item, after time.Duration) {
	heap.Push(&w.items, &watched{item: item, due: time.Now().Add(after), wait: after})
}

// After has f called after looks, once for those of about the same time.
func (w *Watcher) After(f func()) { w.after = append(w.after, f) }

// Start begins to look. It is called once.
func (w *Watcher) Start() { go w.run() }

// Stop ends the looking. It does not wait for looks under way, which may hang: what
// they find changes only what nobody serves any more. It is called after Start, and perhaps again: Caddy runs the
// hooks of an instance twice if one of them fails.
func (w *Watcher) Stop() {
	w.end.Do(func() { close(w.stop) })
	<-w.done
}

func (w *Watcher) run() {
	defer close(w.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	defer w.glances.end()
	var flush <-chan time.Time
	for swept := time.Now(); len(w.items) > 0 || w.busy(); timer.Reset(time.Until(w.next())) {
		select {
		case <-w.stop:
			return
		case <-timer.C:
		case at := <-w.back:
			w.looking--
			heap.Push(&w.items, at)
			if flush == nil {
				flush = time.After(gather)
			}
		case <-w.glances.back:
			w.glances.away = false
			w.glanced()
		case <-w.glances.late:
			w.glanced()
		case <-flush:
			flush = nil
			w.finish()
		}
		now := time.Now()
		if now.Sub(swept) >= idleLook {
			swept = now
			w.sweep()
		}
		w.look(now)
		if !w.busy() && flush != nil {
			flush = nil
			w.finish()
		}
	}
}

// sweep forgets what is abandoned and not due for long.
func (w *Watcher) sweep() {
	w.items = slices.DeleteFunc(w.items, func(i *watched) bool { return i.item.Abandoned() })
	heap.Init(&w.items)
}

func (w *Watcher) finish() {
	for _, f := range w.after {
		f()
	}
}

// glanced puts the items of a glance where they belong.
func (w *Watcher) glanced() {
	same, rest := w.glances.end()
	for _, at := range same {
		heap.Push(&w.items, at)
	}
	w.waiting = append(w.waiting, rest...)
}

// busy reports whether items are due, or glanced or looked at.
func (w *Watcher) busy() bool { return len(w.waiting) > 0 || w.looking > 0 || w.glances.now != nil }

// due takes the items that are due, and forgets those that are abandoned. What is due at a time
// is so again next time, however long the looks take.
func (w *Watcher) due(now time.Time) (due []*watched) {
	if len(w.items) == 0 || w.items[0].due.After(now) {
		return nil
	}
	for len(w.items) > 0 && w.items[0].ready(now) {
		at := heap.Pop(&w.items).(*watched)
		if !at.item.Abandoned() {
			at.due = now
			due = append(due, at)
		}
	}
	return due
}

// look begins to look at items that are due.
func (w *Watcher) look(now time.Time) {
	if due := w.due(now); !w.glances.begin(due, w.stop) {
		w.waiting = append(w.waiting, due...)
	}
	for w.looking < looksAtOnce && len(w.waiting) > 0 {
		at := w.waiting[0]
		w.waiting = w.waiting[1:]
		w.looking++
		go func() {
			at.again(at.item.Look(at.due))
			select {
			case w.back <- at:
			case <-w.stop:
			}
		}()
	}
}

// next returns the time when an item is due, or the abandoned are looked for.
func (w *Watcher) next() time.Time {
	next := time.Now().Add(idleLook)
	if len(w.items) > 0 && w.items[0].due.Before(next) {
		next = w.items[0].due
	}
	return next
}
