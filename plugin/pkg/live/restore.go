package live

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// Backup is what a file holds that Account.Backup has written. Immutable.
type Backup struct {
	settings  *Settings
	zones     map[string]*backupZone
	views     map[string]*View
	rules     map[string]*Rule
	lists     map[string]*List
	locations map[string]*Location
	gateway   *Gateway
	tokens    map[string]*Token
	records   int
	lines     map[string]int // where an object stands, by objectAt
}

// backupZone is a zone of a backup.
type backupZone struct {
	zone    *Zone
	data    *zone.Zone
	records []stored // by key
}

// Tokens returns the tokens of the backup, in no order.
func (b *Backup) Tokens() []*Token { return values(b.tokens) }

// Count returns how many objects of each kind the backup holds, as Stats has them.
func (b *Backup) Count() map[string]int {
	return map[string]int{"zone": len(b.zones), "record": b.records, "view": len(b.views), "rule": len(b.rules), "list": len(b.lists), "location": len(b.locations), "token": len(b.tokens)}
}

// Restore puts what a file of Backup holds in place of all that the account holds, in one
// change, and returns the revision that the account has with it. Ids, times and serials
// are those of the file. What is wrong with the file is a problem.List, with lines.
func (a *Account) Restore(ctx context.Context, call Call, r io.Reader) (uint64, error) {
	b, err := ReadBackup(ctx, r)
	if err != nil {
		return 0, err
	}
	return a.Change(ctx, call, func(c *Change) error { return c.Restore(b) })
}

// Restore puts what a backup holds in place of all that the account holds. It has to be
// all that the change does.
func (c *Change) Restore(b *Backup) error {
	c.backup, c.restored = b, make(map[string][]stored)
	c.owners = newOwners(c.owners.under, c.owners.read)
	clear(c.edited)
	if err := c.Alone(); err != nil { // what the store has of the zones there are is read, or there are none
		return err
	}
	for id := range c.zones.all() {
		records, err := c.recordsOf(id)
		if err != nil {
			return err
		}
		if b.zones[id] == nil {
			c.deleted[id] = records
			c.data.set(id, nil)
		} else {
			c.restored[id] = records
		}
	}
	zones := make(map[string]*Zone, len(b.zones))
	for id, z := range b.zones {
		zones[id] = z.zone
		c.data.set(id, z.data)
		if c.restored[id] == nil {
			c.restored[id] = []stored{}
		}
	}
	setAll(c.zones, zones)
	setAll(c.views, b.views)
	setAll(c.rules, b.rules)
	setAll(c.lists, b.lists)
	setAll(c.locations, b.locations)
	c.gateway.set(gatewayKey, b.gateway)
	setAll(c.tokens, b.tokens)
	c.settings.set(settingsKey, b.settings)
	c.specs = c.allSpecs(c.declared)
	c.linked, c.loose = true, true // a policy may have named a list that there was not
	if len(c.tips) == 0 {
		return b.locate(c.checkAlone().Err())
	}
	return nil
}

// setAll has a layer hold those objects and no others.
func setAll[T any](l *layer[T], objects map[string]*T) {
	for id := range l.all() {
		if objects[id] == nil {
			l.set(id, nil)
		}
	}
	for id, o := range objects {
		l.set(id, o)
	}
}

// checkAlone returns what does not fit of an account that no server block serves now:
// nobody knows which zones of a Corefile it may name.
func (c *Change) checkAlone() (refused problem.List) {
	t, problems := new(Block).build(&c.specs, c.data, nil)
	if problems.HasErrors() {
		return problems
	}
	for _, at := range slices.Sorted(maps.Keys(t.out)) {
		if p := t.out[at]; p.Code != problem.ZoneUnknown && !c.mayMiss(at) {
			refused = append(refused, p)
		}
	}
	return refused
}

// locate gives the problems of a restored account the lines of the file. A nil backup
// leaves them as they are.
func (b *Backup) locate(err error) error {
	list, ok := errors.AsType[problem.List](err)
	if b == nil || !ok {
		return err
	}
	list = slices.Clone(list)
	for i, p := range list {
		if line := b.lineOf(p.Pos); line > 0 {
			list[i].Pos = problem.Pos{Line: line}
		}
	}
	return list
}

func (b *Backup) lineOf(pos problem.Pos) int {
	return b.lines[strings.TrimSuffix(objectAt(pos), "/"+referenceMember)]
}

// addRestored adds what becomes of the records of a zone. Both lists are by key.
func (d *differences) addRestored(before, after []stored) {
	for len(before) > 0 || len(after) > 0 {
		order := 0
		switch {
		case len(before) == 0:
			order = 1
		case len(after) == 0:
			order = -1
		default:
			order = bytes.Compare(before[0].key, after[0].key)
		}
		switch {
		case order < 0:
			d.add(before[0].key, before[0].value, nil)
			before = before[1:]
		case order > 0:
			d.add(after[0].key, nil, after[0].value)
			after = after[1:]
		default:
			d.add(before[0].key, before[0].value, after[0].value)
			before, after = before[1:], after[1:]
		}
	}
}
