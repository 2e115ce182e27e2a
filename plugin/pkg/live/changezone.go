package live

import (
	"errors"
	"fmt"
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// Zone returns the zone of an ID, a declared one too.
func (c *Change) Zone(id string) (*Zone, error) {
	if z := c.zones.get(id); z != nil {
		return z, nil
	}
	if z := c.declared.zones[id]; z != nil {
		return z, nil
	}
	return nil, &NotFoundError{"zone", id}
}

// ownZone returns a zone that can be changed.
func (c *Change) ownZone(id string) (*Zone, error) {
	z, err := c.Zone(id)
	if err != nil {
		return nil, err
	}
	if z.Declared != nil {
		return nil, &DeclaredError{"zone", *z.Declared}
	}
	return z, nil
}

// CreateZone makes a zone without records. name is canonical.
func (c *Change) CreateZone(name string) (*Zone, error) {
	z := &Zone{
		ID: c.account.newID(), Name: name, Created: c.now, Modified: c.now,
		Serial: nextSerial(0, c.now), Settings: c.Settings().ZoneDefaults,
	}
	return z, c.addZone(z)
}

// addZone has a zone be there, without records.
func (c *Change) addZone(z *Zone) error {
	d, problems := zone.NewBuilder(z.options()).Build()
	if d == nil {
		return problems.Only(problem.Error)
	}
	c.zones.set(z.ID, z)
	c.data.set(z.ID, d)
	c.specs.setZone(z.ID, z, c)
	c.linked = true
	return nil
}

// removeZone has a zone be gone with its records, whatever names it.
func (c *Change) removeZone(id string) error {
	records, err := c.recordsOf(id)
	if err != nil {
		return err
	}
	c.deleted[id] = records
	c.zones.set(id, nil)
	c.data.set(id, nil)
	delete(c.edited, id)
	c.specs.setZone(id, nil, c)
	c.linked = true
	return nil
}

// UpdateZone changes what update does of a zone but for its ID, name and records.
func (c *Change) UpdateZone(id string, update func(*Zone) error) (*Zone, error) {
	old, err := c.ownZone(id)
	if err != nil {
		return nil, err
	}
	next := *old
	if err := update(&next); err != nil {
		return nil, err
	}
	next.ID, next.Name, next.Modified = old.ID, old.Name, c.now
	c.zones.set(id, &next)
	was, is := old.Settings.InternalDNS, next.Settings.InternalDNS
	if was.Flatten != is.Flatten || was.ReferenceZoneID != is.ReferenceZoneID || was.ReferenceNoData != is.ReferenceNoData {
		if is.ReferenceZoneID != "" && is.ReferenceZoneID != was.ReferenceZoneID {
			if _, err := c.Zone(is.ReferenceZoneID); err != nil {
				return nil, problem.List{{
					Code: problem.ZoneUnknown, Severity: problem.Error, Pos: zonePos(id, referenceMember), Object: fmt.Sprintf("zone %q", apexOf(old)),
					Text: fmt.Sprintf("there is no zone with the id %q in this account", is.ReferenceZoneID),
				}}
			}
		}
		c.specs.setZone(id, &next, c)
		c.linked = true
	}
	return &next, c.touchSettings(old, &next)
}

// touchSettings has the data of a zone follow its settings.
func (c *Change) touchSettings(old, next *Zone) error {
	c.edited[next.ID] = true
	if old.Settings.NSTTL == next.Settings.NSTTL {
		return nil
	}
	_, err := c.owners.get(ownerName{next.ID, next.Name}) // its NS records are made anew
	return err
}

// Users returns what names a zone: views, and zones that reference it.
func (c *Change) Users(id string) (by []string) {
	for _, v := range c.views.all() {
		if slices.Contains(v.Zones, id) {
			by = append(by, fmt.Sprintf("view %q", v.Name))
		}
	}
	for _, z := range c.zones.all() {
		if z.Settings.InternalDNS.ReferenceZoneID == id {
			by = append(by, fmt.Sprintf("zone %q, which references it", apexOf(z)))
		}
	}
	slices.Sort(by)
	return by
}

// DeleteZone takes a zone away with its records. What names it is an error unless force
// is set: then it is taken out there, too.
func (c *Change) DeleteZone(id string, force bool) error {
	z, err := c.ownZone(id)
	if err != nil {
		return err
	}
	if by := c.Users(id); len(by) > 0 {
		if !force {
			return &InUseError{"zone", apexOf(z), by}
		}
		if err := c.unlink(id); err != nil {
			return err
		}
	}
	return c.removeZone(id)
}

// unlink takes a zone out of the views that hold it, and away as a reference.
func (c *Change) unlink(id string) error {
	for _, v := range c.views.all() {
		if !slices.Contains(v.Zones, id) {
			continue
		}
		_, err := c.UpdateView(v.ID, func(v *View) error {
			v.Zones = slices.DeleteFunc(slices.Clone(v.Zones), func(other string) bool { return other == id })
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, z := range c.zones.all() {
		if z.Settings.InternalDNS.ReferenceZoneID != id {
			continue
		}
		_, err := c.UpdateZone(z.ID, func(z *Zone) error {
			z.Settings.InternalDNS.ReferenceZoneID = ""
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// errNotFirst ends a change that has to begin a group. It is tried again.
var errNotFirst = errors.New("the change is not the first of its group")

// recordsOf returns all that the store has of the records of a zone. A change that asks
// for it has its group to itself, so that nothing else has touched them.
func (c *Change) recordsOf(id string) ([]stored, error) {
	if err := c.Alone(); err != nil {
		return nil, err
	}
	var all []stored
	read := c.owners.read
	for key, value := range read.Range(recordsKey(id), nil) {
		all = append(all, stored{slices.Clone(key), slices.Clone(value)})
	}
	return all, read.Err()
}

// editZone makes a zone's data of what the change has made of its records. The problems are
// warnings, or there are no new data.
func (c *Change) editZone(z *Zone) problem.List {
	old := c.data.get(z.ID)
	next := *z
	exact := c.exact[z.ID]
	if !exact {
		next.Modified, next.Serial = c.now, nextSerial(z.Serial, c.now)
	}
	editor := old.Edit(next.options())
	apex := ownerName{z.ID, z.Name}
	if z != c.under.zones.get(z.ID) && c.owners.known[apex] == nil { // its settings may be others
		c.editOwner(editor, &next, apex, c.owners.before(apex))
	}
	for name, now := range c.owners.known {
		if name.zone == z.ID {
			if !exact {
				next.Records += len(now.records) - len(c.owners.before(name).records)
			}
			c.editOwner(editor, &next, name, now)
		}
	}
	d, problems := editor.Build()
	if d == nil {
		return problems
	}
	c.data.set(z.ID, d)
	c.zones.set(z.ID, &next)
	return problems
}

// editOwner has an editor hold the RRsets of an owner as they are now.
func (c *Change) editOwner(editor *zone.Editor, z *Zone, name ownerName, now *owner) {
	before := c.owners.before(name)
	changed := make([]uint16, 0, 4) // types
	note := func(list, other []*record.Record) {
		for _, r := range list {
			if (!slices.Contains(other, r) || ofNS(z, r)) && !slices.Contains(changed, r.Type) {
				changed = append(changed, r.Type)
			}
		}
	}
	note(before.records, now.records)
	note(now.records, before.records)
	for _, r := range before.records {
		if slices.Contains(changed, r.Type) {
			editor.Remove(name.owner, r.Type)
		}
	}
	for _, r := range now.records {
		if slices.Contains(changed, r.Type) {
			editor.Add(serve(z, r), c.position(r))
		}
	}
}

// ofNS reports whether the TTL of a record is the zone's setting of NS records.
func ofNS(z *Zone, r *record.Record) bool {
	return r.Name == z.Name && r.Type == typeNS && r.TTL == record.AutomaticTTL
}
