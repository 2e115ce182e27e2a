package etcd

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
)

func (a *account) getShot() *shot {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.shot
}

func (a *account) setShot(to *shot) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.shot = to
}

// isLong reports whether the log of an account is.
func (s *Store) isLong(a *account) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	var from shot
	if a.shot != nil {
		from = *a.shot
	}
	if a.at.log.entries < from.log.entries || a.at.log.octets < from.log.octets {
		return false // that of a snapshot which the copy has yet to reach
	}
	return a.at.log.entries-from.log.entries > s.opt.longEntries || a.at.log.octets-from.log.octets > max(s.opt.longOctets, from.size/2)
}

// keepShort writes snapshots where logs have become long.
func (s *Store) keepShort() {
	again := time.NewTicker(5 * time.Second)
	defer again.Stop()
	for {
		var names []string
		select {
		case <-s.ctx.Done():
			return
		case name := <-s.full:
			names = append(names, name)
		case <-again.C:
			s.mu.Lock()
			for name := range s.accounts {
				names = append(names, name)
			}
			s.mu.Unlock()
		}
		for _, name := range names {
			if a := s.account(name); s.isLong(a) && s.Link().Connected {
				// What keeps it from it now will not for ever: a lock, a cluster without room or out of reach.
				_ = s.shorten(s.ctx, a)
			}
		}
	}
}

// shorten writes a snapshot, unless another server does.
func (s *Store) shorten(ctx context.Context, a *account) error {
	if err := a.acquire(ctx); err != nil {
		return err
	}
	err := s.catchUp(ctx, a)
	a.release()
	if err != nil || !s.isLong(a) {
		return err
	}
	client, err := s.connected()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &shortener{s: s, a: a, client: client, before: a.getShot(), stage: rand.Uint64()}
	if err := w.takeLock(ctx); err != nil {
		return err
	}
	defer w.giveBack()
	return w.run(ctx)
}

// shortener writes one snapshot.
type shortener struct {
	s      *Store
	a      *account
	client *clientv3.Client
	before *shot // the one that it takes the place of
	stage  uint64
	lease  clientv3.LeaseID
	locked clientv3.Cmp // that the lock is still held
}

// takeLock takes the lock that only one server has, or says that another has it.
func (w *shortener) takeLock(ctx context.Context) error {
	requested, cancel := w.s.request()
	defer cancel()
	lease, err := w.client.Grant(requested, seconds(w.s.opt.lockTTL))
	if err != nil {
		return err
	}
	w.lease = lease.ID
	alive, err := w.client.KeepAlive(ctx, lease.ID)
	if err != nil {
		return err
	}
	go func() {
		for range alive { // until the context ends
		}
	}()
	key := w.s.keys.lock(w.a.name)
	reply, err := w.client.Txn(requested).If(clientv3.Compare(clientv3.CreateRevision(key), "=", 0)).
		Then(clientv3.OpPut(key, "", clientv3.WithLease(lease.ID))).Commit()
	if err == nil && !reply.Succeeded {
		err = errors.New("another server writes a snapshot")
	}
	if err != nil {
		w.giveBack()
		return err
	}
	w.locked = clientv3.Compare(clientv3.CreateRevision(key), "=", reply.Header.Revision)
	return nil
}

func (w *shortener) giveBack() {
	ctx, cancel := w.s.request()
	defer cancel()
	_, _ = w.client.Revoke(ctx, w.lease)
}

// change does something if the lock is still held, and more is as it has to be.
func (w *shortener) change(then []clientv3.Op, also ...clientv3.Cmp) error {
	ctx, cancel := w.s.request()
	defer cancel()
	reply, err := w.client.Txn(ctx).If(append(also, w.locked)...).Then(then...).Commit()
	if err == nil && !reply.Succeeded {
		err = errors.New("the lock is lost, or the snapshot is another")
	}
	return err
}

