package expr

// node is a node of the syntax tree: what the parser understood, before names and
// types are looked at.
type node interface{ span() Span }

// logicNode joins two or more operands of one operator.
type logicNode struct {
	Span
	op    logicOp
	items []node
}

// notNode negates.
type notNode struct {
	Span
	x node
}

// quantNode is any(…) or all(…).
type quantNode struct {
	Span
	name string
	x    node
}

// compareNode is a value with an operator and its right-hand side, or alone.
type compareNode struct {
	Span
	left *valueNode
	op   Op
	opAt Span
	lit  literal   // of all operators but in
	set  []literal // of in {…}
	list string    // of in $…
}

// valueNode is a field or a function call with indexes.
type valueNode struct {
	Span
	name   string
	nameAt Span
	call   bool
	args   []node // valueNode and literal
	path   []indexNode
}

// indexNode is one [index] with the member that may follow it.
type indexNode struct {
	Span
	Index
	member   string
	memberAt Span
}

// form tells how a literal is written.
type form uint8

const (
	formString form = iota
	formInt
	formIntRange
	formIP
	formPrefix
	formIPRange
)

// literal is a constant; a single number or address is a range of one.
type literal struct {
	Span
	form form
	str  string
	num  IntRange
	ip   IPRange
}

// kind is the type of the values that the literal is compared with.
func (l literal) kind() Type {
	switch l.form {
	case formString:
		return String
	case formInt, formIntRange:
		return Int
	}
	return IP
}

// noun names the literal in messages.
func (l literal) noun() string {
	return [...]string{"a string", "an integer", "a range of integers", "an address", "a CIDR", "a range of addresses"}[l.form]
}

// span makes everything that embeds a Span a node.
func (s Span) span() Span { return s }

// logicOp joins conditions. Later ones bind tighter.
type logicOp uint8

const (
	logicOr logicOp = iota
	logicXor
	logicAnd
	logicOps // their number
)

func (o logicOp) words() (word, symbol string) {
	switch o {
	case logicOr:
		return "or", "||"
	case logicXor:
		return "xor", "^^"
	}
	return "and", "&&"
}
