package expr

import (
	"fmt"
	"strings"
)

// scalar checks the literal of an ordering or bitwise and.
func (c *checker) scalar(n *compareNode, left Value) (Literal, *Error) {
	if err := c.ofType(n.lit, left.Type()); err != nil {
		return Literal{}, err
	}
	lit := Literal{Kind: left.Type()}
	var err *Error
	switch n.lit.form {
	case formString:
		lit.Str, err = c.normal(n.lit, left, n.op == OpEqual || n.op == OpNotEqual)
	case formInt:
		lit.Int = n.lit.num.From
	case formIP:
		lit.IP = n.lit.ip.From
	default:
		err = c.fail(n.lit.Span, "%s stands only in a set, write in {%s}", n.lit.noun(), c.excerpt(n.lit.Span))
	}
	return lit, err
}

// ofType checks that a literal is comparable with values of a type.
func (c *checker) ofType(lit literal, t Type) *Error {
	if lit.kind() == t {
		return nil
	}
	want := map[Type]string{Int: "an integer", String: "a string in quotes", IP: "an address without quotes"}[t]
	return c.fail(lit.Span, "expected %s, found %s", want, lit.noun())
}

// set checks the items of a set.
func (c *checker) set(n *compareNode, left Value) (Set, *Error) {
	var s Set
	for _, lit := range n.set {
		if err := c.ofType(lit, left.Type()); err != nil {
			return s, err
		}
		switch left.Type() {
		case Int:
			s.Ints = append(s.Ints, lit.num)
		case IP:
			s.IPs = append(s.IPs, lit.ip)
		case String:
			v, err := c.normal(lit, left, true)
			if err != nil {
				return s, err
			}
			s.Strings = append(s.Strings, v)
		}
	}
	return s, nil
}

// normal returns a string literal in the form of the values beside it: folded if
// it is compared as a whole with a field, else lower-cased if those are.
func (c *checker) normal(lit literal, left Value, whole bool) (string, *Error) {
	if ref, ok := left.(*Ref); ok && whole {
		if fold := c.schema.fields[ref.Field].Fold; fold != nil {
			v, err := fold(lit.str)
			if err != nil {
				return "", c.fail(lit.Span, "%s", oneLine(err.Error()))
			}
			return v, nil
		}
	}
	text := lit.str
	if ref, ok := left.(*Ref); ok && whole {
		if named, ok := c.lists.(interface {
			Literal(field int, text string) string
		}); ok {
			text = named.Literal(ref.Field, text)
		}
	}
	if c.lower(left) {
		return lowerASCII(text), nil
	}
	return text, nil
}

// lower reports whether all values of v are lower case by declaration.
func (c *checker) lower(v Value) bool {
	switch v := v.(type) {
	case *Ref:
		return c.schema.fields[v.Field].Lower
	case *Call:
		return v.Func == FuncLower && c.lower(v.Args[0])
	}
	return false
}

// oneLine makes a foreign text fit for a message.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s)
}

// match checks contains, matches and the wildcards.
func (c *checker) match(n *compareNode, left Value) (Expr, *Error) {
	if err := c.ofType(n.lit, String); err != nil {
		return nil, err
	}
	m := &Match{place: place{n.Span}, Left: left, Op: n.op, Pattern: n.lit.str}
	if n.op == OpMatches {
		return m, c.pattern(n.lit, m)
	}
	if c.lower(left) {
		m.Pattern = lowerASCII(m.Pattern)
	}
	if n.op != OpContains {
		if _, err := parseWildcard(m.Pattern, n.op == OpWildcard); err != nil {
			return nil, c.fail(n.lit.Span, "%s", err)
		}
	}
	return m, nil
}

// pattern compiles a regular expression within the limits.
func (c *checker) pattern(lit literal, m *Match) *Error {
	re, size, err := compilePattern(m.Pattern)
	if err != nil {
		return c.fail(lit.Span, "%s", oneLine(err.Error()))
	}
	if c.regexSize += size; c.regexSize > maxRegexes {
		return c.fail(lit.Span, "the regular expressions of this expression compile to more than %d instructions together, write them simpler", maxRegexes)
	}
	m.re = re
	return nil
}

// inList resolves a list.
func (c *checker) inList(n *compareNode, left Value) (Expr, *Error) {
	at := Span{n.Span.end() - len(n.list) - 1, len(n.list) + 1}
	var list List
	ok := false
	if c.lists != nil {
		list, ok = c.lists.List(n.list)
	}
	if !ok {
		return nil, c.fail(at, "unknown list $%s%s", cut(n.list, maxRepeated), c.otherLists(n.list))
	}
	if list.Type() != 0 && list.Type() != left.Type() {
		return nil, c.fail(at, "$%s is a list of type %s, %s is of type %s", cut(n.list, maxRepeated), list.Type(), c.excerpt(n.left.Span), left.Type())
	}
	call, ok := left.(*Call)
	lowered := c.lower(left) || ok && call.Func == FuncLower
	if exact, ok := list.(interface{ Exact() List }); ok && !lowered {
		list = exact.Exact()
	}
	return &InList{place{n.Span}, left, n.list, list}, nil
}

// otherLists words which list may have been meant.
func (c *checker) otherLists(name string) string {
	lister, ok := c.lists.(interface{ Names() []string })
	if !ok {
		return ""
	}
	names := lister.Names()
	if len(names) == 0 {
		return ", no list is declared"
	}
	if near := nearest(name, names); near != "" {
		return ", did you mean $" + near + "?"
	}
	return fmt.Sprintf(", the lists are: %s", abridge(names))
}

// abridge lists names for a message, not endlessly.
func abridge(names []string) string {
	const most = 40
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
