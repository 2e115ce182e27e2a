package live

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// maxGroup is how many changes are committed together at most.
const maxGroup = 256

// pending is a change that waits for its group.
type pending struct {
	ctx      context.Context
	call     Call
	do       func(*Change) error
	done     bool // with what follows; guarded by the writer's lock
	depends  bool // on changes that are not committed yet
	revision uint64
	err      error
}

// Change has do make a change, and returns the revision that the account has with it.
// Once it returns, the change is durable and every query sees it; if it returns an error,
// nothing has happened. Changes that come together are checked one after another, each
// against what those before it make of the account, and share one commit.
//
// The error is do's own, a problem.List of what the change would break, ErrRevision, ErrBusy,
// one of package store's or the context's. do must not wait for anything, and may be called
// by another goroutine, and again: each time that others have committed to the store
// first, on what they have made of the account.
func (a *Account) Change(ctx context.Context, call Call, do func(*Change) error) (uint64, error) {
	if call.IfMatch != nil && a.follower != nil { // it may be of another server's answer
		a.awaitFor(ctx, *call.IfMatch, longestWait)
	}
	p := &pending{ctx: ctx, call: call, do: do}
	a.queue.mu.Lock()
	a.queue.waiting = append(a.queue.waiting, p)
	a.queue.mu.Unlock()

	a.writer.Lock()
	defer a.writer.Unlock()
	for !p.done { // else the one who had the lock before has made it
		a.commit(a.take())
	}
	return p.revision, p.err
}

// take returns the changes to be committed next.
func (a *Account) take() []*pending {
	a.queue.mu.Lock()
	defer a.queue.mu.Unlock()
	n := min(len(a.queue.waiting), maxGroup)
	next := a.queue.waiting[:n:n]
	a.queue.waiting = a.queue.waiting[n:]
	return next
}

// giveBack has changes be the next to be taken.
func (a *Account) giveBack(changes []*pending) {
	a.queue.mu.Lock()
	defer a.queue.mu.Unlock()
	a.queue.waiting = slices.Concat(changes, a.queue.waiting)
}

// group is changes that are committed together.
type group struct {
	account  *Account
	declared *declared
	now      time.Time
	objects  *objects
	owners   *owners
	blocks   []*Block // of from and tips
	from     map[*Block]*model.Snapshot
	tips     map[*Block]tip
	ops      []store.Op // of one key the last counts
	cleared  [][]byte   // what the keys begin with that are taken away
	data     map[string]*zone.Zone
	accepted []*pending
	whole    bool // the last change has read what the store has of whole zones
}

// commit makes changes and tells those who wait. The writer's lock is held.
func (a *Account) commit(changes []*pending) {
	err := errPanicked
	defer func() {
		if err != nil {
			fail(changes, err)
		}
		for _, p := range changes {
			p.done = true
		}
	}()
	err = a.commitAll(&changes)
}

// errPanicked is for those who wait for another one's goroutine.
var errPanicked = errors.New("the commit went wrong")

// commitAll makes changes; those that have to wait it takes away from them. The error is
// of all that have none of their own.
func (a *Account) commitAll(changes *[]*pending) error {
	if a.closed {
		return ErrClosed
	}
	began := time.Now()
	// Changes that are accepted do not depend on what the waiting request becomes.
	ctx := context.Background()
	for try := 1; ; try++ {
		err := a.commitOnce(ctx, changes, began)
		if a.follower == nil || !errors.Is(err, store.ErrConflict) {
			return err
		}
		if err := a.yield(ctx, try, began, err); err != nil {
			return err
		}
	}
}

// commitOnce is commitAll unless others were faster, which is store.ErrConflict: nothing has
// happened then.
func (a *Account) commitOnce(ctx context.Context, changes *[]*pending, began time.Time) error {
	var g *group
	err := a.view(ctx, func(read store.Reader) error {
		g = a.newGroup(read)
		for i, p := range *changes {
			tried := g.try(p)
			if !tried {
				i--
			}
			if !tried || g.whole {
				a.giveBack((*changes)[i+1:])
				*changes = (*changes)[:i+1]
				break
			}
		}
		return g.forget(read)
	})
	if err != nil || len(g.accepted) == 0 {
		return err
	}
	if a.writer.wait(func() { err = a.keep(ctx, g) }); err != nil {
		return err
	}
	a.hold(g.objects)
	for b, t := range g.tips {
		b.publish(g.from[b], t, g.data)
	}
	a.collectQuarantined()
	a.stats.committed(len(g.accepted), time.Since(began))
	if a.follower != nil {
		a.served()
	}
	return nil
}

// keep has the store hold what a group makes of the account as it is, and of nothing else.
func (a *Account) keep(ctx context.Context, g *group) error {
	if s, ok := a.store.(store.Shared); ok {
		return s.CommitOn(ctx, a.name, a.State(), g.objects.revision, g.list())
	}
	return a.store.Commit(ctx, a.name, a.objects.revision, g.objects.revision, g.list())
}

