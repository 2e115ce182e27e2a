package explain

import (
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// actions are the words of model.Action.
var actions = [...]string{
	model.UseView:      "view",
	model.UsePublic:    "public",
	model.UseResolvers: "resolvers",
}

// choose tries the policies in order, to tell why each did or did not match, and
// gives the one that serving would choose.
func (x *Explanation) choose(s *model.Snapshot, q *model.Query) *model.Policy {
	x.Policies = []Policy{} // in JSON an empty list, not null
	var first *model.Policy
	for i, p := range s.Policies {
		x.Policies = append(x.Policies, try(p, q))
		if p.Matches(q) {
			first = p
			x.NotTried = len(s.Policies) - i - 1
			break
		}
	}
	chosen := s.Select(q)
	if chosen != first {
		x.Disagrees = nameOf(chosen)
	}
	x.Policy = nameOf(chosen)
	return chosen
}

// nameOf returns the policy's name, "" for none.
func nameOf(p *model.Policy) string {
	if p == nil {
		return ""
	}
	return p.Name
}

// try evaluates the expressions of a policy as far as Policy.Matches does.
func try(p *model.Policy, q *model.Query) Policy {
	out := Policy{
		Name: p.Name, Precedence: p.Precedence, Position: p.Pos.String(), Matched: p.Matches(q),
		Action: actions[p.Action], View: p.ViewName, Resolvers: p.Resolvers, Reenter: p.Reenter,
	}
	for _, name := range model.TriggerNames() {
		if trigger, _ := model.ParseTrigger(name); p.Fallback.Has(trigger) {
			out.Fallback = append(out.Fallback, name)
		}
	}
	if out.Traffic = evaluate(p.Traffic, q); !out.Traffic.holds() {
		return out
	}
	if out.Identity = evaluate(p.Identity, q); !out.Identity.holds() {
		return out
	}
	if out.Posture = evaluate(p.Posture, q); out.Posture.holds() {
		out.inForce(p, q.At)
	}
	return out
}

// holds reports whether an expression is true; none is.
func (e *Expression) holds() bool { return e == nil || e.Result }

// inForce tells whether the policy has expired, and if not whether it is within its hours.
func (t *Policy) inForce(p *model.Policy, at time.Time) {
	if !p.Expires.IsZero() {
		t.Expires = &Expires{At: p.Expires.UTC().Format(time.RFC3339Nano), Result: at.Before(p.Expires)}
		if !t.Expires.Result {
			return
		}
	}
	if p.Schedule != nil {
		t.Schedule = &Schedule{
			Hours: p.Schedule.String(), Time: p.Schedule.In(at).Format("Mon 2006-01-02 15:04:05 MST"), Result: p.Schedule.At(at),
		}
	}
}

// evaluate returns the reasons of a program's result, nil for no program.
func evaluate(p *expr.Program, q *model.Query) *Expression {
	if p == nil {
		return nil
	}
	verdict := p.Explain(q)
	out := &Expression{Source: p.Source(), Result: verdict.Match}
	for _, c := range verdict.Clauses {
		clause := Clause{Text: c.Text, Result: c.Result}
		for _, seen := range c.Saw {
			clause.Saw = append(clause.Saw, Seen{Field: seen.Name, Value: seen.Value})
		}
		out.Clauses = append(out.Clauses, clause)
	}
	return out
}
