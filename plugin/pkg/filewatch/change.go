package filewatch

import (
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

const (
	// quiet is how long a file must have been left alone before it is read again,
	// unless its last write took longer: whoever writes in place may not be done.
	quiet = time.Second
	// minQuiet bounds that for a file that stands in the place of another one.
	minQuiet = 50 * time.Millisecond
	// maxQuiet bounds what a single slow write may cost later changes.
	maxQuiet = time.Minute
)

// change is a change of the files that is watched until it settles.
type change struct {
	began, last time.Time // when it was first and last seen to go on; zero if there is none
	states      []State
	content     uint64
	inPlace     bool // a file was written to that is in use
}

// settled reports whether the files have changed and are to be read now, else how
// long to wait. ok is false if the file system does not answer.
func (s *Set) settled(now time.Time) (take bool, wait time.Duration, ok bool) {
	seen, ok := guarded(s, func(session *Session) []State { return session.again(s.tried) })
	switch {
	case !ok:
		return false, s.Interval, false
	case allEqual(seen, s.tried):
		s.change = change{}
		return s.retry, s.Interval, true
	}
	inPlace := s.change.inPlace || s.writtenInPlace(seen)
	if !inPlace && s.old(seen, now) {
		return true, 0, true
	}
	hash, ok := guarded(s, func(session *Session) uint64 { return session.content(seen) })
	if !ok {
		return false, s.Interval, false
	}
	if s.change.began.IsZero() {
		s.change.began = now
	}
	if s.change.last.IsZero() || hash != s.change.content || !allEqual(seen, s.change.states) {
		s.change.last, s.change.states, s.change.content = now, seen, hash
	}
	s.change.inPlace = inPlace
	took := s.change.last.Sub(s.change.began)
	need := s.need(max(took, s.slowest), inPlace)
	if left := need - now.Sub(s.change.last); left > 0 {
		return false, min(left, max(s.Interval, minQuiet)), true
	}
	s.slowest = min(took, maxQuiet)
	return true, 0, true
}

// need returns how long the files must have been the same: as long as the last write
// took, a second at least, and not above half the interval. That bound does not go
// below a second for a file that is written in place: pauses of a writer do not get
// shorter because somebody looks more often.
func (s *Set) need(took time.Duration, inPlace bool) time.Duration {
	least := minQuiet
	if inPlace {
		least = quiet
	}
	return max(least, min(max(quiet, took), s.Interval/2))
}

// writtenInPlace reports whether a changed file is still the one that was read.
func (s *Set) writtenInPlace(seen []State) bool {
	for i, state := range seen {
		if was := s.tried[i]; !was.equal(state) && was.info != nil && state.info != nil && !was.replaced(state) {
			return true
		}
	}
	return false
}

// old reports whether all changed files stand in the place of others and were
// written a while ago: somebody moved them there when they were whole.
func (s *Set) old(seen []State, now time.Time) bool {
	need := s.need(s.slowest, false)
	for i, state := range seen {
		if was := s.tried[i]; !was.equal(state) && (!was.replaced(state) || now.Sub(state.Modified()) < need) {
			return false
		}
	}
	return true
}

// How somebody who means it has a shortened file taken.
const (
	confirmEmpty = "to have it so, declare it empty_ok"
	restartEmpty = "to have it so, restart"
	confirmShort = "to have it so, move the whole file into place, or restart"
)

func (s *Set) confirmEmpty() string {
	if s.StartsEmpty {
		return restartEmpty
	}
	return confirmEmpty
}

// maxUnasked is the number of entries up to which most of them may go without asking.
const maxUnasked = 10

// shortened refuses a reading in which data are missing that were there before, as
// they are while somebody writes a file.
func (s *Set) shortened(r reading, inPlace bool) (out problem.List) {
	for _, f := range r.files {
		was := named(s.served, f.Name)
		if was == nil {
			continue
		}
		sameFile := inPlace && !was.replaced(f.State)
		switch missing := was.entries - f.entries; {
		case missing <= 0:
		case f.entries == 0 && !f.includes && !s.EmptyOK:
			out.Errorf(problem.FileCutShort, s.Pos, s.Name, "%s holds nothing any more, and held %d entries; it may be cut short; %s", f.Name, was.entries, s.confirmEmpty())
		case sameFile && was.end == '\n' && f.end != '\n' && f.end != 0:
			out.Errorf(problem.FileCutShort, s.Pos, s.Name, "the last line has no newline and %d entries of %s are missing, the file may be cut short; %s", missing, f.Name, confirmShort)
		case sameFile && was.entries > maxUnasked && missing > was.entries/2 && !(f.entries == 0 && s.EmptyOK):
			out.Errorf(problem.FileCutShort, s.Pos, s.Name, "%d of %d entries of %s are gone, the file may be cut short; %s", missing, was.entries, f.Name, confirmShort)
		}
	}
	return out
}
