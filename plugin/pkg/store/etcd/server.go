package etcd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// The bounds of what is told of servers.
const (
	maxServers   = 10_000
	maxServerLen = 64 << 10
	// telling is the least time between two times that a server tells where it is.
	telling = 5 * time.Millisecond
)

// serverList is the servers that live, and what this one tells of itself.
type serverList struct {
	kick chan struct{} // there is something to tell

	mu      sync.Mutex
	mine    *store.Server
	others  map[string]store.Server // by key, this one included
	changed chan struct{}           // closed when they have
}

func newServerList() serverList {
	return serverList{kick: make(chan struct{}, 1), changed: make(chan struct{}), others: make(map[string]store.Server)}
}

// Announce implements store.Cluster.
func (s *Store) Announce(server store.Server) error {
	text, err := json.Marshal(server)
	switch {
	case err != nil:
		return err
	case server.Name == "" || len(server.Name) > store.MaxAccount:
		return fmt.Errorf("etcd: a server's name has 1 to %d octets, not %d", store.MaxAccount, len(server.Name))
	case len(text) > maxServerLen:
		return fmt.Errorf("etcd: what server %s tells has %d octets, up to %d are possible", server.Name, len(text), maxServerLen)
	}
	server.Accounts = maps.Clone(server.Accounts)
	s.servers.mu.Lock()
	s.servers.mine = &server
	s.servers.mu.Unlock()
	select {
	case s.servers.kick <- struct{}{}:
	default: // the newest is told anyway
	}
	return nil
}

// Servers implements store.Cluster.
func (s *Store) Servers() []store.Server {
	s.servers.mu.Lock()
	defer s.servers.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.servers.others), func(a, b store.Server) int { return strings.Compare(a.Name, b.Name) })
}

// Await implements store.Cluster.
func (s *Store) Await(ctx context.Context, account string, state store.State) error {
	for {
		late, changed := s.servers.late(account, state)
		if len(late) == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-s.ctx.Done():
			return fmt.Errorf("etcd: %w", store.ErrClosed)
		case <-ctx.Done():
			return fmt.Errorf("etcd: account %s: revision %d is not known to have reached %s: %w", account, state.Revision, strings.Join(late, ", "), ctx.Err())
		}
	}
}

// late returns the servers that do not have an account in a state, and what is closed
// when that may have changed.
func (l *serverList) late(account string, state store.State) (names []string, changed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, server := range l.others {
		at, serves := server.Accounts[account]
		if serves && (at.Era != state.Era || at.Revision < state.Revision) {
			names = append(names, server.Name)
		}
	}
	slices.Sort(names)
	return names, l.changed
}

// replace takes down all servers.
func (l *serverList) replace(keys layout, all []*mvccpb.KeyValue) {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.others)
	for _, kv := range all {
		l.put(keys, kv)
	}
	l.tell()
}

// take takes down what has changed.
func (l *serverList) take(keys layout, events []*clientv3.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, event := range events {
		if event.Type == clientv3.EventTypeDelete {
			delete(l.others, string(event.Kv.Key))
		} else {
			l.put(keys, event.Kv)
		}
	}
	l.tell()
}

// put takes down a server. What is none is passed over: it is for people to see.
func (l *serverList) put(keys layout, kv *mvccpb.KeyValue) {
	var server store.Server
	if name, ok := nameIn(kv.Key, keys.servers()); !ok || len(kv.Value) > maxServerLen || json.Unmarshal(kv.Value, &server) != nil || server.Name != name {
		return
	}
	if len(l.others) < maxServers || l.others[string(kv.Key)].Name != "" {
		l.others[string(kv.Key)] = server
	}
}

func (l *serverList) tell() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// tellServers tells the others of this server until the store is closed.
func (s *Store) tellServers() {
	t := &teller{s: s}
	defer t.leave()
	renew := time.NewTicker(s.opt.ServerTTL / 3)
	defer renew.Stop()
	for {
		select {
		case <-s.servers.kick:
		case <-renew.C:
		case <-s.ctx.Done():
			return
		}
		if t.tell() != nil {
			continue // it is tried again when the lease would be renewed
		}
		select {
		case <-time.After(telling):
		case <-s.ctx.Done():
		}
	}
}

// teller keeps what a server tells of itself in etcd.
type teller struct {
	s     *Store
	lease clientv3.LeaseID
	key   string
	told  string
}

// tell renews the lease, and tells what is new.
func (t *teller) tell() error {
	t.s.servers.mu.Lock()
	mine := t.s.servers.mine
	t.s.servers.mu.Unlock()
	if mine == nil {
		return nil
	}
	text, err := json.Marshal(mine)
	if err != nil {
		return err
	}
	client, err := t.s.connected()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(t.s.ctx, t.s.opt.RequestTimeout)
	defer cancel()
	if t.lease != 0 && string(text) == t.told {
		_, err := client.KeepAliveOnce(ctx, t.lease)
		return t.check(err)
	}
	if t.lease == 0 {
		lease, err := client.Grant(ctx, seconds(t.s.opt.ServerTTL))
		if err != nil {
			return err
		}
		t.lease = lease.ID
	}
	key := t.s.keys.server(mine.Name)
	if _, err := client.Put(ctx, key, string(text), clientv3.WithLease(t.lease)); err != nil {
		return t.check(err)
	}
	t.key, t.told = key, string(text)
	return nil
}

// check forgets a lease that is gone, and lets all be told anew.
func (t *teller) check(err error) error {
	if errors.Is(err, rpctypes.ErrLeaseNotFound) {
		t.lease, t.told = 0, ""
		select {
		case t.s.servers.kick <- struct{}{}:
		default:
		}
	}
	return err
}

// leave takes the server off the list.
func (t *teller) leave() {
	if t.lease == 0 || !t.s.Link().Connected {
		return
	}
	client, err := t.s.connected()
	if err != nil {
		return
	}
	ctx, cancel := t.s.request()
	defer cancel()
	_, _ = client.Revoke(ctx, t.lease) // or it ends by itself
}
