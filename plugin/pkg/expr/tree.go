package expr

import (
	"net/netip"
	"regexp"
	"strings"
)

// Expr is a node of a checked tree: And, Or, Xor, Not, Any, All, Compare, In,
// InList, Match or Truth, all as pointers. Trees are immutable.
//
// Inside Any and All an expression is evaluated for every element; there, and
// only there, the Left of the conditions ends in [*].
type Expr interface {
	Span() Span // where it stands in the source
	isExpr()
}

// place is the Span of a tree node.
type place struct{ at Span }

// Span is the node's place in the source.
func (p place) Span() Span { return p.at }
func (place) isExpr()      {}

// And is true when all Items are. Nested Ands stem from parentheses.
type And struct {
	place
	Items []Expr
}

// Or is true when one of Items is.
type Or struct {
	place
	Items []Expr
}

// Xor is true when an odd number of Items is.
type Xor struct {
	place
	Items []Expr
}

// Not is true when X is false.
type Not struct {
	place
	X Expr
}

// Any is true when X is true for an element.
type Any struct {
	place
	X Expr
}

// All is true when X is true for every element, also when there is none.
type All struct {
	place
	X Expr
}

// Compare compares with one literal. Op is one of the orderings or OpBitAnd.
type Compare struct {
	place
	Left  Value
	Op    Op
	Right Literal
}

// In is true for the values of a set.
type In struct {
	place
	Left Value
	Set  Set
}

// InList is true for the values of a list that may change at run time.
type InList struct {
	place
	Left Value
	Name string
	List List
}

// Match tests a string with OpContains, OpMatches, OpWildcard or OpStrictWildcard.
type Match struct {
	place
	Left    Value
	Op      Op
	Pattern string

	re *regexp.Regexp // of OpMatches
}

// Truth is a boolean function result that stands alone.
type Truth struct {
	place
	Left Value
}

// Value is a *Ref, a *Call or, as argument of a call, a *Literal.
type Value interface {
	// Type is the type of the value, under [*] that of one element.
	Type() Type
	isValue()
}

// Ref is the value of a field.
type Ref struct {
	Field int
	Name  string  // as in the Schema
	Path  []Index // a map key, then a position or [*]
	typ   Type
}

// member reports whether the field is a member of an array of records.
func (r *Ref) member() bool { return strings.Contains(r.Name, eachMember) }

// Call is a function result.
type Call struct {
	Func   Func
	Args   []Value
	Mapped bool    // Args[0] ends in [*]: the function is applied to each element, the result is an array
	Path   []Index // into a result that is an array
	typ    Type
}

// Literal is a constant of type String, Int or IP.
type Literal struct {
	Kind Type
	Str  string
	Int  int64
	IP   netip.Addr
}

// Type is the type of the value, under [*] that of one element.
func (r *Ref) Type() Type { return r.typ }

// Type is the type of the result, under [*] that of one element.
func (c *Call) Type() Type { return c.typ }

// Type is the literal's type.
func (l *Literal) Type() Type { return l.Kind }

func (*Ref) isValue()     {}
func (*Call) isValue()    {}
func (*Literal) isValue() {}

// IndexKind tells what an Index selects.
type IndexKind uint8

// The kinds of index.
const (
	IndexEach IndexKind = iota // [*], every element
	IndexAt                    // [3], one element, counted from 0
	IndexKey                   // ["key"], one entry of a map
)

// Index is one step into an array or map.
type Index struct {
	Kind IndexKind
	At   uint32
	Key  string
}

// Set is the literals of `in {…}` as written; only the slice of its type is filled.
type Set struct {
	Strings []string
	Ints    []IntRange
	IPs     []IPRange
}

// IntRange is the integers from From to To, both included.
type IntRange struct{ From, To int64 }

// IPRange is the addresses of one family from From to To, both included.
type IPRange struct {
	From, To netip.Addr
	Prefix   netip.Prefix // valid if the range was written as a CIDR
}

// Op is an operator between a value and a literal.
type Op uint8

// The operators.
const (
	opNone Op = iota
	OpEqual
	OpNotEqual
	OpGreaterEqual
	OpLessEqual
	OpGreater
	OpLess
	OpBitAnd
	OpIn
	OpContains
	OpMatches
	OpWildcard
	OpStrictWildcard
)

// String returns the operator's canonical spelling.
func (o Op) String() string {
	return [...]string{"", "==", "!=", ">=", "<=", ">", "<", "&", "in", "contains", "matches", "wildcard", "strict wildcard"}[o]
}

// Func is a function other than any and all.
type Func uint8

// The functions.
const (
	FuncLower Func = iota
	FuncUpper
	FuncLen
	FuncStartsWith
	FuncEndsWith
	FuncConcat
	funcs // their number
)

// String returns the function's name.
func (f Func) String() string {
	return [...]string{"lower", "upper", "len", "starts_with", "ends_with", "concat"}[f]
}

// each reports whether a value ends in [*].
func each(v Value) bool {
	var path []Index
	switch v := v.(type) {
	case *Ref:
		path = v.Path
	case *Call:
		path = v.Path
	}
	return len(path) > 0 && path[len(path)-1].Kind == IndexEach
}
