// Package files tells when files that configuration was read from have to be
// read again. It polls: a change is seen whichever way the file was written,
// also through links and on network file systems.
package files

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Settle is how long a file must have been left alone before it is read again:
// whoever writes it in place may not be done.
const Settle = 50 * time.Millisecond

// State is a file as one look found it.
type State struct {
	Name string
	info os.FileInfo // nil if there was none
}

// Stat looks at a file. A file that is not there has a state, too.
func Stat(name string) State {
	info, err := os.Stat(filepath.Clean(name))
	if err != nil {
		return State{Name: name}
	}
	return State{Name: name, info: info}
}

// Modified gives the time of the last change, the zero time if there is no file.
func (s State) Modified() time.Time {
	if s.info == nil {
		return time.Time{}
	}
	return s.info.ModTime()
}

// Unchanged reports whether a new look finds the file as it was.
func (s State) Unchanged() bool {
	now := Stat(s.Name)
	if s.info == nil || now.info == nil {
		return s.info == nil && now.info == nil
	}
	return os.SameFile(s.info, now.info) && s.info.Size() == now.info.Size() && s.info.ModTime().Equal(now.info.ModTime())
}

// Tracker decides when a set of files is read again. It belongs to one goroutine.
type Tracker struct {
	Interval time.Duration // between two looks; 0 for never

	seen    []State
	retry   bool
	waiting time.Time // since when a change waits to settle, zero if none does
}

// Read notes the states that the files of a reading had before it. A reading
// that failed to open or read a file is retried at every look: permissions may
// be mended without a change of the file.
func (t *Tracker) Read(states []State, failed bool) { t.seen, t.retry = states, failed }

// Look reports whether the files are to be read now, and when to look again.
func (t *Tracker) Look(now time.Time) (read bool, next time.Time) {
	next = now.Add(t.Interval)
	if !t.changed() {
		t.waiting = time.Time{}
		return false, next
	}
	if t.waiting.IsZero() {
		t.waiting = now
	}
	if t.fresh(now) && now.Sub(t.waiting) < t.Interval {
		return false, now.Add(Settle)
	}
	t.waiting = time.Time{}
	return true, next
}

func (t *Tracker) changed() bool {
	if t.retry {
		return true
	}
	for _, s := range t.seen {
		if !s.Unchanged() {
			return true
		}
	}
	return false
}

// fresh reports whether a file was written a moment ago.
func (t *Tracker) fresh(now time.Time) bool {
	for _, s := range t.seen {
		if age := now.Sub(Stat(s.Name).Modified()); age >= 0 && age < Settle {
			return true
		}
	}
	return false
}

// Unchanged reports whether no file of the set has changed.
func Unchanged(states []State) bool {
	for _, s := range states {
		if !s.Unchanged() {
			return false
		}
	}
	return true
}

// minInterval is the shortest time between two looks.
const minInterval = 100 * time.Millisecond

// ParseInterval reads the time between two looks, 0 for never, as the property
// reload has it.
func ParseInterval(word string) (time.Duration, error) {
	if word == "0" {
		return 0, nil
	}
	interval, err := time.ParseDuration(word)
	switch {
	case err != nil || interval < 0:
		return 0, fmt.Errorf("reload %q is not a duration, write for example 10s or 1m, or 0 for never", word)
	case interval > 0 && interval < minInterval:
		return 0, fmt.Errorf("reload %s is too often, at least %s are allowed, or 0 for never", word, minInterval)
	}
	return interval, nil
}
