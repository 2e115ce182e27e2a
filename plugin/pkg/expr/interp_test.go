package expr

import (
	"cmp"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
)

// This file is the slow twin of the compiler: it walks the checked tree with
// dynamic values, straight from the rules. Nil is a missing value, arrays are []any.

func interpret(e Expr, s values) bool {
	switch e := e.(type) {
	case *And:
		for _, item := range e.Items {
			if !interpret(item, s) {
				return false
			}
		}
		return true
	case *Or:
		for _, item := range e.Items {
			if interpret(item, s) {
				return true
			}
		}
		return false
	case *Xor:
		n := 0
		for _, item := range e.Items {
			if interpret(item, s) {
				n++
			}
		}
		return n%2 == 1
	case *Not:
		return !interpret(e.X, s)
	case *Any:
		for _, b := range interpretEach(e.X, s) {
			if b {
				return true
			}
		}
		return false
	case *All:
		for _, b := range interpretEach(e.X, s) {
			if !b {
				return false
			}
		}
		return true
	}
	return holds(e, valueOf(leftOf(e), s))
}

// interpretEach returns the truth value for each element.
func interpretEach(e Expr, s values) []bool {
	var items []Expr
	switch e := e.(type) {
	case *And:
		items = e.Items
	case *Or:
		items = e.Items
	case *Xor:
		items = e.Items
	case *Not:
		out := interpretEach(e.X, s)
		for i := range out {
			out[i] = !out[i]
		}
		return out
	default:
		elements, _ := valueOf(leftOf(e), s).([]any)
		out := make([]bool, len(elements))
		for i, v := range elements {
			out[i] = holds(e, v)
		}
		return out
	}
	rows := make([][]bool, len(items))
	shortest := -1
	for i, item := range items {
		rows[i] = interpretEach(item, s)
		if shortest < 0 || len(rows[i]) < shortest {
			shortest = len(rows[i])
		}
	}
	out := make([]bool, shortest)
	for i := range out {
		n := 0
		for _, row := range rows {
			if row[i] {
				n++
			}
		}
		switch e.(type) {
		case *And:
			out[i] = n == len(rows)
		case *Or:
			out[i] = n > 0
		case *Xor:
			out[i] = n%2 == 1
		}
	}
	return out
}

// holds tests one value.
func holds(e Expr, v any) bool {
	if v == nil {
		c, ok := e.(*Compare)
		return ok && c.Op == OpNotEqual
	}
	switch e := e.(type) {
	case *Truth:
		return v == true
	case *InList:
		switch v := v.(type) {
		case string:
			return e.List.HasString(v)
		case int64:
			return e.List.HasInt(v)
		}
		return e.List.HasIP(v.(netip.Addr))
	case *In:
		return inSet(e.Set, v)
	case *Match:
		switch e.Op {
		case OpContains:
			return strings.Contains(v.(string), e.Pattern)
		case OpMatches:
			return e.re.FindStringIndex(v.(string)) != nil
		case OpWildcard:
			return naiveWildcard(shift(e.Pattern, 'A', 'a'), shift(v.(string), 'A', 'a'))
		}
		return naiveWildcard(e.Pattern, v.(string))
	}
	return compareValues(e.(*Compare), v)
}

func compareValues(e *Compare, v any) bool {
	var order int
	switch v := v.(type) {
	case string:
		order = strings.Compare(v, e.Right.Str)
	case int64:
		if e.Op == OpBitAnd {
			return v&e.Right.Int != 0
		}
		order = cmp.Compare(v, e.Right.Int)
	case netip.Addr:
		if v.Is4() != e.Right.IP.Is4() {
			return e.Op == OpNotEqual
		}
		order = strings.Compare(string(v.AsSlice()), string(e.Right.IP.AsSlice()))
	}
	return map[Op]bool{
		OpEqual: order == 0, OpNotEqual: order != 0, OpLess: order < 0,
		OpGreater: order > 0, OpLessEqual: order <= 0, OpGreaterEqual: order >= 0,
	}[e.Op]
}

func inSet(set Set, v any) bool {
	for _, s := range set.Strings {
		if v == s {
			return true
		}
	}
	for _, r := range set.Ints {
		if n := v.(int64); r.From <= n && n <= r.To {
			return true
		}
	}
	for _, r := range set.IPs {
		ip := v.(netip.Addr)
		if r.Prefix.IsValid() && r.Prefix.Contains(ip) && r.Prefix.Addr().Is4() == ip.Is4() {
			return true
		}
		if ip.Is4() == r.From.Is4() && !ip.Less(r.From) && !r.To.Less(ip) {
			return true
		}
	}
	return false
}

// naiveWildcard matches by a table: can[i] tells whether the pattern so far
// matches the first i bytes of v.
func naiveWildcard(pattern, v string) bool {
	can := make([]bool, len(v)+1)
	can[0] = true
	for p := 0; p < len(pattern); p++ {
		next := make([]bool, len(v)+1)
		c, star := pattern[p], pattern[p] == '*'
		if c == '\\' {
			p++
			c = pattern[p]
		}
		for i := range next {
			switch {
			case star:
				next[i] = can[i] || i > 0 && next[i-1]
			case i > 0:
				next[i] = can[i-1] && v[i-1] == c
			}
		}
		can = next
	}
	return can[len(v)]
}

