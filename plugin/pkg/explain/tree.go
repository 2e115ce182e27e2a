package explain

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// style is how a line stands out in colour.
type style uint8

const (
	plain style = iota
	head
	good
	bad
	dim
)

// codes are the terminal's names for the styles (ECMA-48 section 8.3.117).
var codes = [...]string{plain: "", head: "\x1b[1m", good: "\x1b[32m", bad: "\x1b[31m", dim: "\x1b[2m"}

const codeEnd = "\x1b[0m"

// node is one line of a tree, and the lines that belong to it.
type node struct {
	style style
	text  string
	below []node
}

// add puts a line below n.
func (n *node) add(s style, format string, args ...any) *node {
	n.below = append(n.below, node{style: s, text: fmt.Sprintf(format, args...)})
	return &n.below[len(n.below)-1]
}

// records puts records below n.
func (n *node) records(texts []string) {
	for _, text := range texts {
		n.add(plain, "%s", text)
	}
}

// printer writes trees and lines.
type printer struct {
	strings.Builder
	color bool
}

// tree writes n and all below it, with the lead that its own line is due and
// the one that the lines below are due.
func (p *printer) tree(n *node, lead, below string) {
	p.WriteString(lead)
	p.line(n.style, n.text)
	for i := range n.below {
		if i == len(n.below)-1 {
			p.tree(&n.below[i], below+"└─ ", below+"   ")
		} else {
			p.tree(&n.below[i], below+"├─ ", below+"│  ")
		}
	}
}

// line writes one line. Nothing of the text can end it or command the terminal.
func (p *printer) line(s style, text string) {
	if p.color && s != plain {
		p.WriteString(codes[s] + clean(text) + codeEnd + "\n")
		return
	}
	p.WriteString(clean(text) + "\n")
}

// clean replaces what has no shape: blanks by a space, octets and characters a
// terminal might obey by an escape.
func clean(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case r == '\t' || r == '\n' || r == '\r':
			b.WriteByte(' ')
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\u{%x}`, r)
		}
		i += size
	}
	return b.String()
}
