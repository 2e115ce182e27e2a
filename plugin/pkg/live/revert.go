package live

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/record"
)

// ConflictError says which objects later changes have touched, so that a change cannot be
// undone alone.
type ConflictError struct {
	Revision uint64
	Objects  []string // kind and id
}

// Error implements error.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("later changes have touched what revision %d did: %s; undo those first", e.Revision, listed(e.Objects))
}

// Revert undoes what an entry of the history did: it is a change of its own. Objects are
// then as they were before, times and serial included, unless later changes have touched
// them, which is a *ConflictError. The serial, the time and the number of records of a
// zone whose other records have changed since go on.
func (c *Change) Revert(e *Entry) error {
	r := &revert{c: c, left: make(map[string]bool), gone: make(map[string]bool), merged: make(map[string]bool)}
	for _, d := range e.Objects {
		if name, id, ok := parseRecordKey(d.Key); ok && d.After != nil {
			r.left[name.zone+id] = true
		}
	}
	conflict := &ConflictError{Revision: e.Revision}
	for _, d := range e.Objects {
		same, err := r.unchanged(d)
		if err != nil {
			return err
		}
		if !same {
			conflict.Objects = append(conflict.Objects, nameOf(d.Key))
		}
	}
	if len(conflict.Objects) > 0 {
		return conflict
	}
	for _, step := range []func(Difference) error{r.zone, r.dropRecord, r.addRecord, r.other} {
		for _, d := range e.Objects {
			if err := step(d); err != nil {
				return err
			}
		}
	}
	if err := r.fitLocations(e.Objects); err != nil {
		return err
	}
	if slices.ContainsFunc(e.Objects, isBack) {
		// Where it stands among the others decides which of two is left out that do not fit
		// together, and is by age, as where the account is read.
		c.specs = c.allSpecs(c.declared)
	}
	c.linked, c.loose = true, true // a policy may have named a list that there was not
	return nil
}

// isBack reports whether undoing a change puts back an object that is no record.
func isBack(d Difference) bool {
	return d.After == nil && d.Before != nil && !bytes.HasPrefix(d.Key, []byte(recordKeys))
}

// nameOf names the object of a key for people.
func nameOf(key []byte) string {
	if name, id, ok := parseRecordKey(key); ok {
		return fmt.Sprintf("record %s (%s)", id, name.owner)
	}
	return strings.Replace(string(key), "/", " ", 1)
}

// revert undoes one entry.
type revert struct {
	c      *Change
	left   map[string]bool // records that were there then, by zone and ID
	gone   map[string]bool // zones that are taken away again
	merged map[string]bool // zones of which later changes have touched other records
}

// unchanged reports whether an object is as a change has left it.
func (r *revert) unchanged(d Difference) (bool, error) {
	if name, id, ok := parseRecordKey(d.Key); ok {
		now, err := r.c.owners.find(name.zone, id)
		if err != nil {
			return false, err
		}
		switch {
		case now == nil:
			return d.After == nil, nil
		case now.Name != name.owner: // where it moved to is told of under a key of its own, unless another change took it there
			return d.After == nil && r.left[name.zone+id], nil
		}
		octets, err := now.AppendBinary(nil)
		return bytes.Equal(octets, d.After), err
	}
	kind, id, _ := strings.Cut(string(d.Key), "/")
	var list differences
	var now []byte
	switch kind + "/" {
	case zoneKeys:
		return r.zoneUnchanged(id, d)
	case viewKeys:
		now = encodeObject(&list, r.c.views.get(id))
	case locationKeys:
		now = encodeObject(&list, r.c.locations.get(id))
	case gatewayKey + "/":
		now = encodeObject(&list, r.c.gateway.get(gatewayKey))
	case listKeys:
		now = encodeObject(&list, r.c.lists.get(id))
	case ruleKeys:
		now = encodeObject(&list, r.c.rules.get(id))
	case tokenKeys:
		now = encodeObject(&list, r.c.tokens.get(id))
	default:
		now = encodeObject(&list, r.c.settings.get(settingsKey))
	}
	return bytes.Equal(now, d.After), list.err
}

// zoneUnchanged is unchanged for a zone, whose row changes with its records, too.
func (r *revert) zoneUnchanged(id string, d Difference) (bool, error) {
	var list differences
	now := r.c.zones.get(id)
	if bytes.Equal(encodeObject(&list, now), d.After) {
		return true, list.err
	}
	if now == nil || d.Before == nil || d.After == nil {
		return false, list.err
	}
	after, err := decodeObject[Zone](d.After)
	if err != nil {
		return false, err
	}
	r.merged[id] = true
	return alike(now, after), list.err
}

