package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// SharedOpener returns two stores without accounts that share what they hold, and closes
// them when the test ends.
type SharedOpener func(t testing.TB) (one, other store.Shared)

// RunShared runs the tests of what stores share, besides those of Run.
func RunShared(t *testing.T, open SharedOpener) {
	for name, test := range map[string]func(t *testing.T, one, other store.Shared){
		"SharedConflict": testSharedConflict,
		"SharedEra":      testSharedEra,
		"SharedWatch":    testSharedWatch,
		"SharedWriters":  testSharedWriters,
		"SharedBatches":  testSharedBatches,
		"SharedLink":     testSharedLink,
		"SharedClosed":   testSharedClosed,
	} {
		t.Run(name, func(t *testing.T) {
			one, other := open(t)
			test(t, one, other)
		})
	}
}

// Await returns the state of an account once it is at a revision, or ends the test.
func Await(t testing.TB, s store.Shared, account string, revision uint64) store.State {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var state store.State
	_ = s.Watch(ctx, account, func(now store.State) {
		if state = now; now.Revision >= revision {
			cancel()
		}
	})
	if state.Revision < revision {
		t.Fatalf("account %s: after 30 seconds it has revision %d, want %d: %+v", account, state.Revision, revision, s.Link())
	}
	return state
}

// Who commits on what another has left behind is told, and then has that other's, too.
func testSharedConflict(t *testing.T, one, other store.Shared) {
	ctx := context.Background()
	for from := range uint64(50) {
		a, b := one, other
		if from%2 == 1 {
			a, b = b, a
		}
		if err := a.Commit(ctx, Account, from, from+1, []store.Op{Put("key", fmt.Sprint(from+1))}); err != nil {
			t.Fatal(err)
		}
		Expect(t, a, Account, from+1, map[string]string{"key": fmt.Sprint(from + 1)})
		if err := b.Commit(ctx, Account, from, from+1, []store.Op{Put("lost", "")}); !errors.Is(err, store.ErrConflict) {
			t.Fatal(err)
		}
		Expect(t, b, Account, from+1, map[string]string{"key": fmt.Sprint(from + 1)})
	}
	if err := one.Commit(ctx, Account, 60, 61, nil); !errors.Is(err, store.ErrConflict) {
		t.Error("ahead of all:", err)
	}
}

// Who commits on another era is told, whatever the revision; a reader tells which one it
// reads.
func testSharedEra(t *testing.T, one, other store.Shared) {
	ctx := context.Background()
	if err := one.Commit(ctx, Account, 0, 1, []store.Op{Put("key", "1")}); err != nil {
		t.Fatal(err)
	}
	for _, s := range []store.Shared{one, other} {
		at := Await(t, s, Account, 1)
		if err := s.View(ctx, Account, func(r store.Reader) error {
			if era, err := r.Era(); err != nil || era != at.Era || r.Revision() != at.Revision {
				t.Errorf("a reader is of revision %d, era %d, %v, want %+v", r.Revision(), era, err, at)
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
		void := store.State{Revision: at.Revision, Era: at.Era + 1}
		if err := s.CommitOn(ctx, Account, void, at.Revision+1, []store.Op{Put("lost", "")}); !errors.Is(err, store.ErrConflict) {
			t.Error("on another era:", err)
		}
	}
	at := Await(t, other, Account, 1)
	if err := other.CommitOn(ctx, Account, at, 2, []store.Op{Put("key", "2")}); err != nil {
		t.Error(err)
	}
	Expect(t, other, Account, 2, map[string]string{"key": "2"})
}

// What others commit is told, the newest of it at last, and is there by then.
func testSharedWatch(t *testing.T, one, other store.Shared) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	const last = 100
	var states []store.State
	began, ended := make(chan bool), make(chan error)
	go func() {
		ended <- other.Watch(ctx, Account, func(state store.State) {
			if states = append(states, state); len(states) == 1 {
				close(began)
			}
			revision, content, err := Read(other, Account)
			if err != nil || revision < state.Revision || revision > 0 && content["key"] != fmt.Sprint(revision) {
				t.Errorf("told %+v, it has revision %d and %v, %v", state, revision, content, err)
			}
			if state.Revision == last {
				cancel()
			}
		})
	}()
	<-began
	for from := range uint64(last) {
		if err := one.Commit(context.Background(), Account, from, from+1, []store.Op{Put("key", fmt.Sprint(from+1))}); err != nil {
			t.Error(err)
			break
		}
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for i, state := range states {
		if i == 0 && state.Revision != 0 || i > 0 && state.Revision <= states[i-1].Revision || state.Era != states[0].Era {
			t.Fatalf("told %+v", states)
		}
	}
}

// Of writers on both each commits, none undoes another's, and both end equal.
func testSharedWriters(t *testing.T, one, other store.Shared) {
	const writers, each = 4, 25
	var running sync.WaitGroup
	want := map[string]string{"count": fmt.Sprint(2 * writers * each)}
	for w := range 2 * writers {
		s := []store.Shared{one, other}[w%2]
		for i := range each {
			want[fmt.Sprintf("%d/%d", w, i)] = ""
		}
		running.Go(func() {
			for i := range each {
				if err := addOne(s, fmt.Sprintf("%d/%d", w, i)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	running.Wait()
	for _, s := range []store.Shared{one, other} {
		Await(t, s, Account, 2*writers*each)
		Expect(t, s, Account, 2*writers*each, want)
	}
}

// Of a commit on one the other sees all or nothing.
func testSharedBatches(t *testing.T, one, other store.Shared) {
	const batches, each = 10, 3500
	var running sync.WaitGroup
	running.Go(func() {
		for from := range uint64(batches) {
			ops := []store.Op{DeletePrefix("key/")}
			for i := range each {
				ops = append(ops, Put(fmt.Sprintf("key/%04d", i), fmt.Sprint(from+1)))
			}
			if err := one.Commit(context.Background(), Account, from, from+1, ops); err != nil {
				t.Error(err)
				return
			}
		}
	})
	defer running.Wait()
	for deadline := time.Now().Add(time.Minute); ; {
		revision, content, err := Read(other, Account)
		values := make(map[string]bool)
		for value := range maps.Values(content) {
			values[value] = true
		}
		switch {
		case err != nil, revision > 0 && (len(content) != each || len(values) != 1 || !values[fmt.Sprint(revision)]):
			t.Fatalf("revision %d: %d keys with values %v, %v", revision, len(content), values, err)
		case time.Now().After(deadline):
			t.Fatal("it ends at revision", revision)
		case revision == batches:
			return
		}
	}
}

func testSharedLink(t *testing.T, one, other store.Shared) {
	for _, s := range []store.Shared{one, other} {
		if link := s.Link(); !link.Connected || link.Err != nil || link.Since.IsZero() || time.Since(link.Since) > time.Minute {
			t.Errorf("%+v", link)
		}
	}
}

// Closing one ends its watches, and nothing of the other.
func testSharedClosed(t *testing.T, one, other store.Shared) {
	began, ended := make(chan bool, 1), make(chan error)
	go func() {
		ended <- one.Watch(context.Background(), Account, func(store.State) {
			select {
			case began <- true:
			default:
			}
		})
	}()
	<-began
	if err := one.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, store.ErrClosed) {
		t.Error(err)
	}
	Commit(t, other, Account, Put("key", "value"))
	Expect(t, other, Account, 1, map[string]string{"key": "value"})
}
