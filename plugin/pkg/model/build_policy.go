package model

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// firstPrecedence is where policies without a precedence start.
const firstPrecedence = 1000

// addPolicies makes the policies and their index, or hands on what stays.
func (b *builder) addPolicies() {
	if slices.Equal(b.spec.Policies, b.old.spec.Policies) {
		b.compiled = b.relink()
	} else {
		b.checkPolicyNames(b.spec.Policies)
		b.compiled = b.makePolicies()
	}
	b.Policies = b.old.Policies
	if slices.Equal(b.compiled, b.old.compiled) {
		b.index, b.used = b.old.index, b.old.used
		return
	}
	b.Policies = make([]*Policy, 0, len(b.compiled))
	for _, p := range b.compiled {
		if !p.spec.Disabled {
			b.Policies = append(b.Policies, p)
		}
	}
	slices.SortStableFunc(b.Policies, func(a, z *Policy) int { return cmp.Compare(a.Precedence, z.Precedence) })
	b.checkOrder()
	b.index, b.used = b.old.index, b.old.used
	if !slices.EqualFunc(b.Policies, b.old.Policies, func(p, old *Policy) bool { return p.spec == old.spec }) {
		b.index, b.used = newIndex(b.Policies), usedFields(b.Policies)
	}
	b.index.policies = b.Policies
}

// relink returns the policies of old, with the views that they have now.
func (b *builder) relink() []*Policy {
	if slices.Equal(b.Views, b.old.Views) && slices.Equal(b.spec.Gone, b.old.spec.Gone) {
		return b.old.compiled
	}
	made := slices.Clone(b.old.compiled)
	for i, p := range made {
		made[i] = b.withView(p)
	}
	return made
}

// makePolicies makes the policies whose specs are new, and takes the others from old.
func (b *builder) makePolicies() []*Policy {
	precedences := b.precedences(b.spec.Policies)
	old := make(map[string]*Policy, len(b.old.compiled))
	for _, p := range b.old.compiled {
		old[p.Name] = p
	}
	made := make([]*Policy, 0, len(b.spec.Policies))
	for i, s := range b.spec.Policies {
		before := old[s.Name]
		var p *Policy
		switch {
		case before == nil || before.spec != s:
			p = b.newPolicy(s, precedences[i])
			b.numberPolicy(p, before)
		case before.Precedence != precedences[i]:
			moved := *before
			moved.Precedence = precedences[i]
			p = &moved
		default:
			p = before
		}
		made = append(made, b.withView(p))
	}
	return made
}

// numberPolicy gives a policy the number of the one of its name, or a new one.
func (b *builder) numberPolicy(p, before *Policy) {
	if before != nil {
		p.number = before.number
		return
	}
	p.number = b.nextPolicy
	b.nextPolicy++
}

// withView returns the policy with the view that it names, if it names one.
func (b *builder) withView(p *Policy) *Policy {
	if p.Action != UseView {
		return p
	}
	view := b.views[p.ViewName]
	if view == nil && !slices.Contains(b.spec.Gone, p.ViewName) {
		b.lostViews = true
		b.problems.Errorf(problem.ViewUnknown, p.spec.View.Pos, policyObject(p.Name), "there is no view %q in this server block; known: %s",
			p.ViewName, known(b.Views, func(v *View) string { return v.Name }))
	}
	if view == p.View {
		return p
	}
	next := *p
	next.View = view
	return &next
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
		found.Pos.Line += strings.Count(e.Source[:min(at.Offset, len(e.Source))], "\n")
	}
	b.problems = append(b.problems, found)
	return nil
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

// checkOrder refuses two enabled policies of one precedence.
func (b *builder) checkOrder() {
	for i, p := range b.Policies {
		if i == 0 {
			continue
		}
		if before := b.Policies[i-1]; before.Precedence == p.Precedence {
			b.problems.Errorf(problem.PrecedenceTaken, p.Pos, policyObject(p.Name), "precedence %d is taken by the policy %q at %s; enabled policies need different numbers",
				p.Precedence, before.Name, before.Pos)
		}
	}
}
