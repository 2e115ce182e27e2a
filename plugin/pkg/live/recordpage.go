package live

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// RecordQuery is which of a zone's records a page of a list shows.
type RecordQuery struct {
	Filter   *record.Filter
	Order    record.Order                          // one that is Grouped
	Visible  func(name string, rrtype uint16) bool // nil: all are
	From, To int                                   // of those that match, in the order
}

// RecordPage returns some of the records of a stored zone that match, in an order, and how
// many match. The store has them by name, so that of those that are not shown it decodes
// none but where the filter leaves it no choice: first all are counted, then those are
// taken that stand in the page.
func (a *Account) RecordPage(ctx context.Context, z *Zone, q RecordQuery) (page []*record.Record, total int, err error) {
	err = a.store.View(ctx, a.name, func(read store.Reader) error {
		p := &pager{RecordQuery: q, read: read, prefix: recordsKey(z.ID), counts: make(map[record.Group]int)}
		if err := p.count(); err != nil {
			return err
		}
		total = p.total
		p.To = min(p.To, p.total)
		if p.From >= p.To {
			return nil
		}
		p.place()
		if err := p.take(); err != nil {
			return err
		}
		page = p.page()
		return nil
	})
	return page, total, err
}

// pager finds a page of records.
type pager struct {
	RecordQuery
	read   store.Reader
	prefix []byte
	look   record.Look

	matched []uint64 // a bit for each record, in the order of the store
	counts  map[record.Group]int
	total   int

	next  map[record.Group]int // the place of the next record of a group; of the last, if names stand in descending order
	owner []byte               // whose records are looked at
	sets  []set
	found []placed
}

// set is the records of an owner and a group. Which of them comes first only their contents
// tell.
type set struct {
	group record.Group
	rows  []row
}

// row is a record as it is stored.
type row struct{ key, value []byte }

// placed is a record and its place among all that match.
type placed struct {
	place  int
	record *record.Record
}

// count looks which records match.
func (p *pager) count() error {
	i := 0
	for key, value := range p.read.Range(p.prefix, nil) {
		matches, err := p.matches(key, value)
		if err != nil {
			return err
		}
		if i%64 == 0 {
			p.matched = append(p.matched, 0)
		}
		if matches {
			p.matched[i/64] |= 1 << (i % 64)
			p.counts[p.Order.Group(&p.look)]++
			p.total++
		}
		i++
	}
	return p.read.Err()
}

func (p *pager) matches(key, value []byte) (bool, error) {
	if err := p.look.Read(value); err != nil {
		_, err = decodeRecord(recordID(key), value) // its error says more
		return false, err
	}
	match, certain := p.Filter.Peek(&p.look)
	if !certain {
		r, err := decodeRecord(recordID(key), value)
		if err != nil {
			return false, err
		}
		match = p.Filter.Match(r)
	}
	return match && (p.Visible == nil || p.Visible(string(p.look.Name()), p.look.Type)), nil
}

// place says where each group begins.
func (p *pager) place() {
	p.next = make(map[record.Group]int, len(p.counts))
	at := 0
	for _, g := range slices.SortedFunc(maps.Keys(p.counts), p.Order.CompareGroups) {
		if p.next[g] = at; p.Order.NamesDown() {
			p.next[g] = at + p.counts[g]
		}
		at += p.counts[g]
	}
}

// take decodes what stands in the page.
func (p *pager) take() error {
	i := -1
	for key, value := range p.read.Range(p.prefix, nil) {
		if i++; p.matched[i/64]&(1<<(i%64)) == 0 {
			continue
		}
		if err := p.look.Read(value); err != nil {
			return err
		}
		if !bytes.Equal(p.look.Name(), p.owner) {
			if err := p.settle(); err != nil {
				return err
			}
			if len(p.found) >= p.To-p.From {
				return nil
			}
			p.owner = append(p.owner[:0], p.look.Name()...)
		}
		p.keep(key, value)
	}
	if err := p.read.Err(); err != nil {
		return err
	}
	return p.settle()
}

// keep puts a record into its set.
func (p *pager) keep(key, value []byte) {
	g := p.Order.Group(&p.look)
	i := slices.IndexFunc(p.sets, func(s set) bool { return s.group == g })
	if i < 0 {
		if i = len(p.sets); i < cap(p.sets) {
			p.sets = p.sets[:i+1]
			p.sets[i] = set{g, p.sets[i].rows[:0]}
		} else {
			p.sets = append(p.sets, set{group: g})
		}
	}
	s := &p.sets[i]
	n := len(s.rows)
	if n == cap(s.rows) {
		s.rows = append(s.rows, row{})
	}
	s.rows = s.rows[:n+1]
	s.rows[n].key = append(s.rows[n].key[:0], key...)
	s.rows[n].value = append(s.rows[n].value[:0], value...)
}

// settle gives the sets of an owner their places, and decodes those that stand in the page.
func (p *pager) settle() error {
	for _, s := range p.sets {
		first := p.next[s.group]
		if p.Order.NamesDown() {
			first -= len(s.rows)
			p.next[s.group] = first
		} else {
			p.next[s.group] += len(s.rows)
		}
		if first >= p.To || first+len(s.rows) <= p.From {
			continue
		}
		records := make([]*record.Record, len(s.rows))
		for i, row := range s.rows {
			var err error
			if records[i], err = decodeRecord(recordID(row.key), row.value); err != nil {
				return err
			}
		}
		slices.SortFunc(records, p.Order.Compare)
		for i, r := range records {
			if at := first + i; at >= p.From && at < p.To {
				p.found = append(p.found, placed{at, r})
			}
		}
	}
	p.sets = p.sets[:0]
	return nil
}

func (p *pager) page() []*record.Record {
	slices.SortFunc(p.found, func(a, b placed) int { return cmp.Compare(a.place, b.place) })
	page := make([]*record.Record, len(p.found))
	for i, f := range p.found {
		page[i] = f.record
	}
	return page
}
