package live

import (
	"sync"
	"time"
)

// stats counts what the writer does.
type stats struct {
	mu        sync.Mutex
	changes   uint64
	commits   uint64
	seconds   float64
	followed  uint64
	conflicts uint64
	reloads   uint64
}

func (s *stats) committed(changes int, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes += uint64(changes)
	s.commits++
	s.seconds += took.Seconds()
}

// follow counts changes of others that the history told of.
func (s *stats) follow(n uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.followed += n
}

func (s *stats) conflict() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conflicts++
}

func (s *stats) reload() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reloads++
}

// Stats are what an account holds and what was done to it, for metrics.
type Stats struct {
	Revision      uint64
	Objects       map[string]int // by kind
	Quarantined   int
	Changes       uint64  // committed since the start
	Commits       uint64  // each of one or more changes
	CommitSeconds float64 // of all commits, from checking to publishing

	// Of an account that others commit to as well.
	Followed  uint64 // changes of others that were served one by one
	Conflicts uint64 // commits that others were faster with, and that were tried again
	Reloads   uint64 // times that the account was read anew
}

// Stats returns the account's figures of this moment.
func (a *Account) Stats() Stats {
	a.stats.mu.Lock()
	s := Stats{Changes: a.stats.changes, Commits: a.stats.commits, CommitSeconds: a.stats.seconds, Followed: a.stats.followed, Conflicts: a.stats.conflicts, Reloads: a.stats.reloads}
	a.stats.mu.Unlock()
	s.Quarantined = len(a.Quarantined())
	a.mu.RLock()
	defer a.mu.RUnlock()
	s.Revision = a.objects.revision
	records := 0
	for _, z := range a.objects.zones.objects {
		records += z.Records
	}
	s.Objects = map[string]int{
		"zone": len(a.objects.zones.objects), "record": records, "view": len(a.objects.views.objects),
		"rule": len(a.objects.rules.objects), "list": len(a.objects.lists.objects), "location": len(a.objects.locations.objects), "token": len(a.objects.tokens.objects),
	}
	return s
}
