package live

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
)

// hub is what peers share: all that was committed, in order.
type hub struct {
	mu    sync.Mutex
	log   []committed
	state store.State
	moved chan struct{} // closed with each commit, and another one put in its place
}

type committed struct {
	from, to uint64
	ops      []store.Op
}

func newHub() *hub { return &hub{moved: make(chan struct{})} }

func (h *hub) wake() {
	close(h.moved)
	h.moved = make(chan struct{})
}

// replace has the account be what commits make of nothing, whatever it was before.
func (h *hub) replace(log []committed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.log = log
	h.state = store.State{Revision: log[len(log)-1].to, Era: h.state.Era + 1}
	h.wake()
}

// peer is a store.Shared of the account "default", with a copy in a file of its own.
type peer struct {
	hub *hub
	t   testing.TB

	mu     sync.Mutex
	copy   *bolt.Store
	closed []*bolt.Store // copies of former eras
	files  int
	at     int // of the log
	state  store.State
	cut    bool          // from the hub
	joined chan struct{} // closed when cut ends, and another one put in its place
	told   int           // times that others' changes were told of

	commits func() // called as the next commit begins; nil: nothing
	tells   func() // called before it is told what others have changed; nil: nothing
}

var _ store.Shared = (*peer)(nil)

func newPeer(t testing.TB, h *hub) *peer {
	p := &peer{hub: h, t: t, joined: make(chan struct{})}
	p.open()
	t.Cleanup(func() {
		for _, s := range append(p.closed, p.copy) {
			_ = s.Close()
		}
	})
	return p
}

func (p *peer) open() {
	p.t.Helper()
	s, err := bolt.Open(filepath.Join(p.t.TempDir(), fmt.Sprintf("copy%d.db", p.files)), bolt.Options{MapSize: 1 << 24})
	if err != nil {
		p.t.Fatal(err)
	}
	p.files++
	p.copy, p.at, p.state = s, 0, store.State{}
}

// setCut cuts the peer off, or ends that.
func (p *peer) setCut(cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = cut
	if !cut {
		close(p.joined)
		p.joined = make(chan struct{})
	}
}

// pull has the copy be what the hub has. Both locks are held.
func (p *peer) pull() {
	if p.state.Era != p.hub.state.Era {
		p.closed = append(p.closed, p.copy)
		p.open()
		p.state.Era = p.hub.state.Era
	}
	for ; p.at < len(p.hub.log); p.at++ {
		c := p.hub.log[p.at]
		if err := p.copy.Commit(context.Background(), "default", c.from, c.to, c.ops); err != nil {
			p.t.Errorf("the copy: %v", err)
		}
		p.state.Revision = c.to
	}
}

// View implements store.Store.
func (p *peer) View(ctx context.Context, account string, read func(store.Reader) error) error {
	p.mu.Lock()
	s, era := p.copy, p.state.Era
	p.mu.Unlock()
	return s.View(ctx, account, func(r store.Reader) error { return read(eraReader{r, era}) })
}

// eraReader reads what is of an era.
type eraReader struct {
	store.Reader
	era uint64
}

// Era implements store.Reader.
func (r eraReader) Era() (uint64, error) { return r.era, nil }

// Commit implements store.Store.
func (p *peer) Commit(ctx context.Context, account string, from, to uint64, ops []store.Op) error {
	p.mu.Lock()
	era := p.state.Era
	p.mu.Unlock()
	return p.CommitOn(ctx, account, store.State{Revision: from, Era: era}, to, ops)
}

