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

func (b *builder) addPolicies(specs []PolicySpec) {
	b.checkPolicyNames(specs)
	precedences := b.precedences(specs)
	for i, s := range specs {
		p := b.newPolicy(s, precedences[i])
		if !s.Disabled {
			b.config.Policies = append(b.config.Policies, p)
		}
	}
	slices.SortStableFunc(b.config.Policies, func(a, z *Policy) int { return cmp.Compare(a.Precedence, z.Precedence) })
	for i, p := range b.config.Policies {
		p.number = i
	}
	b.checkOrder()
}

func (b *builder) checkPolicyNames(specs []PolicySpec) {
	seen := make(map[string]problem.Pos, len(specs))
	for _, s := range specs {
		if pos, ok := seen[s.Name]; ok {
			b.problems.Errorf(s.Pos, policyObject(s.Name), "the policy name is taken by the policy at %s; policy names are unique in a server block", pos)
			continue
		}
		seen[s.Name] = s.Pos
	}
}

// precedences gives each policy its number: its own, or the next free one from
// firstPrecedence up in order of appearance.
func (b *builder) precedences(specs []PolicySpec) []uint32 {
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

func (b *builder) newPolicy(s PolicySpec, precedence uint32) *Policy {
	p := &Policy{
		Name: s.Name, Description: s.Description, Precedence: precedence,
		Action: s.Action, ViewName: s.View.Name, Resolvers: s.Resolvers, Fallback: s.Fallback, Reenter: s.Reenter, Pos: s.Pos,
		private: newNameSet(s.Private),
	}
	p.Traffic = b.compile(s, s.Traffic)
	p.Identity = b.compile(s, s.Identity)
	object := policyObject(s.Name)
	if list := append(b.doubts(object, s.Traffic, p.Traffic), b.doubts(object, s.Identity, p.Identity)...); len(list) > 0 {
		b.doubtful[p] = list
	}
	if s.Action != UseView {
		return p
	}
	p.View = b.config.views[s.View.Name]
	if p.View == nil {
		b.lostViews = true
		b.problems.Errorf(s.View.Pos, policyObject(s.Name), "there is no view %q in this server block; known: %s",
			s.View.Name, known(b.config.Views, func(v *View) string { return v.Name }))
	}
	return p
}

// compile turns an expression into a program, nil for an empty one or on an error.
func (b *builder) compile(s PolicySpec, e Expression) *expr.Program {
	if e.Source == "" {
		return nil
	}
	program, err := expr.Compile(e.Source, schema, s.Lists)
	if err == nil {
		b.checkSources(s, e, program)
		return program
	}
	found := problem.Problem{Pos: e.Pos, Severity: problem.Error, Object: policyObject(s.Name), Text: err.Error()}
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
func (b *builder) checkSources(s PolicySpec, e Expression, program *expr.Program) {
	for field := range schema.Len() {
		if !program.Uses(field) {
			continue
		}
		if reason, ok := b.spec.Unavailable[field]; ok {
			b.problems.Errorf(e.Pos, policyObject(s.Name), "%s: %s", schema.Field(field).Name, reason)
		}
	}
}

// checkOrder refuses two enabled policies of one precedence.
func (b *builder) checkOrder() {
	for i, p := range b.config.Policies {
		if i == 0 {
			continue
		}
		if before := b.config.Policies[i-1]; before.Precedence == p.Precedence {
			b.problems.Errorf(p.Pos, policyObject(p.Name), "precedence %d is taken by the policy %q at %s; enabled policies need different numbers",
				p.Precedence, before.Name, before.Pos)
		}
	}
}
