package model

import (
	"errors"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/keyed"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// firstPrecedence is where policies without a precedence start.
const firstPrecedence = 1000

// move is a policy in the place of another: nil for old if it has come, for now if it is
// gone.
type move struct{ old, now *Policy }

// exchanged is the part of the list of policies that may differ: what the specs were there
// and are now.
type exchanged struct {
	start          int
	removed, added []*PolicySpec
}

// stays reports whether the policy at some place of the new list has the spec that was at
// the same place.
func (x *exchanged) stays(at int) bool {
	at -= x.start
	return at < 0 || at >= len(x.added) || x.same(at)
}

// same reports whether the specs at some place of both are one.
func (x *exchanged) same(at int) bool {
	return len(x.removed) == len(x.added) && x.removed[at] == x.added[at]
}

// addPolicies makes the policies and their index, or hands on what stays.
func (b *builder) addPolicies() {
	b.Policies, b.compiled, b.policies, b.automatic = b.old.Policies, b.old.compiled, b.old.policies, b.old.automatic
	b.index, b.uses, b.used = b.old.index, b.old.uses, b.old.used
	var x exchanged
	x.start, x.removed, x.added = difference(b.old.spec.Policies, b.spec.Policies)
	fork := b.old.policies.Fork()
	var moves []move
	var precedences []uint32 // nil: as the specs say
	if len(x.removed)+len(x.added) > 0 {
		if b.automatic += automatic(x.added) - automatic(x.removed); b.automatic > 0 {
			precedences = b.precedences(b.spec.Policies)
		}
		moves = b.exchangePolicies(&x, precedences, fork)
	}
	moves = b.follow(&x, precedences, fork, moves)
	if len(moves) == 0 {
		return
	}
	b.policies = fork.Map()
	b.putInOrder(moves)
	if !b.problems.HasErrors() {
		b.fileAll(moves)
	}
}

// exchangePolicies takes the policies of some specs away and puts others in their place.
func (b *builder) exchangePolicies(x *exchanged, precedences []uint32, fork *keyed.Fork[*Policy]) (moves []move) {
	for i, s := range x.removed {
		if !x.same(i) {
			fork.Delete(s.Name)
		}
	}
	made := make([]*Policy, len(x.added))
	for i, s := range x.added {
		at := x.start + i
		if x.same(i) {
			made[i] = b.old.compiled[at]
			continue
		}
		before, _ := b.old.policies.Get(s.Name)
		p := b.makePolicy(s, before, precedenceOf(s, precedences, at))
		_, taken := fork.Get(s.Name)
		b.repeated = b.repeated || taken
		fork.Set(s.Name, p)
		if made[i] = p; p != before {
			moves = append(moves, move{before, p})
		}
	}
	if b.repeated {
		b.checkPolicyNames(b.spec.Policies)
	}
	for i, s := range x.removed {
		if x.same(i) {
			continue
		}
		if _, stays := fork.Get(s.Name); !stays {
			gone, _ := b.old.policies.Get(s.Name)
			moves = append(moves, move{old: gone})
		}
	}
	b.compiled = slices.Concat(b.old.compiled[:x.start], made, b.old.compiled[x.start+len(x.removed):])
	return moves
}

// automatic returns how many specs have no precedence.
func automatic(specs []*PolicySpec) (n int) {
	for _, s := range specs {
		if s.Precedence == nil {
			n++
		}
	}
	return n
}

// precedenceOf returns the precedence of the policy at some place, of those there are
// unless all specs say theirs.
func precedenceOf(s *PolicySpec, precedences []uint32, at int) uint32 {
	if precedences == nil {
		return *s.Precedence
	}
	return precedences[at]
}

// makePolicy returns the policy of a spec: the one that was there before, which may be nil,
// if nothing is new.
func (b *builder) makePolicy(s *PolicySpec, before *Policy, precedence uint32) *Policy {
	if before == nil || before.spec != s {
		p := b.newPolicy(s, precedence)
		b.numberPolicy(p, before)
		p.View = b.viewOf(p)
		return p
	}
	return before.with(precedence, b.viewOf(before))
}

// with returns the policy as it is with another precedence and view.
func (p *Policy) with(precedence uint32, view *View) *Policy {
	if p.Precedence == precedence && p.View == view {
		return p
	}
	next := *p
	next.Precedence, next.View = precedence, view
	return &next
}

// follow has the policies whose specs stay have the views and the precedences that are
// theirs now, and adds them to the moves.
func (b *builder) follow(x *exchanged, precedences []uint32, fork *keyed.Fork[*Policy], moves []move) []move {
	stale, linked := b.staleViews()
	if precedences == nil && !linked {
		return moves
	}
	owned := len(x.removed)+len(x.added) > 0
	for i, p := range b.compiled {
		if !x.stays(i) {
			continue
		}
		view := p.View
		if linked && p.Action == UseView && (view == nil || stale(view)) {
			view = b.viewOf(p)
		}
		precedence := p.Precedence
		if precedences != nil {
			precedence = precedences[i]
		}
		next := p.with(precedence, view)
		if next == p {
			continue
		}
		if !owned {
			b.compiled, owned = slices.Clone(b.compiled), true
		}
		b.compiled[i] = next
		fork.Set(p.Name, next)
		moves = append(moves, move{p, next})
	}
	return moves
}

// staleViews returns which views of old are gone or others now, and whether policies may
// find another view than before.
func (b *builder) staleViews() (stale func(*View) bool, linked bool) {
	_, gone, come := difference(b.old.Views, b.Views)
	if len(gone)+len(come) == 0 && slices.Equal(b.spec.Gone, b.old.spec.Gone) {
		return nil, false
	}
	var few []*View
	for _, v := range gone {
		if now, _ := b.views.Get(v.Name); now != v {
			few = append(few, v)
		}
	}
	if len(few) <= maxFew {
		return func(v *View) bool { return slices.Contains(few, v) }, true
	}
	many := make(map[*View]bool, len(few))
	for _, v := range few {
		many[v] = true
	}
	return func(v *View) bool { return many[v] }, true
}

// maxFew is how many pointers are compared faster one after another than found in a map.
const maxFew = 8

// numberPolicy gives a policy the number of the one of its name, or a new one.
func (b *builder) numberPolicy(p, before *Policy) {
	if before != nil {
		p.number = before.number
		return
	}
	p.number = b.nextPolicy
	b.nextPolicy++
}

// viewOf returns the view that a policy names, nil if it names none or one that is gone.
func (b *builder) viewOf(p *Policy) *View {
	if p.Action != UseView {
		return nil
	}
	view, _ := b.views.Get(p.ViewName)
	if view == nil && !b.isGone(p.ViewName) {
		b.lostViews = true
		b.problems.Errorf(problem.ViewUnknown, p.spec.View.Pos, policyObject(p.Name), "there is no view %q in this server block; known: %s",
			p.ViewName, known(b.Views, func(v *View) string { return v.Name }))
	}
	return view
}

// isGone reports whether a view was taken away although policies name it.
func (b *builder) isGone(view string) bool {
	if b.gone == nil {
		b.gone = make(map[string]bool, len(b.spec.Gone))
		for _, name := range b.spec.Gone {
			b.gone[name] = true
		}
	}
	return b.gone[view]
}

func (b *builder) checkPolicyNames(specs []*PolicySpec) {
	seen := make(map[string]problem.Pos, len(specs))
	for _, s := range specs {
		if pos, ok := seen[s.Name]; ok {
			b.problems.Errorf(problem.PolicyNameTaken, s.Pos, policyObject(s.Name), "the policy name is taken by the policy at %s; policy names are unique in a server block", pos)
			continue
		}
		seen[s.Name] = s.Pos
	}
}

// precedences gives each policy its number: its own, or the next free one from
// firstPrecedence up in order of appearance.
func (b *builder) precedences(specs []*PolicySpec) []uint32 {
	taken := make(map[uint32]bool, len(specs))
	for _, s := range specs {
		if s.Precedence != nil {
			taken[*s.Precedence] = true
		}
	}
	out := make([]uint32, len(specs))
	next := uint32(firstPrecedence)
	for i, s := range specs {
		if s.Precedence != nil {
			out[i] = *s.Precedence
			continue
		}
		for taken[next] {
			next++
		}
		out[i] = next
		next++
	}
	return out
}

func (b *builder) newPolicy(s *PolicySpec, precedence uint32) *Policy {
	p := &Policy{
		Name: s.Name, Description: s.Description, Precedence: precedence,
		Action: s.Action, ViewName: s.View.Name, Resolvers: s.Resolvers, Fallback: s.Fallback, Reenter: s.Reenter, Pos: s.Pos,
		private: newNameSet(s.Private), spec: s,
	}
	p.Traffic = b.compile(s, s.Traffic)
	p.Identity = b.compile(s, s.Identity)
	p.Posture = b.compile(s, s.Posture)
	for _, program := range p.programs() {
		p.conditions = append(p.conditions, conditions(program)...)
	}
	p.Schedule = b.schedule(s)
	p.Expires, p.timed = s.Expires, p.Schedule != nil || !s.Expires.IsZero()
	return p
}

// schedule makes the schedule of a policy, nil if it has none or on an error.
func (b *builder) schedule(s *PolicySpec) *Schedule {
	if s.Schedule == nil {
		return nil
	}
	made, member, err := newSchedule(s.Schedule)
	if err != nil {
		at := s.Schedule.Pos
		at.Pointer += "/" + member
		b.problems.Errorf(problem.ScheduleInvalid, at, policyObject(s.Name), "%s", err)
	}
	return made
}

// compile turns an expression into a program, nil for an empty one or on an error.
func (b *builder) compile(s *PolicySpec, e Expression) *expr.Program {
	if e.Source == "" {
		return nil
	}
	program, err := expr.Compile(e.Source, schema, s.Lists)
	if err == nil {
		b.checkSources(s, e, program)
		return program
	}
	found := problem.Problem{Code: problem.ExpressionInvalid, Pos: e.Pos, Severity: problem.Error, Object: policyObject(s.Name), Text: err.Error()}
	if at, ok := errors.AsType[*expr.Error](err); ok {
		found.Text = at.Text
		found.Excerpt = at.Excerpt()
		found.Pos = e.lineOf(at.Offset)
	}
	b.problems = append(b.problems, found)
	return nil
}

// lineOf returns the position of an offset. Lines of an expression that stands in no file
// are its own.
func (e *Expression) lineOf(offset int) problem.Pos {
	at := e.Pos
	if n := strings.Count(e.Source[:min(offset, len(e.Source))], "\n"); n > 0 {
		at.Line = max(at.Line, 1) + n
	}
	return at
}

// checkSources refuses selectors that have no value in this server block: such an
// expression would never be true, and nobody would know why.
func (b *builder) checkSources(s *PolicySpec, e Expression, program *expr.Program) {
	for field := range schema.Len() {
		if !program.Uses(field) {
			continue
		}
		if reason, ok := b.spec.Unavailable[field]; ok {
			b.problems.Errorf(problem.SelectorUnavailable, e.Pos, policyObject(s.Name), "%s: %s", schema.Field(field).Name, reason)
		}
	}
}
