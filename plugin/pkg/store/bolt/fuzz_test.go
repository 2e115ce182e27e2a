package bolt_test

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/storetest"
)

// twin is a store without a file or an index: a map that is searched as a whole.
type twin struct {
	revision uint64
	content  map[string]string
}

// commit does what Commit says, op by op.
func (w *twin) commit(from, to uint64, ops []store.Op) error {
	if err := store.CheckCommit(storetest.Account, from, to, ops); err != nil {
		return err
	}
	if from != w.revision {
		return store.ErrConflict
	}
	w.revision = to
	for _, op := range ops {
		switch {
		case op.Prefix:
			maps.DeleteFunc(w.content, func(key, _ string) bool { return strings.HasPrefix(key, string(op.Key)) })
		case op.Delete:
			delete(w.content, string(op.Key))
		default:
			w.content[string(op.Key)] = string(op.Value)
		}
	}
	return nil
}

// FuzzStore holds commits against the twin.
func FuzzStore(f *testing.F) {
	f.Add([]byte("pabc pabd\x00dab"))
	f.Add([]byte("paa0pab1pac2!xa!paa9/rab\x00x!pzzz"))
	f.Add([]byte(strings.Repeat("Pab3Pcd5Pef7!xc/", 30)))
	f.Add([]byte{'P', 0, 255, 9, 'P', 255, 255, 9, 'x', 255, '!', 'd', 0, 255, 'p'})
	f.Fuzz(func(t *testing.T, script []byte) {
		name := filepath.Join(t.TempDir(), "test.db")
		s, w := open(t, name), &twin{content: make(map[string]string)}
		for len(script) > 0 {
			var ops []store.Op
			var from uint64
			ops, from, script = commitOf(script, w.revision)
			want := w.commit(from, from+1, ops)
			got := s.Commit(context.Background(), storetest.Account, from, from+1, ops)
			if (got == nil) != (want == nil) || errors.Is(got, store.ErrConflict) != errors.Is(want, store.ErrConflict) {
				t.Fatalf("%v, want %v", got, want)
			}
			compare(t, s, w)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		compare(t, open(t, name), w) // which also finds each octet in its place
	})
}

// commitOf reads a commit from a script: letters for ops with octets of keys behind
// them, until one that ends it, now and then with a wrong revision.
func commitOf(script []byte, revision uint64) (ops []store.Op, from uint64, rest []byte) {
	take := func(n int) []byte {
		n = min(n, len(script))
		taken := script[:n]
		script = script[n:]
		return taken
	}
	for len(script) > 0 {
		switch kind := take(1)[0]; kind {
		case 'p':
			ops = append(ops, store.Op{Key: take(2), Value: take(1)})
		case 'P': // many keys with values of some length
			stem, size := take(2), slices.Concat(take(1), []byte{0})[0]
			for i := range byte(100) {
				key := slices.Concat(stem, []byte{i * 37})
				ops = append(ops, store.Op{Key: key, Value: []byte(strings.Repeat("v", int(size)*int(i)/10))})
			}
		case 'd':
			ops = append(ops, store.Op{Key: take(3), Delete: true})
		case 'x':
			ops = append(ops, store.Op{Key: take(1), Delete: true, Prefix: true})
		case '!':
			return ops, revision, script
		case '/':
			return ops, revision + 7, script
		}
	}
	return ops, revision, nil
}

// compare holds a store, as a whole and in part, against the twin.
func compare(t *testing.T, s store.Store, w *twin) {
	t.Helper()
	storetest.Expect(t, s, storetest.Account, w.revision, w.content)
	err := s.View(context.Background(), storetest.Account, func(r store.Reader) error {
		for _, prefix := range []string{"", "a", "\xff", "ab"} {
			for _, start := range []string{"", "aa", "ab\x11", "\xff\xff"} {
				n := 0
				for key := range r.Range([]byte(prefix), []byte(start)) {
					if k := string(key); !strings.HasPrefix(k, prefix) || k < start {
						t.Errorf("key %q with prefix %q from %q", key, prefix, start)
					}
					n++
				}
				for key := range w.content {
					if strings.HasPrefix(key, prefix) && key >= start {
						n--
					}
				}
				if n != 0 || r.Err() != nil {
					t.Errorf("prefix %q from %q: %d keys too many, %v", prefix, start, n, r.Err())
				}
			}
		}
		return r.Err()
	})
	if err != nil {
		t.Error(err)
	}
}