// hold has the account be what changes have made of it. The writer's lock is held.
func (a *Account) hold(changed *objects) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.objects.absorb(changed)
	if len(changed.views.objects) > 0 {
		a.holders.Store(nil)
	}
}

// fail gives an error to changes that seemed to succeed, and to those that were judged by
// what is not there now.
func fail(changes []*pending, err error) {
	for _, p := range changes {
		if p.err == nil || p.depends {
			p.revision, p.err = 0, err
		}
	}
}

func (a *Account) newGroup(read store.Reader) *group {
	a.objects.compiled.keep(a.objects.lists)
	g := &group{
		account: a, declared: a.declared.Load(), now: a.now().UTC().Truncate(time.Microsecond),
		objects: a.objects.fork(), owners: newOwners(newOwners(nil, read), read),
		blocks: a.attached(), from: make(map[*Block]*model.Snapshot), tips: make(map[*Block]tip),
		data: make(map[string]*zone.Zone),
	}
	for _, b := range g.blocks {
		g.from[b] = b.scope.Load()
		g.tips[b] = tip{g.from[b], b.out}
	}
	return g
}

// try makes a change and takes it into the group if nothing forbids it. It reports false
// if the change is to be tried again in a group that it begins.
func (g *group) try(p *pending) bool {
	p.revision, p.depends = g.objects.revision, len(g.accepted) > 0
	if p.err = p.ctx.Err(); p.err != nil {
		return true
	}
	c := g.newChange(p)
	err := c.run(p.do)
	if c.whole && !c.first {
		return false
	}
	if p.err = err; err == nil {
		p.err = g.accept(c, p)
	}
	return true
}

// newChange returns a change that follows those of the group.
func (g *group) newChange(p *pending) *Change {
	return &Change{
		ctx: p.ctx, account: g.account, call: p.call, now: g.now,
		under: g.objects, objects: g.objects.fork(), declared: g.declared, owners: newOwners(g.owners, g.owners.read),
		positions: make(map[string]string), edited: make(map[string]bool), exact: make(map[string]bool), deleted: make(map[string][]stored),
		blocks: g.blocks, tips: maps.Clone(g.tips),
		first: len(g.accepted) == 0,
	}
}

// accept takes a change into the group, unless it changes nothing.
func (g *group) accept(c *Change, p *pending) error {
	changed, err := c.differences()
	if err != nil || len(changed) == 0 {
		return err
	}
	c.revision++
	entry := Entry{Revision: c.revision, Time: c.now, Call: p.call, Objects: changed}
	row, err := entry.encode(&g.account.flate)
	if err != nil {
		return fmt.Errorf("the change cannot be put into the history: %w", err)
	}
	g.take(c, changed)
	g.put(store.Op{Key: historyKey(c.revision), Value: row})
	p.revision = c.revision
	g.accepted, g.whole = append(g.accepted, p), c.whole
	return nil
}

// take has what a change did be what the next one builds on.
func (g *group) take(c *Change, changed []Difference) {
	for _, d := range changed { // what is gone first: a record that has another owner now is at another key
		g.put(store.Op{Key: d.Key, Value: d.After, Delete: d.After == nil})
		if d.After != nil {
			continue
		}
		if name, id, ok := parseRecordKey(d.Key); ok {
			g.put(store.Op{Key: ownerKey(name.zone, id), Delete: true})
		}
	}
	for _, d := range changed {
		if d.Before != nil {
			continue
		}
		if name, id, ok := parseRecordKey(d.Key); ok {
			g.put(store.Op{Key: ownerKey(name.zone, id), Value: []byte(name.owner)})
		}
	}
	for id := range c.deleted {
		g.cleared = append(g.cleared, recordsKey(id), ownerKey(id, ""))
	}
	g.objects.absorb(c.objects)
	g.owners.absorb(c.owners)
	g.tips = c.tips
	for id := range c.edited {
		if d := c.data.get(id); d != nil {
			g.data[id] = d
		}
	}
	for id := range c.restored {
		g.data[id] = c.data.get(id)
	}
}

func (g *group) put(op store.Op) { g.ops = append(g.ops, op) }

// list returns the operations of the group in the order of their keys: what is taken away
// by the beginning of its key is not named one by one.
func (g *group) list() []store.Op {
	ops := make([]store.Op, 0, len(g.ops)+len(g.cleared))
	for _, prefix := range g.cleared {
		ops = append(ops, store.Op{Key: prefix, Delete: true, Prefix: true})
	}
	order := make([]int, 0, len(g.ops))
	for i, op := range g.ops {
		if !g.clears(op.Key) { // a zone that is gone never comes back
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(bytes.Compare(g.ops[a].Key, g.ops[b].Key), cmp.Compare(a, b)) })
	for n, i := range order {
		if n+1 == len(order) || !bytes.Equal(g.ops[order[n+1]].Key, g.ops[i].Key) {
			ops = append(ops, g.ops[i])
		}
	}
	return ops
}

func (g *group) clears(key []byte) bool {
	return slices.ContainsFunc(g.cleared, func(prefix []byte) bool { return bytes.HasPrefix(key, prefix) })
}
