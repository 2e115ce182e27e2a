package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
	"github.com/internaldns/internaldns/plugin/pkg/store/storetest"
)

// childFile is the variable that makes the test binary the process that writes.
const childFile = "TEST_STORE_FILE"

func TestMain(m *testing.M) {
	if name := os.Getenv(childFile); name != "" {
		fmt.Println(child(name))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// batchLen is how many keys a batch has: all of one number, until the next has another.
const batchLen = 20

// child commits batch after batch and says each revision that was acknowledged.
func child(name string) error {
	s, err := bolt.Open(name, bolt.Options{})
	if err != nil {
		return err
	}
	revision, _, err := storetest.Read(s, storetest.Account)
	if err != nil {
		return err
	}
	fmt.Println(revision)
	for ; ; revision++ {
		if err := s.Commit(context.Background(), storetest.Account, revision, revision+1, batch(revision+1)); err != nil {
			return err
		}
		fmt.Println(revision + 1)
	}
}

// batch returns the ops of one: some keys that each sets, a long one, some of its own,
// and the end of those of an earlier one.
func batch(number uint64) (ops []store.Op) {
	for i := range batchLen {
		ops = append(ops,
			storetest.Put(fmt.Sprintf("all/%02d", i), fmt.Sprint(number)),
			storetest.Put(fmt.Sprintf("own/%08d/%02d", number, i), strings.Repeat("x", int(number%200))))
	}
	ops = append(ops, storetest.Put("long", strings.Repeat(fmt.Sprint(number%10), int(number%7)*3000)))
	return append(ops, storetest.DeletePrefix(fmt.Sprintf("own/%08d/", max(number, 10)-10)))
}

// A kill at any moment loses nothing that was acknowledged, and leaves no half.
func TestKill(t *testing.T) {
	rounds := 100
	if testing.Short() {
		rounds = 10
	}
	name := filepath.Join(t.TempDir(), "test.db")
	for round := range rounds {
		acknowledged := storetest.KilledChild(t, time.Duration(round%25)*time.Millisecond, childFile+"="+name)
		s, err := bolt.Open(name, bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		revision, content := storetest.Content(t, s, storetest.Account)
		if revision < acknowledged || revision > acknowledged+1 {
			t.Errorf("round %d: revision %d, %d was acknowledged", round, revision, acknowledged)
		}
		want := make(map[string]string)
		for number := max(revision, 10) - 9; number <= revision; number++ {
			for _, op := range batch(number) {
				if !op.Delete {
					want[string(op.Key)] = string(op.Value)
				}
			}
		}
		if revision > 0 || len(content) > 0 {
			storetest.Expect(t, s, storetest.Account, revision, want)
		}
		_ = s.Close()
		if t.Failed() {
			return
		}
	}
}

// Another process that holds the file is told at once.
func TestTwoProcesses(t *testing.T) {
	name := filepath.Join(t.TempDir(), "test.db")
	command, out := storetest.Child(t, childFile+"="+name)
	defer func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	}()
	if !out.Scan() {
		t.Fatal("it says nothing")
	}
	began := time.Now()
	_, err := bolt.Open(name, bolt.Options{})
	if !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "another process") {
		t.Error(err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %s", took)
	}
}
