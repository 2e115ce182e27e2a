package model

import (
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/keyed"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// addViews makes the views, or hands on those that stay.
func (b *builder) addViews() {
	b.Views, b.views, b.looseViews = b.old.Views, b.old.views, b.old.looseViews
	renamed := b.gained || b.lost
	start, removed, added := difference(b.old.spec.Views, b.spec.Views)
	renewed := len(b.changed) > 0 || renamed && b.old.looseViews // may be another now
	if !renewed && len(removed)+len(added) == 0 {
		return
	}
	fork, free := b.freeNames(removed, added)
	if renewed || !free {
		start, removed, added = 0, b.old.spec.Views, b.spec.Views
		fork, b.looseViews = new(keyed.Map[*View]).Fork(), false
	}
	made := make([]*View, 0, len(added))
	for _, s := range added {
		if other, _ := fork.Get(s.Name); other != nil {
			b.problems.Errorf(problem.ViewNameTaken, s.Pos, viewObject(s.Name), "the view name is taken by the view at %s; view names are unique in a server block", other.Pos)
			b.lostZones = true
			continue
		}
		v := b.old.View(s.Name)
		if v == nil || v.spec != s || renamed && v.loose || v.holdsAny(b.changed) {
			v = b.newView(s)
		}
		b.looseViews = b.looseViews || v.loose
		fork.Set(s.Name, v)
		made = append(made, v)
	}
	b.views = fork.Map()
	b.Views = slices.Concat(b.old.Views[:start], made, b.old.Views[start+len(removed):])
}

// freeNames returns the views of old by name without some and with room for others, and
// whether all of these have names of their own.
func (b *builder) freeNames(removed, added []*ViewSpec) (fork *keyed.Fork[*View], free bool) {
	fork = b.old.views.Fork()
	for _, s := range removed {
		fork.Delete(s.Name)
	}
	for _, s := range added {
		if _, taken := fork.Get(s.Name); taken {
			return nil, false
		}
		fork.Set(s.Name, nil)
	}
	return fork, true
}

// holdsAny reports whether the view holds one of some zones.
func (v *View) holdsAny(zones map[*Zone]bool) bool {
	if len(zones) < len(v.Zones) {
		for z := range zones {
			if v.at(z.Apex) == z {
				return true
			}
		}
		return false
	}
	return slices.ContainsFunc(v.Zones, func(z *Zone) bool { return zones[z] })
}

// newView makes a view of its zones and refuses two of one name. [C]
func (b *builder) newView(s *ViewSpec) *View {
	v := &View{
		Name: s.Name, Description: s.Description, Pos: s.Pos, spec: s,
		Zones: make([]*Zone, 0, len(s.Zones)), apexes: domain.NewTable(len(s.Zones)),
	}
	for _, ref := range s.Zones {
		z := b.findZone(ref.Pos, viewObject(s.Name), ref.Name, &v.loose)
		if z == nil {
			continue
		}
		switch other := v.at(z.Apex); {
		case other == z:
			b.problems.Errorf(problem.ZoneRepeated, ref.Pos, viewObject(s.Name), "zone %q is named twice; name it once", z.ID)
		case other != nil:
			b.problems.Errorf(problem.ZoneNameTwice, ref.Pos, viewObject(s.Name),
				"zones %q and %q have the same name %s; a view holds one zone of a name (link the other with referencezone)", other.ID, z.ID, z.Apex)
			b.lostZones = true
		default:
			v.apexes.Add(z.Apex, uint32(len(v.Zones)))
			v.Zones = append(v.Zones, z)
			v.longest = max(v.longest, len(z.Apex))
		}
	}
	return v
}
