package expr

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Verdict is the result of an evaluation with its reasons.
type Verdict struct {
	Match bool
	// Clauses are the conditions that decided, in the order of evaluation: the first
	// false one of an and, all of an or that is false, and so on. At most 64 are given.
	Clauses []Clause
}

// Clause is one condition, without and, or, xor and not, and what it was given.
type Clause struct {
	Span   Span   // in the source
	Text   string // the source there
	Result bool
	Saw    []Seen // the fields it reads
}

// Seen is a field, or a part of one, and its value.
type Seen struct {
	Name  string // as in expressions, such as identity.groups.name
	Value string // as a literal, arrays as in ["a" "b"], or "missing"
}

const (
	maxClauses  = 64
	maxElements = 16  // of an array, shown in Seen
	maxShown    = 256 // bytes of a string, shown in Seen
)

// Explain evaluates the expression like Match and tells which clauses decided.
// Unlike Match it is not made for speed.
func (p *Program) Explain(s Source) Verdict {
	x := explainer{src: p.src, s: s}
	result, clauses := x.decide(p.expr)
	return Verdict{result, clauses[:min(len(clauses), maxClauses)]}
}

type explainer struct {
	src string
	s   Source
}

// decide evaluates e and gives the clauses that decided.
func (x explainer) decide(e Expr) (bool, []Clause) {
	switch e := e.(type) {
	case *And:
		return x.first(e.Items, false)
	case *Or:
		return x.first(e.Items, true)
	case *Xor:
		odd := false
		var all []Clause
		for _, item := range e.Items {
			result, clauses := x.decide(item)
			odd = odd != result
			all = append(all, clauses...)
		}
		return odd, all
	case *Not:
		result, clauses := x.decide(e.X)
		return !result, clauses
	}
	at := e.Span()
	c := Clause{Span: at, Text: x.src[at.Offset:at.end()], Result: compile(e)(x.s)}
	for _, ref := range refsOf(e, nil) {
		seen := Seen{Print(&Truth{Left: ref}), x.value(ref)}
		if !slices.Contains(c.Saw, seen) {
			c.Saw = append(c.Saw, seen)
		}
	}
	return c.Result, []Clause{c}
}

// first evaluates items up to one that is want, which decides alone.
func (x explainer) first(items []Expr, want bool) (bool, []Clause) {
	var all []Clause
	for _, item := range items {
		result, clauses := x.decide(item)
		if result == want {
			return want, clauses
		}
		all = append(all, clauses...)
	}
	return !want, all
}

// refsOf collects the fields that a condition reads, arrays as a whole.
func refsOf(e Expr, refs []*Ref) []*Ref {
	switch e := e.(type) {
	case *And:
		return refsOfAll(e.Items, refs)
	case *Or:
		return refsOfAll(e.Items, refs)
	case *Xor:
		return refsOfAll(e.Items, refs)
	case *Not:
		return refsOf(e.X, refs)
	case *Any:
		return refsOf(e.X, refs)
	case *All:
		return refsOf(e.X, refs)
	}
	return refsIn(leftOf(e), refs)
}

func refsOfAll(items []Expr, refs []*Ref) []*Ref {
	for _, item := range items {
		refs = refsOf(item, refs)
	}
	return refs
}

func refsIn(v Value, refs []*Ref) []*Ref {
	switch v := v.(type) {
	case *Ref:
		if !each(v) {
			return append(refs, v)
		}
		whole := *v
		whole.Path, whole.typ = v.Path[:len(v.Path)-1], ArrayOf(v.typ)
		return append(refs, &whole)
	case *Call:
		for _, a := range v.Args {
			refs = refsIn(a, refs)
		}
	}
	return refs
}

// value shows the value of a field or a part of one.
func (x explainer) value(r *Ref) string {
	switch r.typ {
	case Int:
		return oneValue(integers().get(r), x.s, formatInt)
	case IP:
		return oneValue(addresses().get(r), x.s, netip.Addr.String)
	case String:
		return oneValue(strs().get(r), x.s, formatString)
	case ArrayOf(Int):
		return allValues(integers().slice(r), x.s, formatInt)
	case ArrayOf(IP):
		return allValues(addresses().slice(r), x.s, netip.Addr.String)
	}
	return allValues(strs().slice(r), x.s, formatString)
}

const missing = "missing"

func oneValue[T any](get getter[T], s Source, format func(T) string) string {
	v, ok := get(s)
	if !ok {
		return missing
	}
	return format(v)
}

func allValues[T any](get getter[[]T], s Source, format func(T) string) string {
	values, ok := get(s)
	if !ok {
		return missing
	}
	shown := make([]string, 0, min(len(values), maxElements))
	for _, v := range values[:min(len(values), maxElements)] {
		shown = append(shown, format(v))
	}
	if len(values) > maxElements {
		shown = append(shown, "…")
	}
	return "[" + strings.Join(shown, " ") + "]"
}

func formatInt(v int64) string { return strconv.FormatInt(v, 10) }

func formatString(v string) string {
	if len(v) > maxShown {
		return quote(v[:maxShown]) + "…"
	}
	return quote(v)
}
