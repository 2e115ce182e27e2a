package expr

import (
	"strings"
	"unicode/utf8"
)

// kind classes a token.
type kind uint8

const (
	kindEnd    kind = iota
	kindWord        // a name or keyword; dots only between its parts
	kindSymbol      // an operator or bracket
	kindQuote       // the start of a string, raw or not
	kindNumber      // the start of an integer or address
	kindOther       // a character that starts no token
)

// token is one token. Strings, numbers and addresses are only recognized by
// their start, because their extent depends on what the parser expects there: a
// regular expression ends elsewhere than a string.
type token struct {
	kind kind
	off  int
	text string
}

func (t token) span() Span { return Span{t.off, len(t.text)} }

// is reports whether the token is one of the symbols or words.
func (t token) is(texts ...string) bool {
	if t.kind != kindWord && t.kind != kindSymbol {
		return false
	}
	for _, s := range texts {
		if t.text == s {
			return true
		}
	}
	return false
}

// lexer cuts one source into tokens. It holds no position: the parser does.
type lexer struct{ src string }

// symbolLen is the length of the operator or bracket that s starts with, or 0.
func symbolLen(s string) int {
	if len(s) > 1 {
		switch s[:2] {
		case "==", "!=", ">=", "<=", "&&", "||", "^^":
			return 2
		}
	}
	if strings.IndexByte("()[]{}><&~!,*$.", s[0]) >= 0 {
		return 1
	}
	return 0
}

// next returns the first token at or after an offset.
func (l lexer) next(off int) token {
	for off < len(l.src) && strings.IndexByte(" \t\r\n", l.src[off]) >= 0 {
		off++
	}
	rest := l.src[off:]
	if rest == "" {
		return token{kindEnd, off, ""}
	}
	c := rest[0]
	switch {
	case c == '"' || c == '\'':
		return token{kindQuote, off, rest[:1]}
	case startsRaw(rest):
		return token{kindQuote, off, rest[:1]}
	case isLetter(c):
		return token{kindWord, off, rest[:wordLen(rest)]}
	case isDigit(c), c == '-', c == ':':
		return token{kindNumber, off, rest[:1]}
	}
	if n := symbolLen(rest); n > 0 {
		return token{kindSymbol, off, rest[:n]}
	}
	_, size := utf8.DecodeRuneInString(rest)
	return token{kindOther, off, rest[:size]}
}

// unglued cuts a word after the operator that it starts with if a literal follows at
// once (`eq1`, `matchesr"…"`): where an operator stands, wirefilter reads no further.
func (l lexer) unglued(t token) token {
	if t.kind != kindWord || t.operator() != opNone {
		return t
	}
	for n := len(t.text) - 1; n > 0; n-- {
		word := token{t.kind, t.off, t.text[:n]}
		rest := l.src[t.off+n:]
		if word.operator() != opNone && (isDigit(rest[0]) || startsRaw(rest)) {
			return word
		}
	}
	return t
}

// startsRaw reports whether s starts with r, any number of # and a quote.
func startsRaw(s string) bool {
	if s[0] != 'r' {
		return false
	}
	s = strings.TrimLeft(s[1:], "#")
	return s != "" && (s[0] == '"' || s[0] == '\'')
}

// wordLen is the length of the word that s starts with.
func wordLen(s string) int {
	i := 1
	for i < len(s) {
		if s[i] == '.' && (i+1 == len(s) || !isLetter(s[i+1])) {
			break
		}
		if s[i] != '.' && !isLetter(s[i]) && !isDigit(s[i]) {
			break
		}
		i++
	}
	return i
}

// listName returns the name of a list that starts at an offset.
func (l lexer) listName(off int) string {
	end := off
	for end < len(l.src) && (isLetter(l.src[end]) || isDigit(l.src[end]) || l.src[end] == '.' || l.src[end] == '-') {
		end++
	}
	return l.src[off:end]
}

// atom returns the integer, address, prefix or range that starts at an offset. Like
// wirefilter it ends at the first character that can be in none of them, so that
// a keyword may follow at once; a letter or digit it cannot contain is included
// if no keyword starts there, for the message.
func (l lexer) atom(off int) string {
	end := l.bound(off)
	if strings.HasPrefix(l.src[end:], "..") {
		end = l.bound(end + 2)
	}
	rest := l.src[end:]
	for _, keyword := range []string{"or", "xor"} {
		if strings.HasPrefix(rest, keyword) {
			return l.src[off:end]
		}
	}
	for end < len(l.src) && (isLetter(l.src[end]) || isDigit(l.src[end]) || strings.IndexByte("%/:.", l.src[end]) >= 0) {
		end++
	}
	return l.src[off:end]
}

// bound returns the end of one bound of a range, which may be all of an atom.
func (l lexer) bound(off int) int {
	if strings.HasPrefix(l.src[off:], "0x") {
		off += 2
	} else if strings.HasPrefix(l.src[off:], "-") {
		off++
	}
	for off < len(l.src) && (isHex(l.src[off]) || strings.IndexByte(":./", l.src[off]) >= 0) {
		if strings.HasPrefix(l.src[off:], "..") {
			break
		}
		off++
	}
	return off
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHex(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
