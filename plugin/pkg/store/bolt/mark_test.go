package bolt_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
	"github.com/internaldns/internaldns/plugin/pkg/store/storetest"
)

func openCopy(t *testing.T, name string) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(name, bolt.Options{Copy: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// marks returns the marks of a copy as text.
func marks(t *testing.T, s *bolt.Store) map[string]string {
	t.Helper()
	all, err := s.Marks(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	texts := make(map[string]string)
	for account, mark := range all {
		texts[account] = string(mark)
	}
	return texts
}

// A mark comes with its commit, or not at all, and outlasts the process.
func TestMarks(t *testing.T) {
	name := filepath.Join(t.TempDir(), "copy.db")
	s, ctx := openCopy(t, name), context.Background()
	apply := func(account string, from, to uint64, mark string, ops ...store.Op) error {
		return s.Apply(ctx, account, from, to, ops, []byte(mark))
	}
	for _, err := range []error{
		apply("1", 0, 7, "first", storetest.Put("key", "value")), apply("1", 7, 7, "same revision"), apply("1", 7, 3, "lower", storetest.Put("key", "new")),
		apply("2", 0, 0, "empty"),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	if err := apply("1", 7, 8, "late", storetest.Put("key", "late")); !errors.Is(err, store.ErrConflict) {
		t.Error(err)
	}
	if apply("1", 3, 4, "") == nil || apply("1", 3, 4, string(make([]byte, bolt.MaxMark+1))) == nil || apply("1", 3, 4, "bad", storetest.Put("", "")) == nil {
		t.Error("it takes no mark, a long one, or a bad op")
	}
	for range 2 {
		if got := marks(t, s); !maps.Equal(got, map[string]string{"1": "lower", "2": "empty"}) {
			t.Error(got)
		}
		storetest.Expect(t, s, "1", 3, map[string]string{"key": "new"})
		if err := s.View(ctx, "1", func(r store.Reader) error {
			mark, err := bolt.Mark(r)
			if string(mark) != "lower" {
				t.Errorf("%q", mark)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		s = openCopy(t, name)
	}
	for range 2 { // what is not there can be removed
		if err := s.Remove(ctx, "1"); err != nil {
			t.Error(err)
		}
	}
	storetest.Expect(t, s, "1", 0, nil)
	if got := marks(t, s); !maps.Equal(got, map[string]string{"2": "empty"}) {
		t.Error(got)
	}
}

// A copy is not taken for a store, nor the reverse: what one holds the other does not
// know what to do with.
func TestCopyIsNoStore(t *testing.T) {
	name := filepath.Join(t.TempDir(), "test.db")
	for _, isCopy := range []bool{true, false} {
		s, err := bolt.Open(name, bolt.Options{Copy: isCopy})
		if err != nil {
			t.Fatal(err)
		}
		_ = s.Close()
		if _, err := bolt.Open(name, bolt.Options{Copy: !isCopy}); !errors.Is(err, store.ErrNotStore) {
			t.Error(err)
		}
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
}
