package etcd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// beat is how often etcd is asked whether it is there, and where the accounts are: a watch
// does not tell that it has come to an end, or that a backup was restored below it.
const beat = time.Second

// errBehind makes following start over.
var errBehind = errors.New("etcd: its watch is behind, or it is another cluster")

// follow keeps the copy up to date until the store is closed.
func (s *Store) follow() {
	wait := 20 * time.Millisecond
	for s.ctx.Err() == nil {
		began := time.Now()
		err := s.followOnce()
		if s.ctx.Err() != nil {
			return
		}
		if !errors.Is(err, errBehind) && !errors.Is(err, errMoved) {
			s.linked(s.describe(err))
		}
		if time.Since(began) > 5*time.Second {
			wait = 20 * time.Millisecond
		}
		select {
		case <-time.After(wait):
		case <-s.ctx.Done():
		}
		wait = min(2*wait, time.Second)
	}
}

// followOnce reads what is new, and follows until something is not as it should be.
func (s *Store) followOnce() error {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	client, err := s.connected()
	if err != nil {
		return err
	}
	revision, err := s.readAll(ctx)
	if err != nil {
		return err
	}
	s.linked(nil)
	select {
	case <-s.loaded:
	default:
		close(s.loaded)
	}
	ctx = clientv3.WithRequireLeader(ctx)
	from := clientv3.WithRev(revision + 1)
	watch := client.Watch(ctx, s.keys.watched(), clientv3.WithPrefix(), from, clientv3.WithFragment())
	servers := client.Watch(ctx, s.keys.servers(), clientv3.WithPrefix(), from)
	beats := make(chan error, 1)
	s.running.Go(func() { s.beats(ctx, beats) })
	for {
		select {
		case reply := <-watch:
			if err = watchError(ctx, reply); err == nil {
				err = s.take(ctx, reply.Events)
			}
		case reply := <-servers:
			if err = watchError(ctx, reply); err == nil {
				s.servers.take(s.keys, reply.Events)
			}
		case err = <-beats:
		}
		if err != nil {
			return err
		}
	}
}

// watchError returns why a watch has ended, nil if it has not.
func watchError(ctx context.Context, reply clientv3.WatchResponse) error {
	switch err := reply.Err(); {
	case ctx.Err() != nil:
		return ctx.Err()
	case reply.CompactRevision != 0:
		return errBehind
	case err != nil:
		return err
	case reply.Header.GetClusterId() == 0: // the channel is closed
		return errBehind
	}
	return nil
}

// readAll reads what is new of all accounts, and all servers, and returns the revision of
// etcd from which on to watch.
func (s *Store) readAll(ctx context.Context) (int64, error) {
	reply, err := s.get(ctx, s.keys.heads(), clientv3.WithPrefix(), clientv3.WithLimit(maxAccounts))
	if err != nil {
		return 0, err
	}
	if reply.More {
		return 0, damaged("more than %d accounts", maxAccounts)
	}
	if s.servesNothing() {
		s.linked(errReading)
	}
	s.mu.Lock()
	s.revision = reply.Header.Revision
	s.mu.Unlock()
	names, err := s.differing(reply.Kvs)
	if err != nil {
		return 0, err
	}
	for name := range names {
		a := s.account(name)
		if err := a.acquire(ctx); err != nil {
			return 0, err
		}
		err := s.catchUp(ctx, a)
		a.release()
		if err != nil {
			return 0, err
		}
	}
	if err := s.isCopyOf(reply.Header.ClusterId); err != nil {
		return 0, err
	}
	list, err := s.get(ctx, s.keys.servers(), clientv3.WithPrefix(), clientv3.WithRev(reply.Header.Revision), clientv3.WithLimit(maxServers))
	if err != nil {
		return 0, err
	}
	s.servers.replace(s.keys, list.Kvs)
	return reply.Header.Revision, nil
}

// maxAccounts is how many accounts a path can have.
const maxAccounts = 10_000

// servesNothing reports whether there is no copy yet.
func (s *Store) servesNothing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cluster == 0
}

// differing returns the accounts of which the copy is somewhere else, with where it is.
func (s *Store) differing(heads []*mvccpb.KeyValue) (map[string]position, error) {
	names := make(map[string]position)
	s.mu.Lock()
	for name, a := range s.accounts {
		if at := a.position(); at.last.revision > 0 {
			names[name] = at
		}
	}
	s.mu.Unlock()
	for _, kv := range heads {
		name, ok := nameIn(kv.Key, s.keys.heads())
		if !ok || store.CheckAccount(name) != nil {
			return nil, damaged("key %.300q", kv.Key)
		}
		h, err := decodeHead(kv.Value)
		if err != nil {
			return nil, fmt.Errorf("account %s: %w", name, err)
		}
		if at := s.account(name).position(); at.last == h.last && at.era == h.era {
			delete(names, name)
		} else {
			names[name] = at
		}
	}
	return names, nil
}

// beats asks etcd again and again, and says when following has to start over.
func (s *Store) beats(ctx context.Context, say chan<- error) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	var behind map[string]position
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		reply, err := s.get(ctx, s.keys.heads(), clientv3.WithPrefix(), clientv3.WithLimit(maxAccounts))
		if ctx.Err() != nil {
			return
		}
		s.linked(err)
		if err != nil {
			continue
		}
		if err = s.isSame(reply.Header); err == nil {
			behind, err = s.stillBehind(reply.Kvs, behind)
		}
		if err != nil {
			say <- err // has room for one
			return
		}
	}
}

// isSame returns errBehind if an answer is not of the cluster that is followed, or of one that
// has gone back.
func (s *Store) isSame(header *etcdserverpb.ResponseHeader) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if header.ClusterId != s.cluster || header.Revision < s.revision {
		return errBehind
	}
	s.revision = header.Revision
	return nil
}

// stillBehind returns the accounts that are not where etcd is, and errBehind if one has
// not moved since they were looked at before.
func (s *Store) stillBehind(heads []*mvccpb.KeyValue, before map[string]position) (map[string]position, error) {
	names, err := s.differing(heads)
	if err != nil {
		return nil, err
	}
	for name, at := range names {
		if old, ok := before[name]; ok && old == at {
			return nil, errBehind
		}
	}
	return names, nil
}
