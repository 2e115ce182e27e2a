package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// A view sees one moment, though commits go on beside it.
func testViewStays(t *testing.T, s store.Store) {
	var ops []store.Op
	for i := range 1000 {
		ops = append(ops, Put(fmt.Sprintf("key/%04d", i), "old"))
	}
	Commit(t, s, Account, ops...)
	began, committed := make(chan bool), make(chan error)
	go func() {
		<-began
		var err error
		for revision := uint64(1); revision <= 20 && err == nil; revision++ {
			err = s.Commit(context.Background(), Account, revision, revision+1,
				[]store.Op{DeletePrefix("key/"), Put(fmt.Sprintf("key/%04d", revision), "new")})
		}
		committed <- err
	}()
	view(t, s, func(r store.Reader) error {
		n := 0
		for key, value := range r.Range(nil, nil) {
			if n == 500 {
				close(began)
				if err := <-committed; err != nil {
					return err
				}
			}
			if string(value) != "old" {
				t.Errorf("%s has %s", key, value)
			}
			n++
		}
		late, err := r.Get([]byte("key/0999"))
		if n != 1000 || r.Revision() != 1 || string(late) != "old" || err != nil {
			t.Errorf("%d keys, revision %d, %q, %v", n, r.Revision(), late, err)
		}
		return r.Err()
	})
	Expect(t, s, Account, 21, map[string]string{"key/0020": "new"})
}

func testViewError(t *testing.T, s store.Store) {
	mine := errors.New("mine")
	if err := s.View(context.Background(), Account, func(store.Reader) error { return mine }); !errors.Is(err, mine) {
		t.Error(err)
	}
	func() {
		defer func() {
			if panicked := recover(); panicked != mine { //nolint:errorlint // the very one
				t.Error(panicked)
			}
		}()
		_ = s.View(context.Background(), Account, func(store.Reader) error { panic(mine) })
	}()
	Commit(t, s, Account, Put("key", "value")) // and nothing is locked
	Expect(t, s, Account, 1, map[string]string{"key": "value"})
}

// A reader that is kept for too long says so.
func testReaderEnds(t *testing.T, s store.Store) {
	Commit(t, s, Account, Put("key", "value"))
	var kept store.Reader
	view(t, s, func(r store.Reader) error {
		kept = r
		return nil
	})
	if value, err := kept.Get([]byte("key")); err == nil {
		t.Errorf("%q", value)
	}
	for key := range kept.Range(nil, nil) {
		t.Errorf("%q", key)
	}
	if kept.Err() == nil {
		t.Error("no error")
	}
}

// Of writers that come together each commits, and none undoes another's.
func testWriters(t *testing.T, s store.Store) {
	const writers, each = 8, 25
	var running sync.WaitGroup
	for w := range writers {
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
	want := map[string]string{"count": fmt.Sprint(writers * each)}
	for w := range writers {
		for i := range each {
			want[fmt.Sprintf("%d/%d", w, i)] = ""
		}
	}
	Expect(t, s, Account, writers*each, want)
}

// addOne sets a key and raises a counter, again and again until nobody comes between.
func addOne(s store.Store, key string) error {
	for {
		var revision uint64
		var count int
		err := s.View(context.Background(), Account, func(r store.Reader) error {
			revision = r.Revision()
			value, err := r.Get([]byte("count"))
			if value != nil {
				_, err = fmt.Sscan(string(value), &count)
			}
			return err
		})
		if err != nil {
			return err
		}
		err = s.Commit(context.Background(), Account, revision, revision+1, []store.Op{Put("count", fmt.Sprint(count+1)), Put(key, "")})
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

func testAccountsApart(t *testing.T, s store.Store) {
	Commit(t, s, "one", Put("key", "1"), Put("more", ""))
	Commit(t, s, "two", Put("key", "2"))
	Commit(t, s, "one/two", Put("key", "3"))
	Commit(t, s, "two", Put("key", "4"))
	Commit(t, s, "one", DeletePrefix(""))
	Expect(t, s, "one", 2, nil)
	Expect(t, s, "two", 2, map[string]string{"key": "4"})
	Expect(t, s, "one/two", 1, map[string]string{"key": "3"})
	Expect(t, s, "three", 0, nil)
}

func testCancelled(t *testing.T, s store.Store) {
	Commit(t, s, Account, Put("key", "value"))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Commit(ctx, Account, 1, 2, []store.Op{Put("key", "other")}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	err := s.View(ctx, Account, func(store.Reader) error {
		t.Error("it is called all the same")
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	Expect(t, s, Account, 1, map[string]string{"key": "value"})
}

// A view that goes through very much ends soon when nobody waits for it.
func testCancelledRange(t *testing.T, s store.Store) {
	var ops []store.Op
	for i := range 20_000 {
		ops = append(ops, Put(fmt.Sprintf("key/%06d", i), "value"))
	}
	Commit(t, s, Account, ops...)
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	err := s.View(ctx, Account, func(r store.Reader) error {
		for range r.Range(nil, nil) {
			cancel()
			n++
		}
		return r.Err()
	})
	if !errors.Is(err, context.Canceled) || n == len(ops) {
		t.Errorf("%v after %d keys", err, n)
	}
}

// Closing waits for who is at it; what comes later is told.
func testClosed(t *testing.T, s store.Store) {
	Commit(t, s, Account, Put("key", "value"))
	closed := make(chan error, 1)
	view(t, s, func(r store.Reader) error {
		go func() { closed <- s.Close() }()
		value, err := r.Get([]byte("key"))
		if string(value) != "value" {
			t.Errorf("%q", value)
		}
		return err
	})
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error("closed again:", err)
	}
	if err := s.Commit(context.Background(), Account, 1, 2, nil); !errors.Is(err, store.ErrClosed) {
		t.Error(err)
	}
	if err := s.View(context.Background(), Account, func(store.Reader) error { return nil }); !errors.Is(err, store.ErrClosed) {
		t.Error(err)
	}
}
