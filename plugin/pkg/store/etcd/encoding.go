package etcd

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// The forms of values: a version, numbers of 8 octets, what follows, and a checksum.
const (
	version = 1
	sumLen  = 4

	partLen      = 1 << 20 // of a part; etcd takes 1.5 MiB in a request
	inlineLen    = 1 << 19 // up to which an entry holds its ops itself
	maxParts     = 120     // of a commit; etcd takes 128 operations in a transaction
	maxRaw       = 1 << 30 // of all ops of a commit, before they are compressed
	maxShotParts = 1 << 16 // of a snapshot
	maxRatio     = 1 << 15 // that zstd reaches: a block of 128 KiB in 4 octets
	maxPast      = 4096    // commits that a snapshot remembers
)

// commitID is which commit it is: no two have one number.
type commitID struct{ revision, id uint64 }

// total is how long the log was from its beginning, up to a commit.
type total struct{ entries, octets uint64 }

// head is the last commit of an account. The fence is changed to make sure that a
// transaction that compares the head as it was will not happen any more.
type head struct {
	era   uint64
	last  commitID
	log   total
	fence uint64
}

// entry is a commit.
type entry struct {
	from, to commitID
	log      total  // with this one
	raw      uint64 // octets of the ops, before they were compressed
	stage    uint64 // of the parts
	parts    uint64 // 0: body has it all
	body     []byte
}

// shot says which snapshot there is.
type shot struct {
	at    commitID
	log   total
	stage uint64
	parts uint64
	size  uint64     // of all parts
	past  []commitID // some that came before, the last at the end
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("etcd: %w: %s", store.ErrDamaged, fmt.Sprintf(format, args...))
}

// pack returns a value with its version and checksum.
func pack(rest []byte, numbers ...uint64) []byte {
	b := make([]byte, 0, 1+8*len(numbers)+len(rest)+sumLen)
	b = append(b, version)
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	b = append(b, rest...)
	return binary.BigEndian.AppendUint32(b, checksum(b))
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// unpack reads what pack has packed, and returns what follows the numbers.
func unpack(what string, b []byte, numbers ...*uint64) ([]byte, error) {
	end := len(b) - sumLen
	switch {
	case end < 1 || binary.BigEndian.Uint32(b[end:]) != checksum(b[:end]):
		return nil, damaged("a %s that cannot be read", what)
	case b[0] > version: // which has a checksum, too
		return nil, fmt.Errorf("etcd: %w: a %s of version %d, this program knows up to %d", store.ErrNewer, what, b[0], version)
	case b[0] != version || end < 1+8*len(numbers):
		return nil, damaged("a %s that cannot be read", what)
	}
	b = b[1:end]
	for _, n := range numbers {
		*n, b = binary.BigEndian.Uint64(b), b[8:]
	}
	return b, nil
}

func (h head) encode() []byte {
	return pack(nil, h.era, h.last.revision, h.last.id, h.log.entries, h.log.octets, h.fence)
}

func decodeHead(b []byte) (h head, err error) {
	rest, err := unpack("head", b, &h.era, &h.last.revision, &h.last.id, &h.log.entries, &h.log.octets, &h.fence)
	if err == nil && len(rest) > 0 {
		err = damaged("a head of %d octets", len(b))
	}
	return h, err
}

func (e *entry) encode() []byte {
	return pack(e.body, e.from.revision, e.from.id, e.to.revision, e.to.id, e.log.entries, e.log.octets, e.raw, e.stage, e.parts)
}

func decodeEntry(b []byte) (*entry, error) {
	e := new(entry)
	var err error
	e.body, err = unpack("commit", b, &e.from.revision, &e.from.id, &e.to.revision, &e.to.id, &e.log.entries, &e.log.octets, &e.raw, &e.stage, &e.parts)
	switch {
	case err != nil:
		return nil, err
	case e.to.revision <= e.from.revision, e.raw > maxRaw, e.parts > maxParts, e.parts > 0 && len(e.body) > 0:
		return nil, damaged("a commit from revision %d to %d of %d octets in %d parts", e.from.revision, e.to.revision, e.raw, e.parts)
	}
	return e, nil
}

func (s *shot) encode() []byte {
	var past []byte
	for _, c := range s.past {
		past = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(past, c.revision), c.id)
	}
	return pack(past, s.at.revision, s.at.id, s.log.entries, s.log.octets, s.stage, s.parts, s.size)
}

