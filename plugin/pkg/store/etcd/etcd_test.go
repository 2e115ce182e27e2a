package etcd_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/etcd"
	"github.com/internaldns/internaldns/plugin/pkg/store/etcd/etcdtest"
	"github.com/internaldns/internaldns/plugin/pkg/store/storetest"
)

// options returns those of a store with a new copy.
func options(t testing.TB, endpoints ...string) etcd.Options {
	t.Helper()
	return etcd.Options{Endpoints: endpoints, Copy: filepath.Join(t.TempDir(), "copy.db"), RequestTimeout: 2 * time.Second}
}

// open opens a store, and closes it when the test ends.
func open(t testing.TB, opt etcd.Options) *etcd.Store {
	t.Helper()
	s, err := etcd.Open(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	m := etcdtest.Start(t)
	var n atomic.Int32
	fresh := func(t testing.TB) etcd.Options {
		opt := options(t, m.Endpoint())
		opt.Path = fmt.Sprintf("/test/%d", n.Add(1))
		return opt
	}
	storetest.Run(t, func(t testing.TB) store.Store { return open(t, fresh(t)) })
	storetest.RunShared(t, func(t testing.TB) (one, other store.Shared) {
		opt := fresh(t)
		second := opt
		second.Copy = filepath.Join(t.TempDir(), "other.db")
		return open(t, opt), open(t, second)
	})
}

// await returns when an account is at a revision.
func await(t testing.TB, s store.Shared, revision uint64) store.State {
	t.Helper()
	return awaitState(t, s, func(at store.State) bool { return at.Revision == revision })
}

// awaitState returns when an account is as it should be.
func awaitState(t testing.TB, s store.Shared, is func(store.State) bool) (state store.State) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	found, last := false, store.State{}
	_ = s.Watch(ctx, storetest.Account, func(at store.State) {
		if last = at; !found && is(at) {
			found, state = true, at
			cancel()
		}
	})
	if !found {
		t.Fatalf("after half a minute it is at %+v, %+v", last, s.Link())
	}
	return state
}
