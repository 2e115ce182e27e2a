package live

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// LIVE 10 depends on no clock: members that are days apart make changes in one order, that
// of their revisions, and serve the same; a zone's serial goes up whoever changes it. Each
// entry of the history has the time of who made it.
func TestTeamClocks(t *testing.T) {
	tm := newTeam(t, "", "", "")
	skews := []time.Duration{0, 24 * time.Hour, -24 * time.Hour}
	for i, b := range tm.members {
		b.clock = b.clock.Add(skews[i])
		b.KeepHistory(time.Hour) // less than they are apart
	}
	id := tm.members[0].zone("example.org.")
	tm.settle()
	by := make(map[uint64]int) // who made a revision
	serial := tm.members[0].Zone(id).Serial
	var mu sync.Mutex
	for round := range 20 {
		var running sync.WaitGroup
		for i, b := range tm.members {
			running.Go(func() {
				name := fmt.Sprintf("n%d-%d A 192.0.2.1", round, i)
				revision, err := b.Change(t.Context(), Call{}, func(c *Change) error {
					_, err := c.AddRecord(id, recordOf(t, "example.org.", name), "")
					return err
				})
				mu.Lock()
				defer mu.Unlock()
				if _, twice := by[revision]; err != nil || twice {
					t.Errorf("%s: revision %d, %v", name, revision, err)
				}
				by[revision] = i
			})
		}
		running.Wait()
		tm.settle()
		now := tm.members[round%3].Zone(id).Serial
		if int32(now-serial) < 3 { //nolint:gosec // as RFC 1982 compares them
			t.Errorf("in round %d the serial goes from %d to %d with three changes", round, serial, now)
		}
		serial = now
	}
	tm.check()
	for i, b := range tm.members {
		if n := b.Zone(id).Records; n != 60 {
			t.Errorf("member %d has %d records, want 60", i, n)
		}
	}
	tm.heldBy(by)
}

// heldBy holds that the history is whole from its oldest entry on, and that each entry has
// the time of the member that made it.
func (tm *team) heldBy(by map[uint64]int) {
	tm.t.Helper()
	b := tm.members[0]
	kept := 0
	if err := b.store.View(tm.t.Context(), "default", func(read store.Reader) error {
		for revision := read.Revision(); revision > 0; revision-- {
			e, err := readEntry(read, revision)
			if err != nil {
				return err
			}
			if e == nil {
				break
			}
			kept++
			if made, known := by[revision]; known && !e.Time.Equal(tm.members[made].clock) {
				tm.t.Errorf("revision %d has the time %v, member %d has %v", revision, e.Time, made, tm.members[made].clock)
			}
		}
		for range read.Range([]byte(historyKeys), nil) {
			kept--
		}
		return read.Err()
	}); err != nil {
		tm.t.Fatal(err)
	}
	if kept != 0 {
		tm.t.Errorf("the history has a gap: %d entries lie apart", -kept)
	}
}