// zone undoes what became of a zone itself.
func (r *revert) zone(d Difference) error {
	id, ok := strings.CutPrefix(string(d.Key), zoneKeys)
	if !ok {
		return nil
	}
	c := r.c
	if d.Before == nil {
		r.gone[id] = true
		return c.removeZone(id)
	}
	before, err := decodeObject[Zone](d.Before)
	if err != nil {
		return err
	}
	if r.merged[id] {
		now := *c.zones.get(id)
		now.Paused, now.Settings = before.Paused, before.Settings
		before = &now
	} else {
		c.exact[id] = true
	}
	if d.After == nil {
		if err := c.addZone(before); err != nil {
			return err
		}
	} else {
		c.zones.set(id, before)
		c.specs.setZone(id, before, c)
	}
	c.edited[id] = true
	_, err = c.owners.get(ownerName{id, before.Name}) // its NS records may have another TTL
	return err
}

// dropRecord takes away what the change had made of a record.
func (r *revert) dropRecord(d Difference) error {
	name, id, ok := parseRecordKey(d.Key)
	if !ok || d.After == nil || r.gone[name.zone] {
		return nil
	}
	now, err := r.c.owners.find(name.zone, id)
	if now == nil || err != nil {
		return err
	}
	return r.c.dropRecord(name.zone, now)
}

// addRecord puts a record back as it was.
func (r *revert) addRecord(d Difference) error {
	name, id, ok := parseRecordKey(d.Key)
	if !ok || d.Before == nil {
		return nil
	}
	c := r.c
	before, err := record.Decode(id, d.Before)
	if err != nil {
		return errors.Join(errEntry, err)
	}
	all, err := c.owners.get(name)
	if err != nil {
		return err
	}
	if found := conflict(c.zones.get(name.zone), all.records, before); found.Code != "" {
		found.Severity, found.Object = problem.Error, describe(before)
		return problem.List{found}
	}
	c.owners.known[name] = all.with(before)
	c.owners.moved[id] = name.owner
	c.edited[name.zone] = true
	return nil
}

// fitLocations refuses locations that are back while others have what was theirs.
func (r *revert) fitLocations(list []Difference) error {
	var back []*Location
	for _, d := range list {
		if id, ok := strings.CutPrefix(string(d.Key), locationKeys); ok && d.Before != nil {
			back = append(back, r.c.locations.get(id))
		}
	}
	if len(back) == 0 {
		return nil
	}
	all := r.c.locations.all()
	if err := tooMany(len(all)); err != nil {
		return err
	}
	others := takenBy(all, func(id string) bool { return slices.Contains(back, all[id]) })
	var problems problem.List
	for _, l := range back {
		problems = append(problems, others.take(l)...)
	}
	for i := range problems { // no member of the call says it
		problems[i].Pos = problem.Pos{}
	}
	return problems.Err()
}

// other undoes what became of an object of another kind.
func (r *revert) other(d Difference) (err error) {
	kind, id, _ := strings.Cut(string(d.Key), "/")
	c := r.c
	switch kind + "/" {
	case viewKeys:
		var v *View
		if v, err = decodeObject[View](d.Before); err == nil {
			c.putView(id, v)
		}
	case locationKeys:
		var l *Location
		if l, err = decodeObject[Location](d.Before); err == nil {
			c.putLocation(id, l)
		}
	case gatewayKey + "/":
		var g *Gateway
		if g, err = decodeObject[Gateway](d.Before); err == nil {
			c.putGateway(g)
		}
	case listKeys:
		var l *List
		if l, err = decodeObject[List](d.Before); err == nil {
			c.putList(id, l)
		}
	case ruleKeys:
		var rule *Rule
		if rule, err = decodeObject[Rule](d.Before); err == nil {
			c.putRule(id, rule)
		}
	case tokenKeys:
		var t *Token
		if t, err = decodeObject[Token](d.Before); err == nil {
			c.tokens.set(id, t)
		}
	case settingsKey + "/":
		var s *Settings
		if s, err = decodeObject[Settings](d.Before); err == nil {
			c.settings.set(settingsKey, s)
		}
	}
	return err
}

// decodeObject reads an object as the store has it, nil for none.
func decodeObject[T any](octets []byte) (*T, error) {
	if octets == nil {
		return nil, nil
	}
	object := new(T)
	if err := json.Unmarshal(octets, object); err != nil {
		return nil, errors.Join(errEntry, err)
	}
	return object, nil
}
