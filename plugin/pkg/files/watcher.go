package files

import (
	"slices"
	"sync"
	"time"
)

// idleLook is the longest time between two looks, by which a watcher finds out
// that its items are abandoned.
const idleLook = time.Minute

// Item is something made from files.
type Item interface {
	// Look reads the files again if they have changed, and gives the time of the
	// next look. It is called on the watcher's goroutine.
	Look(now time.Time) (next time.Time)
	// Abandoned reports whether nobody uses the item any more: the shutdown hooks
	// of an instance that failed to start never run.
	Abandoned() bool
}

// Watcher looks at items in one goroutine. Add belongs to the goroutine that
// sets the instance up, before Start.
type Watcher struct {
	items []watched
	end   sync.Once
	stop  chan struct{}
	done  chan struct{}
}

type watched struct {
	item Item
	due  time.Time
}

// NewWatcher makes a watcher without items.
func NewWatcher() *Watcher {
	return &Watcher{stop: make(chan struct{}), done: make(chan struct{})}
}

// Add has item looked at, for the first time after the interval.
func (w *Watcher) Add(item Item, after time.Duration) {
	w.items = append(w.items, watched{item, time.Now().Add(after)})
}

// Start begins to look. It is called once.
func (w *Watcher) Start() { go w.run() }

// Stop ends the looking and waits for the goroutine. It is called after Start, and
// perhaps again: Caddy runs the hooks of an instance twice if one of them fails.
func (w *Watcher) Stop() {
	w.end.Do(func() { close(w.stop) })
	<-w.done
}

func (w *Watcher) run() {
	defer close(w.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-w.stop:
			return
		case now := <-timer.C:
			w.items = slices.DeleteFunc(w.items, func(i watched) bool { return i.item.Abandoned() })
			if len(w.items) == 0 {
				return
			}
			timer.Reset(time.Until(w.look(now)))
		}
	}
}

// look looks at the items that are due and gives the time of the next look.
func (w *Watcher) look(now time.Time) time.Time {
	next := now.Add(idleLook)
	for i := range w.items {
		if at := &w.items[i]; !at.due.After(now) {
			at.due = at.item.Look(now)
		}
		if w.items[i].due.Before(next) {
			next = w.items[i].due
		}
	}
	return next
}
