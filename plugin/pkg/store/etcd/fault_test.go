package etcd_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/etcd"
	"github.com/internaldns/internaldns/plugin/pkg/store/etcd/etcdtest"
	"github.com/internaldns/internaldns/plugin/pkg/store/storetest"
)

func isLong() bool { return os.Getenv("INTERNALDNS_LONG") != "" }

// tally is what a writer knows of its commits: by key, whether it is there for sure.
type tally struct {
	sure      map[string]bool
	uncertain map[string]bool
	refused   int
	failed    []error
}

// write commits one key after the other until told to stop, or as many as that.
func write(s store.Store, name string, many int, stop <-chan struct{}) *tally {
	t := &tally{sure: make(map[string]bool), uncertain: make(map[string]bool)}
	for n := 0; n < many; {
		select {
		case <-stop:
			return t
		default:
		}
		var revision uint64
		err := s.View(context.Background(), storetest.Account, func(r store.Reader) error {
			revision = r.Revision()
			return nil
		})
		key := fmt.Sprintf("%s/%06d", name, n)
		if err == nil {
			err = s.Commit(context.Background(), storetest.Account, revision, revision+1, []store.Op{storetest.Put(key, fmt.Sprint(revision+1))})
		}
		switch {
		case err == nil:
			t.sure[key] = true
			n++
		case errors.Is(err, store.ErrUncertain):
			t.uncertain[key] = true
			n++
		case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrUnreachable):
			t.refused++
		default:
			t.failed = append(t.failed, err)
			return t
		}
	}
	return t
}

// check reports what is not as the tallies say: keys that are lost, or not known, and
// revisions that two have.
func check(t *testing.T, s store.Store, tallies ...*tally) {
	t.Helper()
	revision, content := storetest.Content(t, s, storetest.Account)
	if uint64(len(content)) != revision {
		t.Errorf("revision %d with %d keys", revision, len(content))
	}
	by := make(map[string]string)
	for key, value := range content {
		if by[value] != "" {
			t.Errorf("revision %s is that of %s and %s", value, key, by[value])
		}
		by[value] = key
	}
	known := 0
	for _, tally := range tallies {
		for _, err := range tally.failed {
			t.Error(err)
		}
		for key := range tally.sure {
			if _, ok := content[key]; !ok {
				t.Errorf("%s is lost", key)
			}
			known++
		}
		for key := range tally.uncertain {
			if _, ok := content[key]; ok {
				known++
			}
		}
	}
	if known != len(content) {
		t.Errorf("%d keys, %d are known", len(content), known)
	}
}

// equal reports stores that do not come to hold the same.
func equal(t *testing.T, stores ...*etcd.Store) {
	t.Helper()
	// Another commit makes sure that nothing is on its way any more.
	for range 100 {
		revision, _ := storetest.Content(t, stores[0], storetest.Account)
		err := stores[0].Commit(context.Background(), storetest.Account, revision, revision+1, []store.Op{storetest.Put("equal", ""), storetest.Delete("equal")})
		if err == nil {
			break
		}
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnreachable) {
			t.Fatal(err)
		}
	}
	revision, content := storetest.Content(t, stores[0], storetest.Account)
	for _, s := range stores[1:] {
		storetest.Await(t, s, storetest.Account, revision)
		storetest.Expect(t, s, storetest.Account, revision, content)
	}
}

// three returns three stores of what stands at some endpoints.
func three(t *testing.T, endpoints ...string) []*etcd.Store {
	t.Helper()
	var stores []*etcd.Store
	for range 3 {
		stores = append(stores, open(t, options(t, endpoints...)))
	}
	return stores
}

// during lets all stores write while something is done.
func during(stores []*etcd.Store, do func()) []*tally {
	stop, tallies := make(chan struct{}), make([]*tally, len(stores))
	var running sync.WaitGroup
	for i, s := range stores {
		running.Go(func() { tallies[i] = write(s, fmt.Sprint(i), 1<<30, stop) })
	}
	do()
	close(stop)
	running.Wait()
	return tallies
}

// LIVE 10: of three writers none loses a commit, and no revision is there twice.
func TestThreeWriters(t *testing.T) {
	m := etcdtest.Start(t)
	stores := three(t, m.Endpoint())
	each := 300
	if isLong() {
		each = 3500
	}
	var running sync.WaitGroup
	tallies := make([]*tally, 3)
	began := time.Now()
	for i, s := range stores {
		running.Go(func() { tallies[i] = write(s, fmt.Sprint(i), each, nil) })
	}
	running.Wait()
	t.Logf("%d commits in %s, %d conflicts", 3*each, time.Since(began).Round(time.Millisecond), tallies[0].refused+tallies[1].refused+tallies[2].refused)
	for _, s := range stores {
		storetest.Await(t, s, storetest.Account, uint64(3*each))
		check(t, s, tallies...)
	}
}

// writes returns when a store has taken some more commits of others.
func writes(t *testing.T, s *etcd.Store, more uint64) {
	t.Helper()
	revision, _ := storetest.Content(t, s, storetest.Account)
	storetest.Await(t, s, storetest.Account, revision+more)
}

