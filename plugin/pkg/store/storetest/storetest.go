// Package storetest holds what is common to all implementations of store.Store.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// Opener returns a store without accounts, and closes it when the test ends.
type Opener func(t testing.TB) store.Store

// Run runs all tests against the stores of an implementation.
func Run(t *testing.T, open Opener) {
	for name, test := range map[string]func(*testing.T, store.Store){
		"Revisions":      testRevisions,
		"Refused":        testRefused,
		"Atomic":         testAtomic,
		"Order":          testOrder,
		"InSequence":     testInSequence,
		"Range":          testRange,
		"Delete":         testDelete,
		"EmptyValue":     testEmptyValue,
		"BigValue":       testBigValue,
		"ManyOps":        testManyOps,
		"ViewStays":      testViewStays,
		"ViewError":      testViewError,
		"ReaderEnds":     testReaderEnds,
		"Writers":        testWriters,
		"AccountsApart":  testAccountsApart,
		"Cancelled":      testCancelled,
		"CancelledRange": testCancelledRange,
		"Closed":         testClosed,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// Account is the one that the functions below work on.
const Account = "default"

// Put returns the op that sets a key.
func Put(key, value string) store.Op { return store.Op{Key: []byte(key), Value: []byte(value)} }

// Delete returns the op that removes a key.
func Delete(key string) store.Op { return store.Op{Key: []byte(key), Delete: true} }

// DeletePrefix returns the op that removes all keys with a prefix.
func DeletePrefix(prefix string) store.Op {
	return store.Op{Key: []byte(prefix), Delete: true, Prefix: true}
}

// Commit raises the revision by one, and ends the test if it cannot.
func Commit(t testing.TB, s store.Store, account string, ops ...store.Op) {
	t.Helper()
	from, _ := Content(t, s, account)
	if err := s.Commit(context.Background(), account, from, from+1, ops); err != nil {
		t.Fatal(err)
	}
}

// Read returns revision and content of an account, and an error if it cannot be read,
// or not in order.
func Read(s store.Store, account string) (revision uint64, content map[string]string, err error) {
	content = make(map[string]string)
	err = s.View(context.Background(), account, func(r store.Reader) error {
		revision = r.Revision()
		last := ""
		for key, value := range r.Range(nil, nil) {
			if string(key) <= last {
				return fmt.Errorf("key %q after %q", key, last)
			}
			last = string(key)
			content[last] = string(value)
		}
		return r.Err()
	})
	return revision, content, err
}

// Content returns what Read does, and ends the test if that fails.
func Content(t testing.TB, s store.Store, account string) (revision uint64, content map[string]string) {
	t.Helper()
	revision, content, err := Read(s, account)
	if err != nil {
		t.Fatal(err)
	}
	return revision, content
}

// Expect reports what an account holds that it should not, and the reverse.
func Expect(t testing.TB, s store.Store, account string, revision uint64, content map[string]string) {
	t.Helper()
	gotRevision, got := Content(t, s, account)
	if gotRevision != revision {
		t.Errorf("account %s: revision %d, want %d", account, gotRevision, revision)
	}
	if !maps.Equal(got, content) {
		t.Errorf("account %s: %d keys, want %d: %.200v, want %.200v", account, len(got), len(content), got, content)
	}
}

// view calls read with the account, and ends the test on an error.
func view(t *testing.T, s store.Store, read func(store.Reader) error) {
	t.Helper()
	if err := s.View(context.Background(), Account, read); err != nil {
		t.Fatal(err)
	}
}

func testRevisions(t *testing.T, s store.Store) {
	Expect(t, s, Account, 0, nil)
	ctx := context.Background()
	for _, step := range []struct {
		from, to uint64
		want     error
	}{{0, 1, nil}, {0, 1, store.ErrConflict}, {2, 3, store.ErrConflict}, {1, 5, nil}, {5, 1 << 63, nil}, {1 << 63, 1<<64 - 1, nil}} {
		err := s.Commit(ctx, Account, step.from, step.to, []store.Op{Put("key", fmt.Sprint(step.to))})
		if !errors.Is(err, step.want) {
			t.Errorf("from %d to %d: %v, want %v", step.from, step.to, err, step.want)
		}
	}
	Expect(t, s, Account, 1<<64-1, map[string]string{"key": fmt.Sprint(uint64(1<<64 - 1))})
	if err := s.Commit(ctx, "other", 0, 1, nil); err != nil {
		t.Error("a commit without ops:", err)
	}
	Expect(t, s, "other", 1, nil)
}

// What no store takes changes nothing.
func testRefused(t *testing.T, s store.Store) {
	Commit(t, s, Account, Put("key", "value"))
	long := strings.Repeat("x", store.MaxKey)
	for name, c := range map[string]struct {
		account  string
		from, to uint64
		op       store.Op
	}{
		"no key": {Account, 1, 2, Put("", "value")}, "no key to remove": {Account, 1, 2, Delete("")},
		"long key": {Account, 1, 2, Put(long+"x", "")}, "prefix": {Account, 1, 2, store.Op{Key: []byte("k"), Prefix: true}},
		"same revision": {Account, 1, 1, Put("a", "b")}, "lower revision": {Account, 1, 0, Put("a", "b")},
		"no account": {"", 0, 1, Put("a", "b")}, "long account": {strings.Repeat("a", store.MaxAccount+1), 0, 1, Put("a", "b")},
	} {
		if err := s.Commit(context.Background(), c.account, c.from, c.to, []store.Op{Put("first", "1"), c.op}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	Expect(t, s, Account, 1, map[string]string{"key": "value"})
	if err := s.View(context.Background(), "", func(store.Reader) error { return nil }); err == nil {
		t.Error("a view of no account")
	}
	Commit(t, s, Account, Put(long, "long"))
	Expect(t, s, Account, 2, map[string]string{"key": "value", long: "long"})
}

// A commit that fails, however late, leaves nothing.
func testAtomic(t *testing.T, s store.Store) {
	Commit(t, s, Account, Put("a", "1"), Put("b", "1"))
	ops := []store.Op{Put("a", "2"), Delete("b"), Put("c", "2"), DeletePrefix(""), Put("", "no key")}
	if err := s.Commit(context.Background(), Account, 1, 2, ops); err == nil {
		t.Error("no error")
	}
	if err := s.Commit(context.Background(), Account, 7, 8, ops[:4]); !errors.Is(err, store.ErrConflict) {
		t.Error(err)
	}
	Expect(t, s, Account, 1, map[string]string{"a": "1", "b": "1"})
}

func testOrder(t *testing.T, s store.Store) {
	keys := []string{"b", "\x00", "a\x00", "\xff\xff", "a", "ab", "\xff", "b\x00\x01", "aa"}
	var ops []store.Op
	for _, key := range keys {
		ops = append(ops, Put(key, "of "+key))
	}
	before := slices.Clone(ops)
	Commit(t, s, Account, ops...)
	for i := range ops {
		if !bytes.Equal(ops[i].Key, before[i].Key) {
			t.Fatal("the caller's ops have another order")
		}
	}
	slices.Sort(keys)
	var got []string
	view(t, s, func(r store.Reader) error {
		for key, value := range r.Range(nil, nil) {
			got = append(got, string(key))
			if string(value) != "of "+string(key) {
				t.Errorf("key %q has %q", key, value)
			}
		}
		return r.Err()
	})
	if !slices.Equal(got, keys) {
		t.Errorf("%q, want %q", got, keys)
	}
}

// Ops take effect one after the other, whatever their keys.
func testInSequence(t *testing.T, s store.Store) {
	Commit(t, s, Account, Put("z", "1"), Put("a", "1"), Put("z", "2"), Delete("a"), Put("p1", "old"), Put("p2", "old"))
	Expect(t, s, Account, 1, map[string]string{"z": "2", "p1": "old", "p2": "old"})
	Commit(t, s, Account, Put("p3", "old"), DeletePrefix("p"), Put("p2", "new"), Delete("z"), Put("z", "3"))
	Expect(t, s, Account, 2, map[string]string{"z": "3", "p2": "new"})
	Commit(t, s, Account, Put("q", "old"), DeletePrefix(""), Put("r", "new"), DeletePrefix("none"))
	Expect(t, s, Account, 3, map[string]string{"r": "new"})
}
