package etcd

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// The bounds of what is read and applied at once.
const (
	entriesAtOnce = 32       // of up to inlineLen
	opsAtOnce     = 100_000  // of a snapshot
	rawAtOnce     = 16 << 20 // octets
)

// errGone is for an account of the copy that etcd knows nothing of. It is not taken for
// an account without keys: whoever starts an empty etcd in the place of the old one
// would end all that is served.
var errGone = errors.New("restore a backup of etcd; or, to begin anew, remove the file of the copy and start again")

// get reads from etcd within the time of a request.
func (s *Store) get(ctx context.Context, key string, opts ...clientv3.OpOption) (*clientv3.GetResponse, error) {
	client, err := s.connected()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.opt.RequestTimeout)
	defer cancel()
	reply, err := client.Get(ctx, key, opts...)
	switch {
	case errors.Is(err, rpctypes.ErrCompacted), errors.Is(err, rpctypes.ErrFutureRev):
		return nil, errMoved
	case s.ctx.Err() != nil:
		return nil, fmt.Errorf("etcd: %w", store.ErrClosed)
	}
	return reply, s.describe(err)
}

// catchUp brings the copy of an account to where etcd is. The caller holds its lock.
func (s *Store) catchUp(ctx context.Context, a *account) (err error) {
	for range tries {
		c := &catcher{s: s, a: a, at: a.position()}
		if err = c.look(ctx); err == nil {
			err = c.run(ctx)
		}
		if !errors.Is(err, errMoved) {
			break
		}
	}
	if err != nil {
		a.head = nil
		return fmt.Errorf("account %s: %w", a.name, s.describe(err))
	}
	return nil
}

// catcher brings an account up once.
type catcher struct {
	s        *Store
	a        *account
	at       position
	revision int64 // of etcd, at which all is read
	value    []byte
	head     head
	shot     *shot
	hasEntry bool // of where the copy is
}

// look reads where etcd is.
func (c *catcher) look(ctx context.Context) error {
	reply, err := c.s.get(ctx, c.s.keys.head(c.a.name))
	if err != nil {
		return err
	}
	c.revision, c.value = reply.Header.Revision, []byte{}
	if len(reply.Kvs) == 0 {
		return nil
	}
	c.value = reply.Kvs[0].Value
	if c.head, err = decodeHead(c.value); err != nil {
		return err
	}
	at := clientv3.WithRev(c.revision)
	if reply, err = c.s.get(ctx, c.s.keys.shot(c.a.name), at); err != nil {
		return err
	}
	if len(reply.Kvs) == 1 {
		if c.shot, err = decodeShot(reply.Kvs[0].Value); err != nil {
			return err
		}
	}
	if c.head.last != c.at.last {
		reply, err = c.s.get(ctx, c.s.keys.entry(c.a.name, c.at.last.revision, c.at.last.id), at, clientv3.WithCountOnly())
		c.hasEntry = err == nil && reply.Count == 1
	}
	return err
}

// goesOn reports whether what etcd has goes on from where the copy is.
func (c *catcher) goesOn() bool {
	return c.at.last == c.head.last || c.at.last == (commitID{}) || c.hasEntry ||
		c.shot != nil && (c.shot.at == c.at.last || slices.Contains(c.shot.past, c.at.last))
}

func (c *catcher) run(ctx context.Context) error {
	if len(c.value) == 0 && c.at.last.revision > 0 {
		return fmt.Errorf("etcd: %w: it knows nothing of it, this server's copy is of revision %d and is served on: %w", store.ErrUnreachable, c.at.last.revision, errGone)
	}
	goesOn := c.goesOn()
	var err error
	switch {
	case !goesOn && c.head.era == c.at.era:
		return c.newEra(ctx)
	case c.at.last == c.head.last && c.at.era != c.head.era:
		err = c.s.apply(c.a, c.head.era, c.at.last, c.at.log, nil, true)
	case c.at.last == c.head.last:
	case goesOn && (c.hasEntry || c.shot == nil || c.shot.at == c.at.last):
		err = c.log(ctx, c.at, c.fromLog)
	default:
		err = c.anew(ctx)
	}
	if err == nil {
		c.a.head = c.value
		c.a.setShot(c.shot)
	}
	return err
}

// newEra says in etcd that what this server has seen of the account is void: all are to
// know, and whoever looks first tells.
func (c *catcher) newEra(ctx context.Context) error {
	client, err := c.s.connected()
	if err != nil {
		return err
	}
	next := c.head
	next.era = rand.Uint64N(1 << 53) // a number of JSON, to a browser, too
	key := c.s.keys.head(c.a.name)
	ctx, cancel := context.WithTimeout(ctx, c.s.opt.RequestTimeout)
	defer cancel()
	if _, err = client.Txn(ctx).If(clientv3.Compare(clientv3.Value(key), "=", string(c.value))).
		Then(clientv3.OpPut(key, string(next.encode()))).Commit(); err != nil {
		return err
	}
	return errMoved
}

// fromLog applies some commits to the copy as it is.
func (c *catcher) fromLog(to position, ops []store.Op) error {
	return c.s.apply(c.a, to.era, to.last, to.log, ops, true)
}

// log reads the log from a position on, and hands on the ops of several commits at once.
func (c *catcher) log(ctx context.Context, at position, take func(to position, ops []store.Op) error) error {
	at.era = c.head.era
	end := clientv3.GetPrefixRangeEnd(c.s.keys.log(c.a.name))
	var ops []store.Op
	for raw := uint64(0); at.last != c.head.last; {
		reply, err := c.s.get(ctx, c.s.keys.after(c.a.name, at.last.revision), clientv3.WithRange(end),
			clientv3.WithRev(c.revision), clientv3.WithLimit(entriesAtOnce))
		if err != nil {
			return err
		}
		if len(reply.Kvs) == 0 {
			return damaged("the log ends with revision %d, not %d", at.last.revision, c.head.last.revision)
		}
		for _, kv := range reply.Kvs {
			e, err := decodeEntry(kv.Value)
			if err != nil {
				return err
			}
			if e.from != at.last {
				return damaged("the commit of revision %d is not on that of %d", e.to.revision, at.last.revision)
			}
			if ops, err = c.s.opsOf(ctx, c.a.name, e, c.revision, ops); err != nil {
				return err
			}
			at.last, at.log = e.to, e.log
			if raw += e.raw; raw > rawAtOnce {
				if err := take(at, ops); err != nil {
					return err
				}
				ops, raw = nil, 0
			}
		}
		if err := take(at, ops); err != nil {
			return err
		}
		ops, raw = ops[:0], 0
	}
	return nil
}

// anew reads snapshot and log into another account of the file, and puts it in place of
// the old one.
func (c *catcher) anew(ctx context.Context) error {
	fresh := position{generation: c.s.newGeneration(), era: c.head.era}
	err := c.load(ctx, &fresh)
	if err == nil {
		return c.s.replace(c.a, fresh)
	}
	return errors.Join(err, c.s.copy.Remove(context.WithoutCancel(ctx), strconv.FormatUint(fresh.generation, 10)))
}

func (c *catcher) load(ctx context.Context, fresh *position) error {
	if c.shot != nil {
		if err := c.loadShot(ctx, fresh); err != nil {
			return err
		}
	}
	return c.log(ctx, *fresh, func(to position, ops []store.Op) error {
		err := c.s.write(c.a, fresh.last.revision, to, ops, false)
		*fresh = to
		return err
	})
}