// same says that the snapshot is still the one that this is to take the place of: another
// server may have had the lock since it was looked at.
func (w *shortener) same() clientv3.Cmp {
	key := w.s.keys.shot(w.a.name)
	if w.before == nil {
		return clientv3.Compare(clientv3.CreateRevision(key), "=", 0)
	}
	return clientv3.Compare(clientv3.Value(key), "=", string(w.before.encode()))
}

func (w *shortener) run(ctx context.Context) error {
	keys, name := w.s.keys, w.a.name
	all := keys.shotParts(name)
	rest := all
	var clear []clientv3.Op // what those left behind who were kept from finishing
	if w.before != nil {
		current := keys.shotStage(name, w.before.stage)
		clear = append(clear, clientv3.OpDelete(all, clientv3.WithRange(current)))
		rest = clientv3.GetPrefixRangeEnd(current)
	}
	clear = append(clear, clientv3.OpDelete(rest, clientv3.WithRange(clientv3.GetPrefixRangeEnd(all))))
	if err := w.change(clear, w.same()); err != nil {
		return err
	}
	next := &shot{stage: w.stage}
	parts := &partWriter{}
	parts.put = func(b []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return w.change([]clientv3.Op{clientv3.OpPut(part(keys.shotStage(name, w.stage), int(parts.parts)-1), string(b))}) // #nosec G115 -- up to maxShotParts
	}
	generation := strconv.FormatUint(w.a.position().generation, 10)
	if err := w.s.copy.View(ctx, generation, func(r store.Reader) error {
		text, err := bolt.Mark(r)
		if err != nil {
			return err
		}
		var m mark
		if err := m.read(text); err != nil {
			return err
		}
		next.at, next.log = commitID{m.Revision, m.ID}, total{m.LogEntries, m.LogOctets}
		return writeShot(r, parts)
	}); err != nil {
		return err
	}
	next.parts, next.size = parts.parts, parts.size
	var err error
	if next.past, err = w.past(ctx, next.at); err != nil {
		return err
	}
	return w.finish(next)
}

// past returns the commits before one that others may still be at.
func (w *shortener) past(ctx context.Context, at commitID) ([]commitID, error) {
	var past []commitID
	from := uint64(0)
	if w.before != nil {
		from = w.before.at.revision
		past = append(past, w.before.past...)
		past = append(past, w.before.at)
	}
	for {
		reply, err := w.s.get(ctx, w.s.keys.after(w.a.name, from), clientv3.WithRange(w.s.keys.after(w.a.name, at.revision)),
			clientv3.WithKeysOnly(), clientv3.WithLimit(maxPast))
		if err != nil {
			return nil, err
		}
		for _, kv := range reply.Kvs {
			_, c, ok := w.s.keys.entryIn(kv.Key)
			if !ok {
				return nil, damaged("key %.300q", kv.Key)
			}
			past, from = append(past, c), c.revision
		}
		past = remembered(past)
		if !reply.More {
			return past, nil
		}
	}
}

// finish lets the snapshot take the place of the one before, and of the log up to that:
// who is but a little behind can do without reading it.
func (w *shortener) finish(next *shot) error {
	keys, name := w.s.keys, w.a.name
	then := []clientv3.Op{clientv3.OpPut(keys.shot(name), string(next.encode())), clientv3.OpDelete(keys.lock(name))}
	if w.before != nil {
		number := fmt.Sprintf("%016x", w.before.at.revision)
		then = append(then, clientv3.OpDelete(keys.log(name), clientv3.WithRange(keys.log(name)+number)),
			clientv3.OpDelete(keys.parts(name), clientv3.WithRange(keys.parts(name)+number)),
			clientv3.OpDelete(keys.shotStage(name, w.before.stage), clientv3.WithPrefix()))
	}
	// The copy may be void by now.
	known := clientv3.Compare(clientv3.CreateRevision(keys.entry(name, next.at.revision, next.at.id)), ">", 0)
	if err := w.change(then, w.same(), known); err != nil {
		return err
	}
	w.a.setShot(next)
	return nil
}
