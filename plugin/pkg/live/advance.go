package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// errAnew says that the account has to be read anew.
var errAnew = errors.New("the changes of others cannot be followed")

// What is more is read anew.
const (
	mostEntries     = 10_000
	mostDifferences = 200_000
)

// advance makes the changes that the history of a store tells of and that the account has
// not seen, as one. They were checked where they were made: nothing is refused, what does
// not fit the Corefile here is left out. The writer's lock is held.
func (a *Account) advance(ctx context.Context, read store.Reader) error {
	all, then, err := a.missed(read)
	if err != nil {
		return err
	}
	g := a.newGroup(then)
	s := &step{Change: g.newChange(&pending{ctx: ctx}), store: read, made: make(map[string]*zone.Zone)}
	if err := s.take(all); err != nil {
		return fmt.Errorf("%w: %w", errAnew, err)
	}
	if problems := s.edit(); problems.HasErrors() {
		return fmt.Errorf("%w: %w", errAnew, problems.Only(problem.Error))
	}
	for id := range s.edited {
		s.made[id] = s.data.get(id)
	}
	if s.linked {
		s.specs = s.allSpecs(s.declared)
	}
	for b, now := range s.tips {
		s.tips[b] = s.serve(b, now)
	}
	n := read.Revision() - a.objects.revision
	s.revision = read.Revision()
	a.hold(s.objects)
	for b, t := range s.tips {
		a.show(b, g.from[b], t, s.made)
	}
	a.collectQuarantined()
	a.stats.follow(n)
	a.served()
	return nil
}

// missed returns what became of each key since the revision that the account has, and a
// reader of what the store had then.
func (a *Account) missed(read store.Reader) (map[string]Difference, *past, error) {
	from, to := a.objects.revision, read.Revision()
	if to-from > mostEntries {
		return nil, nil, fmt.Errorf("%w: they are %d", errAnew, to-from)
	}
	all := make(map[string]Difference)
	for r := from + 1; r <= to; r++ {
		e, err := readEntry(read, r)
		switch {
		case err != nil:
			return nil, nil, fmt.Errorf("%w: %w", errAnew, err)
		case e == nil:
			return nil, nil, fmt.Errorf("%w: revision %d is kept no more", errAnew, r)
		case len(all)+len(e.Objects) > mostDifferences:
			return nil, nil, fmt.Errorf("%w: they are of more than %d objects", errAnew, mostDifferences)
		}
		for _, d := range e.Objects {
			key := string(d.Key)
			before, known := all[key]
			if known && !same(before.After, d.Before) {
				return nil, nil, fmt.Errorf("%w: revision %d does not follow the one before", errAnew, r)
			}
			if known {
				d.Before = before.Before
			}
			all[key] = d
		}
	}
	then := &past{Reader: read, revision: from, values: make(map[string][]byte, len(all)), keys: slices.Sorted(maps.Keys(all))}
	for key, d := range all {
		then.values[key] = d.Before
	}
	return all, then, nil
}

// same reports whether two values of a key are one. nil is none.
func same(a, b []byte) bool { return bytes.Equal(a, b) && (a == nil) == (b == nil) }

// step is changes of others on their way to be served.
type step struct {
	*Change
	store store.Reader // of what they have made
	made  map[string]*zone.Zone
}

