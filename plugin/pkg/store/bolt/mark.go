package bolt

import (
	"context"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// MaxMark is how many octets a mark has at most.
const MaxMark = 64 << 10

// Apply does what Commit does, in a copy, and sets the mark of the account with it: what
// the copy remembers of where its content came from. The revision may stay, and may go to
// any other.
func (s *Store) Apply(ctx context.Context, account string, from, to uint64, ops []store.Op, mark []byte) error {
	if len(mark) == 0 || len(mark) > MaxMark {
		return describe(s.name, fmt.Errorf("account %s: a mark has 1 to %d octets, not %d", account, MaxMark, len(mark)))
	}
	if err := store.CheckCommit(account, 0, 1, ops); err != nil {
		return describe(s.name, err)
	}
	return s.write(ctx, &change{ctx: ctx, account: account, from: from, to: to, ops: ops, mark: mark})
}

// Remove removes an account of a copy with its mark.
func (s *Store) Remove(ctx context.Context, account string) error {
	if err := store.CheckAccount(account); err != nil {
		return describe(s.name, err)
	}
	return s.write(ctx, &change{ctx: ctx, account: account, remove: true})
}

func removeAccount(tx *bbolt.Tx, account string) error {
	if err := tx.DeleteBucket(bucketOf(account)); err != nil && !errors.Is(err, bolterrors.ErrBucketNotFound) {
		return err
	}
	for _, name := range []string{revisionBucket, markBucket} {
		if err := tx.Bucket([]byte(name)).Delete([]byte(account)); err != nil {
			return err
		}
	}
	return nil
}

// Marks returns the marks of all accounts of a copy.
func (s *Store) Marks(ctx context.Context) (map[string][]byte, error) {
	if err := s.ready(ctx); err != nil {
		return nil, describe(s.name, err)
	}
	marks := make(map[string][]byte)
	err := guard(func() error {
		return s.db.View(func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte(markBucket)).ForEach(func(account, sealed []byte) error {
				mark, err := unseal(account, sealed)
				marks[string(account)] = append([]byte(nil), mark...)
				return err
			})
		})
	})
	return marks, describe(s.name, s.breaks(err))
}

// Mark returns the mark of the account that a reader of a copy reads, nil if it has none.
// It is good for as long as the reader is.
func Mark(from store.Reader) ([]byte, error) {
	r, ok := from.(*reader)
	if !ok || r.tx == nil {
		return nil, errEnded
	}
	var mark []byte
	err := guard(func() (err error) {
		sealed := r.tx.Bucket([]byte(markBucket)).Get([]byte(r.account))
		if sealed != nil {
			mark, err = unseal([]byte(r.account), sealed)
		}
		return err
	})
	return mark, describe(r.name, err)
}