func revisionOf(t *testing.T, s store.Store) uint64 {
	t.Helper()
	revision, _ := storetest.Content(t, s, storetest.Account)
	return revision
}

// An etcd that is killed at any moment loses nothing that was acknowledged.
func TestKilledEtcd(t *testing.T) {
	m := etcdtest.Start(t)
	stores := three(t, m.Endpoint())
	rounds := 3
	if isLong() {
		rounds = 30
	}
	tallies := during(stores, func() {
		for range rounds {
			writes(t, stores[0], 100)
			m.Kill()
			revision, _ := storetest.Content(t, stores[1], storetest.Account)
			m.Restart()
			storetest.Await(t, stores[1], storetest.Account, revision+20)
		}
	})
	settle(t, stores, tallies)
}

// settle checks all stores, when they have the last that any has.
func settle(t *testing.T, stores []*etcd.Store, tallies []*tally) {
	t.Helper()
	last := uint64(0)
	for _, s := range stores {
		last = max(last, revisionOf(t, s))
	}
	for _, s := range stores {
		storetest.Await(t, s, storetest.Account, last)
	}
	for _, s := range stores {
		check(t, s, tallies...)
	}
	equal(t, stores...)
	uncertain := 0
	for _, tally := range tallies {
		uncertain += len(tally.uncertain)
	}
	t.Logf("%d commits, %d uncertain", last, uncertain)
}

// An etcd that stands still holds up writers for a bounded time, and no reader.
func TestPausedEtcd(t *testing.T) {
	m := etcdtest.Start(t)
	stores := three(t, m.Endpoint())
	pause := 5 * time.Second
	if isLong() {
		pause = 10 * time.Second
	}
	tallies := during(stores, func() {
		writes(t, stores[0], 50)
		m.Pause()
		for ended := time.After(pause); ; {
			select {
			case <-ended:
				if link := stores[0].Link(); link.Connected || !errors.Is(link.Err, store.ErrUnreachable) {
					t.Errorf("%+v", link)
				}
				began := time.Now()
				err := stores[2].Commit(context.Background(), "other", 0, 1, nil)
				if took := time.Since(began); took > 5*time.Second || !errors.Is(err, store.ErrUnreachable) || errors.Is(err, store.ErrUncertain) {
					t.Errorf("after %s: %v", took, err)
				}
				m.Resume()
				writes(t, stores[0], 50)
				return
			default:
				began := time.Now()
				revisionOf(t, stores[0])
				if took := time.Since(began); took > time.Second {
					t.Errorf("a view takes %s", took)
				}
			}
		}
	})
	settle(t, stores, tallies)
}

// A member of three that is lost or stands still keeps nobody from writing.
func TestLostMember(t *testing.T) {
	c := etcdtest.StartCluster(t, 3)
	stores := three(t, c.Endpoints()...)
	tallies := during(stores, func() {
		writes(t, stores[0], 50)
		rounds := c
		if !isLong() {
			rounds = c[:1]
		}
		for i, m := range rounds {
			m.Kill()
			writes(t, stores[i], 50)
			m.Restart()
			m.Pause()
			writes(t, stores[i], 50)
			m.Resume()
		}
	})
	settle(t, stores, tallies)
	c[0].Kill()
	c[1].Kill()
	if err := stores[0].Commit(context.Background(), "other", 0, 1, nil); !errors.Is(err, store.ErrUnreachable) {
		t.Error("without most members:", err)
	}
	if link := stores[0].Link(); link.Connected || link.Err == nil {
		t.Errorf("right after a commit that failed the link is %+v", link)
	}
	revisionOf(t, stores[0])
}

// Without etcd a start makes do with the copy, and says so if there is none.
func TestStartWithout(t *testing.T) {
	m := etcdtest.Start(t)
	opt := options(t, m.Endpoint())
	s := open(t, opt)
	storetest.Commit(t, s, storetest.Account, storetest.Put("key", "value"))
	_ = s.Close()
	m.Kill()
	began := time.Now()
	s = open(t, opt)
	t.Logf("a start without etcd takes %s", time.Since(began))
	storetest.Expect(t, s, storetest.Account, 1, map[string]string{"key": "value"})
	if err := s.Commit(context.Background(), storetest.Account, 1, 2, nil); !errors.Is(err, store.ErrUnreachable) || errors.Is(err, store.ErrUncertain) {
		t.Error(err)
	}
	none := options(t, m.Endpoint())
	none.DialTimeout = time.Second
	if _, err := etcd.Open(none); !errors.Is(err, store.ErrUnreachable) || !strings.Contains(err.Error(), "no copy") {
		t.Error(err)
	}
	if _, err := etcd.Open(opt); !errors.Is(err, store.ErrInUse) {
		t.Error(err)
	}
	m.Restart()
	awaitState(t, s, func(store.State) bool { return true })
	for range 100 {
		if s.Link().Connected {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	storetest.Commit(t, s, storetest.Account, storetest.Put("key", "other"))
	_ = s.Close()
	opt.Path = "/elsewhere"
	if _, err := etcd.Open(opt); !errors.Is(err, store.ErrNotStore) || !strings.Contains(err.Error(), filepath.Base(opt.Copy)) {
		t.Error(err)
	}
}
