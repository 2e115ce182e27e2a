package querylog

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// read returns the names of the queries that a tail has, up to so many.
func read(tail *Tail, most int) (names []string) {
	for e := range tail.Next(most) {
		names = append(names, e.Name)
	}
	return names
}

// add keeps queries with the names n, n+1 and so on, the later the longer ago nothing is.
func add(r *Recent, from, count int) {
	for n := from; n < from+count; n++ {
		if ring := r.Ring(); ring != nil {
			ring.Add(&Entry{Name: fmt.Sprint(n), Time: time.Unix(int64(n), 0)})
		}
	}
}

// LIVE 8: queries are kept while somebody looks, and for a minute after that.
func TestRecentWanted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := new(Recent)
		wanted := func(when string, want bool) {
			t.Helper()
			synctest.Wait()
			if got := r.Ring() != nil; got != want {
				t.Errorf("%s: wanted %t", when, got)
			}
		}
		wanted("at first", false)
		first, _ := Follow([]*Recent{r}, "")
		wanted("by one", true)
		time.Sleep(time.Hour)
		wanted("by one that stays", true)
		second, _ := Follow([]*Recent{r}, "")
		first.Close()
		time.Sleep(looked * 2)
		wanted("by the other", true)
		second.Close()
		time.Sleep(looked - time.Second)
		wanted("a while ago", true)
		third, _ := Follow([]*Recent{r}, "")
		third.Close()
		time.Sleep(looked - time.Second)
		wanted("a while after the third", true)
		time.Sleep(2 * time.Second)
		wanted("long ago", false)
		r.Keep()
		time.Sleep(time.Hour)
		wanted("by a log", true)
		r.Close()
		wanted("at the end", false)
		last, _ := Follow([]*Recent{r}, "")
		wanted("after the end", false)
		last.Close()
	})
}

// The ring has the last queries, and a reader that did not read is told how many it lacks.
func TestRecentWraps(t *testing.T) {
	t.Parallel()
	r := new(Recent)
	tail, _ := Follow([]*Recent{r}, "")
	defer tail.Close()
	add(r, 1, 3)
	if got := read(tail, 2); !slices.Equal(got, []string{"1", "2"}) || tail.Missed() != 0 {
		t.Errorf("read %q", got)
	}
	add(r, 4, Kept+4) // up to Kept+7
	got := read(tail, 2*Kept)
	if missed := tail.Missed(); missed != 5 || len(got) != Kept || got[0] != "8" || got[Kept-1] != fmt.Sprint(Kept+7) {
		t.Errorf("%d missed, %d read from %s on", missed, len(got), got[0])
	}
	if tail.Missed() != 0 {
		t.Error("what was missed is told twice")
	}
	late, found := Follow([]*Recent{r}, "")
	defer late.Close()
	if got := read(late, 1); !found || got[0] != "8" || late.Missed() != 0 {
		t.Errorf("one that comes late reads %q", got)
	}
	late.Skip()
	if got := read(late, 1); got != nil {
		t.Errorf("after a skip: %q", got)
	}
}

// A position is gone on from, and one that is not known is told of.
func TestRecentPosition(t *testing.T) {
	t.Parallel()
	a, b := new(Recent), new(Recent)
	both := []*Recent{a, b}
	tail, _ := Follow(both, "")
	defer tail.Close()
	add(a, 1, 2)
	add(b, 3, 1)
	add(a, 4, 1)
	if got := read(tail, 3); !slices.Equal(got, []string{"1", "2", "3"}) {
		t.Fatalf("read %q", got)
	}
	for _, c := range []struct {
		position string
		found    bool
		want     string
	}{
		{tail.Position(), true, "4"},
		{"", true, "1 2 3 4"},
		{strings.SplitN(tail.Position(), ".", 2)[0], false, "3 4"}, // of the first block alone
		{"AAAAAAAAAA-7", false, "1 2 3 4"},                         // of a ring that is gone
		{strings.ReplaceAll(tail.Position(), "-", "-99"), false, "1 2 3 4"},
		{"-", false, "1 2 3 4"}, {"x-y.z", false, "1 2 3 4"}, {strings.Repeat("a", maxPosition+1), false, "1 2 3 4"},
	} {
		next, found := Follow(both, c.position)
		if got := strings.Join(read(next, 9), " "); got != c.want || found != c.found {
			t.Errorf("%.60q: %t, %q, want %t, %q", c.position, found, got, c.found, c.want)
		}
		next.Close()
	}
}

// However many write and read at a time: each reader has every query once and in the order
// of its writer, or is told how many it lacks.
func TestRecentRace(t *testing.T) {
	t.Parallel()
	const writers, each, readers = 8, 4 * Kept, 4
	r := new(Recent)
	var reading, writing sync.WaitGroup
	done := make(chan struct{})
	for n := range readers {
		tail, _ := Follow([]*Recent{r}, "")
		reading.Go(func() {
			defer tail.Close()
			read, missed, last := 0, uint64(0), make(map[string]time.Duration)
			for over := false; ; {
				seen := 0
				for e := range tail.Next(100 * (n + 1)) {
					seen++
					if before, ok := last[e.Name]; ok && before >= e.Took {
						t.Errorf("writer %s: query %d after %d", e.Name, e.Took, before)
						return
					}
					last[e.Name] = e.Took
				}
				missed += tail.Missed()
				if read += seen; seen == 0 && over {
					break
				}
				select {
				case <-done:
					over = true
				default:
				}
			}
			if total := uint64(read) + missed; total != writers*each { //nolint:gosec // it counts
				t.Errorf("%d read and %d missed, want %d together", read, missed, writers*each)
			}
		})
	}
	for n := range writers {
		writing.Go(func() {
			for i := range each {
				r.Ring().Add(&Entry{Name: fmt.Sprint(n), Took: time.Duration(i)})
			}
		})
	}
	writing.Wait()
	close(done)
	reading.Wait()
}

// A writer that others have overtaken by a whole round does not take the place of a query
// that is newer, and who reads is told.
func TestRecentOvertaken(t *testing.T) {
	t.Parallel()
	r := new(Recent)
	tail, _ := Follow([]*Recent{r}, "")
	defer tail.Close()
	ring := r.Ring()
	ring.last.Add(1) // one begins to write, and is held up
	add(r, 2, 5)
	if got := read(tail, 9); got != nil {
		t.Errorf("read %q before one that is being written", got)
	}
	add(r, 7, Kept-5)
	slow := &Entry{Name: "slow"}
	ring.last.Store(0)
	ring.Add(slow)
	ring.last.Store(Kept + 1)
	if got := read(tail, 1); len(got) != 1 || got[0] != "2" || tail.Missed() != 1 {
		t.Errorf("read %q", got)
	}
}
