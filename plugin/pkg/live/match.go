package live

import (
	"context"
	"iter"

	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// Found is a record and the zone that it was found in.
type Found struct {
	Zone   *Zone
	Record *record.Record
}

// Matching yields the records of a zone that a filter chooses, as Records does.
func (a *Account) Matching(ctx context.Context, z *Zone, f *record.Filter) iter.Seq2[*record.Record, error] {
	return func(yield func(*record.Record, error) bool) {
		for found, err := range a.Find(ctx, []*Zone{z}, f) {
			if !yield(found.Record, err) {
				return
			}
		}
	}
}

// Find yields the records of zones that a filter chooses, zone by zone in the order given
// and in each by name; those of a zone that a Corefile declares in the order of its data. It
// decodes no others but where the filter leaves it no choice. An error is the last that is
// yielded.
func (a *Account) Find(ctx context.Context, zones []*Zone, f *record.Filter) iter.Seq2[Found, error] {
	return func(yield func(Found, error) bool) {
		err := a.store.View(ctx, a.name, func(read store.Reader) error {
			s := searcher{account: a, read: read, filter: f}
			for _, z := range zones {
				more, err := s.search(z, func(r *record.Record) bool { return yield(Found{z, r}, nil) })
				if err != nil || !more {
					return err
				}
			}
			return nil
		})
		if err != nil {
			yield(Found{}, err)
		}
	}
}

// searcher looks for records.
type searcher struct {
	account *Account
	read    store.Reader
	filter  *record.Filter
	look    record.Look
}

// search yields what it finds in a zone, and reports whether more is wanted.
func (s *searcher) search(z *Zone, yield func(*record.Record) bool) (more bool, err error) {
	more = true
	each := func(r *record.Record, failed error) bool {
		if err = failed; err == nil && s.filter.Match(r) {
			more = yield(r)
		}
		return more && err == nil
	}
	owner, exact := s.filter.ExactName()
	switch {
	case z.Declared != nil:
		s.account.declaredRecords(z, owner, each)
		return more, err
	case exact:
		if failed := yieldOwner(s.read, ownerName{z.ID, owner}, each); failed != nil {
			return false, failed
		}
		return more, err
	}
	for key, value := range s.read.Range(recordsKey(z.ID), nil) {
		if s.look.Read(value) == nil { // else decoding tells why not
			if match, certain := s.filter.Peek(&s.look); certain && !match {
				continue
			}
		}
		if r, failed := decodeRecord(recordID(key), value); !each(r, failed) {
			return more, err
		}
	}
	return more, s.read.Err()
}
