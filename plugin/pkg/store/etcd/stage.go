package etcd

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// pack puts the ops into the entry, or into parts that it writes.
func (c *commit) pack(ctx context.Context) error {
	size := 0
	for _, op := range c.ops {
		size += len(op.Key) + len(op.Value) + 2*binaryLen
	}
	if size > maxRaw {
		return fmt.Errorf("etcd: %w for a commit of %d octets: up to %d are possible", store.ErrFull, size, maxRaw)
	}
	raw := make([]byte, 0, size)
	for _, op := range c.ops {
		raw = appendOp(raw, op)
	}
	c.entry.raw = uint64(len(raw))
	body := c.s.encoder.EncodeAll(raw, nil)
	if len(body) <= inlineLen {
		c.entry.body = body
		return nil
	}
	parts := (len(body) + partLen - 1) / partLen
	if parts > maxParts {
		return fmt.Errorf("etcd: %w for a commit of %d octets when compressed: up to %d are possible, make it in several steps",
			store.ErrFull, len(body), maxParts*partLen)
	}
	c.entry.parts, c.entry.stage = uint64(parts), rand.Uint64() // #nosec G115 -- not negative
	return c.write(ctx, body)
}

const binaryLen = 6 // octets of a kind and a length, about

// write writes the parts of a commit, under a lease.
func (c *commit) write(ctx context.Context, body []byte) error {
	requested, cancel := c.s.request()
	defer cancel()
	lease, err := c.client.Grant(requested, seconds(c.s.opt.stageTTL))
	if err != nil {
		return c.s.describe(err)
	}
	c.lease = lease.ID
	stage := c.s.keys.stage(c.a.name, c.entry.to.revision, c.entry.stage)
	for n := 0; len(body) > 0; n++ {
		if err := ctx.Err(); err != nil {
			c.unstage()
			return err
		}
		piece := body[:min(len(body), partLen)]
		if err := c.put(part(stage, n), piece, n); err != nil {
			c.unstage()
			return c.s.describe(err)
		}
		body = body[len(piece):]
	}
	return nil
}

// put writes a part. Every so often the lease is renewed, in case etcd is slow.
func (c *commit) put(key string, value []byte, n int) error {
	ctx, cancel := c.s.request()
	defer cancel()
	if n%8 == 7 {
		if _, err := c.client.KeepAliveOnce(ctx, c.lease); err != nil {
			return err
		}
	}
	_, err := c.client.Put(ctx, key, string(value), clientv3.WithLease(c.lease))
	return err
}

// unstage takes the parts away of a commit that did not come.
func (c *commit) unstage() {
	if c.lease == 0 {
		return
	}
	ctx, cancel := c.s.request()
	defer cancel()
	_, _ = c.client.Revoke(ctx, c.lease) // or it ends by itself
	c.lease = 0
}

// opsOf appends the ops of an entry to others, and reads its parts as etcd had them at a
// revision.
func (s *Store) opsOf(ctx context.Context, account string, e *entry, revision int64, to []store.Op) ([]store.Op, error) {
	body := e.body
	if e.parts > 0 {
		var err error
		if body, err = s.readParts(ctx, account, e, revision); err != nil {
			return nil, err
		}
	}
	return s.unpackOps(body, e.raw, to)
}

func (s *Store) unpackOps(body []byte, raw uint64, to []store.Op) ([]store.Op, error) {
	if raw > maxRaw || raw > uint64(len(body)+1)*maxRatio {
		return nil, damaged("%d octets of ops in %d", raw, len(body))
	}
	ops, err := s.decoder.DecodeAll(body, make([]byte, 0, raw))
	if err != nil || uint64(len(ops)) != raw {
		return nil, damaged("ops that cannot be read: %d octets, not %d (%v)", len(ops), raw, err)
	}
	return decodeOps(to, ops)
}

// errMoved is for what is not there any more as it was at a revision: start over.
var errMoved = errors.New("etcd: what was being read has been replaced")

func (s *Store) readParts(ctx context.Context, account string, e *entry, revision int64) ([]byte, error) {
	var body []byte
	stage := s.keys.stage(account, e.to.revision, e.stage)
	for n := 0; n < int(e.parts); { // #nosec G115 -- up to maxParts
		reply, err := s.get(ctx, part(stage, n), clientv3.WithRange(clientv3.GetPrefixRangeEnd(stage)), clientv3.WithRev(revision), clientv3.WithLimit(partsAtOnce))
		if err != nil {
			return nil, err
		}
		if len(reply.Kvs) == 0 {
			return nil, damaged("account %s: the commit of revision %d lacks part %d of %d", account, e.to.revision, n, e.parts)
		}
		for _, kv := range reply.Kvs {
			if string(kv.Key) != part(stage, n) {
				return nil, damaged("account %s: the commit of revision %d lacks part %d of %d", account, e.to.revision, n, e.parts)
			}
			body = append(body, kv.Value...)
			n++
		}
	}
	return body, nil
}

const partsAtOnce = 8 // that are read
