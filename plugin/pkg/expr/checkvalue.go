package expr

import (
	"slices"
	"strings"
)

// value resolves a field or a call.
func (c *checker) value(n *valueNode) (Value, *Error) {
	if n.call {
		return c.call(n)
	}
	if members, ok := c.schema.records[n.name]; ok && !c.declared(n.name) {
		return c.member(n, members)
	}
	i, ok := c.schema.whole(n.name)
	if !ok {
		return nil, c.unknown(n)
	}
	if entries, ok := c.schema.entries[n.name]; ok && (len(n.path) == 0 || n.path[0].Kind != IndexKey) {
		i = entries
	}
	return c.ref(i, n, n.path)
}

func (c *checker) declared(name string) bool {
	_, ok := c.schema.index[name]
	return ok
}

// member resolves array[index].member.
func (c *checker) member(n *valueNode, members []string) (Value, *Error) {
	list := strings.Join(members, ", ")
	if len(n.path) == 0 {
		return nil, c.fail(n.nameAt, "%s is an array of records, write %s[*].MEMBER; its members are %s", n.name, n.name, list)
	}
	first := n.path[0]
	switch {
	case first.Kind == IndexKey:
		return nil, c.fail(first.Span, "%s is an array of records, its index is * or a position", n.name)
	case first.member == "":
		return nil, c.fail(first.Span, "expected a member after this index, as in %s[*].%s; the members are %s", n.name, members[0], list)
	case !slices.Contains(members, first.member):
		return nil, c.fail(first.memberAt, "%s has no member %s, its members are %s", n.name, c.excerpt(first.memberAt), list)
	}
	field := c.schema.index[n.name+eachMember+first.member]
	path := slices.Clone(n.path)
	path[0].member = ""
	return c.ref(field, n, path)
}

// ref applies a path to a field.
func (c *checker) ref(field int, n *valueNode, path []indexNode) (Value, *Error) {
	c.uses[field] = true
	f := c.schema.fields[field]
	steps, t, err := c.walk(n, f.Type, path)
	if err != nil {
		return nil, err
	}
	return &Ref{Field: field, Name: f.Name, Path: steps, typ: t}, nil
}

// walk follows a path from a type.
func (c *checker) walk(n *valueNode, t Type, path []indexNode) ([]Index, Type, *Error) {
	var steps []Index
	for _, i := range path {
		switch {
		case i.member != "":
			return nil, 0, c.fail(i.memberAt, "%s has no members", n.name)
		case t.isArray() && i.Kind == IndexKey:
			return nil, 0, c.fail(i.Span, "%s is an %s here, its index is * or a position", n.name, t)
		case t.isMap() && i.Kind != IndexKey:
			return nil, 0, c.fail(i.Span, `%s is a %s, its index is the name of an entry in quotes, as in %s["name"]`, n.name, t, n.name)
		case !t.isArray() && !t.isMap():
			return nil, 0, c.fail(i.Span, "%s is of type %s here and takes no index", n.name, t)
		}
		steps = append(steps, i.Index)
		t = t.Elem()
	}
	return steps, t, nil
}

// unknown words the error of a name that is no field.
func (c *checker) unknown(n *valueNode) *Error {
	if slices.Contains(functionNames(), n.name) {
		return c.fail(n.nameAt, "%s is a function, expected ( after it", n.name)
	}
	if hint, ok := c.schema.hint(n.name); ok {
		return c.fail(n.nameAt, "unknown field %s, %s", c.excerpt(n.nameAt), hint)
	}
	if near := nearest(n.name, c.schema.names); near != "" {
		return c.fail(n.nameAt, "unknown field %s, did you mean %s?", c.excerpt(n.nameAt), near)
	}
	return c.fail(n.nameAt, "unknown field %s, the fields are: %s", c.excerpt(n.nameAt), abridge(c.schema.names))
}

// functionNames lists the functions, for messages.
func functionNames() []string {
	names := []string{"any", "all"}
	for f := range funcs {
		names = append(names, f.String())
	}
	return names
}

