package live

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/record"
)

// Difference is what a change does to one key of the store. Before is nil if the key was
// not there, After if it is taken away.
type Difference struct{ Key, Before, After []byte }

// differences returns what the change does to the store, by key.
func (c *Change) differences() ([]Difference, error) {
	d := new(differences)
	addObjects(d, zoneKeys, c.zones)
	addObjects(d, viewKeys, c.views)
	addObjects(d, ruleKeys, c.rules)
	addObjects(d, listKeys, c.lists)
	addObjects(d, tokenKeys, c.tokens)
	addObjects(d, locationKeys, c.locations)
	addObjects(d, "", c.settings)
	addObjects(d, "", c.gateway)
	for name, now := range c.owners.known {
		if _, gone := c.deleted[name.zone]; !gone {
			d.addOwner(name, c.owners.before(name), now)
		}
	}
	for id, records := range c.restored {
		d.addRestored(records, c.backup.zones[id].records)
	}
	for _, records := range c.deleted {
		for _, s := range records {
			d.list = append(d.list, Difference{Key: s.key, Before: s.value})
		}
	}
	if d.err != nil {
		return nil, d.err
	}
	slices.SortFunc(d.list, func(a, b Difference) int { return bytes.Compare(a.Key, b.Key) })
	return d.list, nil
}

// differences collects them.
type differences struct {
	list []Difference
	err  error
}

// add notes what becomes of a key, unless nothing does.
func (d *differences) add(key, before, after []byte) {
	if !bytes.Equal(before, after) || (before == nil) != (after == nil) {
		d.list = append(d.list, Difference{key, before, after})
	}
}

// addObjects adds what a layer does to objects that are stored as JSON.
func addObjects[T any](d *differences, prefix string, l *layer[T]) {
	for id, now := range l.objects {
		d.add([]byte(prefix+id), encodeObject(d, l.under.get(id)), encodeObject(d, now))
	}
}

func encodeObject[T any](d *differences, object *T) []byte {
	if object == nil {
		return nil
	}
	text, err := json.Marshal(object)
	if err != nil {
		d.err = err
	}
	return text
}

// addOwner adds what becomes of an owner's records.
func (d *differences) addOwner(name ownerName, before, now *owner) {
	for _, old := range before.records {
		switch i := now.at(old.ID); {
		case i < 0:
			d.add(recordKey(name, old.ID), d.encode(old), nil)
		case now.records[i] != old:
			d.add(recordKey(name, old.ID), d.encode(old), d.encode(now.records[i]))
		}
	}
	for _, next := range now.records {
		if before.at(next.ID) < 0 {
			d.add(recordKey(name, next.ID), nil, d.encode(next))
		}
	}
}

func (d *differences) encode(r *record.Record) []byte {
	b, err := r.AppendBinary(nil)
	if err != nil {
		d.err = err
	}
	return b
}
