package expr

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of what a message repeats of the source, and of a message, in bytes.
const (
	maxRepeated = 64
	maxText     = 1500
)

// fail makes an error about a part of the source.
func (l lexer) fail(at Span, format string, args ...any) *Error {
	text := cut(fmt.Sprintf(format, args...), maxText)
	return &Error{Source: l.src, Offset: at.Offset, Length: at.Length, Text: text}
}

// cut shortens s to about n bytes.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// text reads the string that starts at an offset, raw or quoted, and gives its
// value and the offset after it.
func (l lexer) text(off int) (string, int, *Error) {
	if l.src[off] == 'r' {
		return l.raw(off)
	}
	return l.quoted(off)
}

// pattern reads a regular expression that starts at an offset. In a quoted one
// backslashes belong to the expression, and only an escaped quote outside a
// character class is undone; a quote inside a class does not end it.
func (l lexer) pattern(off int) (string, int, *Error) {
	if l.src[off] == 'r' {
		return l.raw(off)
	}
	quote, class := l.src[off], false
	var b strings.Builder
	for i := off + 1; i < len(l.src); i++ {
		c := l.src[i]
		switch {
		case c == '\\' && i+1 < len(l.src):
			i++
			if class || l.src[i] != quote {
				b.WriteByte('\\')
			}
			c = l.src[i]
		case c == quote && !class:
			return b.String(), i + 1, nil
		case c == '[' && !class:
			class = true
		case c == ']':
			class = false
		}
		b.WriteByte(c)
	}
	if class {
		return "", 0, l.fail(Span{off, 1}, "the regular expression has no closing quote; inside [...] a quote does not close it")
	}
	return "", 0, l.fail(Span{off, 1}, "the regular expression has no closing quote")
}

// raw reads r"…" or r#"…"# with any number of #.
func (l lexer) raw(off int) (string, int, *Error) {
	start := off + 1
	for l.src[start] == '#' {
		start++
	}
	end := l.src[start:start+1] + l.src[off+1:start]
	n := strings.Index(l.src[start+1:], end)
	if n < 0 {
		return "", 0, l.fail(Span{off, start + 1 - off}, "the raw string has no end, which is %s", cut(end, maxRepeated))
	}
	return l.src[start+1 : start+1+n], start + 1 + n + len(end), nil
}

// quoted reads a string in double or single quotes with its escapes.
func (l lexer) quoted(off int) (string, int, *Error) {
	quote := l.src[off]
	var b strings.Builder
	for i := off + 1; i < len(l.src); {
		switch c := l.src[i]; c {
		case quote:
			return b.String(), i + 1, nil
		case '\\':
			c, n := l.escape(i, quote)
			if n == 0 {
				return "", 0, l.badEscape(i, quote)
			}
			b.WriteByte(c)
			i += n
		default:
			b.WriteByte(c)
			i++
		}
	}
	return "", 0, l.fail(Span{off, 1}, "the string has no closing quote")
}

// escape reads the escape at an offset and gives its byte and length, 0 if it is none.
func (l lexer) escape(off int, quote byte) (byte, int) {
	s := l.src[off+1:]
	switch {
	case s == "":
		return 0, 0
	case s[0] == '"', s[0] == '\\', s[0] == '\'' && quote == '\'':
		return s[0], 2
	case s[0] == 'x' && len(s) >= 3 && isHex(s[1]) && isHex(s[2]):
		n, _ := strconv.ParseUint(s[1:3], 16, 8)
		return byte(n), 4
	case s[0] >= '0' && s[0] <= '7' && len(s) >= 3:
		n, err := strconv.ParseUint(s[:3], 8, 8)
		if err != nil {
			return 0, 0
		}
		return byte(n), 4
	}
	return 0, 0
}

func (l lexer) badEscape(off int, quote byte) *Error {
	next := l.next(off + 1)
	if off+1 == len(l.src) {
		return l.fail(Span{off, 1}, "the string has no closing quote")
	}
	at := Span{off, 1 + len(next.text)}
	if next.off != off+1 || next.kind == kindWord || next.kind == kindNumber {
		at.Length = 2
	}
	extra := ""
	if quote == '\'' {
		extra = `, \'`
	}
	return l.fail(at, `unknown escape, expected \", \\%s, \xHH (two hexadecimal digits) or \OOO (three octal digits up to 377); a backslash is \\`, extra)
}
