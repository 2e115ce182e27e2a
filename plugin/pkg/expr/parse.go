package expr

import (
	"strings"
	"unicode/utf8"
)

// parser is one pass over one source. It stops at the first error.
type parser struct {
	lex   lexer
	tok   token // the next token
	last  int   // end of the token before it
	depth int
}

// parse reads a whole expression.
func parse(src string) (node, *Error) {
	p := &parser{lex: lexer{src}}
	if len(src) > MaxSource {
		return nil, p.lex.fail(Span{MaxSource, 0}, "the expression has %d bytes, at most %d are allowed; put long sets into a list", len(src), MaxSource)
	}
	for i, r := range src {
		if _, size := utf8.DecodeRuneInString(src[i:]); r == utf8.RuneError && size == 1 {
			return nil, p.lex.fail(Span{i, 1}, `the expression is not valid UTF-8; write the byte as \xHH in a quoted string`)
		}
	}
	p.jump(0)
	if p.tok.kind == kindEnd {
		return nil, p.fail("the expression is empty, expected a comparison such as FIELD == LITERAL")
	}
	n, err := p.logic(logicOr)
	if err != nil {
		return nil, err
	}
	if p.tok.kind != kindEnd {
		return nil, p.afterCondition()
	}
	return n, nil
}

// jump moves the parser to an offset.
func (p *parser) jump(off int) {
	p.last = off
	p.tok = p.lex.next(off)
}

// advance moves past the next token.
func (p *parser) advance() { p.jump(p.tok.off + len(p.tok.text)) }

// accept moves past the next token if it is one of texts.
func (p *parser) accept(texts ...string) bool {
	if !p.tok.is(texts...) {
		return false
	}
	p.advance()
	return true
}

// acceptWord moves past a keyword, which need not end where the word does: like
// wirefilter, which compares prefixes, it takes what follows as a word of its own.
func (p *parser) acceptWord(word string) bool {
	if p.tok.kind != kindWord || !strings.HasPrefix(p.tok.text, word) {
		return false
	}
	p.jump(p.tok.off + len(word))
	return true
}

// fail makes an error at the next token.
func (p *parser) fail(format string, args ...any) *Error {
	return p.lex.fail(p.tok.span(), format, args...)
}

// from is the span from an offset to the end of the token before the next.
func (p *parser) from(off int) Span { return Span{off, p.last - off} }

