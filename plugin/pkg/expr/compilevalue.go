package expr

import (
	"net/netip"
	"strings"
)

// getter gives a value, and false if it is not there.
type getter[T any] func(Source) (T, bool)

// vector gives the elements of an array one by one; n gives false if it is not there.
type vector[T any] struct {
	n  func(Source) (int, bool)
	at func(Source, int) (T, bool)
}

// family is how values of one type are read.
type family[T comparable] struct {
	one  func(Source, int) (T, bool)
	many func(Source, int) ([]T, bool)
	key  func(Source, int, string) ([]T, bool) // nil: there are no maps of the type
	// constant gives a literal's value.
	constant func(*Literal) T
	// apply compiles a function from its first argument to its result.
	apply func(*Call) func(s Source, first string, ok bool) (T, bool)
}

func strs() family[string] {
	return family[string]{
		one: Source.String, many: Source.Strings, key: Source.Map,
		constant: func(l *Literal) string { return l.Str },
		apply:    stringFunction,
	}
}

func integers() family[int64] {
	return family[int64]{
		one: Source.Int, many: Source.Ints,
		constant: func(l *Literal) int64 { return l.Int },
		apply: func(*Call) func(Source, string, bool) (int64, bool) {
			return func(_ Source, v string, ok bool) (int64, bool) { return int64(len(v)), ok }
		},
	}
}

func addresses() family[netip.Addr] {
	return family[netip.Addr]{one: Source.IP, many: Source.IPs, constant: func(l *Literal) netip.Addr { return l.IP }}
}

func booleans() family[bool] { return family[bool]{apply: boolFunction} }

// get compiles a single value.
func (f family[T]) get(v Value) getter[T] {
	switch v := v.(type) {
	case *Literal:
		c := f.constant(v)
		return func(Source) (T, bool) { return c, true }
	case *Ref:
		if len(v.Path) == 0 {
			one, field := f.one, v.Field
			return func(s Source) (T, bool) { return one(s, field) }
		}
		slice, pick, at := f.slice(v), f.pick(v), int(v.Path[len(v.Path)-1].At)
		return func(s Source) (T, bool) {
			values, _ := slice(s)
			return pick(values, at)
		}
	case *Call:
		return f.result(v)
	}
	return nil
}

// pick returns how an element is taken from an array by its position; a record that
// lacks the member has none.
func (f family[T]) pick(r *Ref) func(values []T, at int) (T, bool) {
	member := r.member()
	return func(values []T, at int) (none T, ok bool) {
		if at >= len(values) || member && values[at] == none {
			return none, false
		}
		return values[at], true
	}
}

// result compiles a function result.
func (f family[T]) result(c *Call) getter[T] {
	if len(c.Path) > 0 {
		vec, i := f.vector(c), int(c.Path[0].At)
		return func(s Source) (v T, ok bool) {
			if n, _ := vec.n(s); i >= n {
				return v, false
			}
			return vec.at(s, i)
		}
	}
	if n := arrayLength(c); n != nil {
		return any(n).(getter[T])
	}
	first, fn := strs().get(c.Args[0]), f.apply(c)
	return func(s Source) (T, bool) {
		v, ok := first(s)
		return fn(s, v, ok)
	}
}

// arrayLength compiles len() of an array, and gives nil for anything else.
func arrayLength(c *Call) getter[int64] {
	if c.Func != FuncLen || c.Mapped || !c.Args[0].Type().isArray() {
		return nil
	}
	var n func(Source) (int, bool)
	switch c.Args[0].Type().Elem() {
	case Int:
		n = integers().vector(c.Args[0]).n
	case IP:
		n = addresses().vector(c.Args[0]).n
	default:
		n = strs().vector(c.Args[0]).n
	}
	return func(s Source) (int64, bool) {
		v, ok := n(s)
		return int64(v), ok
	}
}

// slice compiles the array that a field's path ends in, or that its last index
// selects from.
func (f family[T]) slice(r *Ref) getter[[]T] {
	field := r.Field
	if len(r.Path) > 0 && r.Path[0].Kind == IndexKey {
		key, name := f.key, r.Path[0].Key
		return func(s Source) ([]T, bool) { return key(s, field, name) }
	}
	many := f.many
	return func(s Source) ([]T, bool) { return many(s, field) }
}

// vector compiles an array, or the one that the value's last index selects from.
func (f family[T]) vector(v Value) vector[T] {
	switch v := v.(type) {
	case *Ref:
		slice, pick := f.slice(v), f.pick(v)
		return vector[T]{
			n: func(s Source) (int, bool) { values, ok := slice(s); return len(values), ok },
			at: func(s Source, i int) (T, bool) {
				values, _ := slice(s)
				return pick(values, i)
			},
		}
	case *Call:
		if !v.Mapped {
			return f.joined(v)
		}
		first, fn := strs().vector(v.Args[0]), f.apply(v)
		return vector[T]{n: first.n, at: func(s Source, i int) (T, bool) {
			e, ok := first.at(s, i)
			return fn(s, e, ok)
		}}
	}
	return vector[T]{}
}

// joined compiles concat() of arrays.
func (f family[T]) joined(c *Call) vector[T] {
	parts := make([]vector[T], len(c.Args))
	for i, a := range c.Args {
		parts[i] = f.vector(a)
	}
	return vector[T]{
		n: func(s Source) (total int, found bool) {
			for _, p := range parts {
				n, ok := p.n(s)
				total, found = total+n, found || ok
			}
			return total, found
		},
		at: func(s Source, i int) (e T, ok bool) {
			for _, p := range parts {
				n, _ := p.n(s)
				if i < n {
					return p.at(s, i)
				}
				i -= n
			}
			return e, false
		},
	}
}

// stringFunction compiles lower, upper and concat.
func stringFunction(c *Call) func(Source, string, bool) (string, bool) {
	switch c.Func {
	case FuncLower:
		return func(_ Source, v string, ok bool) (string, bool) { return lowerASCII(v), ok }
	case FuncUpper:
		return func(_ Source, v string, ok bool) (string, bool) { return upperASCII(v), ok }
	}
	rest := make([]getter[string], len(c.Args)-1)
	for i, a := range c.Args[1:] {
		rest[i] = strs().get(a)
	}
	return func(s Source, v string, found bool) (string, bool) {
		for _, get := range rest {
			w, ok := get(s)
			v, found = v+w, found || ok
		}
		return v, found
	}
}

// boolFunction compiles starts_with and ends_with. Without its second argument
// the result is missing, which counts as false.
func boolFunction(c *Call) func(Source, string, bool) (bool, bool) {
	test := strings.HasPrefix
	if c.Func == FuncEndsWith {
		test = strings.HasSuffix
	}
	second := strs().get(c.Args[1])
	return func(s Source, v string, ok bool) (bool, bool) {
		w, there := second(s)
		if !ok || !there {
			return false, false
		}
		return test(v, w), true
	}
}
