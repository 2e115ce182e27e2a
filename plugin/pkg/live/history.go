package live

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// Entry is what the history holds of one change.
type Entry struct {
	Revision uint64
	Time     time.Time
	Call     Call
	Objects  []Difference // by key; of an entry that Changes yields, Edited reads them

	packed packed
}

// The form of an entry in the store: the version, the length of the head and the head as
// JSON, then the differences, compressed if that is worth it.
const (
	entryVersion  = 1
	entryFlate    = 2       // version with compressed differences
	leastFlate    = 8 << 10 // octets of differences
	entryPreamble = 1 + 4
)

// head is what a list of the history shows without the objects.
type head struct {
	Time      time.Time `json:"time"`
	TokenID   string    `json:"token_id,omitempty"`
	TokenName string    `json:"token_name,omitempty"`
	Address   string    `json:"address,omitempty"`
	Method    string    `json:"method"`
	Path      string    `json:"path"`
}

var errEntry = errors.New("an entry of the history that cannot be read")

// encode returns the entry as the store keeps it. The writer, nil at first, is used again
// by the next entry: it holds a megabyte.
func (e *Entry) encode(w **flate.Writer) ([]byte, error) {
	h := head{Time: e.Time, TokenID: e.Call.TokenID, TokenName: e.Call.TokenName, Method: e.Call.Method, Path: e.Call.Path}
	if e.Call.Address.IsValid() {
		h.Address = e.Call.Address.String()
	}
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	var body []byte
	for _, d := range e.Objects {
		body = appendOctets(appendOctets(appendOctets(body, d.Key), d.Before), d.After)
	}
	out := bytes.NewBuffer(make([]byte, 0, entryPreamble+len(text)+len(body)))
	out.WriteByte(entryVersion)
	out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(text))))
	out.Write(text)
	if len(body) < leastFlate {
		out.Write(body)
		return out.Bytes(), nil
	}
	out.Bytes()[0] = entryFlate
	if *w == nil {
		if *w, err = flate.NewWriter(nil, flate.BestSpeed); err != nil {
			return nil, err
		}
	}
	(*w).Reset(out)
	if _, err := (*w).Write(body); err != nil {
		return nil, err
	}
	if err := (*w).Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// appendOctets appends octets with their length, from 1; nil has length 0.
func appendOctets(b, octets []byte) []byte {
	if octets == nil {
		return append(b, 0)
	}
	return append(binary.AppendUvarint(b, uint64(len(octets))+1), octets...)
}

// decodeEntry reads the entry of a revision.
func decodeEntry(revision uint64, row []byte) (*Entry, error) {
	e, err := openEntry(revision, row)
	if err != nil {
		return nil, err
	}
	for d, err := range e.packed.differences() {
		if err != nil {
			return nil, err
		}
		e.Objects = append(e.Objects, d)
	}
	return e, nil
}

// openEntry is decodeEntry but for the objects, which are read from the row when they are
// asked for.
func openEntry(revision uint64, row []byte) (*Entry, error) {
	h, body, err := decodeHead(row)
	if err != nil {
		return nil, err
	}
	e := &Entry{Revision: revision, Time: h.Time, Call: Call{TokenID: h.TokenID, TokenName: h.TokenName, Method: h.Method, Path: h.Path}}
	_ = e.Call.Address.UnmarshalText([]byte(h.Address)) // was one
	e.packed = packed{body, row[0] == entryFlate}
	return e, nil
}

// packed is the differences of an entry as the store has them.
type packed struct {
	body  []byte
	flate bool
}

// differences reads one after another: who wants the first of a million stops there. An
// error is the last that is yielded.
func (p packed) differences() iter.Seq2[Difference, error] {
	return func(yield func(Difference, error) bool) {
		var from io.Reader = bytes.NewReader(p.body)
		if p.flate {
			from = flate.NewReader(from)
		}
		r := bufio.NewReader(from)
		for {
			if _, err := r.Peek(1); err == io.EOF {
				return
			}
			var d Difference
			for _, into := range []*[]byte{&d.Key, &d.Before, &d.After} {
				octets, err := readOctets(r)
				if err != nil {
					yield(Difference{}, fmt.Errorf("%w: %w", errEntry, err))
					return
				}
				*into = octets
			}
			if !yield(d, nil) {
				return
			}
		}
	}
}

const trusted = 64 << 10 // octets that are made room for before they are there

// readOctets reads what appendOctets wrote.
func readOctets(r *bufio.Reader) ([]byte, error) {
	n, err := binary.ReadUvarint(r)
	if n == 0 || err != nil {
		return nil, err
	}
	if n--; n <= trusted {
		octets := make([]byte, n)
		_, err := io.ReadFull(r, octets)
		return octets, err
	}
	octets, err := io.ReadAll(io.LimitReader(r, int64(min(n, math.MaxInt64))))
	if err == nil && uint64(len(octets)) < n {
		err = io.ErrUnexpectedEOF
	}
	return octets, err
}

func decodeHead(row []byte) (h head, body []byte, err error) {
	if len(row) < entryPreamble || row[0] != entryVersion && row[0] != entryFlate {
		return h, nil, errEntry
	}
	n := uint64(binary.BigEndian.Uint32(row[1:]))
	if n > uint64(len(row)-entryPreamble) {
		return h, nil, errEntry
	}
	body = row[entryPreamble+n:]
	if err := json.Unmarshal(row[entryPreamble:entryPreamble+n], &h); err != nil {
		return h, nil, fmt.Errorf("%w: %w", errEntry, err)
	}
	return h, body, nil
}

const (
	forgetEvery = time.Hour
	forgetMost  = 1000 // entries that one commit forgets
)

// forget takes entries away that are older than the history is kept, at times.
func (g *group) forget(read store.Reader) error {
	a := g.account
	history := time.Duration(a.history.Load())
	if history <= 0 || len(g.accepted) == 0 || g.now.Before(a.nextForget) {
		return nil
	}
	a.nextForget = g.now.Add(forgetEvery)
	cutoff := g.now.Add(-history)
	n := 0
	for key, row := range read.Range([]byte(historyKeys), nil) {
		h, _, err := decodeHead(row)
		if err == nil && !h.Time.Before(cutoff) {
			break
		}
		if n++; n > forgetMost {
			a.nextForget = g.now // more with the next commit
			break
		}
		g.put(store.Op{Key: bytes.Clone(key), Delete: true})
	}
	return read.Err()
}