// enter counts one level of nesting, which ends with leave.
func (p *parser) enter() *Error {
	if p.depth++; p.depth > MaxNesting {
		return p.fail("the expression is nested more than %d levels deep", MaxNesting)
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

// logic reads operands joined by op or by operators that bind tighter.
func (p *parser) logic(op logicOp) (node, *Error) {
	if op == logicOps {
		return p.simple()
	}
	start := p.tok.off
	first, err := p.logic(op + 1)
	if err != nil {
		return nil, err
	}
	items := []node{first}
	word, symbol := op.words()
	for p.accept(symbol) || p.acceptWord(word) {
		n, err := p.logic(op + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, n)
	}
	if len(items) == 1 {
		return first, nil
	}
	return &logicNode{p.from(start), op, items}, nil
}

// simple reads one operand: in parentheses, negated, quantified or a comparison.
func (p *parser) simple() (node, *Error) {
	tok := p.tok
	quantifier := tok.is("any", "all")
	not := tok.is("!") || tok.kind == kindWord && strings.HasPrefix(tok.text, "not")
	if !quantifier && !not && !tok.is("(") {
		return p.comparison()
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	if !p.acceptWord("not") {
		p.advance()
	}
	switch {
	case quantifier:
		return p.quantifier(tok)
	case tok.text == "(":
		n, err := p.logic(logicOr)
		if err != nil {
			return nil, err
		}
		return n, p.closing(tok, ")")
	}
	n, err := p.simple()
	if err != nil {
		return nil, err
	}
	return &notNode{p.from(tok.off), n}, nil
}

// quantifier reads the argument of any or all.
func (p *parser) quantifier(name token) (node, *Error) {
	open := p.tok
	if !p.accept("(") {
		return nil, p.fail("expected ( after %s, as in %s(FIELD[*] == LITERAL)", name.text, name.text)
	}
	if p.startsLiteral() {
		return nil, p.fail("%s() takes a condition with [*], as in %s(FIELD[*] == LITERAL), not a literal", name.text, name.text)
	}
	n, err := p.logic(logicOr)
	if err != nil {
		return nil, err
	}
	if p.tok.is(",") {
		return nil, p.fail("%s() takes one argument", name.text)
	}
	if err := p.closing(open, ")"); err != nil {
		return nil, err
	}
	return &quantNode{p.from(name.off), name.text, n}, nil
}

// closing moves past the bracket that closes open.
func (p *parser) closing(open token, text string) *Error {
	if p.accept(text) {
		return nil
	}
	if p.tok.kind == kindEnd {
		return p.lex.fail(open.span(), "this %s is not closed, expected %s", open.text, text)
	}
	return p.afterCondition()
}

// comparison reads a value and what it is compared with.
func (p *parser) comparison() (node, *Error) {
	left, err := p.value()
	if err != nil {
		return nil, err
	}
	n := &compareNode{left: left, opAt: p.tok.span()}
	if n.op, err = p.operator(); err != nil {
		return nil, err
	}
	if n.op != opNone {
		n.opAt = p.from(n.opAt.Offset)
		err = p.right(n)
	}
	n.Span = p.from(left.Offset)
	return n, err
}

// operator reads an operator, or opNone if the value stands alone.
func (p *parser) operator() (Op, *Error) {
	p.tok = p.lex.unglued(p.tok)
	op := p.tok.operator()
	if op == opNone {
		return opNone, p.noOperator()
	}
	p.advance()
	if op == OpStrictWildcard && !p.acceptWord("wildcard") {
		return opNone, p.fail("expected wildcard after strict")
	}
	return op, nil
}

// operator returns the operator that a token is or starts.
func (t token) operator() Op {
	if t.kind != kindWord && t.kind != kindSymbol {
		return opNone
	}
	switch t.text {
	case "==", "eq":
		return OpEqual
	case "!=", "ne":
		return OpNotEqual
	case ">=", "ge":
		return OpGreaterEqual
	case "<=", "le":
		return OpLessEqual
	case ">", "gt":
		return OpGreater
	case "<", "lt":
		return OpLess
	case "&", "bitwise_and":
		return OpBitAnd
	case "in":
		return OpIn
	case "contains":
		return OpContains
	case "matches", "~":
		return OpMatches
	case "wildcard":
		return OpWildcard
	case "strict":
		return OpStrictWildcard
	}
	return opNone
}

// right reads the right-hand side of a comparison.
func (p *parser) right(n *compareNode) (err *Error) {
	switch {
	case n.op == OpIn:
		return p.collection(n)
	case n.op == OpMatches && p.tok.kind == kindQuote:
		start := p.tok.off
		value, end, err := p.lex.pattern(start)
		if err != nil {
			return err
		}
		p.jump(end)
		n.lit = literal{Span: p.from(start), str: value}
		return nil
	}
	if err := p.wordyOperand(n); err != nil {
		return err
	}
	n.lit, err = p.literal()
	return err
}

// collection reads what follows in: a set or the name of a list.
func (p *parser) collection(n *compareNode) *Error {
	switch {
	case p.tok.is("$"):
		start := p.tok.off
		n.list = p.lex.listName(start + 1)
		if n.list == "" {
			return p.fail("expected the name of a list after $: letters, digits, _ . and -")
		}
		p.jump(start + 1 + len(n.list))
		return nil
	case p.tok.is("{"):
		return p.set(n)
	case p.tok.is("list", "lists"):
		return p.fail("expected { or $ after in; a list is written in $NAME")
	}
	return p.fail("expected { or $ after in: a set as in {1 2} or a list as in $NAME, not %s", p.tok.noun())
}

// set reads {…}.
func (p *parser) set(n *compareNode) *Error {
	open := p.tok
	p.advance()
	for !p.tok.is("}") {
		switch {
		case p.tok.kind == kindEnd:
			return p.lex.fail(open.span(), "this { is not closed, expected }")
		case p.tok.is(","):
			return p.fail("the items of a set are separated by spaces, not commas")
		case p.tok.is("."):
			return p.fail("a range is written FIRST..LAST without spaces, and only of integers or addresses")
		case len(n.set) == MaxSet:
			return p.fail("a set has at most %d items, put them into a list", MaxSet)
		}
		lit, err := p.literal()
		if err != nil {
			return err
		}
		n.set = append(n.set, lit)
	}
	p.advance()
	if len(n.set) == 0 {
		return p.lex.fail(p.from(open.off), "the set is empty, expected at least one literal")
	}
	return nil
}
