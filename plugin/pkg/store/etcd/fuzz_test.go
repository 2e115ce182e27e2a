package etcd

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

func samples() []store.Op {
	return []store.Op{
		{Key: []byte("key"), Value: []byte("value")}, {Key: []byte("empty"), Value: []byte{}},
		{Key: []byte("gone"), Delete: true}, {Key: []byte("all/"), Delete: true, Prefix: true}, {Delete: true, Prefix: true},
	}
}

func encoded(ops []store.Op) (b []byte) {
	for _, op := range ops {
		b = appendOp(b, op)
	}
	return b
}

// What is read without an error is written as the same again. The checksum is made right,
// so that what is behind it is seen.
func FuzzValues(f *testing.F) {
	id := commitID{7, 0x0123456789abcdef}
	for _, b := range [][]byte{
		head{era: 1, last: id, log: total{7, 900}, fence: 3}.encode(),
		(&entry{from: commitID{6, 5}, to: id, log: total{7, 900}, raw: 9, body: []byte("body")}).encode(),
		(&entry{from: commitID{6, 5}, to: id, raw: 9, stage: 1, parts: 2}).encode(),
		(&shot{at: id, log: total{7, 900}, stage: 1, parts: 2, size: 3, past: []commitID{{6, 5}}}).encode(),
		{}, {2, 0, 0, 0, 0},
	} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > sumLen {
			end := len(b) - sumLen
			b = binary.BigEndian.AppendUint32(bytes.Clone(b[:end]), checksum(b[:end]))
		}
		if h, err := decodeHead(b); err == nil && !bytes.Equal(h.encode(), b) {
			t.Errorf("%+v", h)
		}
		if e, err := decodeEntry(b); err == nil && !bytes.Equal(e.encode(), b) {
			t.Errorf("%+v", e)
		}
		s, err := decodeShot(b)
		if err == nil && !bytes.Equal(s.encode(), b) {
			t.Errorf("%+v", s)
		}
		if err != nil && !errors.Is(err, store.ErrDamaged) && !errors.Is(err, store.ErrNewer) {
			t.Error(err)
		}
	})
}

// Ops that are read can be committed, and are written as what is read as the same.
func FuzzOps(f *testing.F) {
	f.Add(encoded(samples()))
	f.Add([]byte{opPut, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Add([]byte{opPut, 1, 'k', 0xff, 0xff, 0xff, 0xff, 7})
	f.Add([]byte{opEnd})
	f.Fuzz(func(t *testing.T, b []byte) {
		ops, err := decodeOps(nil, b)
		if err != nil {
			if !errors.Is(err, store.ErrDamaged) {
				t.Error(err)
			}
			return
		}
		if err := store.CheckCommit("account", 0, 1, ops); err != nil {
			t.Error(err)
		}
		again, err := decodeOps(nil, encoded(ops))
		if err != nil || len(again) != len(ops) {
			t.Errorf("%d ops, then %d, %v", len(ops), len(again), err)
		}
	})
}

// A snapshot ends with its end, or with an error that says it is damaged.
func FuzzSnapshot(f *testing.F) {
	f.Add(append(encoded(samples()[:2]), opEnd), true)
	f.Add(encoded(samples()[:2]), true)
	f.Add(encoded(samples()), true)
	f.Add([]byte{opPut, 1, 'k', 0xff, 0xff, 0xff, 0xff, 3}, true)
	f.Add([]byte("\x28\xb5\x2f\xfd no zstd"), false)
	f.Fuzz(func(t *testing.T, b []byte, compress bool) {
		if compress {
			w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
			if err != nil {
				t.Fatal(err)
			}
			b = w.EncodeAll(b, nil)
		}
		z, err := zstd.NewReader(bytes.NewReader(b), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(16<<20))
		if err != nil {
			t.Fatal(err)
		}
		defer z.Close()
		for r := bufio.NewReader(z); ; {
			op, err := readOp(r)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				if !errors.Is(err, store.ErrDamaged) {
					t.Error(err)
				}
				return
			}
			if err := store.CheckCommit("account", 0, 1, []store.Op{op}); err != nil {
				t.Error(err)
			}
		}
	})
}

// A value in etcd that claims much makes nobody set aside as much.
func TestClaims(t *testing.T) {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		t.Fatal(err)
	}
	defer decoder.Close()
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	s := &Store{decoder: decoder}
	raw := encoded(samples())
	body := encoder.EncodeAll(raw, nil)
	for _, claim := range []uint64{0, 1, uint64(len(raw)) - 1, uint64(len(raw)) + 1, 1 << 29, maxRaw + 1, 1 << 63} {
		if _, err := s.unpackOps(body, claim, nil); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%d: %v", claim, err)
		}
	}
	if ops, err := s.unpackOps(body, uint64(len(raw)), nil); err != nil || len(ops) != len(samples()) {
		t.Error(len(ops), err)
	}
}
