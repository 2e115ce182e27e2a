package expr

import (
	"net/netip"
	"slices"
)

// Condition is what a field must hold for an expression to be true: a value, or
// for an array an element, that is one of Strings (fields of strings) or lies in
// one of Ranges (fields of addresses). An empty Condition cannot be met.
type Condition struct {
	Strings []string  // sorted, each once
	Ranges  []IPRange // sorted, disjoint
}

// Require derives a necessary condition on a field of type String, IP or an array
// of one of them. If it gives ok, Match is true only for values that meet the
// condition; it need not be sufficient. Without ok nothing is known. Lists give
// no condition, since their content may change.
func (p *Program) Require(field int) (c Condition, ok bool) {
	t := p.schema.fields[field].Type
	q := requirement{field: field, array: t.isArray()}
	if q.array {
		t = t.Elem()
	}
	if t != String && t != IP {
		return Condition{}, false
	}
	return q.of(p.expr, true)
}

// requirement derives the condition on one field.
type requirement struct {
	field int
	array bool
}

// of returns what the field must hold for e to be want.
func (q requirement) of(e Expr, want bool) (Condition, bool) {
	switch e := e.(type) {
	case *Not:
		return q.of(e.X, !want)
	case *And:
		if want {
			return q.both(e.Items, want)
		}
		return q.either(e.Items, want)
	case *Or:
		if want {
			return q.either(e.Items, want)
		}
		return q.both(e.Items, want)
	case *Any:
		if want { // for one element x is true
			return q.of(e.X, true)
		}
	case *All:
		if !want { // for one element x is false
			return q.of(e.X, false)
		}
	case *Compare:
		return q.compare(e, want)
	case *In:
		if ref, ok := e.Left.(*Ref); ok && want && ref.Field == q.field {
			return Condition{sortedStrings(e.Set.Strings), disjoint(e.Set.IPs)}, true
		}
	}
	return Condition{}, false
}

// compare is of for a comparison with one literal.
func (q requirement) compare(e *Compare, want bool) (Condition, bool) {
	ref, ok := e.Left.(*Ref)
	if !ok || ref.Field != q.field {
		return Condition{}, false
	}
	equal := e.Op == OpEqual && want || e.Op == OpNotEqual && !want
	switch {
	case equal && e.Right.Kind == String:
		return Condition{Strings: []string{e.Right.Str}}, true
	case equal:
		return Condition{Ranges: []IPRange{{From: e.Right.IP, To: e.Right.IP}}}, true
	case want && e.Right.Kind == IP:
		return ordered(e.Op, e.Right.IP)
	}
	return Condition{}, false
}

// ordered is the addresses of w's family that compare with w by op.
func ordered(op Op, w netip.Addr) (Condition, bool) {
	family, _ := w.Prefix(0)
	r := IPRange{From: family.Addr(), To: lastOf(family)}
	switch op {
	case OpGreaterEqual:
		r.From = w
	case OpLessEqual:
		r.To = w
	case OpGreater:
		r.From = w.Next()
	case OpLess:
		r.To = w.Prev()
	default:
		return Condition{}, false
	}
	if !r.From.IsValid() || !r.To.IsValid() {
		return Condition{}, true
	}
	return Condition{Ranges: []IPRange{r}}, true
}

// both is the condition of items that must all be want. Two conditions on one
// value leave what they share; on an array they may be met by different
// elements, so the smaller is taken.
func (q requirement) both(items []Expr, want bool) (Condition, bool) {
	var all Condition
	found := false
	for _, item := range items {
		c, ok := q.of(item, want)
		switch {
		case !ok:
		case !found:
			all, found = c, true
		case !q.array:
			all = Condition{shared(all.Strings, c.Strings), intersect(all.Ranges, c.Ranges)}
		case c.size() < all.size():
			all = c
		}
	}
	return all, found
}

// either is the condition of items of which one must be want.
func (q requirement) either(items []Expr, want bool) (Condition, bool) {
	var all Condition
	for _, item := range items {
		c, ok := q.of(item, want)
		if !ok {
			return Condition{}, false
		}
		all.Strings = append(all.Strings, c.Strings...)
		all.Ranges = append(all.Ranges, c.Ranges...)
	}
	return Condition{sortedStrings(all.Strings), disjoint(all.Ranges)}, true
}

func (c Condition) size() int { return len(c.Strings) + len(c.Ranges) }

func sortedStrings(in []string) []string {
	out := slices.Clone(in)
	slices.Sort(out)
	return slices.Compact(out)
}

// shared returns the strings of two sorted slices that are in both.
func shared(a, b []string) []string {
	var out []string
	for _, s := range a {
		if _, ok := slices.BinarySearch(b, s); ok {
			out = append(out, s)
		}
	}
	return out
}

// disjoint sorts ranges and joins those that overlap; IPv4 comes before IPv6.
func disjoint(in []IPRange) []IPRange {
	sorted := slices.Clone(in)
	slices.SortFunc(sorted, func(a, b IPRange) int { return a.From.Compare(b.From) })
	var out []IPRange
	for _, r := range sorted {
		last := len(out) - 1
		switch {
		case last < 0 || !out[last].Contains(r.From):
			out = append(out, r)
		case !out[last].Contains(r.To):
			out[last] = IPRange{From: out[last].From, To: r.To}
		}
	}
	return out
}

// intersect returns the addresses that are in both of two disjoint, sorted slices.
func intersect(a, b []IPRange) []IPRange {
	var out []IPRange
	for len(a) > 0 && len(b) > 0 {
		from, to := a[0].From, a[0].To
		if b[0].From.Compare(from) > 0 {
			from = b[0].From
		}
		if b[0].To.Compare(to) < 0 {
			to = b[0].To
		}
		if from.BitLen() == to.BitLen() && from.Compare(to) <= 0 {
			out = append(out, IPRange{From: from, To: to})
		}
		if a[0].To.Compare(b[0].To) < 0 {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return out
}
