package telemetry

import (
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/model"
)

const (
	// rounds is how often Prometheus asks before what has left a block is forgotten:
	// queries that began before may count for it until then.
	rounds = 2
	// maxLeaving bounds what waits for that where nobody asks.
	maxLeaving = 4096
)

// leaving is a policy or a zone that a block has no more.
type leaving struct {
	policy *model.Policy
	zone   *model.Zone
	rounds int // left
}

// Prepare implements scope.Follower.
func (m *Meter) Prepare(_, _ *model.Snapshot) {}

// Follow implements scope.Follower: it notes what has left the block.
func (m *Meter) Follow(old, next *model.Snapshot) {
	zones, policies := next.Removed(old)
	if len(zones)+len(policies) == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, z := range zones {
		m.leaving = append(m.leaving, leaving{zone: z, rounds: rounds})
	}
	for _, p := range policies {
		m.leaving = append(m.leaving, leaving{policy: p, rounds: rounds})
	}
	if len(m.leaving) > maxLeaving {
		m.flushLocked()
		m.forget(m.leaving)
		m.leaving = nil
	}
}

// zoneIDs returns the IDs of the zones by number, those that have left included.
func (m *Meter) zoneIDs() map[uint32]string {
	var zones []*model.Zone
	if snapshot := m.scope.Load(); snapshot != nil {
		zones = snapshot.Zones
	}
	ids := make(map[uint32]string, len(zones)+len(m.leaving))
	for _, l := range m.leaving {
		if l.zone != nil {
			ids[l.zone.Number()] = l.zone.ID
		}
	}
	for _, z := range zones {
		ids[z.Number()] = z.ID
	}
	return ids
}

// round notes that Prometheus has asked, and forgets what has left for long enough.
func (m *Meter) round() {
	for _, l := range m.listeners {
		l.round()
	}
	if len(m.leaving) == 0 {
		return
	}
	var due []leaving
	for i := range m.leaving {
		if m.leaving[i].rounds--; m.leaving[i].rounds == 0 {
			due = append(due, m.leaving[i])
		}
	}
	m.leaving = slices.DeleteFunc(m.leaving, func(l leaving) bool { return l.rounds == 0 })
	if len(due) > 0 {
		m.forget(due)
	}
}

// forget drops what was counted for what has left, and takes series away that no block
// counts under any more.
func (m *Meter) forget(gone []leaving) {
	for _, l := range m.listeners {
		for _, g := range gone {
			if g.policy == nil {
				continue
			}
			number := g.policy.Number()
			if at := l.policies.At(number); at != nil && !m.enabled(number) {
				l.policies.Swap(number, at, nil)
			}
		}
	}
	successors := newSuccessors(m.others())
	for s := range m.series {
		if successors.of(s) == nil {
			s.vec.DeleteLabelValues(s.labels[:s.count]...)
			delete(m.series, s)
		}
	}
}

// enabled reports whether the block has a policy of that number, which may have come
// back.
func (m *Meter) enabled(number uint32) bool {
	return slices.ContainsFunc(m.scope.Load().Policies, func(p *model.Policy) bool { return p.Number() == number })
}

// others returns the meters of the blocks that serve, this one among them.
func (m *Meter) others() []*Meter {
	all := serving.All()
	if !slices.Contains(all, m) {
		all = append(all, m)
	}
	return all
}
