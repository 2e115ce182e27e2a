package filewatch

import (
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// quietItem is an Item that is known to be as it was until it is touched.
type quietItem struct {
	file  string
	state State
	looks atomic.Int64
}

const quietInterval = 10 * time.Second

func (i *quietItem) Known() ([]State, time.Duration, bool) {
	return []State{i.state}, quietInterval, i.state.info != nil
}

func (i *quietItem) Look(now time.Time) time.Time {
	i.looks.Add(1)
	i.state = Stat(i.file)
	return now.Add(quietInterval)
}

func (i *quietItem) Abandoned() bool { return false }

// quietItems are items of one file each, in a watcher that has not started.
func quietItems(t *testing.T, count int) (*Watcher, []*quietItem) {
	t.Helper()
	w, dir := NewWatcher(), t.TempDir()
	items := make([]*quietItem, count)
	for n := range items {
		file := filepath.Join(dir, string(rune('A'+n)))
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		items[n] = &quietItem{file: file}
		w.Add(items[n], quietInterval+time.Duration(n)*time.Millisecond) // loaded one after another
	}
	return w, items
}

// looks returns how often each item was looked at if that is the same for all but one, whose
// number is given, and the looks at that.
func looks(t *testing.T, items []*quietItem, one int) (all, single int64) {
	t.Helper()
	for n, i := range items {
		switch got := i.looks.Load(); {
		case n == one:
			single = got
		case n == 0 || n == 1 && one == 0:
			all = got
		case got != all:
			t.Errorf("item %d was looked at %d times, others %d times", n, got, all)
		}
	}
	return all, single
}

// Of many items that are due together those are looked at that have changed, or may have.
func TestGlance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, items := quietItems(t, 3*looksAtOnce)
		var afters atomic.Int64
		w.After(func() { afters.Add(1) })
		w.Start()
		defer w.Stop()
		step := func(changed int, all, single int64) {
			t.Helper()
			time.Sleep(quietInterval)
			synctest.Wait()
			if gotAll, gotSingle := looks(t, items, changed); gotAll != all || gotSingle != single {
				t.Errorf("looked at %d times, and %d at the changed one, want %d and %d", gotAll, gotSingle, all, single)
			}
		}
		time.Sleep(time.Second)
		step(0, 1, 1) // nothing is known of them yet
		seen := afters.Load()
		step(0, 1, 1)
		step(0, 1, 1)
		if afters.Load() != seen {
			t.Error("something is done after looks where there were none")
		}
		if err := os.WriteFile(items[40].file, []byte("more"), 0o600); err != nil {
			t.Fatal(err)
		}
		step(40, 1, 2)
		if afters.Load() == seen {
			t.Error("nothing is done after a look")
		}
		step(40, 1, 2)
		if err := os.Remove(items[40].file); err != nil {
			t.Fatal(err)
		}
		step(40, 1, 3)
		step(40, 1, 4) // there is no file of which to know something
	})
}

// A file system that hangs is waited for a moment, then all is looked at that is left, and until
// the glance is back.
func TestGlanceHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, items := quietItems(t, 3*looksAtOnce)
		release := make(chan struct{})
		var hangs atomic.Bool
		var asked atomic.Int64
		w.glances.unchanged = func(files []State) bool {
			if asked.Add(1); hangs.Load() && files[0].Name == items[20].file {
				<-release
			}
			return unchanged(files)
		}
		w.Start()
		time.Sleep(2*quietInterval + time.Second)
		synctest.Wait()
		looks(t, items, 0)
		known := asked.Load()
		hangs.Store(true)
		time.Sleep(quietInterval)
		synctest.Wait()
		passed, looked := asked.Load()-known-1, int64(0)
		for _, i := range items {
			looked += i.looks.Load() - 1
		}
		if looked != int64(len(items))-passed || items[20].looks.Load() != 2 {
			t.Errorf("%d of %d were looked at, after a glance at %d", looked, len(items), passed)
		}
		before := asked.Load()
		time.Sleep(2 * quietInterval)
		synctest.Wait()
		if asked.Load() != before || items[20].looks.Load() != 4 {
			t.Errorf("asked %d times more, looked %d times", asked.Load()-before, items[20].looks.Load())
		}
		hangs.Store(false)
		close(release)
		synctest.Wait()
		time.Sleep(quietInterval)
		synctest.Wait()
		if asked.Load() == before || items[20].looks.Load() != 4 {
			t.Errorf("asked %d times more, looked %d times", asked.Load()-before, items[20].looks.Load())
		}
		w.Stop()
	})
}

// A watcher ends while a glance hangs.
func TestStopWhileGlancing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := quietItems(t, 2*looksAtOnce)
		release := make(chan struct{})
		w.glances.unchanged = func([]State) bool { <-release; return true }
		w.Start()
		time.Sleep(3 * quietInterval)
		w.Stop()
		close(release)
	})
}

// What a set is known to be holds only as long as its last reading was whole and no change is
// under way.
func TestKnown(t *testing.T) {
	l := newLines(t, Config{}, "a\n")
	l.First()
	known := func(when string, want bool) {
		t.Helper()
		files, interval, ok := l.Known()
		if ok != want || ok && (interval != l.Interval || !unchanged(files)) {
			t.Errorf("%s: %v, %v, %t", when, files, interval, ok)
		}
	}
	known("at first", true)
	l.write("a b\n")
	if files, _, ok := l.Known(); !ok || unchanged(files) {
		t.Error("a change is not seen")
	}
	l.after(10*time.Second, "a\n")
	known("written just now", false)
	l.after(10*time.Second, "a b\n")
	known("taken", true)
	l.Read = func(s *Session) (func(), problem.List) {
		_, err := s.Open(l.file + ".missing")
		var problems problem.List
		problems.Errorf(problem.FileUnreadable, problem.Pos{}, "", "%v", err)
		return nil, problems
	}
	l.write("a b c\n")
	l.after(10*time.Second, "a b\n")
	l.after(10*time.Second, "a b\n")
	known("not read", false)
}
