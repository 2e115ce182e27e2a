package etcd_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/etcd"
	"github.com/internaldns/internaldns/plugin/pkg/store/etcd/etcdtest"
	"github.com/internaldns/internaldns/plugin/pkg/store/storetest"
)

// awaitServers returns when a store lists servers of those names.
func awaitServers(t *testing.T, s *etcd.Store, names ...string) []store.Server {
	t.Helper()
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		servers, got := s.Servers(), []string(nil)
		for _, server := range servers {
			got = append(got, server.Name)
		}
		if slices.Equal(got, names) {
			return servers
		}
		if time.Since(began) > 20*time.Second {
			t.Fatalf("servers %q, want %q", got, names)
		}
	}
}

func announce(t *testing.T, s *etcd.Store, name string, state store.State) {
	t.Helper()
	if err := s.Announce(store.Server{Name: name, Version: "1.0", Address: "192.0.2.1:8080", Accounts: map[string]store.State{storetest.Account: state}}); err != nil {
		t.Error(err)
	}
}

// LIVE 10: each server shows its revision under a lease, and a change can be awaited on all.
func TestServers(t *testing.T) {
	m := etcdtest.Start(t)
	p := etcdtest.StartProxy(t, m)
	opt, far := options(t, m.Endpoint()), options(t, p.Endpoint())
	opt.ServerTTL, far.ServerTTL = 2*time.Second, 2*time.Second
	a, b := open(t, opt), open(t, far)
	if err := a.Await(context.Background(), storetest.Account, store.State{Revision: 9}); err != nil {
		t.Error("without servers:", err)
	}
	announce(t, a, "a", store.State{Revision: 1})
	announce(t, b, "b", store.State{Revision: 1})
	if servers := awaitServers(t, a, "a", "b"); servers[1].Version != "1.0" || !maps.Equal(servers[1].Accounts, map[string]store.State{storetest.Account: {Revision: 1}}) {
		t.Errorf("%+v", servers)
	}
	announce(t, a, "a", store.State{Revision: 2})
	ended := make(chan error)
	go func() { ended <- a.Await(context.Background(), storetest.Account, store.State{Revision: 2}) }()
	if err := a.Await(context.Background(), "other", store.State{Revision: 2}); err != nil {
		t.Error("an account that nobody serves:", err)
	}
	announce(t, b, "b", store.State{Revision: 3})
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for _, state := range []store.State{{Revision: 4}, {Revision: 1, Era: 1}} {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		if err := a.Await(ctx, storetest.Account, state); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "a, b") {
			t.Error(err)
		}
		cancel()
	}
	p.Cut()
	awaitServers(t, a, "a") // and its lease has ended
	p.Join()
	awaitServers(t, a, "a", "b")
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	awaitServers(t, a, "a")
	m.Kill()
	m.Restart()
	awaitServers(t, a, "a")
	for _, server := range []store.Server{{}, {Name: strings.Repeat("n", 256)}, {Name: "n", Address: strings.Repeat("a", 65<<10)}} {
		if a.Announce(server) == nil {
			t.Errorf("%.100v is taken", server)
		}
	}
}