func decodeShot(b []byte) (*shot, error) {
	s := new(shot)
	past, err := unpack("snapshot", b, &s.at.revision, &s.at.id, &s.log.entries, &s.log.octets, &s.stage, &s.parts, &s.size)
	switch {
	case err != nil:
		return nil, err
	case len(past)%16 != 0 || s.parts == 0 || s.parts > maxShotParts:
		return nil, damaged("a snapshot of %d parts", s.parts)
	}
	for ; len(past) > 0; past = past[16:] {
		s.past = append(s.past, commitID{binary.BigEndian.Uint64(past), binary.BigEndian.Uint64(past[8:])})
	}
	return s, nil
}

// The kinds of ops, and the end of a snapshot.
const (
	opPut = iota
	opDelete
	opDeletePrefix
	opEnd
)

// appendOp appends an op: its kind, its key and, if it has one, its value, each with its
// length before it.
func appendOp(b []byte, op store.Op) []byte {
	kind := byte(opPut)
	switch {
	case op.Prefix:
		kind = opDeletePrefix
	case op.Delete:
		kind = opDelete
	}
	b = binary.AppendUvarint(append(b, kind), uint64(len(op.Key)))
	b = append(b, op.Key...)
	if kind == opPut {
		b = append(binary.AppendUvarint(b, uint64(len(op.Value))), op.Value...)
	}
	return b
}

// decodeOps appends the ops of a commit to others. They are slices of b.
func decodeOps(to []store.Op, b []byte) ([]store.Op, error) {
	next := func(limit uint64) ([]byte, bool) {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > limit || n > uint64(len(b)-size) {
			return nil, false
		}
		octets := b[size : size+int(n) : size+int(n)] // #nosec G115 -- below the length
		b = b[size+int(n):]                           // #nosec G115
		return octets, true
	}
	for len(b) > 0 {
		kind := b[0]
		b = b[1:]
		op := store.Op{Delete: kind != opPut, Prefix: kind == opDeletePrefix}
		ok := kind < opEnd
		if ok {
			op.Key, ok = next(store.MaxKey)
		}
		if ok && kind == opPut {
			op.Value, ok = next(store.MaxValue)
		}
		if !ok || len(op.Key) == 0 && !op.Prefix {
			return nil, damaged("an op of kind %d that cannot be read", kind)
		}
		to = append(to, op)
	}
	return to, nil
}

// readOp reads the next op of a snapshot, io.EOF at its end.
func readOp(r *bufio.Reader) (op store.Op, err error) {
	kind, err := r.ReadByte()
	switch {
	case err != nil:
		return op, unexpected(err)
	case kind == opEnd:
		return op, io.EOF
	case kind != opPut:
		return op, damaged("an op of kind %d in a snapshot", kind)
	}
	if op.Key, err = readOctets(r, store.MaxKey); err == nil {
		op.Value, err = readOctets(r, store.MaxValue)
	}
	if err == nil && len(op.Key) == 0 {
		err = damaged("an empty key in a snapshot")
	}
	return op, err
}

func readOctets(r *bufio.Reader, limit uint64) ([]byte, error) {
	n, err := binary.ReadUvarint(r)
	switch {
	case err != nil:
		return nil, unexpected(err)
	case n > limit:
		return nil, damaged("%d octets in a snapshot where %d are allowed", n, limit)
	}
	if n <= partLen {
		b := make([]byte, n)
		_, err = io.ReadFull(r, b)
		return b, unexpected(err)
	}
	// Only what is there takes room, whatever the length says.
	b, err := io.ReadAll(io.LimitReader(r, int64(n))) // #nosec G115 -- below the limit
	if err == nil && uint64(len(b)) < n {
		err = io.ErrUnexpectedEOF
	}
	return b, unexpected(err)
}

// unexpected returns an error that says the snapshot is damaged, unless it could not be read.
func unexpected(err error) error {
	if err == nil || isDescribed(err) {
		return err
	}
	return damaged("a snapshot that cannot be read: %v", err)
}
