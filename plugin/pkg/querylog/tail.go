package querylog

import (
	"iter"
	"strconv"
	"strings"
)

// Tail reads the queries of several server blocks as they come. It belongs to one
// goroutine.
type Tail struct {
	readers []reader
	missed  uint64
}

// maxPosition bounds the text of a position, in octets.
const maxPosition = 4096

// Follow returns a tail that goes on behind a position, or begins with the oldest query
// that is kept. It reports whether the position is one that cannot be found: queries
// between it and the first may be missing. Close has to be called.
func Follow(of []*Recent, position string) (t *Tail, found bool) {
	t, found = new(Tail), true
	known := positions(position)
	for _, r := range of {
		one := reader{of: r, ring: r.begin()}
		at, ok := known[one.ring.id]
		if ok && at <= one.ring.last.Load() {
			one.at = at
		} else {
			one.at = one.ring.oldest()
			found = found && position == ""
		}
		t.readers = append(t.readers, one)
	}
	return t, found
}

// positions reads a position: what was read last of each ring.
func positions(text string) map[string]uint64 {
	known := make(map[string]uint64)
	if len(text) > maxPosition {
		return known
	}
	for part := range strings.SplitSeq(text, ".") {
		id, number, _ := strings.Cut(part, "-")
		if at, err := strconv.ParseUint(number, 10, 64); err == nil {
			known[id] = at
		}
	}
	return known
}

// Skip goes on with what comes from now on.
func (t *Tail) Skip() {
	for i := range t.readers {
		t.readers[i].at = t.readers[i].ring.last.Load()
	}
}

// Next yields up to so many queries that came since, of all blocks. Their order is that in
// which they were answered, as far as can be told.
func (t *Tail) Next(most int) iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		for range most {
			var first *Entry
			var from *reader
			for i := range t.readers {
				e, missed := t.readers[i].peek()
				t.missed += missed
				if e != nil && (first == nil || e.ended().Before(first.ended())) {
					first, from = e, &t.readers[i]
				}
			}
			if first == nil {
				return
			}
			from.at = first.number
			if !yield(first) {
				return
			}
		}
	}
}

// Missed returns how many queries were gone before they were read, since it was asked last.
func (t *Tail) Missed() uint64 {
	missed := t.missed
	t.missed = 0
	return missed
}

// Position returns where the tail is, for Follow.
func (t *Tail) Position() string {
	parts := make([]string, len(t.readers))
	for i, r := range t.readers {
		parts[i] = r.ring.id + "-" + strconv.FormatUint(r.at, 10)
	}
	return strings.Join(parts, ".")
}

// Close tells that nobody looks any more.
func (t *Tail) Close() {
	for _, r := range t.readers {
		r.of.end()
	}
}
