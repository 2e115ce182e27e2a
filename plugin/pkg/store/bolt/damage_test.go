package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
	"github.com/internaldns/internaldns/plugin/pkg/store/storetest"
)

// someKeys returns the ops that set some thousand keys, of which a few have large values.
func someKeys(n int) (ops []store.Op) {
	for i := range n {
		size := i % 150
		if i%500 == 0 {
			size = 10_000
		}
		ops = append(ops, storetest.Put(fmt.Sprintf("record/%06d", i*7919%n), strings.Repeat(string(rune('a'+i%26)), size)))
	}
	return ops
}

// used makes a store with a past, in which pages are free, and returns its file's content.
func used(t *testing.T, name string) []byte {
	t.Helper()
	s := open(t, name)
	storetest.Commit(t, s, storetest.Account, someKeys(4000)...)
	storetest.Commit(t, s, "small", storetest.Put("key", "value"))
	storetest.Commit(t, s, storetest.Account, storetest.DeletePrefix("record/0010"), storetest.Delete("record/000001"))
	for i := range 20 {
		storetest.Commit(t, s, storetest.Account, storetest.Put(fmt.Sprintf("record/%06d", i*150), "new"))
	}
	size := s.Size()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, size); err != nil { // what follows is not in use yet
		t.Fatal(err)
	}
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// spoil returns content that is damaged at random, and how.
func spoil(random *rand.Rand, content []byte) ([]byte, string) {
	content = bytes.Clone(content)
	at := random.IntN(len(content))
	switch random.IntN(4) {
	case 0:
		return content[:at], fmt.Sprintf("cut off at %d", at)
	case 1:
		page := at / 4096 * 4096
		for i := range content[page : page+4096] {
			content[page+i] = byte(random.Uint32())
		}
		return content, fmt.Sprintf("4 KiB at %d", page)
	case 2: // where the pages say how they are made
		at = at/4096*4096 + random.IntN(80)
	}
	content[at] ^= 1 << random.IntN(8)
	return content, fmt.Sprintf("octet %d", at)
}

// within ends the test if work has not ended after a while.
func within(t *testing.T, what string, work func()) {
	t.Helper()
	done := make(chan bool)
	go func() {
		defer close(done)
		work()
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatalf("%s: it hangs", what)
	}
}

// A damaged file is told, or what is read of it is right, and so it is after a commit.
func TestDamage(t *testing.T) {
	name := filepath.Join(t.TempDir(), "test.db")
	contents := [][]byte{used(t, name), nil}
	if err := makeOther(name, func(*bbolt.Tx) error { return nil }); err != nil { // it leaves a list of free pages
		t.Fatal(err)
	}
	var err error
	if contents[1], err = os.ReadFile(name); err != nil {
		t.Fatal(err)
	}
	s := open(t, name)
	contents[1] = contents[1][:s.Size()]
	revision, want := storetest.Content(t, s, storetest.Account)
	_ = s.Close()
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	found := 0
	for i := range 300 {
		spoilt, how := spoil(random, contents[i%2])
		if err := os.WriteFile(name, spoilt, 0o600); err != nil {
			t.Fatal(err)
		}
		within(t, fmt.Sprintf("seed %d, %s", seed, how), func() {
			damaged, err := compareDamaged(name, revision, want)
			if err != nil {
				t.Errorf("seed %d, %s: %v", seed, how, err)
			}
			if damaged {
				found++
			}
		})
	}
	t.Logf("%d of 300 were damage", found)
}

// compareDamaged returns whether a file is said to be damaged, and an error if what is
// read of it is neither that nor right.
func compareDamaged(name string, revision uint64, want map[string]string) (damaged bool, err error) {
	s, err := bolt.Open(name, bolt.Options{})
	if err != nil {
		return true, unexpected(err)
	}
	defer s.Close()
	got, content, err := storetest.Read(s, storetest.Account)
	if err != nil {
		return true, unexpected(err)
	}
	if got != revision || !maps.Equal(content, want) {
		return false, fmt.Errorf("revision %d and %d keys, want %d and %d, or other values", got, len(content), revision, len(want))
	}
	want = maps.Clone(want)
	want["record/000700"] = strings.Repeat("committed", 5000)
	ops := []store.Op{storetest.Put("record/000700", want["record/000700"]), storetest.DeletePrefix("record/0030")}
	maps.DeleteFunc(want, func(key, _ string) bool { return strings.HasPrefix(key, "record/0030") })
	if err := s.Commit(context.Background(), storetest.Account, revision, revision+1, ops); err != nil {
		return true, unexpected(err)
	}
	if got, content, err = storetest.Read(s, storetest.Account); err != nil || got != revision+1 || !maps.Equal(content, want) {
		return false, fmt.Errorf("after a commit: revision %d and %d keys, %w", got, len(content), err)
	}
	return false, nil
}

// unexpected returns an error that is not one of a damaged file.
func unexpected(err error) error {
	if errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrNotStore) || errors.Is(err, store.ErrNewer) {
		return nil
	}
	return err
}

// What happens to the file of a store that is open is met there too.
func TestDamageWhileOpen(t *testing.T) {
	for how, damage := range map[string]func(name string, content []byte) error{
		"cut off":   func(name string, _ []byte) error { return os.Truncate(name, 0) },
		"cut short": func(name string, content []byte) error { return os.Truncate(name, int64(len(content)/3)) },
		"written":   func(name string, content []byte) error { return overwrite(name, make([]byte, len(content)), 0) },
		"page gone": func(name string, content []byte) error { return overwrite(name, make([]byte, len(content)-8192), 8192) },
		"other data": func(name string, content []byte) error {
			return overwrite(name, bytes.Repeat([]byte("x"), len(content)-8192), 8192)
		},
	} {
		t.Run(how, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "test.db")
			content := used(t, name)
			s := open(t, name)
			within(t, how, func() { damageOpen(t, s, func() error { return damage(name, content) }) })
		})
	}
}

func overwrite(name string, content []byte, at int64) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(content, at)
	return errors.Join(err, f.Close())
}

func damageOpen(t *testing.T, s *bolt.Store, damage func() error) {
	ctx := context.Background()
	err := s.View(ctx, storetest.Account, func(r store.Reader) error {
		n := 0
		for range r.Range(nil, nil) {
			if n++; n == 10 {
				if err := damage(); err != nil {
					t.Error(err)
				}
			}
		}
		return r.Err()
	})
	if !errors.Is(err, store.ErrDamaged) {
		t.Errorf("the view: %v", err)
	}
	revision := uint64(22)
	for range 2 {
		if err := s.Commit(ctx, storetest.Account, revision, revision+1, someKeys(100)); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("a commit: %v", err)
		}
		if _, _, err := storetest.Read(s, storetest.Account); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("a view: %v", err)
		}
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing: %v", err)
	}
}

// Who holds a slice while the file is cut off is told, and does not fall.
func TestFaultInView(t *testing.T) {
	name := filepath.Join(t.TempDir(), "test.db")
	_ = used(t, name)
	s := open(t, name)
	sum := 0
	err := s.View(t.Context(), storetest.Account, func(r store.Reader) error {
		value, err := r.Get([]byte("record/000500"))
		if err != nil || len(value) == 0 {
			t.Errorf("%d octets, %v", len(value), err)
		}
		if err := os.Truncate(name, 0); err != nil {
			return err
		}
		for _, octet := range value {
			sum += int(octet)
		}
		return nil
	})
	if !errors.Is(err, store.ErrDamaged) {
		t.Errorf("%v, sum %d", err, sum)
	}
}
