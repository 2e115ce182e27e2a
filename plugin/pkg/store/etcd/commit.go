package etcd

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// tries is how often a commit is tried whose head was not as it was known, or that
// did not happen for sure.
const tries = 5

// commit is one under way.
type commit struct {
	s      *Store
	a      *account
	entry  entry
	era    *uint64 // that the account must be of; nil: any
	ops    []store.Op
	client *clientv3.Client
	lease  clientv3.LeaseID // of its parts
}

// Commit implements store.Store.
func (s *Store) Commit(ctx context.Context, name string, from, to uint64, ops []store.Op) error {
	return s.commit(ctx, &commit{ops: ops}, name, from, to)
}

// CommitOn implements store.Shared.
func (s *Store) CommitOn(ctx context.Context, name string, from store.State, to uint64, ops []store.Op) error {
	return s.commit(ctx, &commit{ops: ops, era: &from.Era}, name, from.Revision, to)
}

func (s *Store) commit(ctx context.Context, c *commit, name string, from, to uint64) error {
	if err := store.CheckCommit(name, from, to, c.ops); err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("etcd: account %s: %w", name, err)
	}
	c.s, c.a = s, s.account(name)
	c.entry.from.revision, c.entry.to = from, commitID{to, rand.Uint64()}
	if from < c.a.position().last.revision {
		return c.conflict()
	}
	if c.client, err = s.connected(); err != nil {
		return err
	}
	if err := c.pack(ctx); err != nil {
		return c.named(err)
	}
	defer c.unstage()
	if err := c.a.acquire(ctx); err != nil {
		return err
	}
	defer c.a.release()
	err = c.named(c.run(ctx))
	if errors.Is(err, store.ErrUnreachable) {
		s.linked(err) // the next beat may be a second away
	}
	return err
}

func (c *commit) named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("account %s: %w", c.a.name, err)
}

func (c *commit) conflict() error {
	return fmt.Errorf("etcd: account %s: %w: %d, not %d", c.a.name, store.ErrConflict, c.a.position().last.revision, c.entry.from.revision)
}

// run commits what is packed. It holds the account's lock.
func (c *commit) run(ctx context.Context) error {
	began := time.Now()
	if !c.s.Link().Connected || c.a.head == nil || c.a.position().last.revision < c.entry.from.revision {
		// Asking first makes sure that nothing was committed if there is no answer.
		if err := c.s.catchUp(ctx, c.a); err != nil {
			return err
		}
	}
	err := c.conflict()
	for range tries {
		at := c.a.position()
		if at.last.revision != c.entry.from.revision || c.era != nil && *c.era != at.era {
			return c.conflict()
		}
		c.prepare(at)
		var again bool
		if again, err = c.try(ctx, at); !again || ctx.Err() != nil || time.Since(began) > 3*c.s.opt.RequestTimeout {
			return err
		}
	}
	return err
}

// prepare makes the entry go on from where the account is.
func (c *commit) prepare(at position) {
	e := &c.entry
	e.from.id = at.last.id
	size := uint64(len(e.body))
	if e.parts > 0 {
		size = e.parts * partLen
	}
	e.log = total{at.log.entries + 1, at.log.octets + size + entryOverhead}
}

const entryOverhead = 256 // octets that a commit takes in etcd beside its ops

// try makes one attempt, and says whether to make another.
func (c *commit) try(ctx context.Context, at position) (again bool, err error) {
	next := head{era: at.era, last: c.entry.to, log: c.entry.log}.encode()
	then := []clientv3.Op{
		clientv3.OpPut(c.s.keys.entry(c.a.name, c.entry.to.revision, c.entry.to.id), string(c.entry.encode())),
		clientv3.OpPut(c.s.keys.head(c.a.name), string(next)),
	}
	stage := c.s.keys.stage(c.a.name, c.entry.to.revision, c.entry.stage)
	for n := range int(c.entry.parts) { // #nosec G115 -- up to maxParts
		then = append(then, clientv3.OpPut(part(stage, n), "", clientv3.WithIgnoreValue()))
	}
	reply, sent, err := c.transact(then)
	switch {
	case errors.Is(err, rpctypes.ErrNoSpace):
		return false, c.full(ctx, at, err)
	case err != nil && (!sent || isRefusal(err)):
		return false, c.s.describe(err)
	case err != nil:
		return c.resolve(ctx, at, err)
	case reply.Succeeded:
		c.a.head, c.lease = next, 0
		return false, c.applied(c.s.apply(c.a, at.era, c.entry.to, c.entry.log, c.ops, false))
	}
	return c.outrun(ctx, at, reply)
}

