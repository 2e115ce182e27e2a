package filewatch

import (
	"hash/maphash"
	"sync/atomic"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// Config describes a set of files.
type Config struct {
	Name        string        // of what is made of them, for problems: `zone "example.org."`
	Pos         problem.Pos   // of the declaration
	Interval    time.Duration // between two looks; 0 for never
	EmptyOK     bool          // whether a file may be and become empty
	StartsEmpty bool          // whether a file may be empty at the start

	// Read reads the files through the session. If the problems hold no error, publish
	// puts to use what was read; it is called soon after, on the same goroutine as
	// other functions of the set.
	Read func(s *Session) (publish func(), problems problem.List)
	// Refused is told why a change is not taken, once for as long as it stays the same.
	Refused func(errors string)
	// Unused reports whether nobody needs the set any more: the shutdown hooks of an
	// instance that failed to start never run.
	Unused func() bool
}

// Set is files of which one thing is made: a zone, a list. It keeps what it made as
// long as the files change for the worse.
//
// First is called once, before the Set is given to a Watcher, which calls Look then.
// Loads is safe for concurrent use.
type Set struct {
	Config
	seed       maphash.Seed
	state      atomic.Int32
	stallAfter time.Duration

	served  []*fileRead // as they are in use
	tried   []State     // as they were when last read, which may have failed
	retry   bool        // whether that reading failed to open or read a file
	change  change      // that is watched until it settles
	slowest time.Duration
	refused atomic.Pointer[string] // why the last change was not taken; nil if it was

	loaded   atomic.Int64 // time of the last good reading, nanoseconds since 1970
	failures atomic.Int64
	failing  atomic.Bool
}

// New makes a set. It reads nothing yet.
func New(c Config) *Set {
	return &Set{Config: c, seed: maphash.MakeSeed(), stallAfter: stallAfter}
}

// Loads is what metrics say of a set. Failing and Stalled are 1 or 0.
type Loads struct {
	Last             time.Time // of the last good one
	Failures         float64   // since the first one
	Failing, Stalled float64
	Refused          string // why the last change was not taken; empty if it was
}

// Loads returns how readings went. It is safe for concurrent use.
func (s *Set) Loads() Loads {
	l := Loads{Last: time.Unix(0, s.loaded.Load()), Failures: float64(s.failures.Load())}
	if s.failing.Load() {
		l.Failing = 1
	}
	if s.state.Load() == stalled {
		l.Stalled = 1
	}
	if refused := s.refused.Load(); refused != nil {
		l.Refused = *refused
	}
	return l
}

// First reads the files for a start and returns what is wrong with them. It puts to
// use what was read unless that is an error.
func (s *Set) First() problem.List {
	r, ok := s.read()
	if !ok {
		return problem.List{s.stalledProblem()}
	}
	if !r.problems.HasErrors() && !s.EmptyOK && !s.StartsEmpty {
		r.problems = append(r.problems, s.emptyFiles(r.files)...)
	}
	s.tried, s.retry = r.states, r.failed
	if r.problems.HasErrors() {
		return r.problems
	}
	s.use(r)
	return r.problems
}

// emptyFiles refuses files without an entry that nothing else says are meant so.
func (s *Set) emptyFiles(files []*fileRead) (out problem.List) {
	for _, f := range files {
		if f.entries == 0 && f.err == nil && !f.included && !f.includes {
			out.Errorf(problem.FileEmpty, s.Pos, s.Name, "%s is empty; with empty_ok it may be", f.Name)
		}
	}
	return out
}

// use puts a reading to use.
func (s *Set) use(r reading) {
	s.served = r.files
	r.publish()
	s.loaded.Store(time.Now().UnixNano())
	s.failing.Store(false)
	s.refused.Store(nil)
}

// fail counts a change that is not taken and tells of it once.
func (s *Set) fail(problems problem.List) {
	s.failures.Add(1)
	s.failing.Store(true)
	text := problems.Only(problem.Error).Error()
	if before := s.refused.Load(); before == nil || *before != text {
		s.refused.Store(&text)
		s.Refused(text)
	}
}

// Abandoned reports whether nobody needs the set any more.
func (s *Set) Abandoned() bool { return s.Unused() }

// Known returns the files as they were last read, which a look would find again if nothing
// changed, and false if it would do more than that even then.
func (s *Set) Known() (files []State, interval time.Duration, ok bool) {
	return s.tried, s.Interval, !s.retry && s.change.began.IsZero() && s.state.Load() == idle
}

// Look reads the files again if they have changed and the change has settled. It
// returns the time of the next look.
func (s *Set) Look(now time.Time) (next time.Time) {
	if s.state.Load() == stalled {
		return now.Add(s.Interval)
	}
	take, wait, ok := s.settled(now)
	if !ok {
		s.fail(problem.List{s.stalledProblem()})
		return now.Add(s.Interval)
	}
	if !take {
		return now.Add(wait)
	}
	inPlace := s.change.inPlace
	s.change = change{}
	r, ok := s.read()
	switch {
	case !ok:
		s.fail(problem.List{s.stalledProblem()})
	case r.moved:
		// Written while it was read: the next look finds it changed again.
	default:
		s.tried, s.retry = r.states, r.failed
		if !r.problems.HasErrors() {
			r.problems = append(r.problems, s.shortened(r, inPlace)...)
		}
		if r.problems.HasErrors() {
			s.fail(r.problems)
		} else {
			s.use(r)
		}
	}
	return now.Add(s.Interval)
}

// reading is what one reading of all files gave.
type reading struct {
	publish  func()
	problems problem.List
	files    []*fileRead
	states   []State
	failed   bool // a file could not be opened or read
	moved    bool // a file was changed meanwhile
}

// read reads the files; ok is false if the file system does not answer.
func (s *Set) read() (reading, bool) {
	return guarded(s, func(session *Session) (r reading) {
		r.publish, r.problems = s.Read(session)
		r.files, r.states, r.failed = session.files, session.States(), session.Failed()
		r.moved = !allEqual(r.states, session.again(r.states))
		return r
	})
}