// shift moves the 26 letters from first to those from to.
func shift(s string, first, to byte) string {
	b := []byte(s)
	for i, c := range b {
		if c >= first && c < first+26 {
			b[i] = c - first + to
		}
	}
	return string(b)
}

// valueOf returns a value; under [*] its elements.
func valueOf(v Value, s values) any {
	switch v := v.(type) {
	case *Literal:
		switch v.Kind {
		case String:
			return v.Str
		case Int:
			return v.Int
		}
		return v.IP
	case *Ref:
		raw := s[v.Field]
		if m, ok := raw.(map[string][]string); ok {
			raw = nil
			if entry, ok := m[v.Path[0].Key]; ok {
				raw = entry
			}
			return indexed(raw, v.Path[1:])
		}
		if v.member() {
			raw = lacking(raw)
		}
		return indexed(raw, v.Path)
	case *Call:
		return indexed(called(v, s), v.Path)
	}
	return nil
}

func indexed(raw any, path []Index) any {
	if raw == nil {
		return nil
	}
	if r := reflect.ValueOf(raw); r.Kind() == reflect.Slice {
		elements := make([]any, r.Len())
		for i := range elements {
			elements[i] = r.Index(i).Interface()
		}
		raw = elements
	}
	for _, i := range path {
		elements := raw.([]any)
		if i.Kind == IndexAt {
			if int(i.At) >= len(elements) {
				return nil
			}
			raw = elements[i.At]
		}
	}
	return raw
}

func called(c *Call, s values) any {
	args := make([]any, len(c.Args))
	for i, a := range c.Args {
		args[i] = valueOf(a, s)
	}
	if !c.Mapped {
		return applied(c.Func, args)
	}
	elements, ok := args[0].([]any)
	if !ok {
		return nil
	}
	out := make([]any, len(elements))
	for i, e := range elements {
		out[i] = applied(c.Func, append([]any{e}, args[1:]...))
	}
	return out
}

func applied(f Func, args []any) any {
	if f == FuncConcat {
		return concatenated(args)
	}
	for _, a := range args {
		if a == nil {
			return nil
		}
	}
	switch f {
	case FuncLower:
		return shift(args[0].(string), 'A', 'a')
	case FuncUpper:
		return shift(args[0].(string), 'a', 'A')
	case FuncStartsWith:
		return strings.HasPrefix(args[0].(string), args[1].(string))
	case FuncEndsWith:
		return strings.HasSuffix(args[0].(string), args[1].(string))
	}
	return int64(reflect.ValueOf(args[0]).Len())
}

func concatenated(args []any) any {
	var result any
	for _, a := range args {
		switch a := a.(type) {
		case string:
			before, _ := result.(string)
			result = before + a
		case []any:
			before, _ := result.([]any)
			result = append(append([]any{}, before...), a...)
		}
	}
	return result
}

// dump writes a tree without positions, in full, for comparison.
func dump(v any) string {
	switch v := v.(type) {
	case *And:
		return "and" + dumpAll(v.Items)
	case *Or:
		return "or" + dumpAll(v.Items)
	case *Xor:
		return "xor" + dumpAll(v.Items)
	case *Not:
		return "not(" + dump(v.X) + ")"
	case *Any:
		return "any(" + dump(v.X) + ")"
	case *All:
		return "all(" + dump(v.X) + ")"
	case *Compare:
		return fmt.Sprintf("compare(%s %d %+v)", dump(v.Left), v.Op, v.Right)
	case *In:
		return fmt.Sprintf("in(%s %q %v %v)", dump(v.Left), v.Set.Strings, v.Set.Ints, v.Set.IPs)
	case *InList:
		return fmt.Sprintf("list(%s %s)", dump(v.Left), v.Name)
	case *Match:
		return fmt.Sprintf("match(%s %d %q)", dump(v.Left), v.Op, v.Pattern)
	case *Truth:
		return "truth(" + dump(v.Left) + ")"
	case *Ref:
		return fmt.Sprintf("ref(%d %s %+v %s)", v.Field, v.Name, v.Path, v.typ)
	case *Call:
		return fmt.Sprintf("call(%d%s %t %+v %s)", v.Func, dumpAll(v.Args), v.Mapped, v.Path, v.typ)
	case *Literal:
		return fmt.Sprintf("%+v", *v)
	}
	return fmt.Sprintf("unknown %T", v)
}

func dumpAll[T any](items []T) string {
	var parts []string
	for _, item := range items {
		parts = append(parts, dump(item))
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// checkRoundTrip holds that a printed program compiles to the same tree.
func checkRoundTrip(t testing.TB, p *Program) {
	t.Helper()
	q, err := Compile(p.String(), testSchema(), testLists())
	if err != nil {
		t.Fatalf("%q prints as %q, which does not compile: %v", p.Source(), p, err)
	}
	if a, b := dump(p.Expr()), dump(q.Expr()); a != b {
		t.Fatalf("%q prints as %q, which is another tree:\n%s\n%s", p.Source(), p, a, b)
	}
	if q.String() != p.String() {
		t.Fatalf("%q prints as %q, which prints as %q", p.Source(), p, q)
	}
}
