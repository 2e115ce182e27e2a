package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"iter"
	"runtime/debug"

	"go.etcd.io/bbolt"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// View implements store.Store.
func (s *Store) View(ctx context.Context, account string, read func(store.Reader) error) (err error) {
	if err := store.CheckAccount(account); err != nil {
		return describe(s.name, err)
	}
	if err := s.ready(ctx); err != nil {
		return describe(s.name, err)
	}
	r := &reader{ctx: ctx, name: s.name, account: account}
	if err := guard(func() error { return r.begin(s.db, account) }); err != nil {
		err = s.breaks(err) // it may have panicked with a lock in hand
		s.end(r)
		return describe(s.name, err)
	}
	defer s.end(r)
	// Slices of the map are in read's hands, so it may be there that the file is
	// found to be cut off. Other panics are read's own.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if panicked := recover(); isFault(panicked) {
			err = describe(s.name, s.breaks(damaged("%v", panicked)))
		} else if panicked != nil {
			panic(panicked)
		}
	}()
	return read(r)
}

// end gives back what a view holds. In a store that is broken nothing of bbolt's is
// touched, where a lock may wait for ever.
func (s *Store) end(r *reader) {
	tx := r.tx
	r.tx, r.keys = nil, nil
	if tx != nil && s.broken.Load() == nil {
		s.look(r.looked)
		s.giveBack()
		_ = s.breaks(guard(tx.Rollback))
	}
}

// reader is what one view reads from.
type reader struct {
	ctx      context.Context
	name     string
	account  string
	tx       *bbolt.Tx     // nil once the view has ended
	keys     *bbolt.Bucket // nil if the account has none
	revision uint64
	looked   int64 // octets of the file
	err      error
}

func (r *reader) begin(db *bbolt.DB, account string) (err error) {
	if r.tx, err = db.Begin(false); err != nil {
		return err
	}
	r.keys = r.tx.Bucket(bucketOf(account))
	r.revision, err = revision(r.tx, account)
	return err
}

// Revision implements store.Reader.
func (r *reader) Revision() uint64 { return r.revision }

// Era implements store.Reader: a file has one.
func (r *reader) Era() (uint64, error) { return 0, nil }

// Err implements store.Reader.
func (r *reader) Err() error { return r.err }

// Get implements store.Reader.
func (r *reader) Get(key []byte) (value []byte, err error) {
	switch {
	case r.tx == nil:
		return nil, describe(r.name, errEnded)
	case r.keys == nil || len(key) == 0:
		return nil, nil
	}
	r.looked += perLook
	err = guard(func() (err error) {
		if sealed := r.keys.Get(key); sealed != nil {
			value, err = unseal(key, sealed)
		}
		return err
	})
	return value, describe(r.name, err)
}

// errEnded is the answer of a reader out of time.
var errEnded = errors.New("the view has ended")

// askEvery is how many steps are made between two looks at the context.
const askEvery = 256

// Range implements store.Reader.
func (r *reader) Range(prefix, start []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		r.err = nil
		if r.tx == nil {
			r.err = describe(r.name, errEnded)
			return
		}
		if r.keys == nil {
			return
		}
		from := prefix
		if bytes.Compare(start, prefix) > 0 {
			from = start
		}
		r.looked += perLook
		cursor := r.keys.Cursor()
		var key, value []byte
		for n := 0; ; n++ {
			if r.tx == nil {
				r.err = describe(r.name, errEnded)
				return
			}
			if n%askEvery == 0 && r.ctx.Err() != nil {
				r.err = describe(r.name, r.ctx.Err())
				return
			}
			var err error
			key, value, err = step(cursor, n == 0, from, prefix, key)
			r.looked += int64(len(key) + len(value))
			if r.err = describe(r.name, err); err != nil || key == nil || !yield(key, value) {
				return
			}
		}
	}
}

// step moves a cursor to the first key from a key on, or to the next after the last,
// and returns that with its value; nil if it has not the prefix.
func step(cursor *bbolt.Cursor, first bool, from, prefix, last []byte) (key, value []byte, err error) {
	err = guard(func() (err error) {
		var sealed []byte
		if first {
			key, sealed = cursor.Seek(from)
		} else {
			key, sealed = cursor.Next()
		}
		if key == nil && !first {
			// The end is also where pages have been overwritten with zeros. A
			// search looks at them anew, which moving on does not.
			if found, _ := cursor.Seek(last); !bytes.Equal(found, last) {
				return damaged("key %.40q is gone", last)
			}
		}
		if key == nil || !bytes.HasPrefix(key, prefix) {
			key = nil
			return nil
		}
		value, err = unseal(key, sealed)
		return err
	})
	return key, value, err
}

// revision returns the revision of an account, as a transaction sees it.
func revision(tx *bbolt.Tx, account string) (uint64, error) {
	revisions := tx.Bucket([]byte(revisionBucket))
	if revisions == nil {
		return 0, damaged("no revisions")
	}
	sealed := revisions.Get([]byte(account))
	if sealed == nil {
		return 0, nil
	}
	value, err := unseal([]byte(account), sealed)
	if err != nil {
		return 0, err
	}
	if len(value) != revisionLen {
		return 0, damaged("the revision of account %s has %d octets", account, len(value))
	}
	return binary.BigEndian.Uint64(value), nil
}
