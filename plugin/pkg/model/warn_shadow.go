package model

import (
	"slices"

	"github.com/gaissmai/bart"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// warnUnmatchable warns about policies that can never match: their expressions
// contradict themselves or each other, or policies before them take every query.
// What it does not see through (lists, regular expressions, queries that several
// policies take together) it passes over.
func (w *warner) warnUnmatchable() {
	before := newTaken()
	for _, p := range w.Policies {
		if why := w.contradiction(p); why != "" {
			w.problems.Warnf(problem.PolicyNeverMatches, p.Pos, policyObject(p.Name), "the policy can never match: %s", why)
			continue
		}
		for i, e := range []Expression{p.spec.Traffic, p.spec.Identity, p.spec.Posture} {
			w.problems = append(w.problems, w.doubts(p, e, p.programs()[i])...)
		}
		if first := before.by(p); first != nil {
			what := "takes every query that it could"
			if first == before.all {
				what = "matches everything"
			}
			w.problems.Warnf(problem.PolicyNeverMatches, p.Pos, policyObject(p.Name), "the policy can never match: %q (precedence %d) before it %s", first.Name, first.Precedence, what)
			w.problems[len(w.problems)-1].By = first.Pos
			continue
		}
		before.add(p)
	}
}

// contradiction tells why no query can match, "" if nothing speaks against it.
func (w *warner) contradiction(p *Policy) string {
	var names, domains []string
	var byNames, byDomains bool
	for _, program := range p.programs() {
		if program == nil {
			continue
		}
		for field := range schema.Len() {
			c, ok := program.Require(field)
			switch {
			case !ok:
			case len(c.Strings)+len(c.Ranges) == 0:
				return "no value of " + schema.Field(field).Name + " meets all conditions"
			case w.noneOf(field, c.Strings):
				return w.never(field, c.Strings[0])
			case field == FieldFQDN:
				names, byNames = c.Strings, true
			case field == FieldDomains:
				domains, byDomains = c.Strings, true
			}
		}
	}
	if !byNames || !byDomains {
		return ""
	}
	below := newNameSet(fqdns(domains))
	if slices.ContainsFunc(fqdns(names), below.covers) {
		return ""
	}
	return "no name asked for in dns.fqdn lies below one in dns.domains"
}

// noneOf reports whether a field never has any of the values. Locations may get
// another name while the server runs, and a wildcard may be asked for.
func (w *warner) noneOf(field int, values []string) bool {
	return slices.Contains([]int{FieldType, FieldCountry, FieldContinent}, field) && len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool { return w.never(field, v) == "" })
}

// fqdns returns the canonical form of values of dns.fqdn and dns.domains.
func fqdns(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v + "."
	}
	return out
}

// taken is what policies take for sure, so that none after them sees it.
type taken struct {
	all      *Policy
	prefixes *bart.Table[*Policy]           // by client prefix
	keys     [fieldCount]map[string]*Policy // by the value of another field
	same     map[string]*Policy             // by the text of all expressions
}

func newTaken() *taken {
	return &taken{prefixes: new(bart.Table[*Policy]), same: make(map[string]*Policy)}
}

// by returns a policy that takes what p could match, nil if none does alone.
func (t *taken) by(p *Policy) *Policy {
	if t.all != nil {
		return t.all
	}
	if text, ok := expressions(p); ok && t.same[text] != nil {
		return t.same[text]
	}
	for _, c := range p.conditions {
		if first := t.byCondition(c); first != nil {
			return first
		}
	}
	return nil
}

// byCondition returns the last of the policies that take all keys of a condition.
func (t *taken) byCondition(c condition) *Policy {
	var last *Policy
	note := func(p *Policy) bool {
		if p != nil && (last == nil || p.Precedence > last.Precedence) {
			last = p
		}
		return p != nil
	}
	for _, prefix := range c.prefixes {
		if p, _ := t.prefixes.LookupPrefix(prefix); !note(p) {
			return nil
		}
	}
	for _, key := range c.keys {
		if !note(t.byKey(c.field, key)) {
			return nil
		}
	}
	return last
}

// byKey returns the policy that takes every query with this value of a field.
func (t *taken) byKey(field int, key string) *Policy {
	if p := t.keys[field][key]; p != nil || field != FieldFQDN && field != FieldDomains {
		return p
	}
	for name, ok := key+".", true; ok; name, ok = domain.Parent(name) {
		if p := t.keys[FieldDomains][domain.NoDot(name)]; p != nil {
			return p
		}
	}
	return nil
}

// add notes what p takes. What is not in force at all times takes nothing for sure.
func (t *taken) add(p *Policy) {
	if p.timed {
		return
	}
	if p.matchesAll() {
		t.all = p
		return
	}
	if text, ok := expressions(p); ok {
		t.same[text] = p
	}
	var program *expr.Program
	for _, one := range p.programs() {
		switch {
		case one == nil:
		case program != nil:
			return
		default:
			program = one
		}
	}
	field := exact(program.Expr())
	for _, c := range conditions(program) {
		if c.field == field {
			t.addKeys(p, c)
		}
	}
}

// addKeys files p under the keys of a condition that no policy before it has.
func (t *taken) addKeys(p *Policy, c condition) {
	for _, prefix := range c.prefixes {
		if _, known := t.prefixes.Get(prefix); !known {
			t.prefixes.Insert(prefix, p)
		}
	}
	if t.keys[c.field] == nil {
		t.keys[c.field] = make(map[string]*Policy, len(c.keys))
	}
	for _, key := range c.keys {
		if t.keys[c.field][key] == nil {
			t.keys[c.field][key] = p
		}
	}
}

// expressions returns the text of all expressions, and false if they name a list:
// one name may mean another list elsewhere.
func expressions(p *Policy) (string, bool) {
	text := ""
	for _, program := range p.programs() {
		if program != nil {
			if usesList(program.Expr()) {
				return "", false
			}
			text += program.String()
		}
		text += "\n"
	}
	return text, true
}

// usesList reports whether a list is named in e.
func usesList(e expr.Expr) bool {
	for e := range expr.Nodes(e) {
		if _, ok := e.(*expr.InList); ok {
			return true
		}
	}
	return false
}

// exact returns the field that e is about if the condition which e requires of it
// is all that e asks for, else -1.
func exact(e expr.Expr) int {
	switch e := e.(type) {
	case *expr.In:
		return fieldOf(e.Left)
	case *expr.Compare:
		if e.Op == expr.OpEqual {
			return fieldOf(e.Left)
		}
	case *expr.Any:
		if _, nested := e.X.(*expr.Any); !nested {
			return exact(e.X)
		}
	case *expr.Or:
		field := exact(e.Items[0])
		for _, item := range e.Items[1:] {
			if exact(item) != field {
				return -1
			}
		}
		return field
	}
	return -1
}

// fieldOf returns the field that a value is read from as it is, -1 for another.
// A single element of an array is another.
func fieldOf(v expr.Value) int {
	ref, ok := v.(*expr.Ref)
	if !ok || slices.ContainsFunc(ref.Path, func(i expr.Index) bool { return i.Kind != expr.IndexEach }) {
		return -1
	}
	return ref.Field
}
