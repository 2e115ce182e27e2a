package model

import (
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// addViews makes the views, or hands on those that stay.
func (b *builder) addViews() {
	renamed := b.gained || b.lost
	if len(b.changed) == 0 && !(renamed && b.old.looseViews) && slices.Equal(b.spec.Views, b.old.spec.Views) {
		b.Views, b.views, b.looseViews = b.old.Views, b.old.views, b.old.looseViews
		return
	}
	b.Views, b.views = make([]*View, 0, len(b.spec.Views)), make(map[string]*View, len(b.spec.Views))
	for _, s := range b.spec.Views {
		if other, ok := b.views[s.Name]; ok {
			b.problems.Errorf(problem.ViewNameTaken, s.Pos, viewObject(s.Name), "the view name is taken by the view at %s; view names are unique in a server block", other.Pos)
			b.lostZones = true
			continue
		}
		v := b.old.views[s.Name]
		if v == nil || v.spec != s || renamed && v.loose || v.holdsAny(b.changed) {
			v = b.newView(s)
		}
		b.looseViews = b.looseViews || v.loose
		b.views[s.Name] = v
		b.Views = append(b.Views, v)
	}
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
