package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
	"github.com/internaldns/internaldns/plugin/pkg/store/storetest"
)

// open opens a store that is closed when the test ends.
func open(t testing.TB, name string) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(name, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t testing.TB) store.Store { return open(t, filepath.Join(t.TempDir(), "test.db")) })
}

// A map that is outgrown again and again changes nothing but how long a commit takes.
func TestSmallMap(t *testing.T) {
	s, err := bolt.Open(filepath.Join(t.TempDir(), "test.db"), bolt.Options{MapSize: 1 << 15})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	want := make(map[string]string)
	for i := range 8 {
		key := fmt.Sprint(i)
		want[key] = strings.Repeat(key, 1000<<i)
		storetest.Commit(t, s, storetest.Account, storetest.Put(key, want[key]))
		storetest.Expect(t, s, storetest.Account, uint64(i)+1, want)
	}
}

func TestReopen(t *testing.T) {
	name := filepath.Join(t.TempDir(), "test.db")
	want := make(map[string]string)
	for revision := range uint64(10) {
		s := open(t, name)
		storetest.Expect(t, s, storetest.Account, revision, want)
		key := fmt.Sprint("key", revision)
		want[key] = strings.Repeat("x", 1000)
		storetest.Commit(t, s, storetest.Account, storetest.Put(key, want[key]))
		if info, err := os.Stat(name); err != nil || s.Size() <= 0 || s.Size() > info.Size() {
			t.Errorf("size %d, the file has %d, %v", s.Size(), info.Size(), err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// What is made is its owner's alone; what is there is left as it is.
func TestModes(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "one", "two", "test.db")
	_ = open(t, name).Close()
	for path, want := range map[string]os.FileMode{name: 0o600, filepath.Dir(name): 0o700, filepath.Join(dir, "one"): 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %v", path, info.Mode(), err, want)
		}
	}
	if err := os.Chmod(name, 0o640); err != nil {
		t.Fatal(err)
	}
	_ = open(t, name).Close()
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// Files that are no store are told, and left as they are.
func TestNotStore(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		content string
		make    func(*bbolt.Tx) error
		want    error
	}{
		"text":       {content: "127.0.0.1 localhost\n", want: store.ErrNotStore},
		"long text":  {content: strings.Repeat("127.0.0.1 localhost\n", 5000), want: store.ErrNotStore},
		"other":      {make: bucket("other", nil), want: store.ErrNotStore},
		"other name": {make: bucket("format", map[string]string{"name": "other"}), want: store.ErrNotStore},
		"newer":      {make: bucket("format", bolt.Format("7")), want: store.ErrNewer},
		"no version": {make: bucket("format", bolt.Format("")), want: store.ErrDamaged},
		"half":       {make: bucket("format", bolt.Format("1")), want: store.ErrDamaged},
	} {
		path := filepath.Join(dir, name)
		if c.make == nil {
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
		} else if err := makeOther(path, c.make); err != nil {
			t.Fatal(err)
		}
		before, _ := os.ReadFile(path)
		s, err := bolt.Open(path, bolt.Options{})
		if !errors.Is(err, c.want) || s != nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s: the file was changed", name)
		}
	}
	if _, err := bolt.Open(dir, bolt.Options{}); !errors.Is(err, store.ErrNotStore) {
		t.Errorf("a folder: %v", err)
	}
}

func bucket(name string, entries map[string]string) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte(name))
		for key, value := range entries {
			err = errors.Join(err, b.Put([]byte(key), []byte(value)))
		}
		return err
	}
}

func makeOther(path string, update func(*bbolt.Tx) error) error {
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		return err
	}
	return errors.Join(db.Update(update), db.Close())
}

// A file that could not be finished when it was made is made anew.
func TestUnfinished(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole")
	if err := makeOther(whole, func(*bbolt.Tx) error { return errors.New("nothing") }); err == nil {
		t.Fatal("no error")
	}
	content, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	page := os.Getpagesize()
	files := map[string][]byte{"empty": nil, "zeros": make([]byte, len(content)), "no bucket": content}
	for n := range 4 {
		files[fmt.Sprint("cut ", n)] = content[:n*page]
		files[fmt.Sprint("hole ", n)] = append(make([]byte, n*page), content[n*page:]...)
	}
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := bolt.Open(path, bolt.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		storetest.Commit(t, s, storetest.Account, storetest.Put("key", "value"))
		_ = s.Close()
	}
}

// Who waits for a commit that waits does so no longer than asked.
func TestCommitWaits(t *testing.T) {
	s, err := bolt.Open(filepath.Join(t.TempDir(), "test.db"), bolt.Options{MapSize: 1 << 15})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	big := storetest.Put("big", strings.Repeat("x", 1<<20))
	first := make(chan error, 1)
	err = s.View(t.Context(), storetest.Account, func(store.Reader) error {
		go func() { first <- s.Commit(context.Background(), storetest.Account, 0, 1, []store.Op{big}) }()
		bolt.AwaitWriter(s) // it waits for this view, to map the file anew
		ctx, cancel := context.WithCancel(t.Context())
		second := make(chan error, 1)
		go func() { second <- s.Commit(ctx, "other", 0, 1, []store.Op{big}) }()
		cancel()
		return <-second
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := <-first; err != nil {
		t.Error(err)
	}
}
