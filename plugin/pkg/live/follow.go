package live

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// follower has an account be what a store holds that others commit to as well (LIVE 10):
// one goroutine hears of their changes, another one makes them. Both end with the account.
type follower struct {
	store store.Shared
	end   context.CancelFunc
	ended sync.WaitGroup

	mu    sync.Mutex
	told  store.State   // the newest that the copy has
	known bool          // told is one
	err   error         // the store tells nothing any more
	heard chan struct{} // closed, and another one put in its place, with what is told or served
}

func newFollower(s store.Shared) *follower {
	return &follower{store: s, heard: make(chan struct{})}
}

// watch begins to hear of the account, and returns once it is known where it is.
func (f *follower) watch(ctx context.Context, account string) error {
	watching, end := context.WithCancel(context.WithoutCancel(ctx))
	f.end = end
	f.ended.Go(func() {
		err := f.store.Watch(watching, account, f.tell)
		f.mu.Lock()
		defer f.mu.Unlock()
		f.err = err
		f.wake()
		if watching.Err() == nil {
			log.Errorf("Account %s: changes of others are not heard of any more: %v", account, err)
		}
	})
	for {
		f.mu.Lock()
		known, err, heard := f.known, f.err, f.heard
		f.mu.Unlock()
		if known || err != nil {
			return err
		}
		select {
		case <-heard:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tell notes where the account is. The store calls it, and waits.
func (f *follower) tell(now store.State) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told, f.known = now, true
	f.wake()
}

// served tells those who wait for a revision, and the others, that there is another one.
func (a *Account) served() {
	a.follower.mu.Lock()
	a.follower.wake()
	a.follower.mu.Unlock()
	if a.moved != nil {
		a.moved(a.State())
	}
}

// wake is to be called with the lock held.
func (f *follower) wake() {
	close(f.heard)
	f.heard = make(chan struct{})
}

// state returns where the account is, and what is closed when that changes.
func (f *follower) state() (store.State, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.told, f.heard
}

// follow begins to make the changes of others.
func (a *Account) follow() {
	f := a.follower
	over := make(chan struct{})
	end := f.end
	f.end = sync.OnceFunc(func() { end(); close(over) })
	f.ended.Go(func() {
		for {
			told, heard := f.state()
			// What this server has committed is not told.
			if told.Revision > a.Revision() || told.Era != a.era.Load() {
				a.catchUpAlone()
			}
			select {
			case <-heard:
			case <-over:
				return
			}
		}
	})
}

// stop ends the goroutines.
func (f *follower) stop() {
	f.end()
	f.ended.Wait()
}

// catchUpAlone is catchUp when nobody has the writer's lock.
func (a *Account) catchUpAlone() {
	a.writer.Lock()
	defer a.writer.Unlock()
	if a.closed {
		return
	}
	if err := a.catchUp(context.Background()); err != nil {
		log.Errorf("Account %s: stays at revision %d: %v", a.name, a.Revision(), err)
	}
}

// errBehind says that the store has another state than the account.
var errBehind = errors.New("the account is behind its store")

// behind returns errBehind if a reader has another state than the account: others have
// changed it, or a change is about to be published. The writer's lock is held, or its look.
func (a *Account) behind(read store.Reader) error {
	era, err := read.Era()
	if err == nil && (read.Revision() != a.objects.revision || era != a.era.Load()) {
		err = errBehind
	}
	return err
}

// mostChases is how often the store may move on while the account catches up with it.
const mostChases = 100

// view calls read with what the store has of the account, which is what the account holds.
// The writer's lock is held.
func (a *Account) view(ctx context.Context, read func(store.Reader) error) (err error) {
	for range mostChases {
		err = a.store.View(ctx, a.name, func(r store.Reader) error {
			if err := a.behind(r); err != nil {
				return err
			}
			return read(r)
		})
		if a.follower == nil || !errors.Is(err, errBehind) {
			return err
		}
		if err := a.catchUp(ctx); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: %w", ErrBusy, err)
}

// catchUp has the account hold and serve what the store has: by making the changes that
// the history tells of, else by reading everything. It is all of a state or, with an
// error, the one before. The writer's lock is held.
func (a *Account) catchUp(ctx context.Context) error {
	err := a.store.View(ctx, a.name, func(read store.Reader) error {
		era, err := read.Era()
		switch now := read.Revision(); {
		case err != nil:
			return err
		case era != a.era.Load():
			return fmt.Errorf("%w: what the store held before is void", errAnew)
		case now == a.objects.revision:
			return nil
		case now < a.objects.revision:
			return fmt.Errorf("%w: the store has revision %d, and %d was served", errAnew, now, a.objects.revision)
		}
		return a.advance(ctx, read)
	})
	if !errors.Is(err, errAnew) {
		return err
	}
	log.Warningf("Account %s: read anew: %v", a.name, err)
	return a.reload(ctx)
}

// The bounds of what is tried again when others were faster.
const (
	mostTries   = 200
	longestTry  = 10 * time.Second // of all tries
	longestWait = time.Second      // for the copy to have what the others have done
)

// yield waits until the copy has what kept a commit from being made, and has the account
// hold it. It is ErrBusy once there have been too many tries.
func (a *Account) yield(ctx context.Context, try int, began time.Time, conflict error) error {
	a.stats.conflict()
	if try >= mostTries || time.Since(began) > longestTry {
		return fmt.Errorf("%w: %d tries: %w", ErrBusy, try, conflict)
	}
	// Those who come second all the time would do so in step.
	pause := time.NewTimer(rand.N(time.Duration(min(try, 8)) * time.Millisecond)) //nolint:gosec // no secret
	a.writer.wait(func() { <-pause.C })
	wait, over := time.NewTimer(longestWait), false
	defer wait.Stop()
	for before, era := a.objects.revision, a.era.Load(); ; {
		_, heard := a.follower.state()
		if err := a.catchUp(ctx); err != nil {
			return err
		}
		if over || a.objects.revision != before || a.era.Load() != era {
			return nil // it is tried again on what there is
		}
		a.writer.wait(func() {
			select {
			case <-heard:
			case <-wait.C:
				over = true
			}
		})
	}
}

// Await returns once the account serves a revision or a later one, or with an error when
// the context ends.
func (a *Account) Await(ctx context.Context, revision uint64) error {
	for {
		var heard <-chan struct{}
		if a.follower != nil {
			_, heard = a.follower.state()
		}
		if a.Revision() >= revision {
			return nil
		}
		select {
		case <-heard:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// awaitFor is Await for some time.
func (a *Account) awaitFor(ctx context.Context, revision uint64, d time.Duration) {
	ctx, end := context.WithTimeout(ctx, d)
	defer end()
	_ = a.Await(ctx, revision) // or not: the change is checked on what there is
}