// transact does something if the head is as it is known, and reads it otherwise. What
// was not sent did not happen.
func (c *commit) transact(then []clientv3.Op) (reply *clientv3.TxnResponse, sent bool, err error) {
	key := c.s.keys.head(c.a.name)
	same := clientv3.Compare(clientv3.Value(key), "=", string(c.a.head))
	if len(c.a.head) == 0 {
		same = clientv3.Compare(clientv3.CreateRevision(key), "=", 0)
	}
	ctx, cancel := c.s.request()
	defer cancel()
	ctx = context.WithValue(ctx, sentKey{}, &sent)
	reply, err = c.client.Txn(ctx).If(same).Then(then...).Else(clientv3.OpGet(key)).Commit()
	return reply, sent, err
}

// applied returns the error of a commit that etcd has.
func (c *commit) applied(err error) error {
	if err == nil {
		return nil
	}
	c.a.head = nil
	return fmt.Errorf("etcd: %w: it has been, and the copy on this server cannot take it: %w", store.ErrUncertain, err)
}

// outrun is for a head that was not as it was known.
func (c *commit) outrun(ctx context.Context, at position, reply *clientv3.TxnResponse) (again bool, err error) {
	c.a.head = nil
	found := reply.Responses[0].GetResponseRange().GetKvs()
	if len(found) == 1 {
		h, err := decodeHead(found[0].Value)
		if err != nil {
			return false, err
		}
		if h.last == at.last && h.era == at.era { // only the fence is another
			c.a.head = found[0].Value
			return true, c.conflict()
		}
	}
	if err := c.s.catchUp(ctx, c.a); err != nil && !errors.Is(err, store.ErrUnreachable) {
		return false, err
	}
	return false, c.conflict()
}

// fence puts another fence into the head as it is known. It is tried for as long as a
// request may take: an etcd that is started again is back by then.
func (c *commit) fence(value []byte) (reply *clientv3.TxnResponse, err error) {
	for began := time.Now(); ; {
		reply, _, err = c.transact([]clientv3.Op{clientv3.OpPut(c.s.keys.head(c.a.name), string(value))})
		if err == nil || isRefusal(err) || time.Since(began) > c.s.opt.RequestTimeout {
			return reply, err
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-c.s.ctx.Done():
			return nil, err
		}
	}
}

// resolve finds out what became of a transaction without an answer. It may still be on
// its way, so that reading the head does not tell: another transaction changes the
// fence, and after it the first cannot happen any more.
func (c *commit) resolve(ctx context.Context, at position, cause error) (again bool, err error) {
	fenced := head{era: at.era, last: at.last, log: at.log, fence: rand.Uint64()}.encode()
	reply, err := c.fence(fenced)
	if err == nil && reply.Succeeded {
		c.a.head = fenced
		return true, c.s.describe(cause)
	}
	var happened bool
	if err == nil {
		// Whoever changed the head, the transaction has happened by now or never will.
		happened, err = c.outcome(ctx)
	}
	if err == nil {
		return c.verdict(at, happened, cause)
	}
	c.a.head = nil
	c.lease = 0 // its parts may be those of a commit
	return false, fmt.Errorf("etcd: %w: %w, no answer came and asking again was to no avail: %w; %w",
		store.ErrUncertain, store.ErrUnreachable, cause, err)
}

// full finds out what became of a transaction that etcd has no room for. It counts its octets
// when a request comes, and again when that is done, and has the same error for both: the last
// one before the alarm has happened.
func (c *commit) full(ctx context.Context, at position, cause error) error {
	happened, err := c.outcome(ctx)
	if err == nil {
		_, err = c.verdict(at, happened, cause)
		return err
	}
	c.lease = 0 // its parts may be those of a commit
	return fmt.Errorf("etcd: %w: %w, and asking was to no avail: %w", store.ErrUncertain, c.s.describe(cause), err)
}

// outcome reads the account, and reports whether a transaction that can happen no more is in
// it.
func (c *commit) outcome(ctx context.Context) (happened bool, err error) {
	c.a.head = nil
	if err := c.s.catchUp(context.WithoutCancel(ctx), c.a); err != nil {
		return false, err
	}
	if happened, err = c.s.happened(c.a, c.entry.to); happened {
		c.lease = 0
	}
	return happened, err
}

// verdict returns what a transaction that failed came to, once it is known whether it has
// happened: if the account is as it was, it may be tried again.
func (c *commit) verdict(at position, happened bool, cause error) (again bool, err error) {
	switch {
	case happened:
		return false, nil
	case c.a.position().last == at.last:
		return true, c.s.describe(cause)
	}
	return false, c.conflict()
}
