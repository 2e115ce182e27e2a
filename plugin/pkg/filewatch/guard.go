package filewatch

import (
	"sync/atomic"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// stallAfter is how long the file system may take for one answer before the reading
// is given up: a network mount may hang, and some files have no end.
const stallAfter = 10 * time.Second

// The states of a set's reading.
const (
	idle int32 = iota
	running
	stalled // given up, and not back yet
)

// waits counts what a goroutine asks of the file system.
type waits struct {
	begun, ended atomic.Int64
}

// wait calls f, which asks the file system.
func (w *waits) wait(f func()) {
	w.begun.Add(1)
	f()
	w.ended.Add(1)
}

// guarded runs work that asks the file system in a goroutine of its own, and returns
// what it gives. If one of its questions stays without an answer for too long, ok is
// false, and the set reads nothing more until the goroutine is back: there is at most
// one for each set.
func guarded[T any](s *Set, work func(*Session) T) (result T, ok bool) {
	session := &Session{seed: s.seed}
	done := make(chan T, 1)
	s.state.Store(running)
	go func() {
		result := work(session)
		s.state.Store(idle) // before the result: the next work may begin when that is there
		done <- result
	}()
	timer := time.NewTimer(s.stallAfter)
	defer timer.Stop()
	answered := int64(-1)
	for {
		select {
		case result = <-done:
			return result, true
		case <-timer.C:
		}
		waiting, now := session.begun.Load() != session.ended.Load(), session.ended.Load()
		if waiting && now == answered && s.state.CompareAndSwap(running, stalled) {
			return result, false
		}
		answered = now
		timer.Reset(s.stallAfter)
	}
}

// stalledProblem says that a reading was given up.
func (s *Set) stalledProblem() problem.Problem {
	return problem.Problem{
		Code: problem.FileUnreadable, Pos: s.Pos, Severity: problem.Error, Object: s.Name,
		Text: "the file system did not answer within " + s.stallAfter.String() + "; nothing is read before it does",
	}
}
