package expr

// checker turns a syntax tree into a checked one.
type checker struct {
	lexer
	schema *Schema
	lists  Lists
	uses   []bool // by field index

	regexSize int // instructions of all regular expressions so far
}

// shape is what a condition gives: one truth value, or under any() and all() one
// for each element.
type shape uint8

const (
	single shape = iota
	perElement
)

// expr checks a condition. Inside a quantifier [*] is allowed.
func (c *checker) expr(n node, quantified bool) (Expr, shape, *Error) {
	switch n := n.(type) {
	case *logicNode:
		return c.logic(n, quantified)
	case *notNode:
		x, s, err := c.expr(n.x, quantified)
		if err != nil {
			return nil, s, err
		}
		return &Not{place{n.Span}, x}, s, nil
	case *quantNode:
		x, err := c.quantifier(n)
		return x, single, err
	case *compareNode:
		return c.condition(n, quantified)
	}
	return nil, single, c.fail(n.span(), "expected a condition")
}

func (c *checker) logic(n *logicNode, quantified bool) (Expr, shape, *Error) {
	items := make([]Expr, len(n.items))
	var shapes [2]bool
	var last shape
	for i, item := range n.items {
		x, s, err := c.expr(item, quantified)
		if err != nil {
			return nil, s, err
		}
		shapes[s] = true
		if shapes[single] && shapes[perElement] {
			word, _ := n.op.words()
			return nil, s, c.fail(item.span(), "inside any() and all() either both sides of %s use [*] or none", word)
		}
		items[i], last = x, s
	}
	at := place{n.Span}
	switch n.op {
	case logicOr:
		return &Or{at, items}, last, nil
	case logicXor:
		return &Xor{at, items}, last, nil
	}
	return &And{at, items}, last, nil
}

func (c *checker) quantifier(n *quantNode) (Expr, *Error) {
	x, s, err := c.expr(n.x, true)
	if err != nil {
		return nil, err
	}
	if s == single {
		return nil, c.fail(n.x.span(), "%s() needs an array with [*], as in %s(FIELD[*] == LITERAL)", n.name, n.name)
	}
	if n.name == "any" {
		return &Any{place{n.Span}, x}, nil
	}
	return &All{place{n.Span}, x}, nil
}

// condition checks a comparison or a value that stands alone.
func (c *checker) condition(n *compareNode, quantified bool) (Expr, shape, *Error) {
	left, err := c.value(n.left)
	if err != nil {
		return nil, single, err
	}
	if n.op == opNone {
		return c.truth(n, left, quantified)
	}
	if ref, ok := left.(*Ref); ok && quantified && ref.typ == ArrayOf(String) && len(ref.Path) == 1 && ref.Path[0].Kind == IndexKey {
		ref.Path = append(ref.Path, Index{Kind: IndexEach})
		ref.typ = String
	}
	s := single
	if each(left) {
		s = perElement
		if !quantified {
			return nil, s, c.outside(n)
		}
	}
	x, err := c.compare(n, left)
	return x, s, err
}

// outside words the error of a [*] outside any() and all().
func (c *checker) outside(n *compareNode) *Error {
	at := n.left.Span
	for _, i := range n.left.path {
		if i.Kind == IndexEach {
			at = i.Span
		}
	}
	return c.fail(at, "[*] stands only inside any() or all(), write any(%s)", c.excerpt(n.Span))
}

// excerpt returns a part of the source for a message, on one line and not too long.
func (c *checker) excerpt(at Span) string {
	s := c.src[at.Offset:at.end()]
	for i, r := range s {
		if r < ' ' {
			return cut(s[:i], maxRepeated) + "…"
		}
	}
	return cut(s, maxRepeated)
}

// truth checks a value that stands alone.
func (c *checker) truth(n *compareNode, left Value, quantified bool) (Expr, shape, *Error) {
	x := &Truth{place{n.Span}, left}
	t := left.Type()
	switch {
	case t == ArrayOf(Bool) && quantified:
		return x, perElement, nil
	case t == ArrayOf(Bool):
		return nil, single, c.fail(n.Span, "[*] stands only inside any() or all(), write any(%s)", c.excerpt(n.Span))
	case t == Bool && each(left): // the same as without the [*]
		if !quantified {
			return nil, single, c.outside(n)
		}
		call := *left.(*Call)
		call.Path, call.typ = nil, ArrayOf(Bool)
		x.Left = &call
		return x, perElement, nil
	case t == Bool:
		return x, single, nil
	}
	return nil, single, c.fail(n.opAt, "expected an operator: %s is of type %s and no condition by itself; its operators are %s",
		c.excerpt(n.left.Span), t, operatorsOf(t))
}

// operatorsOf lists the operators of a type for messages.
func operatorsOf(t Type) string {
	switch t {
	case Int:
		return "== != >= <= > < in &"
	case String:
		return `== != >= <= > < in contains matches wildcard "strict wildcard"`
	case IP:
		return "== != >= <= > < in"
	case Bool:
		return "none"
	}
	return "those of its elements, inside any() or all()"
}

// allows reports whether values of a type have the operator.
func (o Op) allows(t Type) bool {
	switch o {
	case OpBitAnd:
		return t == Int
	case OpContains, OpMatches, OpWildcard, OpStrictWildcard:
		return t == String
	}
	return t == Int || t == String || t == IP
}

// compare checks a comparison whose left side is known.
func (c *checker) compare(n *compareNode, left Value) (Expr, *Error) {
	t := left.Type()
	at := place{n.Span}
	switch {
	case t.isMap():
		return nil, c.fail(n.left.Span, `%s is a %s, name an entry as in %s["name"]`, c.excerpt(n.left.Span), t, n.left.name)
	case t.isArray():
		return nil, c.fail(n.left.Span, "%s is an %s, compare its elements as in any(%s[*] %s …)", c.excerpt(n.left.Span), t, c.excerpt(n.left.Span), n.op)
	case t == Bool:
		return nil, c.fail(n.opAt, "%s is of type boolean and takes no operator", c.excerpt(n.left.Span))
	case !n.op.allows(t):
		return nil, c.fail(n.opAt, "the operator %s is not for type %s, whose operators are %s", n.op, t, operatorsOf(t))
	}
	switch n.op {
	case OpIn:
		if n.list != "" {
			return c.inList(n, left)
		}
		set, err := c.set(n, left)
		return &In{at, left, set}, err
	case OpContains, OpMatches, OpWildcard, OpStrictWildcard:
		return c.match(n, left)
	}
	lit, err := c.scalar(n, left)
	return &Compare{at, left, n.op, lit}, err
}
