package model

import (
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// Snapshot is one generation of a server block's configuration: everything a
// query needs, cross-checked. Immutable, safe for concurrent use.
type Snapshot struct {
	// Generation counts the snapshots of a block from 1; a query that pinned one
	// never sees another.
	Generation uint64

	*config
	data []*zone.Zone // by Zone.index
}

// config is what only a new configuration changes; snapshots that differ in zone
// data alone share it.
type config struct {
	Zones    []*Zone   // in the order declared
	Views    []*View   // in the order declared
	Policies []*Policy // enabled, by ascending precedence

	zones map[string]*Zone // by ID
	views map[string]*View // by name
	index index
	used  fieldSet // by the policies
}

// Data gives the zone's records in this generation.
func (s *Snapshot) Data(z *Zone) *zone.Zone { return s.data[z.index] }

// Zone gives the zone of that ID, nil if there is none.
func (s *Snapshot) Zone(id string) *Zone { return s.zones[id] }

// View gives the view of that name, nil if there is none.
func (s *Snapshot) View(name string) *View { return s.views[name] }

// Holds reports whether the zone of that ID is in the view, which may be nil.
func (s *Snapshot) Holds(v *View, id string) bool {
	z := s.zones[id]
	return v != nil && z != nil && v.at(z.Apex) == z
}

// WithData gives the next generation, in which the zones of the given IDs have
// new data. Everything else is shared; IDs of no zone are ignored.
func (s *Snapshot) WithData(data map[string]*zone.Zone) *Snapshot {
	next := &Snapshot{Generation: s.Generation + 1, config: s.config, data: make([]*zone.Zone, len(s.data))}
	copy(next.data, s.data)
	for id, d := range data {
		if z := s.zones[id]; z != nil {
			next.data[z.index] = d
		}
	}
	return next
}

// WithoutView gives the next generation, from which a view is gone. Policies
// that name it stay and find nothing. [C]
func (s *Snapshot) WithoutView(name string) *Snapshot {
	gone := *s.config
	gone.Views, gone.Policies = nil, nil
	gone.views = make(map[string]*View, len(s.views))
	for _, v := range s.Views {
		if v.Name != name {
			gone.Views = append(gone.Views, v)
			gone.views[v.Name] = v
		}
	}
	for _, p := range s.Policies {
		if p.View != nil && p.View.Name == name {
			orphan := *p
			orphan.View = nil
			p = &orphan
		}
		gone.Policies = append(gone.Policies, p)
	}
	gone.index = newIndex(gone.Policies)
	return &Snapshot{Generation: s.Generation + 1, config: &gone, data: s.data}
}