// CommitOn implements store.Shared.
func (p *peer) CommitOn(_ context.Context, _ string, from store.State, to uint64, ops []store.Op) error {
	p.mu.Lock()
	commits := p.commits
	p.commits = nil
	p.mu.Unlock()
	if commits != nil {
		commits()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut {
		return store.ErrUnreachable
	}
	p.hub.mu.Lock()
	defer p.hub.mu.Unlock()
	if p.hub.state != from {
		return fmt.Errorf("%w: %v, not %v", store.ErrConflict, p.hub.state, from)
	}
	for i := range ops {
		ops[i].Key, ops[i].Value = slices.Clone(ops[i].Key), slices.Clone(ops[i].Value)
	}
	p.hub.log = append(p.hub.log, committed{from.Revision, to, ops})
	p.hub.state.Revision = to
	p.pull()
	p.hub.wake()
	return nil
}

// Watch implements store.Shared.
func (p *peer) Watch(ctx context.Context, _ string, changed func(store.State)) error {
	for first := true; ; first = false {
		p.mu.Lock()
		p.hub.mu.Lock()
		before, moved := p.state, p.hub.moved
		if !p.cut {
			p.pull()
		}
		now, joined, tells := p.state, p.joined, p.tells
		p.hub.mu.Unlock()
		if now != before {
			p.told++
		}
		p.mu.Unlock()
		if first || now != before {
			if tells != nil && !first {
				tells()
			}
			changed(now)
		}
		select {
		case <-moved:
		case <-joined:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Link implements store.Shared.
func (p *peer) Link() store.Link {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut {
		return store.Link{Err: errors.New("cut off")}
	}
	return store.Link{Connected: true}
}

// Close implements store.Store.
func (p *peer) Close() error { return nil }

// team is servers of one account.
type team struct {
	t       testing.TB
	hub     *hub
	members []*bench
	peers   []*peer

	corefiles []string
}

func newTeam(t testing.TB, corefiles ...string) *team {
	t.Helper()
	tm := &team{t: t, hub: newHub(), corefiles: corefiles}
	for i, corefile := range corefiles {
		p := newPeer(t, tm.hub)
		b := &bench{t: t, clock: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
		b.store = &faulty{Store: p}
		b.openShared(p, i)
		b.serve(corefile)
		tm.members, tm.peers = append(tm.members, b), append(tm.peers, p)
	}
	return tm
}

// openShared opens an account over a store that others commit to.
func (b *bench) openShared(p *peer, number int) {
	b.t.Helper()
	var err error
	b.Account, err = Open(b.t.Context(), Config{
		Name: "default", Store: p, Blocks: func() []*Block { return b.blocks }, Now: func() time.Time { return b.clock },
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.newID = func() string { b.ids++; return fmt.Sprintf("%032x", 0xa0000+0x10000*number+b.ids) }
	b.t.Cleanup(b.Account.Close)
}

// settle returns once all have what was committed.
func (tm *team) settle() {
	tm.t.Helper()
	tm.hub.mu.Lock()
	want := tm.hub.state
	tm.hub.mu.Unlock()
	ctx, end := context.WithTimeout(tm.t.Context(), 20*time.Second)
	defer end()
	for i, b := range tm.members {
		for {
			_, heard := b.follower.state()
			if b.era.Load() == want.Era && b.Revision() == want.Revision {
				break
			}
			select {
			case <-heard:
			case <-ctx.Done():
				tm.t.Fatalf("member %d is at revision %d, want %d", i, b.Revision(), want.Revision)
			}
		}
		b.catchUpAlone() // after which it is served, too
	}
}

// check holds that all members hold and serve what one that starts now would.
func (tm *team) check() {
	tm.t.Helper()
	tm.settle()
	for i, b := range tm.members {
		b.checkServed()
		fresh := &bench{t: tm.t, clock: b.clock, store: b.store}
		a, err := Open(tm.t.Context(), Config{Name: "default", Store: tm.peers[i], Blocks: func() []*Block { return fresh.blocks }})
		if err != nil {
			tm.t.Fatal(err)
		}
		fresh.Account = a
		fresh.serve(tm.corefiles[i])
		wantText(tm.t, fmt.Sprintf("what member %d holds, against one that starts", i), b.objectsText(), fresh.objectsText())
		wantText(tm.t, fmt.Sprintf("what member %d serves, against one that starts", i), shown(b.blocks[0].Snapshot()), shown(fresh.blocks[0].Snapshot()))
		wantText(tm.t, fmt.Sprintf("what member %d leaves out, against one that starts", i), b.problems(), fresh.problems())
		a.Close()
	}
	first := tm.members[0].backup()
	for i, b := range tm.members[1:] {
		wantText(tm.t, fmt.Sprintf("the backup of member %d", i+1), b.backup(), first)
	}
}

// backup returns all that the store holds.
func (b *bench) backup() string {
	b.t.Helper()
	var out strings.Builder
	if err := b.Backup(b.t.Context(), &out); err != nil {
		b.t.Fatal(err)
	}
	return out.String()
}
