package bolt_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
	"github.com/internaldns/internaldns/plugin/pkg/store/storetest"
)

// smallDisk mounts a file system in memory, or skips the test.
func smallDisk(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skip("no file system can be mounted here:", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// A full disk fails commits and nothing else, as long as it is full.
func TestFull(t *testing.T) {
	dir := smallDisk(t, "size=4m")
	s := open(t, filepath.Join(dir, "test.db"))
	storetest.Commit(t, s, storetest.Account, someKeys(2000)...)
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	_, want := storetest.Content(t, s, storetest.Account)
	big := storetest.Put("big", strings.Repeat("x", 2<<20))
	for range 3 {
		err := s.Commit(context.Background(), storetest.Account, 1, 2, []store.Op{big, storetest.DeletePrefix("record/000")})
		if !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), dir) {
			t.Fatal(err)
		}
		storetest.Expect(t, s, storetest.Account, 1, want)
	}
	storetest.Commit(t, s, "small", storetest.Put("key", "what has room"))
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	storetest.Commit(t, s, storetest.Account, big)
	want["big"] = string(big.Value)
	storetest.Expect(t, s, storetest.Account, 2, want)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	storetest.Expect(t, open(t, filepath.Join(dir, "test.db")), storetest.Account, 2, want)
}

// A store that cannot be made on a full disk can be once there is room.
func TestFullAtStart(t *testing.T) {
	dir := smallDisk(t, "size=64k")
	name, ballast := filepath.Join(dir, "test.db"), filepath.Join(dir, "ballast")
	for _, size := range []int{64 << 10, 56 << 10, 52 << 10, 48 << 10} {
		if err := os.WriteFile(ballast, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := bolt.Open(name, bolt.Options{}); !errors.Is(err, store.ErrFull) {
			t.Errorf("with %d octets taken: %v", size, err)
		}
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	storetest.Commit(t, open(t, name), storetest.Account, storetest.Put("key", "value"))
}

// On a file system that is read-only the message says what to do.
func TestReadOnly(t *testing.T) {
	dir := smallDisk(t, "size=4m")
	name := filepath.Join(dir, "test.db")
	_ = open(t, name).Close()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skip("it cannot be made read-only:", err)
	}
	for _, path := range []string{name, filepath.Join(dir, "new.db"), filepath.Join(dir, "new", "new.db")} {
		_, err := bolt.Open(path, bolt.Options{})
		if !errors.Is(err, store.ErrReadOnly) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// The same of a file that others own, unless nothing is forbidden to this user.
func TestReadOnlyFile(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write any file")
	}
	name := filepath.Join(t.TempDir(), "test.db")
	_ = open(t, name).Close()
	if err := os.Chmod(name, 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := bolt.Open(name, bolt.Options{}); !errors.Is(err, store.ErrReadOnly) {
		t.Error(err)
	}
}