// take has the objects be what the changes have made of them.
func (s *step) take(all map[string]Difference) error {
	for key, d := range all {
		if !strings.HasPrefix(key, recordKeys) {
			if err := s.object(d); err != nil {
				return err
			}
		}
	}
	for key, d := range all {
		if strings.HasPrefix(key, recordKeys) {
			if err := s.record(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// object has an object be what it is now. One that is not here what it was where it was
// changed belongs to another history.
func (s *step) object(d Difference) error {
	kind, id, _ := strings.Cut(string(d.Key), "/")
	switch kind + "/" {
	case zoneKeys:
		return s.zone(id, d)
	case viewKeys:
		return put(s, s.views, id, d)
	case ruleKeys:
		return put(s, s.rules, id, d)
	case listKeys:
		return put(s, s.lists, id, d)
	case locationKeys:
		return put(s, s.locations, id, d)
	case gatewayKey + "/":
		return put(s, s.gateway, gatewayKey, d)
	case tokenKeys:
		return forward(s.tokens, id, d)
	case settingsKey + "/":
		return forward(s.settings, settingsKey, d)
	}
	return fmt.Errorf("%w: it holds the key %q", errEntry, d.Key)
}

// put is forward for what is linked to others.
func put[T any](s *step, l *layer[T], id string, d Difference) error {
	s.linked = true
	return forward(l, id, d)
}

// forward takes an object from what it was to what it became.
func forward[T any](l *layer[T], id string, d Difference) error {
	var list differences
	if before := encodeObject(&list, l.get(id)); list.err != nil || !same(before, d.Before) {
		return fmt.Errorf("%s is not what it was changed from: %w", nameOf(d.Key), errors.Join(list.err, errEntry))
	}
	now, err := decodeObject[T](d.After)
	if err != nil {
		return err
	}
	l.set(id, now)
	return nil
}

// zone is forward for a zone, whose data follow.
func (s *step) zone(id string, d Difference) error {
	before := s.zones.get(id)
	if err := forward(s.zones, id, d); err != nil {
		return err
	}
	now := s.zones.get(id)
	switch {
	case now == nil:
		s.data.set(id, nil)
		s.linked = true
		return nil
	case before == nil || before.Name != now.Name: // a backup may call it otherwise
		data, err := buildZone(now, s.store)
		if err != nil {
			return err
		}
		s.data.set(id, data)
		s.made[id] = data
		s.linked = true
		return nil
	}
	was, is := before.Settings.InternalDNS, now.Settings.InternalDNS
	if was.Flatten != is.Flatten || was.ReferenceZoneID != is.ReferenceZoneID || was.ReferenceNoData != is.ReferenceNoData {
		s.linked = true
	}
	s.edited[id], s.exact[id] = true, true
	if before.Settings.NSTTL == now.Settings.NSTTL {
		return nil
	}
	_, err := s.owners.get(ownerName{id, now.Name}) // its NS records are made anew
	return err
}

// record has a record be what it is now.
func (s *step) record(d Difference) error {
	name, id, ok := parseRecordKey(d.Key)
	if !ok {
		return fmt.Errorf("%w: it holds the key %q", errEntry, d.Key)
	}
	if s.zones.get(name.zone) == nil || s.made[name.zone] != nil {
		return nil // gone with its zone, or read with it
	}
	s.edited[name.zone], s.exact[name.zone] = true, true
	all, err := s.owners.get(name)
	if err != nil {
		return err
	}
	now := &owner{slices.DeleteFunc(slices.Clone(all.records), func(r *record.Record) bool { return r.ID == id })}
	if d.After != nil {
		r, err := record.Decode(id, d.After)
		if err != nil {
			return errors.Join(errEntry, err)
		}
		now = now.with(r)
	}
	s.owners.known[name] = now
	return nil
}

// serve returns what a block serves with the changes.
func (s *step) serve(b *Block, now tip) tip {
	if s.linked {
		next, problems := b.build(&s.specs, s.data, now.snapshot)
		if problems.HasErrors() { // its Corefile alone was right
			log.Errorf("Account %s: %v", s.account.name, problems.Err())
		} else {
			now = next
		}
	}
	if len(s.made) > 0 {
		now.snapshot = now.snapshot.WithData(s.made)
	}
	return now
}

// reload reads the account anew and has the blocks serve it, in one step. The writer's
// lock is held.
func (a *Account) reload(ctx context.Context) error {
	o, era, err := a.read(ctx)
	if err != nil {
		return err
	}
	o.specs = a.objects.specs // what is as before is the same
	o.specs = o.allSpecs(a.declared.Load())
	from, tips := make(map[*Block]*model.Snapshot), make(map[*Block]tip)
	for _, b := range a.attached() {
		from[b] = b.scope.Load()
		next, problems := b.build(&o.specs, o.data, from[b])
		if problems.HasErrors() { // its Corefile alone was right
			log.Errorf("Account %s: %v", a.name, problems.Err())
			continue
		}
		next.snapshot = next.snapshot.WithData(o.data.objects)
		tips[b] = next
	}
	a.mu.Lock()
	a.objects = o
	a.era.Store(era)
	a.holders.Store(nil)
	a.mu.Unlock()
	for b, t := range tips {
		a.show(b, from[b], t, o.data.objects)
	}
	a.collectQuarantined()
	a.stats.reload()
	a.served()
	return nil
}

// show has a block serve what was made of a snapshot, and logs what comes to be left out.
func (a *Account) show(b *Block, from *model.Snapshot, to tip, data map[string]*zone.Zone) {
	before := b.out
	b.publish(from, to, data)
	for at, p := range to.out {
		if _, known := before[at]; !known {
			log.Warningf("Account %s: not served, it does not fit the Corefile: %s", a.name, p)
		}
	}
}
