package expr

import (
	"fmt"
	"strings"
)

// This file words the parser's errors. Most wrong expressions are written from
// memory of a dashboard or of another language, so what was probably meant is
// said rather than only what the grammar allows.

// isKeyword reports whether the token is a word that is no name.
func (t token) isKeyword() bool {
	return t.kind == kindWord && (t.operator() != opNone || t.is("or", "xor", "and", "not", "any", "all"))
}

// noun names a token in messages.
func (t token) noun() string {
	switch t.kind {
	case kindEnd:
		return "the end"
	case kindQuote:
		return "a string"
	case kindNumber:
		return "a number"
	}
	return fmt.Sprintf("%q", cut(t.text, maxRepeated))
}

// lowerKeyword returns the keyword that a word in other letters stands for.
func (t token) lowerKeyword() (string, bool) {
	low := token{t.kind, t.off, lowerASCII(t.text)}
	return low.text, low.text != t.text && low.isKeyword()
}

// noValue words the error where a field or function was expected.
func (p *parser) noValue() *Error {
	if word, ok := p.tok.lowerKeyword(); ok {
		return p.fail("keywords are lower case, write %s", word)
	}
	switch {
	case p.tok.kind == kindEnd:
		return p.fail("the expression ends where a field or function was expected")
	case p.startsLiteral():
		return p.fail("expected a field or function, found %s; the field stands left of the operator", p.tok.noun())
	case p.tok.is("$", "{"):
		return p.fail("expected a field or function, found %s; write FIELD in %s…", p.tok.noun(), p.tok.text)
	case p.tok.isKeyword():
		return p.fail("expected a field or function before the operator %s", p.tok.text)
	}
	return p.fail("expected a field or function, found %s%s", p.tok.noun(), typographic(p.tok.text))
}

// noLiteral words the error where a literal was expected.
func (p *parser) noLiteral() *Error {
	switch {
	case p.tok.kind == kindEnd:
		return p.fail("the expression ends where a literal was expected")
	case p.tok.is("{", "$"):
		return p.fail("expected a literal; a set or list stands after in, as in FIELD in %s…", p.tok.text)
	case p.tok.is("true", "false"):
		return p.fail("there are no boolean literals; a boolean function stands alone, or after not")
	case p.tok.text == "=":
		return p.fail("expected a literal, found =; operators are == != >= and <=")
	case p.tok.kind == kindWord:
		return p.fail("expected a literal, found %s; strings stand in quotes, and a field stands left of the operator only", p.tok.noun())
	}
	return p.fail("expected a literal, found %s%s", p.tok.noun(), typographic(p.tok.text))
}

// typographic hints at the quotation marks of word processors.
func typographic(s string) string {
	if s != "" && strings.Contains("“”„‘’«»`", s) {
		return `; strings stand in " or '`
	}
	return ""
}

// noOperator checks what follows a value without operator: nil if it may.
func (p *parser) noOperator() *Error {
	t := p.tok
	if t.kind == kindEnd || t.is("or", "||", "xor", "^^", "and", "&&", ")", ",") {
		return nil
	}
	if word, ok := t.lowerKeyword(); ok {
		return p.fail("keywords are lower case, write %s", word)
	}
	if hint, n := p.dashboard(); hint != "" {
		return p.lex.fail(Span{t.off, n}, "there is no operator %q, write %s", p.lex.src[t.off:t.off+n], hint)
	}
	return p.fail("expected an operator, found %s; the operators are == != >= <= > < in contains matches wildcard \"strict wildcard\" &", t.noun())
}

// dashboard returns the operator to write instead of the words or symbols at the
// next token, and their length.
func (p *parser) dashboard() (string, int) {
	rest := p.lex.src[p.tok.off:]
	for _, h := range operatorHints() {
		if n := phrase(rest, h[0]); n > 0 {
			return h[1], n
		}
	}
	return "", 0
}

