package etcd_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/etcd"
	"github.com/internaldns/internaldns/plugin/pkg/store/etcd/etcdtest"
	"github.com/internaldns/internaldns/plugin/pkg/store/storetest"
)

// childEndpoint and childCopy make the test binary the process that writes.
const (
	childEndpoint = "TEST_ETCD_ENDPOINT"
	childCopy     = "TEST_ETCD_COPY"
)

func TestMain(m *testing.M) {
	if endpoint := os.Getenv(childEndpoint); endpoint != "" {
		fmt.Println(child(endpoint, os.Getenv(childCopy)))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// batchLen is how many keys a batch has, all with its number: some that each sets, of
// some size.
const batchLen = 30

// child commits batch after batch, each of several parts, and says what was acknowledged.
func child(endpoint, name string) error {
	s, err := etcd.Open(etcd.Bounded(etcd.Options{Endpoints: []string{endpoint}, Copy: name}, 1000, 2*time.Second))
	if err != nil {
		return err
	}
	revision, _, err := storetest.Read(s, storetest.Account)
	if err != nil {
		return err
	}
	fmt.Println(revision)
	const each = 100_000
	content := noise(each * batchLen)
	for ; ; revision++ {
		var ops []store.Op
		for i := range batchLen {
			ops = append(ops, store.Op{Key: fmt.Appendf(nil, "key/%02d", i), Value: append([]byte(fmt.Sprintf("%08d", revision+1)), content[i*each:(i+1)*each]...)})
		}
		if err := s.Commit(context.Background(), storetest.Account, revision, revision+1, ops); err != nil {
			return err
		}
		fmt.Println(revision + 1)
	}
}

// A writer that is killed at any moment loses nothing that was acknowledged, leaves no half of a
// commit, and parts of one that did not come for as long only as their lease lasts.
func TestKilledWriter(t *testing.T) {
	m := etcdtest.Start(t, "--quota-backend-bytes", fmt.Sprint(8<<30))
	reader := open(t, options(t, m.Endpoint()))
	rounds := 8
	if isLong() {
		rounds = 200
	}
	copies := t.TempDir()
	for round := range rounds {
		acknowledged := storetest.KilledChild(t, time.Duration(round*97%800)*time.Millisecond, childEndpoint+"="+m.Endpoint(), childCopy+"="+filepath.Join(copies, fmt.Sprint(round%3)))
		fresh := revisionAnew(t, m.Endpoint())
		if fresh < acknowledged || fresh > acknowledged+1 {
			t.Fatalf("round %d: revision %d, %d was acknowledged", round, fresh, acknowledged)
		}
		storetest.Await(t, reader, storetest.Account, fresh)
		revision, content := storetest.Content(t, reader, storetest.Account)
		for key, value := range content {
			if !strings.HasPrefix(value, fmt.Sprintf("%08d", revision)) {
				t.Fatalf("round %d: revision %d, %s has %.8s", round, revision, key, value)
			}
		}
	}
	const parts = 3 // of a batch
	for began := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		left := strings.Count(m.Ctl("get", "--prefix", "--keys-only", "/internaldns/part/"), "/part/")
		commits := strings.Count(m.Ctl("get", "--prefix", "--keys-only", "/internaldns/account/log/"), "/log/")
		if left == commits*parts {
			return
		}
		if time.Since(began) > 30*time.Second {
			t.Fatalf("%d parts are left of %d commits", left, commits)
		}
	}
}

// revisionAnew returns the revision that a server without a copy finds.
func revisionAnew(t *testing.T, endpoint string) uint64 {
	t.Helper()
	s, err := etcd.Open(options(t, endpoint))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	return revisionOf(t, s)
}
