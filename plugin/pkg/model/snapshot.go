package model

import (
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/keyed"
	"github.com/internaldns/internaldns/plugin/pkg/numbered"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// Snapshot is one generation of a server block's configuration: everything a
// query needs, cross-checked. Immutable, safe for concurrent use.
type Snapshot struct {
	// Generation counts the snapshots of a block from 1; a query that pinned one
	// never sees another.
	Generation uint64

	*config
	data numbered.List[*zone.Zone] // by Zone.number
}

// config is what only a new configuration changes; snapshots that differ in zone
// data alone share it.
type config struct {
	Zones    []*Zone   // in the order declared
	Views    []*View   // in the order declared
	Policies []*Policy // enabled, by ascending precedence

	spec       Spec
	zones      map[string]*Zone   // by ID
	links      map[string]link    // the references, by the ID of the zone they lead from
	loose      bool               // a reference names a zone by another spelling than its ID
	looseViews bool               // a view does
	views      keyed.Map[*View]   // by name
	compiled   []*Policy          // in the order declared, disabled ones included
	policies   keyed.Map[*Policy] // the same by name
	automatic  int                // of them, those whose specs have no precedence
	index      index
	uses       usedFields
	used       fieldSet // by the policies, as uses has it
	bounded    bool     // there is a highest TTL

	nextZone, nextPolicy uint32 // numbers that were never used
}

// Spec returns what the snapshot was built from, read-only: the next one is built from a
// copy in which some of the pointers are others. Zones may have newer data by now.
func (s *Snapshot) Spec() Spec { return s.spec }

// Places returns the locations that are pinned with the snapshot, nil if there are none.
func (s *Snapshot) Places() Places { return s.spec.Places }

// BoundsTTL reports whether answers to some clients have a highest TTL.
func (s *Snapshot) BoundsTTL() bool { return s.bounded }

// Data returns the zone's records in this generation.
func (s *Snapshot) Data(z *Zone) *zone.Zone { return s.data.At(z.number) }

// Zone returns the zone of that ID, nil if there is none.
func (s *Snapshot) Zone(id string) *Zone { return s.zones[id] }

// View returns the view of that name, nil if there is none.
func (s *Snapshot) View(name string) *View {
	v, _ := s.views.Get(name)
	return v
}

// Policy returns the policy of that name, a disabled one too, nil if there is none.
func (s *Snapshot) Policy(name string) *Policy {
	p, _ := s.policies.Get(name)
	return p
}

// Holds reports whether the zone of that ID is in the view, which may be nil.
func (s *Snapshot) Holds(v *View, id string) bool {
	z := s.zones[id]
	return v != nil && z != nil && v.at(z.Apex) == z
}

// SameConfig reports whether the two differ in zone data at most.
func (s *Snapshot) SameConfig(old *Snapshot) bool { return s.config == old.config }

// Removed returns the zones of old whose numbers no zone has any more, and the enabled
// policies whose numbers no enabled policy has.
func (s *Snapshot) Removed(old *Snapshot) (zones []*Zone, policies []*Policy) {
	_, goneZones, comeZones := difference(old.Zones, s.Zones)
	gone, come := s.ChangedPolicies(old)
	return removed(goneZones, comeZones, (*Zone).Number), removed(gone, come, (*Policy).Number)
}

// removed returns what of those gone has a number that none of those that have come has.
func removed[T any](gone, come []T, number func(T) uint32) (out []T) {
	numbers := make(map[uint32]bool, len(come))
	for _, t := range come {
		numbers[number(t)] = true
	}
	for _, t := range gone {
		if !numbers[number(t)] {
			out = append(out, t)
		}
	}
	return out
}

// ChangedPolicies returns the enabled policies of old that are not as they were, and those
// that are in their place or have come. It costs a look at the lists of both, which are in
// order.
func (s *Snapshot) ChangedPolicies(old *Snapshot) (gone, come []*Policy) {
	before, now := old.Policies, s.Policies
	for len(before) > 0 && len(now) > 0 {
		p, next := before[0], now[0]
		if p == next {
			before, now = before[1:], now[1:]
			continue
		}
		if p.Precedence <= next.Precedence {
			gone, before = append(gone, p), before[1:]
		}
		if p.Precedence >= next.Precedence {
			come, now = append(come, next), now[1:]
		}
	}
	return append(gone, before...), append(come, now...)
}

// WithData returns the next generation, in which the zones of the given IDs have
// new data. Everything else is shared; IDs of no zone are ignored.
func (s *Snapshot) WithData(data map[string]*zone.Zone) *Snapshot {
	next := s.data.Fork()
	for id, d := range data {
		if z := s.zones[id]; z != nil {
			next.Set(z.number, d)
		}
	}
	return &Snapshot{Generation: s.Generation + 1, config: s.config, data: next.List()}
}

// WithoutView returns the next generation, from which a view is gone. Policies
// that name it stay and find nothing. [C]
func (s *Snapshot) WithoutView(name string) *Snapshot {
	spec := s.spec
	spec.Views = slices.DeleteFunc(slices.Clone(spec.Views), func(v *ViewSpec) bool { return v.Name == name })
	spec.Gone = append(slices.Clip(spec.Gone), name)
	next, _ := Build(spec, s) // what was right stays so
	return next
}
