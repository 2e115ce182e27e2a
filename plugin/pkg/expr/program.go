package expr

// Program is a compiled expression. It is immutable and safe for concurrent use;
// only the content of the lists it names may change.
type Program struct {
	src    string
	schema *Schema
	expr   Expr
	test   condition
	uses   []bool
}

// Compile checks and compiles an expression. The error is an *Error. A nil lists
// means that there are no lists.
func Compile(src string, schema *Schema, lists Lists) (*Program, error) {
	n, err := parse(src)
	if err != nil {
		return nil, err
	}
	c := &checker{lexer: lexer{src}, schema: schema, lists: lists, uses: make([]bool, len(schema.fields))}
	e, _, err := c.expr(n, false)
	if err != nil {
		return nil, err
	}
	return &Program{src: src, schema: schema, expr: e, test: compile(e), uses: c.uses}, nil
}

// Match evaluates the expression. It allocates nothing, but for lower, upper and
// concat where their result differs from their argument.
func (p *Program) Match(s Source) bool { return p.test(s) }

// String prints the expression in canonical form.
func (p *Program) String() string { return Print(p.expr) }

// Source is the text the program was compiled from.
func (p *Program) Source() string { return p.src }

// Expr is the checked tree.
func (p *Program) Expr() Expr { return p.expr }

// Uses reports whether the expression reads a field.
func (p *Program) Uses(field int) bool {
	return field >= 0 && field < len(p.uses) && p.uses[field]
}
