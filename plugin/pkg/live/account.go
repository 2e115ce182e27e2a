// Package live is the one writer of what an account holds: zones with their records,
// views, resolver policies, tokens and settings. A change is checked by the code that
// checks a Corefile, committed to the store with its place in the history, and published
// to the server blocks that serve the account; then it is answered.
//
// Objects are held in memory, records in the store alone: what answers queries is made
// of them.
package live

import (
	"compress/flate"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	clog "github.com/coredns/coredns/plugin/pkg/log"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

var log = clog.NewWithPlugin("internaldns")

// Config says what an Account is.
type Config struct {
	Name    string
	Store   store.Store
	History time.Duration    // how long entries of the history are kept; 0: for ever
	Blocks  func() []*Block  // those that serve the account now, the newest first
	Now     func() time.Time // default: time.Now
	// Moved is told which state of a shared store is served, at first and whenever it is
	// another one. It must wait for nothing; nil if nobody wants to know.
	Moved func(store.State)
}

// Account is what one account holds. It is safe for concurrent use.
type Account struct {
	id      string
	name    string
	store   store.Store
	history atomic.Int64 // nanoseconds; 0: for ever
	blocks  func() []*Block
	now     func() time.Time
	moved   func(store.State)
	newID   func() string // 32 hexadecimal digits
	stats   stats
	out     atomic.Pointer[quarantine] // of all blocks

	queue struct {
		mu      sync.Mutex
		waiting []*pending
	}

	writer     writerLock
	nextForget time.Time
	flate      *flate.Writer
	closed     bool

	declared atomic.Pointer[declared]
	holders  atomic.Pointer[holders] // nil: not known for the views as they are

	follower *follower     // nil: nobody else commits to the store
	era      atomic.Uint64 // of the store's state that objects are; set by the writer

	mu      sync.RWMutex // held by the writer while objects change
	objects *objects
}

// Open reads an account. If the store is a store.Shared it is then what others make of it,
// too, until Close. The error is one of package store's.
func Open(ctx context.Context, cfg Config) (*Account, error) {
	a := &Account{
		id: AccountID(cfg.Name), name: cfg.Name, store: cfg.Store, blocks: cfg.Blocks,
		now: cfg.Now, moved: cfg.Moved, newID: randomID, objects: newObjects(),
	}
	a.KeepHistory(cfg.History)
	a.out.Store(new(quarantine))
	if a.now == nil {
		a.now = time.Now
	}
	if a.blocks == nil {
		a.blocks = func() []*Block { return nil }
	}
	a.declared.Store(declare(a.name, nil))
	if err := a.start(ctx); err != nil {
		return nil, fmt.Errorf("account %q: %w", a.name, err)
	}
	return a, nil
}

// start reads the account, and begins to follow what others do.
func (a *Account) start(ctx context.Context) error {
	if s, ok := a.store.(store.Shared); ok {
		a.follower = newFollower(s)
		if err := a.follower.watch(ctx, a.name); err != nil {
			a.follower.stop()
			return err
		}
	}
	o, era, err := a.read(ctx)
	if err != nil {
		if a.follower != nil {
			a.follower.stop()
		}
		return err
	}
	o.specs = o.allSpecs(a.declared.Load())
	a.objects = o
	a.era.Store(era)
	if a.follower != nil {
		a.served()
		a.follow()
	}
	return nil
}

// AccountID returns the id of the account of a name: 32 hexadecimal digits, of which
// some are letters, since tools take digits alone for a number.
func AccountID(name string) string {
	id := DeclaredID(name, "account", "")
	return "ac" + id[2:]
}

// KeepHistory changes how long entries of the history are kept; 0: for ever.
func (a *Account) KeepHistory(d time.Duration) { a.history.Store(int64(d)) }

// ID returns the account's id.
func (a *Account) ID() string { return a.id }

// Name returns the name that the Corefile gives the account.
func (a *Account) Name() string { return a.name }

func randomID() string {
	var b [idLen]byte
	_, _ = rand.Read(b[:]) // documented never to return an error
	return hex.EncodeToString(b[:])
}

// Close waits for the changes under way and refuses those that come later. It leaves the
// store open.
func (a *Account) Close() {
	a.writer.Lock()
	a.closed = true
	a.writer.Unlock()
	if a.follower != nil {
		a.follower.stop()
	}
}

// attached returns the blocks that take part in changes.
func (a *Account) attached() (ready []*Block) {
	for _, b := range a.blocks() {
		if b.ready {
			ready = append(ready, b)
		}
	}
	return ready
}

// Attach has a block serve the account's objects beside its own. What does not fit is
// left out, and logged. The block is among Config.Blocks already.
func (a *Account) Attach(b *Block) error {
	a.writer.Lock()
	defer a.writer.Unlock()
	old := b.scope.Load()
	if old == nil {
		return errors.New("the server block has no configuration")
	}
	b.base = withPrecedences(old)
	b.ready = true
	a.redeclare(b)
	if err := a.rebuild(b); err != nil {
		b.ready = false
		a.redeclare(nil)
		return err
	}
	a.collectQuarantined()
	return nil
}

// redeclare looks anew at what the blocks of the account declare: one has come or gone.
// What the others serve follows. The writer's lock is held.
func (a *Account) redeclare(added *Block) {
	blocks := a.attached()
	d := declare(a.name, blocks)
	next := a.objects.allSpecs(d)
	same := next.same(&a.objects.specs)
	a.mu.Lock()
	a.declared.Store(d)
	a.holders.Store(nil)
	a.objects.specs = next
	a.mu.Unlock()
	for _, b := range blocks {
		if b == added || same {
			continue
		}
		if err := a.rebuild(b); err != nil { // its Corefile alone was right
			log.Errorf("Account %s: %v", a.name, err)
		}
	}
}

// rebuild has a block serve what the account holds now, and logs what comes to be left
// out. The writer's lock is held.
func (a *Account) rebuild(b *Block) error {
	old := b.scope.Load()
	next, problems := b.build(&a.objects.specs, a.objects.data, old)
	if problems.HasErrors() {
		return problems.Err()
	}
	a.show(b, old, next, nil)
	return nil
}

// Detach tells that blocks have gone from Config.Blocks.
func (a *Account) Detach() {
	a.writer.Lock()
	defer a.writer.Unlock()
	a.redeclare(nil)
	a.collectQuarantined()
}
