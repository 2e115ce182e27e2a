// Package filewatch reads files that configuration is made of, and reads them again
// when they have changed. It polls: a change is seen whichever way the file was
// written, also through links and on network file systems.
//
// A file that is being written must not be taken for what it will be, or clients fall
// into another view: Set says when a change is taken, and which are refused.
package filewatch

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// State is a file as one look found it. Immutable.
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

// Modified returns the time of the last change, the zero time if there is no file.
func (s State) Modified() time.Time {
	if s.info == nil {
		return time.Time{}
	}
	return s.info.ModTime()
}

// equal reports whether two looks found a file the same: by size, time of the
// content's change, time of any change, and identity.
func (s State) equal(other State) bool {
	if s.info == nil || other.info == nil {
		return s.info == nil && other.info == nil
	}
	return os.SameFile(s.info, other.info) && s.info.Size() == other.info.Size() &&
		s.info.ModTime().Equal(other.info.ModTime()) && changeTime(s.info).Equal(changeTime(other.info))
}

// replaced reports whether another file stands in the place of s, as it does after a
// rename.
func (s State) replaced(now State) bool {
	return now.info != nil && (s.info == nil || !os.SameFile(s.info, now.info))
}

// allEqual reports whether two looks found all files the same.
func allEqual(a, b []State) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].equal(b[i]) {
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
