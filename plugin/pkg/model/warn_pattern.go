package model

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"unicode"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
)

// patterns calls found with every regular expression that names are matched with.
func patterns(e expr.Expr, found func(at expr.Span, pattern string)) {
	for e := range expr.Nodes(e) {
		m, ok := e.(*expr.Match)
		if !ok || m.Op != expr.OpMatches {
			continue
		}
		if ref, ok := m.Left.(*expr.Ref); ok && (ref.Field == FieldFQDN || ref.Field == FieldDomains) {
			found(m.Span(), m.Pattern)
		}
	}
}

// neverMatches tells why a regular expression matches no name, "" if it may: most
// such expressions come from a language in whose strings a backslash is doubled.
func neverMatches(pattern string) string {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return ""
	}
	switch {
	case needs(parsed, func(r rune) bool { return r == '\\' }):
		return "the regular expression needs a backslash, which names do not have; a backslash is not doubled here, write \\. for a dot"
	case needs(parsed, func(r rune) bool { return r == '|' }):
		return "the regular expression needs the character |, which names do not have; \\| stands for itself, write | between alternatives"
	case needs(parsed, unicode.IsUpper):
		return fmt.Sprintf("the regular expression needs an upper-case letter, and names are matched in lower case; write it in lower case or begin it with (?i): %s", pattern)
	}
	return ""
}

// needs reports whether every text that an expression matches has a character of a kind.
func needs(re *syntax.Regexp, is func(rune) bool) bool {
	any := func(r *syntax.Regexp) bool { return needs(r, is) }
	switch re.Op {
	case syntax.OpLiteral:
		return re.Flags&syntax.FoldCase == 0 && slices.ContainsFunc(re.Rune, is)
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			if re.Rune[i+1]-re.Rune[i] > unicode.MaxASCII {
				return false
			}
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if !is(r) {
					return false
				}
			}
		}
		return len(re.Rune) > 0
	case syntax.OpCapture, syntax.OpPlus:
		return any(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min > 0 && any(re.Sub[0])
	case syntax.OpConcat:
		return slices.ContainsFunc(re.Sub, any)
	case syntax.OpAlternate:
		return !slices.ContainsFunc(re.Sub, func(r *syntax.Regexp) bool { return !any(r) })
	}
	return false
}
