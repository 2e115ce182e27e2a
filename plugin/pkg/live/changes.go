package live

import (
	"context"
	"fmt"
	"iter"
	"reflect"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// Changes yields the entries of the history that are kept, the newest first. What an
// entry has edited can be read until the next is yielded. An error is the last that is
// yielded.
func (a *Account) Changes(ctx context.Context) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		err := a.store.View(ctx, a.name, func(read store.Reader) error {
			for revision := read.Revision(); revision > 0; revision-- {
				row, err := read.Get(historyKey(revision))
				if row == nil || err != nil {
					return err // older ones are forgotten
				}
				e, err := openEntry(revision, row)
				if err != nil {
					return err
				}
				if !yield(e, nil) {
					return nil
				}
			}
			return nil
		})
		if err != nil {
			yield(nil, err)
		}
	}
}

// ChangeAt returns the entry of a revision with its objects, nil if none is kept.
func (a *Account) ChangeAt(ctx context.Context, revision uint64) (e *Entry, err error) {
	err = a.store.View(ctx, a.name, func(read store.Reader) error {
		e, err = readEntry(read, revision)
		return err
	})
	return e, err
}

func readEntry(read store.Reader, revision uint64) (*Entry, error) {
	row, err := read.Get(historyKey(revision))
	if row == nil || err != nil {
		return nil, err
	}
	return decodeEntry(revision, row)
}

// Object is what a change did to one object. Before is nil for one that it made, After
// for one that it took away.
type Object struct {
	Kind          string // zone, record, view, rule, list, location, token, settings or gateway
	ID            string
	Zone          string // id of the zone of a record
	Before, After any    // *Zone, *record.Record, *View, *Rule, *List, *Location, *Token, *Settings or *Gateway
}

// Edited returns what the change did to the objects of the account. What follows from the
// records of a zone, its serial and their number, is left out.
func (e *Entry) Edited() iter.Seq2[*Object, error] {
	return func(yield func(*Object, error) bool) {
		for d, err := range e.differences() {
			if err != nil {
				yield(nil, err)
				return
			}
			o, err := d.object()
			if o == nil && err == nil {
				continue
			}
			if !yield(o, err) || err != nil {
				return
			}
		}
	}
}

func (e *Entry) differences() iter.Seq2[Difference, error] {
	if e.Objects == nil {
		return e.packed.differences()
	}
	return func(yield func(Difference, error) bool) {
		for _, d := range e.Objects {
			if !yield(d, nil) {
				return
			}
		}
	}
}

// object returns what a difference is about, nil if it is no object of its own.
func (d Difference) object() (*Object, error) {
	if name, id, ok := parseRecordKey(d.Key); ok {
		return d.record(name, id)
	}
	kind, id, _ := strings.Cut(string(d.Key), "/")
	switch kind + "/" {
	case zoneKeys:
		o, err := objectOf[Zone](kind, id, d)
		if err == nil && alike(o.Before, o.After) {
			return nil, nil
		}
		return o, err
	case viewKeys:
		return objectOf[View](kind, id, d)
	case locationKeys:
		return objectOf[Location](kind, id, d)
	case listKeys:
		return objectOf[List](kind, id, d)
	case ruleKeys:
		return objectOf[Rule](kind, id, d)
	case tokenKeys:
		return objectOf[Token](kind, id, d)
	}
	switch kind {
	case settingsKey:
		return objectOf[Settings](kind, "", d)
	case gatewayKey:
		return objectOf[Gateway](kind, "", d)
	}
	return nil, fmt.Errorf("%w: it holds the key %q", errEntry, d.Key)
}

func (d Difference) record(name ownerName, id string) (*Object, error) {
	o := &Object{Kind: "record", ID: id, Zone: name.zone}
	for into, octets := range map[*any][]byte{&o.Before: d.Before, &o.After: d.After} {
		if octets == nil {
			continue
		}
		r, err := record.Decode(id, octets)
		if err != nil {
			return nil, fmt.Errorf("%w: record %s: %w", errEntry, id, err)
		}
		*into = r
	}
	return o, nil
}

func objectOf[T any](kind, id string, d Difference) (*Object, error) {
	o := &Object{Kind: kind, ID: id}
	for into, octets := range map[*any][]byte{&o.Before: d.Before, &o.After: d.After} {
		object, err := decodeObject[T](octets)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", kind, id, err)
		}
		if object != nil {
			*into = object
		}
	}
	return o, nil
}

// alike reports whether two states of a zone differ in nothing but what follows from its
// records.
func alike(before, after any) bool {
	b, was := before.(*Zone)
	a, is := after.(*Zone)
	if !was || !is {
		return false
	}
	next := *a
	next.Serial, next.Records, next.Modified = b.Serial, b.Records, b.Modified
	return reflect.DeepEqual(*b, next)
}
