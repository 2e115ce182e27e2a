package live

import (
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// BackupAt writes what the account held at a revision, in the form of Backup. It is a
// *NotFoundError if changes that were made since are not kept any more, or the revision
// is yet to come.
func (a *Account) BackupAt(ctx context.Context, revision uint64, w io.Writer) error {
	return a.store.View(ctx, a.name, func(read store.Reader) error {
		then, err := readPast(ctx, read, revision)
		if err != nil {
			return err
		}
		return backUp(ctx, then, w)
	})
}

// past reads an account as it was: what changes made since have replaced is read from the
// history.
type past struct {
	store.Reader
	revision uint64
	values   map[string][]byte // by key; nil: was not there
	keys     []string          // of values, sorted
}

// readPast undoes the changes behind a revision, the newest first: what the oldest says of
// a key is what counts.
func readPast(ctx context.Context, read store.Reader, revision uint64) (*past, error) {
	p := &past{Reader: read, revision: revision, values: make(map[string][]byte)}
	missing := &NotFoundError{"revision", fmt.Sprint(revision)}
	if revision > read.Revision() {
		return nil, missing
	}
	for r := read.Revision(); r > revision; r-- {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		e, err := readEntry(read, r)
		if err != nil {
			return nil, err
		}
		if e == nil {
			return nil, missing
		}
		for _, d := range e.Objects {
			p.values[string(d.Key)] = d.Before
		}
	}
	p.keys = slices.Sorted(maps.Keys(p.values))
	return p, nil
}

// Revision implements store.Reader.
func (p *past) Revision() uint64 { return p.revision }

// Get implements store.Reader.
func (p *past) Get(key []byte) ([]byte, error) {
	if value, known := p.values[string(key)]; known {
		return value, nil
	}
	return p.Reader.Get(key)
}

// Range implements store.Reader: what the store has and what the history has, merged.
func (p *past) Range(prefix, start []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		from, _ := slices.BinarySearch(p.keys, max(string(prefix), string(start)))
		keys := p.keys[from:]
		// next yields those of the history before a key.
		next := func(before func(string) bool) bool {
			for len(keys) > 0 && strings.HasPrefix(keys[0], string(prefix)) && before(keys[0]) {
				key := keys[0]
				keys = keys[1:]
				if value := p.values[key]; value != nil && !yield([]byte(key), value) {
					return false
				}
			}
			return true
		}
		for key, value := range p.Reader.Range(prefix, start) {
			if !next(func(k string) bool { return k <= string(key) }) {
				return
			}
			if _, known := p.values[string(key)]; !known && !yield(key, value) {
				return
			}
		}
		next(func(string) bool { return true })
	}
}
