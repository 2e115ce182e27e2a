package live

import (
	"maps"
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// quarantine holds the objects of an account that do not fit the Corefile, and why, by
// objectAt. They are not served.
type quarantine map[string]problem.Problem

// has reports whether the object at a position is left out.
func (q quarantine) has(pos problem.Pos) bool {
	if len(q) == 0 {
		return false
	}
	_, ok := q[objectAt(pos)]
	return ok
}

// Block is a server block that serves an account beside what its Corefile declares. It
// belongs to the account's writer once it is attached.
type Block struct {
	scope *scope.Scope

	base  model.Spec // what the Corefile declares
	out   quarantine
	ready bool // attached
}

// NewBlock returns a block that Account.Attach has serve an account.
func NewBlock(s *scope.Scope) *Block { return &Block{scope: s} }

// Snapshot returns what the block serves now.
func (b *Block) Snapshot() *model.Snapshot { return b.scope.Load() }

// tip is what a block will serve once changes are committed.
type tip struct {
	snapshot *model.Snapshot
	out      quarantine
}

// build returns the snapshot that holds the block's and the account's objects and follows
// old. What does not fit is left out, and why.
func (b *Block) build(s *specs, data *layer[zone.Zone], old *model.Snapshot) (tip, problem.List) {
	out := make(quarantine)
	for {
		next, problems := model.Build(s.merge(b.base, out), old)
		if next != nil {
			return tip{withData(next, data), out}, nil
		}
		// What another one is in the way of fits once that is left out for a reason of its own.
		wrong := problems.Only(problem.Error)
		alone := slices.DeleteFunc(slices.Clone(wrong), func(p problem.Problem) bool {
			return slices.Contains([]problem.Code{problem.PrecedenceTaken, problem.PolicyNameTaken, problem.ViewNameTaken, problem.ReferenceCycle}, p.Code)
		})
		if !out.add(alone) && !out.add(wrong) { // the Corefile alone would not have been built
			return tip{}, problems
		}
	}
}

// add has the objects be left out that problems are about, and reports whether any were
// not.
func (q quarantine) add(problems problem.List) (more bool) {
	for _, p := range problems {
		at := objectAt(p.Pos)
		if _, known := q[at]; at != "" && !known {
			q[at], more = p, true
		}
	}
	return more
}

// withData returns a snapshot in which the zones of an account have data.
func withData(next *model.Snapshot, all *layer[zone.Zone]) *model.Snapshot {
	missing := make(map[string]*zone.Zone)
	for _, z := range next.Zones {
		if next.Data(z) == nil {
			missing[z.ID] = all.get(z.ID)
		}
	}
	if len(missing) == 0 {
		return next
	}
	return next.WithData(missing)
}

// check returns the block's next snapshot after a change of what is linked to what, and
// the problems that forbid the change. Objects that were left out before stay so unless
// the change is about them; others are if the change may do that.
func (b *Block) check(c *Change, now tip) (tip, problem.List) {
	if len(now.out) == 0 && !c.loose {
		next, problems := model.Build(c.specs.merge(b.base, nil), now.snapshot)
		if next == nil {
			return tip{}, problems.Only(problem.Error)
		}
		if slices.Equal(next.Zones, now.snapshot.Zones) { // each has its data
			return tip{next, nil}, nil
		}
		return tip{withData(next, c.data), nil}, nil
	}
	next, problems := b.build(&c.specs, c.data, now.snapshot)
	if problems.HasErrors() {
		return tip{}, problems
	}
	var refused problem.List
	for _, at := range slices.Sorted(maps.Keys(next.out)) {
		if _, before := now.out[at]; (!before || c.touches(at)) && !c.mayMiss(at) {
			refused = append(refused, next.out[at])
		}
	}
	if len(refused) > 0 {
		return tip{}, refused
	}
	return next, nil
}

// publish has the block serve what was made of from. Files may have given its zones other
// data meanwhile.
func (b *Block) publish(from *model.Snapshot, to tip, data map[string]*zone.Zone) {
	b.scope.Update(func(old *model.Snapshot) (*model.Snapshot, problem.List) {
		switch {
		case old == from:
			return to.snapshot, nil
		case to.snapshot.SameConfig(old):
			return old.WithData(data), nil
		}
		next, problems := model.Build(to.snapshot.Spec(), old)
		if next == nil {
			return nil, problems
		}
		all := make(map[string]*zone.Zone, len(data))
		maps.Copy(all, data)
		for _, z := range next.Zones {
			if next.Data(z) == nil {
				all[z.ID] = to.snapshot.Data(to.snapshot.Zone(z.ID))
			}
		}
		return next.WithData(all), nil
	})
	b.out = to.out
}

// withPrecedences returns what a block declares, with the precedences that its policies
// have: no policy of the account can move them.
func withPrecedences(s *model.Snapshot) model.Spec {
	spec := s.Spec()
	spec.Policies = slices.Clone(spec.Policies)
	for i, p := range spec.Policies {
		if has := s.Policy(p.Name); p.Precedence == nil && has != nil {
			fixed, number := *p, has.Precedence
			fixed.Precedence = &number
			spec.Policies[i] = &fixed
		}
	}
	return spec
}