// operatorHints is the wording of dashboards and other languages with ours;
// longer phrases stand before those they start with.
func operatorHints() [][2]string {
	return [][2]string{
		{"is not in list", `"in $NAME", with "not" before the field`},
		{"is not in", `"in {…}", with "not" before the field`},
		{"is not", `"!="`},
		{"is in list", `"in $NAME"`},
		{"is in", `"in {…}"`},
		{"is", `"=="`},
		{"not in list", `"in $NAME", with "not" before the field`},
		{"not in", `"in {…}", with "not" before the field`},
		{"not matches", `"matches", with "not" before the field`},
		{"not contains", `"contains", with "not" before the field`},
		{"not", `"not" before the field`},
		{"does not match regex", `"matches", with "not" before the field`},
		{"does not match", `"matches", with "not" before the field`},
		{"does not contain", `"contains", with "not" before the field`},
		{"does not equal", `"!="`},
		{"match", `"matches"`},
		{"regex", `"matches"`},
		{"contain", `"contains"`},
		{"includes", `"contains"`},
		{"equals", `"=="`},
		{"equal", `"=="`},
		{"like", `"wildcard", whose * stands for any characters`},
		{"starts with", `starts_with(FIELD, "…")`},
		{"starts_with", `starts_with(FIELD, "…")`},
		{"ends with", `ends_with(FIELD, "…")`},
		{"ends_with", `ends_with(FIELD, "…")`},
		{"between", `"in {FIRST..LAST}"`},
		{"greater than", `">"`},
		{"less than", `"<"`},
		{"=~", `"matches" or "~"`},
		{"=>", `">="`},
		{"=<", `"<="`},
		{"=", `"=="`},
		{"!~", `"matches", with "not" before the field`},
		{"!", `"!="`},
		{"|", `"or" or "||"`},
		{"^", `"xor" or "^^"`},
	}
}

// phrase returns the length of the words at the start of s, separated by any
// spaces, 0 if they are not there.
func phrase(s, words string) int {
	rest := s
	for i, w := range strings.Fields(words) {
		if i > 0 {
			rest = strings.TrimLeft(rest, " \t\r\n")
		}
		if !strings.HasPrefix(strings.ToLower(rest[:min(len(w), len(rest))]), w) {
			return 0
		}
		rest = rest[len(w):]
		if isLetter(w[0]) && rest != "" && (isLetter(rest[0]) || isDigit(rest[0])) {
			return 0
		}
	}
	return len(s) - len(rest)
}

// wordyOperand catches "matches regex" and the like.
func (p *parser) wordyOperand(n *compareNode) *Error {
	switch {
	case n.op == OpMatches && p.tok.is("regex", "regexp"):
		return p.fail(`expected a regular expression in quotes; write matches "…" without %s`, p.tok.text)
	case n.op == OpLess && p.tok.is(">"):
		return p.fail(`there is no operator "<>", write "!="`)
	case n.op == OpNotEqual && p.tok.is("in"), n.op == OpEqual && p.tok.is("in"):
		return p.fail("two operators, write in alone")
	}
	return nil
}

// afterCondition words the error where a condition is complete and something
// other than and, or, xor, ) or the end follows.
func (p *parser) afterCondition() *Error {
	if word, ok := p.tok.lowerKeyword(); ok {
		return p.fail("keywords are lower case, write %s", word)
	}
	allowed := "and, or, xor or the end"
	if p.depth > 0 {
		allowed = "and, or, xor or )"
	}
	switch {
	case p.tok.is(")"):
		return p.fail("this ) closes nothing")
	case p.tok.is("&"):
		return p.fail(`expected %s, found "&"; write "and" or "&&"`, allowed)
	case strings.HasPrefix(p.tok.text, "|"):
		return p.fail(`expected %s, found "|"; write "or" or "||"`, allowed)
	case p.tok.is(","):
		return p.fail(`expected %s, found ","; conditions are joined by "and" or "or"`, allowed)
	}
	return p.fail("expected %s, found %s", allowed, p.tok.noun())
}