// call resolves a function call and its path.
func (c *checker) call(n *valueNode) (Value, *Error) {
	f, err := c.function(n)
	if err != nil {
		return nil, err
	}
	call := &Call{Func: f}
	for i, a := range n.args {
		v, err := c.argument(a)
		if err != nil {
			return nil, err
		}
		if each(v) {
			if i > 0 {
				return nil, c.fail(a.span(), "only the first argument of %s() may use [*]", f)
			}
			call.Mapped = true
		}
		call.Args = append(call.Args, v)
	}
	result, err := c.signature(n, call)
	if err != nil {
		return nil, err
	}
	if call.Mapped {
		result = ArrayOf(result)
	}
	c.lowerArguments(call)
	call.Path, call.typ, err = c.walk(n, result, n.path)
	return call, err
}

// function finds a function by name.
func (c *checker) function(n *valueNode) (Func, *Error) {
	for f := range funcs {
		if f.String() == n.name {
			return f, nil
		}
	}
	names := functionNames()
	if c.declared(n.name) {
		return 0, c.fail(n.nameAt, "%s is a field, not a function", n.name)
	}
	if near := nearest(n.name, names); near != "" {
		return 0, c.fail(n.nameAt, "unknown function %s, did you mean %s?", c.excerpt(n.nameAt), near)
	}
	return 0, c.fail(n.nameAt, "unknown function %s, the functions are: %s", c.excerpt(n.nameAt), strings.Join(names, ", "))
}

func (c *checker) argument(n node) (Value, *Error) {
	switch n := n.(type) {
	case *valueNode:
		return c.value(n)
	case literal:
		switch n.form {
		case formString:
			return &Literal{Kind: String, Str: n.str}, nil
		case formInt:
			return &Literal{Kind: Int, Int: n.num.From}, nil
		case formIP:
			return &Literal{Kind: IP, IP: n.ip.From}, nil
		}
		return nil, c.fail(n.Span, "%s stands only in a set", n.noun())
	}
	return nil, c.fail(n.span(), "expected a field, a function or a string")
}

// signature checks the arguments of a call and gives the type of its result, of
// one element if the call is mapped.
func (c *checker) signature(n *valueNode, call *Call) (Type, *Error) {
	least, most := 1, 1
	switch call.Func {
	case FuncStartsWith, FuncEndsWith:
		least, most = 2, 2
	case FuncConcat:
		least, most = 2, MaxSource
	}
	switch {
	case least == most && len(call.Args) != least:
		return 0, c.fail(n.Span, "%s() takes %s, found %d", call.Func, plural(least, "argument"), len(call.Args))
	case len(call.Args) < least:
		return 0, c.fail(n.Span, "%s() takes %s or more, found %d", call.Func, plural(least, "argument"), len(call.Args))
	}
	first := call.Args[0].Type()
	anyArray := first.isArray() && !call.Mapped && first.Elem() != Bool
	switch {
	case call.Func == FuncLen && anyArray:
		return Int, nil
	case call.Func == FuncConcat && anyArray:
		return first, c.sameType(n, call, first)
	}
	if err := c.sameType(n, call, String); err != nil {
		return 0, err
	}
	switch call.Func {
	case FuncLen:
		return Int, nil
	case FuncStartsWith, FuncEndsWith:
		return Bool, nil
	}
	return String, nil
}

// sameType checks that all arguments have a type.
func (c *checker) sameType(n *valueNode, call *Call, t Type) *Error {
	for i, a := range call.Args {
		if got := a.Type(); got != t {
			hint := ""
			if i == 0 && got.isArray() && got.Elem() == t {
				hint = ", write [*] after it"
			}
			return c.fail(n.args[i].span(), "%s() expects type %s here, found %s%s", call.Func, t, got, hint)
		}
	}
	return nil
}

// lowerArguments makes the literals that starts_with and ends_with compare with a
// lower-case value lower case.
func (c *checker) lowerArguments(call *Call) {
	if call.Func != FuncStartsWith && call.Func != FuncEndsWith || !c.lower(call.Args[0]) && !c.lower(call.Args[1]) {
		return
	}
	for i, a := range call.Args {
		if lit, ok := a.(*Literal); ok {
			call.Args[i] = &Literal{Kind: String, Str: lowerASCII(lit.Str)}
		}
	}
}
