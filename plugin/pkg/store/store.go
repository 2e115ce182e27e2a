// Package store says how what the live side keeps is stored: keys and values of accounts,
// changed by atomic, durable commits. Package bolt keeps it in a file; package storetest
// holds what is common to all implementations.
package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"
)

// Store keeps accounts: for each an ordered set of keys with values, and a revision
// that counts its changes. It knows nothing of what keys and values mean. Safe for
// concurrent use. Every error wraps one of those below where it applies, and names the
// file or the place.
type Store interface {
	// View calls read with what an account holds at one moment, and returns its error.
	// An account nobody wrote to has revision 0 and no keys. Commits go on beside it;
	// read must neither commit to the store nor close it. What they replace is kept
	// until read returns.
	View(ctx context.Context, account string, read func(Reader) error) error
	// Commit applies all ops durably, as if one after the other, and raises the
	// revision from `from` to `to`; or it does nothing and returns an error: ErrConflict
	// if the account's revision is not from. Once it is durable it returns nil, even if
	// ctx has ended. It is not known what happened only after an error that wraps
	// ErrDamaged: opening the store again tells; or ErrUncertain, if it is a Shared one.
	Commit(ctx context.Context, account string, from, to uint64, ops []Op) error
	// Close waits for views and commits under way and gives everything back. What
	// comes later gets ErrClosed, another Close nothing.
	Close() error
}

// Shared is a Store that other processes commit to as well. What View shows of it is a
// copy on this machine: it may be some moments behind until the process commits itself,
// and it is there without the others. A Commit that returns nil is in the copy, too.
type Shared interface {
	Store
	// CommitOn is Commit if the account is of an era, too, else ErrConflict: what has the
	// same revision may be something else by now.
	CommitOn(ctx context.Context, account string, from State, to uint64, ops []Op) error
	// Watch calls changed with the newest state of an account that the copy has, first
	// at once and then whenever others have changed it, until ctx ends, and returns the
	// context's error. Several states that come close together may be told as one.
	// changed must return soon; it may call View and Commit.
	Watch(ctx context.Context, account string, changed func(State)) error
	// Link tells how the copy stands to what it is a copy of.
	Link() Link
}

// Cluster is a Shared store whose processes know of each other.
type Cluster interface {
	Shared
	// Announce tells the others of this process, from now on until Close, or until it
	// has been out of reach for some seconds. It waits for nothing, and is called again
	// whenever something of it has changed. No two processes may have one name.
	Announce(server Server) error
	// Servers returns those that are announced, by name, this one included. It asks
	// nobody.
	Servers() []Server
	// Await returns when all of them that serve an account have it in that state, or a
	// later one of its era. The context's error names those that are not known to.
	Await(ctx context.Context, account string, state State) error
}

// Server is what one process tells the others.
type Server struct {
	Name     string           `json:"name"`
	Version  string           `json:"version,omitempty"`
	Address  string           `json:"address,omitempty"`
	Accounts map[string]State `json:"accounts,omitempty"` // what it serves of each
}

// State is where an account is.
type State struct {
	Revision uint64 `json:"revision"`
	// Era is another one when what the account held before is void, whatever its revision:
	// a backup was put in its place, or the cluster is another one. Only equal ones can be
	// compared by their revisions.
	Era uint64 `json:"era,omitempty"`
}

// Link tells how a copy stands to what it is a copy of.
type Link struct {
	Connected bool
	Since     time.Time // when it was connected last, or until when it was
	Err       error     // why it is not, nil if it is
}

// Reader reads what an account holds at one moment. It belongs to the function that
// View calls, and is of no use once that has returned.
type Reader interface {
	// Revision returns the account's revision.
	Revision() uint64
	// Era returns the account's era, 0 if the store is not a Shared one.
	Era() (uint64, error)
	// Get returns the value of a key: nil if there is none, not nil but empty if the
	// value is. It is good until the function that View calls returns, and never written to.
	Get(key []byte) ([]byte, error)
	// Range yields keys with that prefix and their values in ascending order, from
	// start on (nil: from the first). The slices are good until the next step, and
	// never written to. After the loop Err tells whether it saw all.
	Range(prefix, start []byte) iter.Seq2[[]byte, []byte]
	// Err returns what ended the last Range early, nil if nothing did.
	Err() error
}

// Op is one step of a commit: it sets the value of a key, removes a key, or removes all
// that begin with it. Removing what is not there is no error.
type Op struct {
	Key, Value []byte
	Delete     bool
	Prefix     bool // with Delete: all keys that begin with Key, an empty one means all
}

// The errors that callers tell apart.
var (
	ErrConflict = errors.New("the account has another revision")
	ErrFull     = errors.New("no space left")
	ErrReadOnly = errors.New("cannot be written")
	ErrInUse    = errors.New("in use by another process")
	ErrNotStore = errors.New("not a store")
	ErrNewer    = errors.New("written by a newer version")
	ErrDamaged  = errors.New("damaged")
	ErrClosed   = errors.New("closed")
	// ErrUnreachable: what others share could not be reached; nothing was committed.
	ErrUnreachable = errors.New("cannot be reached")
	// ErrUncertain: it may have been committed, whatever else the error wraps. If it
	// was, the account shows it later.
	ErrUncertain = errors.New("it is not known whether that was committed")
)

// The bounds of what a store takes, in octets.
const (
	MaxAccount = 255
	MaxKey     = 4096
	MaxValue   = 1 << 30
)

// CheckAccount returns an error if no account can have that name.
func CheckAccount(account string) error {
	if account == "" || len(account) > MaxAccount {
		return fmt.Errorf("an account's name has 1 to %d octets, not %d", MaxAccount, len(account))
	}
	return nil
}

// CheckCommit returns an error if no store can take such a commit, whatever it holds.
// Implementations ask it first, so that all refuse the same.
func CheckCommit(account string, from, to uint64, ops []Op) error {
	if err := CheckAccount(account); err != nil {
		return err
	}
	if to <= from {
		return fmt.Errorf("account %s: a commit from revision %d to %d does not raise it", account, from, to)
	}
	for i, op := range ops {
		switch {
		case len(op.Key) > MaxKey || len(op.Key) == 0 && !op.Prefix:
			return fmt.Errorf("account %s: op %d: a key has 1 to %d octets, not %d", account, i, MaxKey, len(op.Key))
		case op.Prefix && !op.Delete:
			return fmt.Errorf("account %s: op %d: a value cannot be set for all keys of a prefix", account, i)
		case !op.Delete && len(op.Value) > MaxValue:
			return fmt.Errorf("account %s: op %d: a value has up to %d octets, not %d", account, i, MaxValue, len(op.Value))
		}
	}
	return nil
}
