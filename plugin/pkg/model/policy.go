package model

import (
	"maps"
	"slices"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// Policy says who and what gets which view. Immutable, safe for concurrent use.
type Policy struct {
	Name        string
	Description string
	Precedence  uint32
	Traffic     *expr.Program // nil: matches everything
	Identity    *expr.Program // nil: matches everything
	Posture     *expr.Program // of the device; nil: matches everything
	Schedule    *Schedule     // nil: at all hours
	Expires     time.Time     // from when on it matches nothing; zero: never
	Action      Action
	ViewName    string
	View        *View    // nil if the view named is gone, or the action is another
	Resolvers   []string // as written, if that is the action; read-only
	Fallback    Triggers
	Reenter     bool // a public CNAME that leads to a name of the view is answered from there
	Pos         problem.Pos

	number     uint32
	timed      bool // it has a schedule or expires
	private    nameSet
	conditions []condition // one of which it is filed under
	spec       *PolicySpec
}

// Number returns a number that the policy keeps as long as one of its name exists, and no
// other policy of the block ever has.
func (p *Policy) Number() uint32 { return p.number }

// Matches reports whether all expressions of the policy are true [C] and it is in force.
// The clock is not asked before that matters.
func (p *Policy) Matches(q *Query) bool {
	return (p.Traffic == nil || p.Traffic.Match(q)) && (p.Identity == nil || p.Identity.Match(q)) &&
		(p.Posture == nil || p.Posture.Match(q)) && (!p.timed || p.InForce(q.now()))
}

// InForce reports whether the policy may match at an instant: it has not expired, and it
// is within its hours.
func (p *Policy) InForce(t time.Time) bool {
	return (p.Expires.IsZero() || t.Before(p.Expires)) && (p.Schedule == nil || p.Schedule.At(t))
}

// programs returns the expressions, nil for those that the policy has not.
func (p *Policy) programs() [3]*expr.Program {
	return [...]*expr.Program{p.Traffic, p.Identity, p.Posture}
}

// matchesAll reports whether the policy matches every query at any time.
func (p *Policy) matchesAll() bool { return p.programs() == [3]*expr.Program{} && !p.timed }

// Private reports whether name, which is canonical, must not be sent out by the
// policy's fallback (SPEC 6).
func (p *Policy) Private(name string) bool { return p.private.covers(name) }

// PrivateNames returns the names that Private covers with all below them, sorted.
func (p *Policy) PrivateNames() []string { return slices.Sorted(maps.Keys(p.private)) }

// Uses reports whether an expression of the policy reads a field of the schema.
func (p *Policy) Uses(field int) bool {
	for _, program := range p.programs() {
		if program != nil && program.Uses(field) {
			return true
		}
	}
	return false
}

// Certain returns the policy that every query gets whatever it is, since the first one
// matches everything; nil if it depends on the query.
func (s *Snapshot) Certain() *Policy {
	if len(s.Policies) > 0 && s.Policies[0].matchesAll() {
		return s.Policies[0]
	}
	return nil
}

// Select returns the first policy by precedence that matches the query, nil if
// none does. [C] Its cost does not grow with policies that cannot match.
func (s *Snapshot) Select(q *Query) *Policy { return s.index.first(q) }

// Uses reports whether any enabled policy reads a field of the schema.
func (s *Snapshot) Uses(field int) bool { return s.used.has(field) }

// UsesFacts reports whether any enabled policy reads a field that Client.Facts gives.
func (s *Snapshot) UsesFacts() bool { return s.used>>FieldDoHSubdomain != 0 }

// fieldSet is a set of fields of the schema.
type fieldSet uint32

func (f fieldSet) has(field int) bool { return f>>field&1 != 0 }

// usedFields counts for each field the policies that read it.
type usedFields [fieldCount]int32

// add counts a policy n times.
func (u *usedFields) add(p *Policy, n int32) {
	for field := range u {
		if p.Uses(field) {
			u[field] += n
		}
	}
}

// set returns the fields that any policy reads.
func (u *usedFields) set() (used fieldSet) {
	for field, n := range u {
		if n > 0 {
			used |= 1 << field
		}
	}
	return used
}
