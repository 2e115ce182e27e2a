package filewatch

import (
	"slices"
	"sync"
	"time"
)

const (
	// idleLook is the longest time between two looks, by which a watcher finds out
	// that its items are abandoned.
	idleLook = time.Minute
	// looksAtOnce bounds the looks under way, of which some wait for a file system.
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
	// Abandoned reports whether nobody uses the item any more.
	Abandoned() bool
}

// Watcher looks at items. Add and After belong to the goroutine that sets the
// instance up, before Start.
type Watcher struct {
	items []*watched
	after []func()
	slots chan struct{}
	back  chan *watched // those whose look has returned
	end   sync.Once
	stop  chan struct{}
	done  chan struct{}
}

type watched struct {
	item    Item
	due     time.Time
	looking bool
}

// NewWatcher makes a watcher without items.
func NewWatcher() *Watcher {
	return &Watcher{
		slots: make(chan struct{}, looksAtOnce), back: make(chan *watched),
		stop: make(chan struct{}), done: make(chan struct{}),
	}
}

// Add has item looked at, for the first time after the interval.
func (w *Watcher) Add(item Item, after time.Duration) {
	w.items = append(w.items, &watched{item: item, due: time.Now().Add(after)})
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
	looking := 0
	var flush <-chan time.Time
	for {
		select {
		case <-w.stop:
			return
		case <-timer.C:
			w.items = slices.DeleteFunc(w.items, func(i *watched) bool { return i.item.Abandoned() })
			if len(w.items) == 0 {
				return
			}
			looking += w.look(time.Now())
		case at := <-w.back:
			at.looking = false
			looking--
			if flush == nil {
				flush = time.After(gather)
			}
		case <-flush:
			flush = nil
			w.finish()
		}
		if looking == 0 && flush != nil {
			flush = nil
			w.finish()
		}
		timer.Reset(time.Until(w.next()))
	}
}

func (w *Watcher) finish() {
	for _, f := range w.after {
		f()
	}
}

// look begins to look at the items that are due, and returns how many those are.
func (w *Watcher) look(now time.Time) (begun int) {
	for _, at := range w.items {
		if at.looking || at.due.After(now) {
			continue
		}
		at.looking = true
		begun++
		go func() {
			select {
			case w.slots <- struct{}{}:
			case <-w.stop:
				return
			}
			at.due = at.item.Look(now)
			<-w.slots
			select {
			case w.back <- at:
			case <-w.stop:
			}
		}()
	}
	return begun
}

// next returns the time of the next look.
func (w *Watcher) next() time.Time {
	next := time.Now().Add(idleLook)
	for _, at := range w.items {
		if !at.looking && at.due.Before(next) {
			next = at.due
		}
	}
	return next
}
