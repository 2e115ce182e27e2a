package expr

// condition is a compiled condition.
type condition func(Source) bool

// elements is a compiled condition on every element of one or more arrays.
type elements struct {
	n  func(Source) int // how many elements there are
	at func(Source, int) bool
}

// compile turns a checked condition into closures.
func compile(e Expr) condition {
	switch e := e.(type) {
	case *And:
		return compileAnd(compileItems(e.Items))
	case *Or:
		return compileOr(compileItems(e.Items))
	case *Xor:
		return compileXor(compileItems(e.Items))
	case *Not:
		x := compile(e.X)
		return func(s Source) bool { return !x(s) }
	case *Any:
		return compileQuantifier(e.X, true)
	case *All:
		return compileQuantifier(e.X, false)
	case *Truth:
		get := booleans().get(e.Left)
		return func(s Source) bool { v, _ := get(s); return v }
	}
	left, missing := leftOf(e), isNotEqual(e)
	switch left.Type() {
	case Int:
		return scalarTest(integers(), left, intTest(e), missing)
	case IP:
		return scalarTest(addresses(), left, ipTest(e), missing)
	}
	return stringScalar(left, stringTest(e), missing)
}

func compileItems(items []Expr) []condition {
	tests := make([]condition, len(items))
	for i, item := range items {
		tests[i] = compile(item)
	}
	return tests
}

func compileAnd(tests []condition) condition {
	if len(tests) == 2 {
		a, b := tests[0], tests[1]
		return func(s Source) bool { return a(s) && b(s) }
	}
	return func(s Source) bool {
		for _, t := range tests {
			if !t(s) {
				return false
			}
		}
		return true
	}
}

func compileOr(tests []condition) condition {
	if len(tests) == 2 {
		a, b := tests[0], tests[1]
		return func(s Source) bool { return a(s) || b(s) }
	}
	return func(s Source) bool {
		for _, t := range tests {
			if t(s) {
				return true
			}
		}
		return false
	}
}

func compileXor(tests []condition) condition {
	return func(s Source) bool {
		odd := false
		for _, t := range tests {
			odd = odd != t(s)
		}
		return odd
	}
}

// leftOf returns the value that a comparison looks at.
func leftOf(e Expr) Value {
	switch e := e.(type) {
	case *Compare:
		return e.Left
	case *In:
		return e.Left
	case *InList:
		return e.Left
	case *Match:
		return e.Left
	case *Truth:
		return e.Left
	}
	return nil
}

// isNotEqual reports whether e is the one comparison that a missing value satisfies.
func isNotEqual(e Expr) bool {
	c, ok := e.(*Compare)
	return ok && c.Op == OpNotEqual
}

// scalarTest compiles a test of one value.
func scalarTest[T comparable](f family[T], left Value, test func(T) bool, missing bool) condition {
	get := f.get(left)
	return func(s Source) bool {
		v, ok := get(s)
		if !ok {
			return missing
		}
		return test(v)
	}
}

// stringScalar is scalarTest for strings, a step shorter for plain fields.
func stringScalar(left Value, test func(string) bool, missing bool) condition {
	ref, ok := left.(*Ref)
	if !ok || len(ref.Path) > 0 {
		return scalarTest(strs(), left, test, missing)
	}
	field := ref.Field
	return func(s Source) bool {
		v, ok := s.String(field)
		if !ok {
			return missing
		}
		return test(v)
	}
}

// compileQuantifier compiles any (want true) and all (want false): an element
// for which x gives want decides, the result is otherwise the opposite.
func compileQuantifier(x Expr, want bool) condition {
	if left := leftOf(x); left != nil {
		if ref, ok := left.(*Ref); ok {
			switch ref.typ {
			case Int:
				return walk(integers().slice(ref), intTest(x), want)
			case IP:
				return walk(addresses().slice(ref), ipTest(x), want)
			}
			test := stringTest(x)
			if ref.member() {
				test = given(test, isNotEqual(x))
			}
			return walk(strs().slice(ref), test, want)
		}
	}
	el := compileElements(x)
	return func(s Source) bool {
		n := el.n(s)
		for i := range n {
			if el.at(s, i) == want {
				return want
			}
		}
		return !want
	}
}

// given is a test of a member that a record may lack.
func given(test func(string) bool, missing bool) func(string) bool {
	return func(v string) bool {
		if v == "" {
			return missing
		}
		return test(v)
	}
}

// walk looks at the elements of one array.
func walk[T any](get getter[[]T], test func(T) bool, want bool) condition {
	return func(s Source) bool {
		values, _ := get(s)
		for _, v := range values {
			if test(v) == want {
				return want
			}
		}
		return !want
	}
}

// compileElements compiles a condition on elements.
func compileElements(e Expr) elements {
	switch e := e.(type) {
	case *And:
		return joinElements(e.Items, func(tests []elements, s Source, i int) bool {
			for _, t := range tests {
				if !t.at(s, i) {
					return false
				}
			}
			return true
		})
	case *Or:
		return joinElements(e.Items, func(tests []elements, s Source, i int) bool {
			for _, t := range tests {
				if t.at(s, i) {
					return true
				}
			}
			return false
		})
	case *Xor:
		return joinElements(e.Items, func(tests []elements, s Source, i int) bool {
			odd := false
			for _, t := range tests {
				odd = odd != t.at(s, i)
			}
			return odd
		})
	case *Not:
		x := compileElements(e.X)
		return elements{x.n, func(s Source, i int) bool { return !x.at(s, i) }}
	case *Truth:
		return elementTest(booleans(), e.Left, func(v bool) bool { return v }, false)
	}
	left, missing := leftOf(e), isNotEqual(e)
	switch left.Type() {
	case Int:
		return elementTest(integers(), left, intTest(e), missing)
	case IP:
		return elementTest(addresses(), left, ipTest(e), missing)
	}
	return elementTest(strs(), left, stringTest(e), missing)
}

// joinElements pairs elements by position, up to the shortest array.
func joinElements(items []Expr, at func([]elements, Source, int) bool) elements {
	tests := make([]elements, len(items))
	for i, item := range items {
		tests[i] = compileElements(item)
	}
	return elements{
		n: func(s Source) int {
			n := tests[0].n(s)
			for _, t := range tests[1:] {
				n = min(n, t.n(s))
			}
			return n
		},
		at: func(s Source, i int) bool { return at(tests, s, i) },
	}
}

// elementTest compiles a test of the elements of one array.
func elementTest[T comparable](f family[T], left Value, test func(T) bool, missing bool) elements {
	vec := f.vector(left)
	return elements{
		n: func(s Source) int { n, _ := vec.n(s); return n },
		at: func(s Source, i int) bool {
			v, ok := vec.at(s, i)
			if !ok {
				return missing
			}
			return test(v)
		},
	}
}
