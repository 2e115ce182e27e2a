package filewatch

import (
	"sync"
	"time"
)

// mostGlancing is how long a glance may take: file systems that need longer are better asked
// about several files at a time.
const mostGlancing = gather

// glance goes over items that are due at once, of which most have not changed, one after
// another: a look has two goroutines and a timer, which is much for ten thousand files that are
// as they were. It is given up if the file system takes its time; then looks are what it takes.
type glance struct {
	unchanged func([]State) bool

	mu      sync.Mutex
	items   []*watched // those that are left
	same    []*watched // whose next look is due later
	changed []*watched // to be looked at
	over    bool
}

// run glances at all items, until it is over.
func (g *glance) run() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !g.over && len(g.items) > 0 {
		at := g.items[0]
		files, interval, ok := at.item.Known()
		g.mu.Unlock()
		same := ok && g.unchanged(files)
		g.mu.Lock()
		switch {
		case g.over:
			return // somebody looks at it
		case same:
			at.again(at.due.Add(interval))
			g.same = append(g.same, at)
		default:
			g.changed = append(g.changed, at)
		}
		g.items = g.items[1:]
	}
}

// unchanged reports whether files are as they were. It may hang.
func unchanged(files []State) bool {
	for _, was := range files {
		if !was.equal(Stat(was.Name)) {
			return false
		}
	}
	return true
}

// end ends the glance, whatever is left of it, and returns which items have not changed and
// which are to be looked at.
func (g *glance) end() (same, rest []*watched) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = true
	return g.same, append(g.changed, g.items...)
}

// glances is what a watcher has of them: one at a time.
type glances struct {
	unchanged func([]State) bool
	now       *glance          // that is under way
	late      <-chan time.Time // when to give it up
	away      bool             // a goroutine has not come back
	back      chan struct{}
}

func newGlances() glances { return glances{unchanged: unchanged, back: make(chan struct{})} }

// begin glances at items, and reports false if it does not, since they are few or the goroutine
// is away.
func (g *glances) begin(items []*watched, stop <-chan struct{}) bool {
	if g.away || len(items) <= looksAtOnce {
		return false
	}
	now := &glance{unchanged: g.unchanged, items: items}
	g.now, g.late, g.away = now, time.After(mostGlancing), true
	go func() {
		now.run()
		select {
		case g.back <- struct{}{}:
		case <-stop:
		}
	}()
	return true
}

// end ends the glance that is under way, if there is one.
func (g *glances) end() (same, rest []*watched) {
	if g.now == nil {
		return nil, nil
	}
	now := g.now
	g.now, g.late = nil, nil
	return now.end()
}
