package expr

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Span is a part of an expression's source.
type Span struct {
	Offset, Length int // bytes
}

// end is the offset after the span.
func (s Span) end() int { return s.Offset + s.Length }

// Error says what is wrong with an expression and where.
type Error struct {
	Source         string
	Offset, Length int    // bytes; Length is 0 at the end of the source
	Text           string // what is wrong and what is allowed: lower case, one line, no final stop
}

// Error returns one line: place and text.
func (e *Error) Error() string {
	line, column := e.place()
	if line == 1 {
		return fmt.Sprintf("column %d: %s", column, e.Text)
	}
	return fmt.Sprintf("line %d, column %d: %s", line, column, e.Text)
}

// Limits of an excerpt, in terminal columns.
const (
	excerptBefore = 60 // kept before the caret in a long line
	excerptAfter  = 50 // kept after the first marked character
)

// Excerpt returns the source line with the error and a line of carets below it,
// without a final newline. Long lines are cut around the carets, and characters
// that a terminal would interpret are shown as U+FFFD.
func (e *Error) Excerpt() string {
	start := strings.LastIndexByte(e.Source[:e.at()], '\n') + 1
	line := e.Source[start:]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	line = strings.TrimSuffix(line, "\r")
	at := min(e.at()-start, len(line))
	before, after := line[:at], line[at:]

	var text, mark strings.Builder
	if i, cut := lastColumns(before, excerptBefore); cut {
		text.WriteString("…")
		mark.WriteByte(' ')
		before = before[i:]
	}
	for _, r := range before {
		shown, w := show(r)
		text.WriteRune(shown)
		if shown == '\t' {
			mark.WriteByte('\t')
		} else {
			mark.WriteString(strings.Repeat(" ", w))
		}
	}
	column, carets := 0, 0
	for i, r := range after {
		if column > excerptAfter {
			text.WriteString("…")
			break
		}
		shown, w := show(r)
		if shown == '\t' {
			shown, w = ' ', 1 // the carets below cannot follow a tab stop
		}
		text.WriteRune(shown)
		if i < e.Length {
			carets += w
		}
		column += w
	}
	mark.WriteString(strings.Repeat("^", max(carets, 1)))
	return text.String() + "\n" + mark.String()
}

// at is the offset, kept inside the source.
func (e *Error) at() int { return max(0, min(e.Offset, len(e.Source))) }

// place returns line and column of the error, both counted from 1, the column in characters.
func (e *Error) place() (line, column int) {
	before := e.Source[:e.at()]
	start := strings.LastIndexByte(before, '\n') + 1
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[start:])
}

// lastColumns returns where the last n columns of s start, and whether that cuts s.
func lastColumns(s string, n int) (start int, cut bool) {
	for i := len(s); i > 0; {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		_, w := show(r)
		if n -= w; n < 0 {
			return i, true
		}
		i -= size
	}
	return 0, false
}

// show returns the character to display for r and its width in terminal columns.
func show(r rune) (rune, int) {
	switch {
	case r == '\t':
		return r, 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return r, 0
	case !unicode.IsPrint(r):
		return utf8.RuneError, 1
	case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3,
		r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60,
		r >= 0xffe0 && r <= 0xffe6, r >= 0x1f300 && r <= 0x1faff, r >= 0x20000 && r <= 0x3fffd:
		return r, 2 // the wide blocks of Unicode's East Asian Width
	}
	return r, 1
}
