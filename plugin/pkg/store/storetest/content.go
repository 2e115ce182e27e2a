package storetest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

func testRange(t *testing.T, s store.Store) {
	var ops []store.Op
	for _, key := range strings.Fields("a a/1 a/2 a/3 a0 b b/1 \xff \xff\xff") {
		ops = append(ops, Put(key, key))
	}
	Commit(t, s, Account, ops...)
	view(t, s, func(r store.Reader) error {
		for _, c := range []struct{ prefix, start, want string }{
			{"", "", "a a/1 a/2 a/3 a0 b b/1 \xff \xff\xff"},
			{"a/", "", "a/1 a/2 a/3"},
			{"a/", "a/2", "a/2 a/3"},
			{"a/", "a/2\x00", "a/3"},
			{"a/", "a/9", ""},
			{"a/", "a", "a/1 a/2 a/3"}, // before the prefix
			{"a/", "b", ""},            // behind it
			{"", "b", "b b/1 \xff \xff\xff"},
			{"\xff", "", "\xff \xff\xff"},
			{"none", "", ""},
		} {
			var got []string
			for key := range r.Range([]byte(c.prefix), []byte(c.start)) {
				got = append(got, string(key))
			}
			if !slices.Equal(got, strings.Fields(c.want)) || r.Err() != nil {
				t.Errorf("prefix %q from %q: %q, %v, want %q", c.prefix, c.start, got, r.Err(), c.want)
			}
		}
		rows := r.Range([]byte("a/"), nil)
		for range 2 { // one that is left early can be gone through again, in another too
			for outer := range rows {
				n := 0
				for range rows {
					n++
				}
				if n != 3 || string(outer) != "a/1" {
					t.Errorf("%d keys within that of %q", n, outer)
				}
				break
			}
		}
		return r.Err()
	})
}

func testDelete(t *testing.T, s store.Store) {
	const zones, records = 20, 300
	want := make(map[string]string)
	var ops []store.Op
	for zone := range zones {
		for record := range records {
			key := fmt.Sprintf("record/%02d/%04d", zone, record)
			want[key] = strings.Repeat("x", record%100)
			ops = append(ops, Put(key, want[key]))
		}
	}
	Commit(t, s, Account, ops...)
	Expect(t, s, Account, 1, want)
	drop := func(prefix string, ops ...store.Op) {
		t.Helper()
		Commit(t, s, Account, ops...)
		for key := range want {
			if strings.HasPrefix(key, prefix) {
				delete(want, key)
			}
		}
		revision, _ := Content(t, s, Account)
		Expect(t, s, Account, revision, want)
	}
	drop("none", Delete("none"), Delete("record/05"), DeletePrefix("none"))
	drop("record/05/0007", Delete("record/05/0007"))
	drop("record/00/", DeletePrefix("record/00/"))
	drop("record/07/", DeletePrefix("record/07/"), DeletePrefix("record/07/"))
	drop("record/19/", DeletePrefix("record/19/"))
	drop("record/1", DeletePrefix("record/1"))
	drop("", DeletePrefix(""))
	Commit(t, s, Account, Put("again", "there"))
	revision, _ := Content(t, s, Account)
	Expect(t, s, Account, revision, map[string]string{"again": "there"})
}

func testEmptyValue(t *testing.T, s store.Store) {
	Commit(t, s, Account, Put("empty", ""), store.Op{Key: []byte("nil")})
	view(t, s, func(r store.Reader) error {
		for key, want := range map[string]bool{"empty": true, "nil": true, "absent": false, "": false} {
			value, err := r.Get([]byte(key))
			if err != nil || len(value) != 0 || (value != nil) != want {
				t.Errorf("%q: %#v, %v", key, value, err)
			}
		}
		return nil
	})
}

func testBigValue(t *testing.T, s store.Store) {
	big := bytes.Repeat([]byte("0123456789abcdef"), 2<<20/16)
	for i, ops := range [][]store.Op{{{Key: []byte("big"), Value: big}, Put("small", "")}, {{Key: []byte("big"), Value: big[1:]}}} {
		Commit(t, s, Account, ops...)
		view(t, s, func(r store.Reader) error {
			value, err := r.Get([]byte("big"))
			if !bytes.Equal(value, ops[0].Value) {
				t.Errorf("commit %d: %d octets come back of %d", i, len(value), len(ops[0].Value))
			}
			return err
		})
	}
}

// All keys of many are there, in order, and so are those that go.
func testManyOps(t *testing.T, s store.Store) {
	const many = 100_000
	ops := make([]store.Op, many)
	for i := range ops {
		n := (i * 7919) % many // in no order
		ops[i] = store.Op{Key: fmt.Appendf(nil, "key/%06d", n), Value: fmt.Appendf(nil, "value %d", n)}
	}
	ctx := context.Background()
	if err := s.Commit(ctx, Account, 0, 1, ops); err != nil {
		t.Fatal(err)
	}
	view(t, s, func(r store.Reader) error {
		n := 0
		for key, value := range r.Range([]byte("key/"), nil) {
			if string(key) != fmt.Sprintf("key/%06d", n) || string(value) != fmt.Sprintf("value %d", n) {
				return fmt.Errorf("key %d is %q with %q", n, key, value)
			}
			n++
		}
		if n != many {
			t.Errorf("%d keys, want %d", n, many)
		}
		return r.Err()
	})
	if err := s.Commit(ctx, Account, 1, 2, []store.Op{DeletePrefix("key/0"), DeletePrefix("key/")}); err != nil {
		t.Fatal(err)
	}
	Expect(t, s, Account, 2, nil)
}
