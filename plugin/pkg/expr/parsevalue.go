package expr

import "strings"

// value reads a field or function call with its indexes.
func (p *parser) value() (*valueNode, *Error) {
	tok := p.tok
	_, shouted := tok.lowerKeyword()
	if tok.kind != kindWord || tok.isKeyword() || shouted {
		return nil, p.noValue()
	}
	p.advance()
	v := &valueNode{name: tok.text, nameAt: tok.span()}
	if p.tok.is("(") {
		if err := p.arguments(v); err != nil {
			return nil, err
		}
	}
	for p.tok.is("[") {
		if err := p.index(v); err != nil {
			return nil, err
		}
	}
	v.Span = p.from(tok.off)
	return v, nil
}

// arguments reads the arguments of a call.
func (p *parser) arguments(v *valueNode) *Error {
	if err := p.enter(); err != nil {
		return err
	}
	defer p.leave()
	v.call = true
	open := p.tok
	p.advance()
	for !p.tok.is(")") {
		if len(v.args) > 0 && !p.accept(",") {
			if p.tok.kind == kindEnd {
				return p.lex.fail(open.span(), "this ( is not closed, expected )")
			}
			return p.noComma(v.name)
		}
		arg, err := p.argument(v.name)
		if err != nil {
			return err
		}
		v.args = append(v.args, arg)
	}
	p.advance()
	return nil
}

// argument reads one argument: a literal or a value.
func (p *parser) argument(function string) (node, *Error) {
	switch {
	case p.startsLiteral():
		return p.literal()
	case p.tok.is("(", "not", "!", "any", "all"):
		return nil, p.fail("%s() takes fields, functions and strings, not conditions", function)
	}
	return p.value()
}

// noComma words what is wrong after an argument.
func (p *parser) noComma(function string) *Error {
	if p.tok.operator() != opNone {
		return p.fail("%s() takes fields, functions and strings, not conditions; the comparison stands after its )", function)
	}
	return p.fail("expected , or ) after an argument of %s(), found %s", function, p.tok.noun())
}

// index reads one [index] and the member after it.
func (p *parser) index(v *valueNode) *Error {
	open := p.tok
	p.advance()
	n := indexNode{}
	switch {
	case p.accept("*"):
		n.Kind = IndexEach
	case p.startsLiteral():
		lit, err := p.literal()
		if err != nil {
			return err
		}
		if err := n.set(p.lex, lit); err != nil {
			return err
		}
	default:
		return p.fail(`expected *, a position such as 0 or a key such as "name" after [, found %s`, p.tok.noun())
	}
	if !p.accept("]") {
		if p.tok.kind == kindEnd {
			return p.lex.fail(open.span(), "this [ is not closed, expected ]")
		}
		return p.fail("expected ], found %s", p.tok.noun())
	}
	n.Span = p.from(open.off)
	if p.tok.is(".") {
		p.advance()
		if p.tok.kind != kindWord {
			return p.fail("expected the name of a member after the dot, found %s", p.tok.noun())
		}
		n.member, n.memberAt = p.tok.text, p.tok.span()
		p.advance()
	}
	v.path = append(v.path, n)
	return nil
}

// set makes the index that a literal in brackets stands for.
func (n *indexNode) set(l lexer, lit literal) *Error {
	switch {
	case lit.form == formString:
		n.Kind, n.Key = IndexKey, lit.str
		return nil
	case lit.form == formInt && lit.num.From >= 0 && lit.num.From <= maxIndex:
		n.Kind, n.At = IndexAt, uint32(lit.num.From)
		return nil
	}
	return l.fail(lit.Span, `expected *, a position from 0 to %d or a key such as "name"`, uint32(maxIndex))
}

// startsLiteral reports whether a literal starts at the next token.
func (p *parser) startsLiteral() bool {
	switch p.tok.kind {
	case kindQuote, kindNumber:
		return true
	case kindWord: // an IPv6 address may start like a word
		end := p.tok.off + len(p.tok.text)
		return strings.HasPrefix(p.lex.src[end:], ":") && strings.Trim(p.tok.text, "0123456789abcdefABCDEF") == ""
	}
	return false
}

// literal reads one constant.
func (p *parser) literal() (literal, *Error) {
	if !p.startsLiteral() {
		return literal{}, p.noLiteral()
	}
	start := p.tok.off
	if p.tok.kind == kindQuote {
		value, end, err := p.lex.text(start)
		if err != nil {
			return literal{}, err
		}
		p.jump(end)
		return literal{Span: p.from(start), form: formString, str: value}, nil
	}
	lit, err := p.lex.number(start)
	if err != nil {
		return literal{}, err
	}
	p.jump(start + lit.Length)
	return lit, nil
}
