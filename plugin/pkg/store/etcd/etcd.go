// Package etcd keeps a store in etcd, for any number of servers, with a copy on each.
//
// etcd holds a log: each commit of an account is an entry that names the one before, and
// the account's head says which is the last. One transaction of etcd compares the head
// and writes both, so of two writers one gets ErrConflict. What is too large for an
// entry stands in parts that are written first, under a lease; the transaction takes them
// off it. A writer that dies before leaves parts that nobody knows of, until the lease
// ends. Once the log is long, the server that gets a lock writes all that the account
// holds as a snapshot, and takes away what it stands for.
//
// Each server follows the log and applies it to a file in the format of package bolt,
// which is all that views read. It remembers the last commit there; as each has a number of its own,
// a log that does not go on from it is noticed whatever the revisions are: a backup was
// restored, or the cluster is another one. Then snapshot and log are read into new accounts
// of the file, and those take the place of the old ones at once.
package etcd

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
)

// Store is a store in etcd with its copy in a file. Safe for concurrent use.
type Store struct {
	opt  Options
	keys layout
	copy *bolt.Store

	encoder *zstd.Encoder // for whole entries
	decoder *zstd.Decoder

	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	running sync.WaitGroup // goroutines and commits
	loaded  chan struct{}  // closed when all has been read from etcd once
	full    chan string    // accounts whose log may be long

	mu         sync.Mutex
	closed     bool
	client     *clientv3.Client // nil until there is one
	accounts   map[string]*account
	generation uint64 // the last number of an account of the copy
	link       store.Link
	cluster    uint64 // the id of the cluster that the copy is of; 0: of none yet
	revision   int64  // of etcd, the highest seen

	servers serverList
}

var _ store.Cluster = (*Store)(nil)

// Open opens the copy, and reads from etcd what is new. Without etcd it returns after a
// moment with what the copy holds, and goes on trying; if the copy has never been one,
// it returns an error that wraps ErrUnreachable.
func Open(opt Options) (*Store, error) {
	opt = opt.withDefaults()
	if err := opt.check(); err != nil {
		return nil, fmt.Errorf("etcd: %w", err)
	}
	s := &Store{
		opt: opt, keys: newLayout(opt.Path), accounts: make(map[string]*account),
		loaded: make(chan struct{}), full: make(chan string, 1), servers: newServerList(),
		link: store.Link{Err: fmt.Errorf("etcd: %w: not yet", store.ErrUnreachable)},
	}
	var err error
	if s.encoder, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1)); err != nil {
		return nil, err
	}
	if s.decoder, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true)); err != nil {
		return nil, err
	}
	if s.copy, err = bolt.Open(opt.Copy, bolt.Options{Copy: true}); err != nil {
		return nil, err
	}
	if err := s.readCopy(); err != nil {
		_ = s.copy.Close()
		return nil, err
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.running.Go(s.follow)
	s.running.Go(s.keepShort)
	s.running.Go(s.tellServers)
	if err := s.awaitLoad(); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// awaitLoad waits until all has been read, for as long as there is hope.
func (s *Store) awaitLoad() error {
	s.mu.Lock()
	wait, hasCopy := s.opt.DialTimeout, s.cluster != 0
	s.mu.Unlock()
	if hasCopy {
		wait = min(wait, patience)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		select {
		case <-s.loaded:
			return nil
		case <-timer.C:
		}
		link := s.Link()
		switch {
		case hasCopy:
			return nil
		case errors.Is(link.Err, errReading): // a first copy takes what it takes
			timer.Reset(wait)
		default:
			return fmt.Errorf("%w; and there is no copy in %s yet to start from", link.Err, s.opt.Copy)
		}
	}
}

// patience is how long a start waits for etcd if it can do without.
const patience = time.Second

// errReading is why there is no link while all is being read for the first time.
var errReading = fmt.Errorf("etcd: %w yet: what it holds is being read", store.ErrUnreachable)

// Close implements store.Store.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.running.Wait()
	s.mu.Lock()
	client := s.client
	s.mu.Unlock()
	if client != nil {
		_ = client.Close()
	}
	s.decoder.Close()
	return s.copy.Close()
}

// begin makes Close wait until done is called.
func (s *Store) begin() (done func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, fmt.Errorf("etcd: %w", store.ErrClosed)
	}
	s.running.Add(1)
	return s.running.Done, nil
}

// View implements store.Store. It reads the copy.
func (s *Store) View(ctx context.Context, name string, read func(store.Reader) error) error {
	if err := store.CheckAccount(name); err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	for {
		s.mu.Lock()
		closed, a := s.closed, s.accounts[name]
		s.mu.Unlock()
		if closed {
			return fmt.Errorf("etcd: %w", store.ErrClosed)
		}
		generation := uint64(0)
		if a != nil {
			generation = a.position().generation
		}
		moved := false
		err := s.copy.View(ctx, strconv.FormatUint(generation, 10), func(r store.Reader) error {
			// Another one may have taken its place, and it may have been removed, before
			// the view began. Later than that it stays whole for this view.
			if moved = a != nil && a.position().generation != generation; moved {
				return nil
			}
			return read(copyReader{r})
		})
		if err != nil || !moved {
			return err
		}
	}
}

// Watch implements store.Shared.
func (s *Store) Watch(ctx context.Context, name string, changed func(store.State)) error {
	if err := store.CheckAccount(name); err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	a := s.account(name)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if s.ctx.Err() != nil {
			return fmt.Errorf("etcd: %w", store.ErrClosed)
		}
		state, more := a.state()
		changed(state)
		select {
		case <-more:
		case <-ctx.Done():
		case <-s.ctx.Done():
		}
	}
}

// Link implements store.Shared.
func (s *Store) Link() store.Link {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.link
}

// linked takes down that etcd has answered, nil, or why it is not reached.
func (s *Store) linked(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link.Connected != (err == nil) {
		s.link.Connected, s.link.Since = err == nil, time.Now()
	}
	s.link.Err = err
}

func (s *Store) account(name string) *account {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[name]
	if a == nil {
		a = &account{name: name, lock: make(chan struct{}, 1), told: make(chan struct{})}
		s.accounts[name] = a
	}
	return a
}
