package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// Commit implements store.Store.
func (s *Store) Commit(ctx context.Context, account string, from, to uint64, ops []store.Op) error {
	if err := store.CheckCommit(account, from, to, ops); err != nil {
		return describe(s.name, err)
	}
	return s.write(ctx, &change{ctx: ctx, account: account, from: from, to: to, ops: ops})
}

// write makes a change, when nobody else writes.
func (s *Store) write(ctx context.Context, c *change) error {
	if err := s.ready(ctx); err != nil {
		return describe(s.name, err)
	}
	select {
	case s.writer <- struct{}{}:
		defer func() { <-s.writer }()
	case <-ctx.Done():
		return describe(s.name, ctx.Err())
	}
	if err := s.ready(ctx); err != nil {
		return describe(s.name, err)
	}
	// After a panic bbolt's lock may stay locked, and what it has in memory is not
	// to be trusted. So nobody comes here again.
	return describe(s.name, s.breaks(guard(func() error {
		return s.commit(c)
	})))
}

func (s *Store) commit(c *change) error {
	tx, err := s.db.Begin(true)
	if err != nil {
		return err
	}
	s.look(int64(len(c.ops)) * int64(s.pageSize))
	if err := c.apply(tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	id := tx.ID()
	if err := tx.Commit(); err != nil {
		return s.afterFailure(id, err)
	}
	return s.measure()
}

// afterFailure returns the error of a commit that failed. If it is to be seen all the
// same, the last of all syncs failed: whether it is on the disk is not known, nor would
// another sync tell. Only a start from what the disk has can.
func (s *Store) afterFailure(id int, cause error) error {
	tx, err := s.db.Begin(false)
	if err != nil {
		return damaged("after a commit that failed (%v): %v", cause, err)
	}
	visible := tx.ID() >= id
	if err := tx.Rollback(); err != nil {
		return err
	}
	if visible {
		return damaged("the disk does not confirm the last change, restart to read what it holds: %v", cause)
	}
	return cause
}

// change is one commit under way.
type change struct {
	ctx      context.Context
	account  string
	from, to uint64
	ops      []store.Op
	mark     []byte // nil outside of copies
	remove   bool   // the account, and nothing else
	sealed   []byte // the values that were put, one after the other
}

// bulk is how many ops make a commit one that fills pages in order.
const bulk = 1000

func (c *change) apply(tx *bbolt.Tx) error {
	if c.remove {
		return removeAccount(tx, c.account)
	}
	now, err := revision(tx, c.account)
	if err != nil {
		return err
	}
	if now != c.from {
		return fmt.Errorf("account %s: %w: %d, not %d", c.account, store.ErrConflict, now, c.from)
	}
	keys, err := tx.CreateBucketIfNotExists(bucketOf(c.account))
	if err != nil {
		return err
	}
	room := 0
	for _, op := range c.ops {
		room += len(op.Value) + sealLen
	}
	c.sealed = make([]byte, 0, room) // bbolt keeps the slices until the commit
	for ops := c.ops; len(ops) > 0; {
		if ops[0].Prefix {
			if keys, err = c.removePrefix(tx, keys, ops[0].Key); err != nil {
				return err
			}
			ops = ops[1:]
			continue
		}
		n := slices.IndexFunc(ops, func(op store.Op) bool { return op.Prefix })
		if n < 0 {
			n = len(ops)
		}
		if err := c.applySorted(keys, sorted(ops[:n])); err != nil {
			return err
		}
		ops = ops[n:]
	}
	if c.mark != nil {
		if err := tx.Bucket([]byte(markBucket)).Put([]byte(c.account), seal(nil, []byte(c.account), c.mark)); err != nil {
			return err
		}
	}
	revisions := tx.Bucket([]byte(revisionBucket))
	value := binary.BigEndian.AppendUint64(nil, c.to)
	return revisions.Put([]byte(c.account), seal(nil, []byte(c.account), value))
}

// sorted returns ops in ascending order of their keys, those of one key in the order
// they had: bbolt then goes through its pages once.
func sorted(ops []store.Op) []store.Op {
	byKey := func(a, b store.Op) int { return bytes.Compare(a.Key, b.Key) }
	if !slices.IsSortedFunc(ops, byKey) {
		ops = slices.Clone(ops)
		slices.SortStableFunc(ops, byKey)
	}
	return ops
}

func (c *change) applySorted(keys *bbolt.Bucket, ops []store.Op) error {
	// A page that many keys in order have filled need not have room for as many
	// again; one that a single key made too large is cut in halves.
	keys.FillPercent = bbolt.DefaultFillPercent
	if len(ops) >= bulk {
		keys.FillPercent = 0.9
	}
	for i, op := range ops {
		if i%askEvery == 0 && c.ctx.Err() != nil {
			return c.ctx.Err()
		}
		if i+1 < len(ops) && bytes.Equal(ops[i+1].Key, op.Key) {
			continue // of no effect
		}
		var err error
		if op.Delete {
			err = keys.Delete(op.Key)
		} else {
			at := len(c.sealed)
			c.sealed = seal(c.sealed, op.Key, op.Value)
			err = keys.Put(op.Key, c.sealed[at:])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// removePrefix removes all keys that begin with a prefix, and returns the bucket, which
// may be another then.
func (c *change) removePrefix(tx *bbolt.Tx, keys *bbolt.Bucket, prefix []byte) (*bbolt.Bucket, error) {
	if len(prefix) == 0 {
		// Whole trees of pages are given back without a look at their keys.
		if err := tx.DeleteBucket(bucketOf(c.account)); err != nil {
			return nil, err
		}
		return tx.CreateBucket(bucketOf(c.account))
	}
	cursor := keys.Cursor()
	last := slices.Clone(prefix)
	for n := 0; ; n++ {
		if n%askEvery == 0 && c.ctx.Err() != nil {
			return nil, c.ctx.Err()
		}
		// A removal leaves the cursor at a place that bbolt does not define, and pages
		// without keys, which a search from the prefix on would go through each time.
		key, _ := cursor.Seek(last)
		if key == nil || !bytes.HasPrefix(key, prefix) {
			return keys, nil
		}
		last = append(last[:0], key...)
		if err := cursor.Delete(); err != nil {
			return nil, err
		}
	}
}
