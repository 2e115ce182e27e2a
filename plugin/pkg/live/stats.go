package live

import (
	"sync"
	"time"
)

// stats counts what the writer does.
type stats struct {
	mu      sync.Mutex
	changes uint64
	commits uint64
	seconds float64
}

func (s *stats) committed(changes int, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes += uint64(changes)
	s.commits++
	s.seconds += took.Seconds()
}

// Stats are what an account holds and what was done to it, for metrics.
type Stats struct {
	Revision      uint64
	Objects       map[string]int // by kind
	Quarantined   int
	Changes       uint64  // committed since the start
	Commits       uint64  // each of one or more changes
	CommitSeconds float64 // of all commits, from checking to publishing
}

// Stats returns the account's figures of this moment.
func (a *Account) Stats() Stats {
	a.stats.mu.Lock()
	s := Stats{Changes: a.stats.changes, Commits: a.stats.commits, CommitSeconds: a.stats.seconds}
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
