package etcd

import (
	"bufio"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/klauspost/compress/zstd"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// loadShot reads the snapshot into an account of the file.
func (c *catcher) loadShot(ctx context.Context, fresh *position) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pages := make(chan page, 1)
	parts := &partReader{pages: pages}
	go c.fetch(ctx, pages)
	defer func() {
		cancel()
		for range pages { // until the other has ended
		}
	}()
	stream, err := zstd.NewReader(parts, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(16<<20))
	if err != nil {
		return err
	}
	defer stream.Close()
	r := bufio.NewReaderSize(stream, 1<<16)
	var ops []store.Op
	for raw := 0; ; {
		op, err := readOp(r)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return partsError(parts, err)
		}
		ops = append(ops, op)
		if raw += len(op.Key) + len(op.Value); raw > rawAtOnce || len(ops) == opsAtOnce {
			if err := c.s.write(c.a, 0, *fresh, ops, false); err != nil {
				return err
			}
			ops, raw = ops[:0], 0
		}
	}
	if _, err := r.ReadByte(); !errors.Is(err, io.EOF) {
		return partsError(parts, damaged("a snapshot with more than its end (%v)", err))
	}
	fresh.last, fresh.log = c.shot.at, c.shot.log
	return c.s.write(c.a, 0, *fresh, ops, false)
}

// partsError returns why a snapshot could not be read: what kept its parts from
// coming, if something did.
func partsError(parts *partReader, err error) error {
	if parts.err != nil && !errors.Is(parts.err, io.EOF) {
		return parts.err
	}
	return err
}

// page is some parts of a snapshot, or why there are no more.
type page struct {
	parts [][]byte
	err   error
}

// fetch reads the parts of a snapshot, some ahead of who needs them.
func (c *catcher) fetch(ctx context.Context, to chan<- page) {
	defer close(to)
	stage := c.s.keys.shotStage(c.a.name, c.shot.stage)
	for n := 0; n < int(c.shot.parts); { // #nosec G115 -- up to maxShotParts
		reply, err := c.s.get(ctx, part(stage, n), clientv3.WithRange(clientv3.GetPrefixRangeEnd(stage)),
			clientv3.WithRev(c.revision), clientv3.WithLimit(partsAtOnce))
		p := page{err: err}
		if err == nil && len(reply.Kvs) == 0 {
			p.err = damaged("the snapshot of revision %d lacks part %d of %d", c.shot.at.revision, n, c.shot.parts)
		}
		if p.err == nil {
			for _, kv := range reply.Kvs {
				if string(kv.Key) != part(stage, n) {
					p.err = damaged("the snapshot of revision %d lacks part %d of %d", c.shot.at.revision, n, c.shot.parts)
					break
				}
				p.parts = append(p.parts, kv.Value)
				n++
			}
		}
		select {
		case to <- p:
		case <-ctx.Done():
			return
		}
		if p.err != nil {
			return
		}
	}
}

// partReader reads parts as one stream.
type partReader struct {
	pages <-chan page
	parts [][]byte
	err   error
}

// Read implements io.Reader.
func (r *partReader) Read(b []byte) (int, error) {
	for r.err == nil {
		if len(r.parts) > 0 {
			n := copy(b, r.parts[0])
			if r.parts[0] = r.parts[0][n:]; len(r.parts[0]) == 0 {
				r.parts = r.parts[1:]
			}
			if n > 0 {
				return n, nil
			}
			continue
		}
		p, more := <-r.pages
		r.parts, r.err = p.parts, p.err
		if !more {
			r.err = io.EOF
		}
	}
	return 0, r.err
}

// partWriter cuts a stream into parts.
type partWriter struct {
	put   func(part []byte) error
	part  []byte
	parts uint64
	size  uint64
}

// Write implements io.Writer.
func (w *partWriter) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		n := min(len(rest), partLen-len(w.part))
		w.part, rest = append(w.part, rest[:n]...), rest[n:]
		if len(w.part) == partLen {
			if err := w.flush(); err != nil {
				return 0, err
			}
		}
	}
	return len(b), nil
}

func (w *partWriter) flush() error {
	if len(w.part) == 0 {
		return nil
	}
	w.parts++
	w.size += uint64(len(w.part))
	if w.parts > maxShotParts {
		return damaged("a snapshot of more than %d parts", maxShotParts)
	}
	err := w.put(w.part)
	w.part = w.part[:0]
	return err
}

// writeShot writes all that a reader reads.
func writeShot(r store.Reader, w *partWriter) error {
	stream, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(4<<20))
	if err != nil {
		return err
	}
	defer func() { _ = stream.Close() }()
	var b []byte
	for key, value := range r.Range(nil, nil) {
		b = appendOp(b[:0], store.Op{Key: key, Value: value})
		if _, err := stream.Write(b); err != nil {
			return err
		}
	}
	if err := r.Err(); err != nil {
		return err
	}
	if _, err := stream.Write([]byte{opEnd}); err != nil {
		return err
	}
	if err := stream.Close(); err != nil {
		return err
	}
	return w.flush()
}

// remembered returns the last commits of a list, as many as a snapshot remembers.
func remembered(past []commitID) []commitID {
	return slices.Clone(past[max(0, len(past)-maxPast):])
}

// happened reports whether a commit is among those of etcd.
func (s *Store) happened(a *account, c commitID) (bool, error) {
	if a.position().last == c {
		return true, nil
	}
	if shot := a.getShot(); shot != nil && (shot.at == c || slices.Contains(shot.past, c)) {
		return true, nil
	}
	reply, err := s.get(s.ctx, s.keys.entry(a.name, c.revision, c.id), clientv3.WithCountOnly())
	return err == nil && reply.Count == 1, err
}
