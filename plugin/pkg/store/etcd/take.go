package etcd

import (
	"context"
	"errors"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// news is what a watch has told of an account at once.
type news struct {
	entries   []*entry
	revisions []int64 // of etcd, by entry
	head      []byte  // the last one
	shot      *shot   // the last one
}

// take applies what a watch has told.
func (s *Store) take(ctx context.Context, events []*clientv3.Event) error {
	told := make(map[string]*news)
	var names []string
	of := func(name string) *news {
		if told[name] == nil {
			told[name] = new(news)
			names = append(names, name)
		}
		return told[name]
	}
	for _, event := range events {
		if event.Type != clientv3.EventTypePut {
			continue // a log that was shortened; what should not go is noticed otherwise
		}
		key, value := event.Kv.Key, event.Kv.Value
		if name, _, ok := s.keys.entryIn(key); ok {
			e, err := decodeEntry(value)
			if err != nil {
				return err
			}
			n := of(name)
			n.entries, n.revisions = append(n.entries, e), append(n.revisions, event.Kv.ModRevision)
		} else if name, ok := nameIn(key, s.keys.heads()); ok {
			of(name).head = value
		} else if name, ok := nameIn(key, s.keys.shots()); ok {
			shot, err := decodeShot(value)
			if err != nil {
				return err
			}
			of(name).shot = shot
		}
	}
	for _, name := range names {
		if err := s.takeOf(ctx, s.account(name), told[name]); err != nil {
			return err
		}
	}
	return nil
}

// takeOf applies what is new of an account.
func (s *Store) takeOf(ctx context.Context, a *account, n *news) error {
	if err := store.CheckAccount(a.name); err != nil {
		return damaged("%v", err)
	}
	if err := a.acquire(ctx); err != nil {
		return err
	}
	defer a.release()
	if n.shot != nil {
		a.setShot(n.shot)
	}
	err := s.takeEntries(ctx, a, n)
	if err == nil && n.head != nil {
		err = s.takeHead(a, n.head)
	}
	if errors.Is(err, errMoved) {
		return s.catchUp(ctx, a)
	}
	return err
}

// takeEntries applies the commits that the copy does not have, errMoved if they do not go on
// from where it is.
func (s *Store) takeEntries(ctx context.Context, a *account, n *news) error {
	at := a.position()
	var ops []store.Op
	raw, pending := uint64(0), false
	for i, e := range n.entries {
		if e.to.revision <= at.last.revision {
			continue // such as this server's own
		}
		if e.from != at.last {
			return errMoved
		}
		var err error
		if ops, err = s.opsOf(ctx, a.name, e, n.revisions[i], ops); err != nil {
			return err
		}
		at.last, at.log, pending = e.to, e.log, true
		if raw += e.raw; raw > rawAtOnce {
			if err := s.apply(a, at.era, at.last, at.log, ops, true); err != nil {
				return err
			}
			ops, raw, pending = nil, 0, false
		}
	}
	if !pending {
		return nil
	}
	a.head = nil
	return s.apply(a, at.era, at.last, at.log, ops, true)
}

// takeHead takes down what the head is, errMoved if the copy is behind that.
func (s *Store) takeHead(a *account, value []byte) error {
	h, err := decodeHead(value)
	if err != nil {
		return err
	}
	at := a.position()
	switch {
	case h.last.revision < at.last.revision:
		return nil // an older one
	case h.last != at.last:
		return errMoved
	}
	if h.era != at.era {
		if err := s.apply(a, h.era, at.last, at.log, nil, true); err != nil {
			return err // the head as it was known still has the era of the copy
		}
	}
	a.head = value
	return nil
}
