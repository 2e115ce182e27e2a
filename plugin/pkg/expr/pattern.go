package expr

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// compilePattern compiles a regular expression and gives the number of its
// instructions, which bounds the time it takes for each byte of a value.
func compilePattern(p string) (*regexp.Regexp, int, error) {
	if len(p) > MaxRegex {
		return nil, 0, fmt.Errorf("the regular expression has %d bytes, at most %d are allowed", len(p), MaxRegex)
	}
	if err := portable(p); err != nil {
		return nil, 0, err
	}
	tree, err := syntax.Parse(p, syntax.Perl)
	if err != nil {
		return nil, 0, describePattern(err)
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, 0, describePattern(err)
	}
	if len(prog.Inst) > maxRegexSize {
		return nil, 0, fmt.Errorf("the regular expression compiles to %d instructions, at most %d are allowed; write smaller repetitions", len(prog.Inst), maxRegexSize)
	}
	re, err := regexp.Compile(p)
	if err != nil {
		return nil, 0, describePattern(err)
	}
	return re, len(prog.Inst), nil
}

// describePattern words an error of the regular expression parser.
func describePattern(err error) error {
	var e *syntax.Error
	if !errors.As(err, &e) {
		return err
	}
	hint := ""
	switch {
	case e.Code == syntax.ErrInvalidPerlOp && strings.HasPrefix(e.Expr, "(?x"):
		hint = "; the flags are i, m, s and U"
	case e.Code == syntax.ErrInvalidRepeatSize:
		hint = "; a repetition counts at most 1000"
	case e.Code == syntax.ErrInvalidEscape && (strings.HasPrefix(e.Expr, `\u`) || strings.HasPrefix(e.Expr, `\U`)):
		hint = `; a code point is written \x{7F}`
	}
	return fmt.Errorf("the regular expression is not valid: %s: %q%s", e.Code, e.Expr, hint)
}

// portable refuses what Go and Rust, the language of the reference, read
// differently, so that an expression means the same here and there; and, for the
// message's sake, what neither of them has.
func portable(p string) error {
	for i := 0; i < len(p); i++ {
		rest := p[i:]
		switch p[i] {
		case '\\':
			if err := portableEscape(rest); err != nil {
				return err
			}
			i++
		case '[':
			n, err := portableClass(rest)
			if err != nil {
				return err
			}
			i += n - 1
		case '(':
			if err := portableGroup(rest); err != nil {
				return err
			}
		case '{':
			if strings.HasPrefix(rest, "{,") {
				return errors.New(`"{," in a regular expression is read differently elsewhere, write {0,`)
			}
		}
	}
	return nil
}

// portableEscape looks at an escape outside a class.
func portableEscape(s string) error {
	switch {
	case len(s) < 2:
		return nil
	case s[1] == '<' || s[1] == '>':
		return fmt.Errorf(`\%c in a regular expression is read differently elsewhere; for a word boundary write \b, for the character [%c]`, s[1], s[1])
	case strings.HasPrefix(s, `\b{`):
		return errors.New(`\b{ in a regular expression is read differently elsewhere; write \b alone`)
	case s[1] == 'Q' || s[1] == 'E':
		return fmt.Errorf(`\%c in a regular expression is read differently elsewhere; escape each character by itself`, s[1])
	case s[1] == 'C':
		return errors.New(`\C in a regular expression is read differently elsewhere; write a dot`)
	case isDigit(s[1]):
		return fmt.Errorf(`\%c: regular expressions have no backreferences and no octal escapes; a byte is written \xHH`, s[1])
	}
	return nil
}

// portableGroup looks at the start of a group.
func portableGroup(s string) error {
	for _, look := range []string{"(?=", "(?!", "(?<=", "(?<!"} {
		if strings.HasPrefix(s, look) {
			return fmt.Errorf(`%s: regular expressions have no lookaround; join two conditions with "and" or "and not"`, look)
		}
	}
	if strings.HasPrefix(s, "(?>") {
		return errors.New("(?>: regular expressions have no atomic groups, write (?: instead")
	}
	return nil
}

// portableClass looks at a character class and gives its length.
func portableClass(s string) (int, error) {
	i := 1
	if strings.HasPrefix(s[i:], "^") {
		i++
	}
	if strings.HasPrefix(s[i:], "]") { // a literal in first place
		i++
	}
	for i < len(s) {
		rest := s[i:]
		switch {
		case rest[0] == ']':
			return i + 1, nil
		case rest[0] == '\\':
			if err := portableEscape(rest); err != nil {
				return 0, err
			}
			i += 2
			continue
		case strings.HasPrefix(rest, "[:"):
			if n := strings.Index(rest, ":]"); n > 0 {
				i += n + 2
				continue
			}
			fallthrough
		case rest[0] == '[':
			return 0, errors.New(`a [ inside a character class of a regular expression is read differently elsewhere, write \[`)
		}
		for _, op := range []string{"&&", "--", "~~"} {
			if strings.HasPrefix(rest, op) {
				return 0, fmt.Errorf(`%s inside a character class of a regular expression is read differently elsewhere, write \%s`, op, op[:1])
			}
		}
		i++
	}
	return i, nil
}
