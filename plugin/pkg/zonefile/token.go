package zonefile

import (
	"errors"
	"io"
)

// token is one word or quoted string of a record: offsets into the record,
// quotes excluded, escapes as written.
type token struct {
	from, to int32
	line     int32
	quoted   bool
}

// kind is what an octet means to the tokenizer.
type kind uint8

const (
	word kind = iota
	blank
	comment
	opening
	closing
	quote
	escape
	stray // may stand in comments only
)

// kinds is indexed by octet.
var kinds = [256]kind{
	' ': blank, '\t': blank, ';': comment, '(': opening, ')': closing,
	'"': quote, '\\': escape, '\r': stray, 0: stray, '\n': stray,
}

// scan reads the next record into toks, over several lines if parentheses say
// so. It reports false at the end of the file. A record with an error in it is
// reported and leaves toks empty.
func (p *parser) scan() bool {
	p.toks, p.parens, p.bad, p.indented, p.scanning = p.toks[:0], 0, false, false, true
	p.noteFrom, p.noteTo = 0, 0
	ok := p.scanLines()
	p.scanning = false
	return ok
}

func (p *parser) scanLines() bool {
	s := p.src
	s.begin()
	for first := true; first || p.parens > 0; first = false {
		from, to, err := s.more()
		if err != nil {
			return p.scanEnd(err, first)
		}
		if first {
			p.line = s.line
			p.indented = to > from && kinds[s.record()[from]] == blank
		}
		p.at, p.stop = from, to
		p.scanLine()
	}
	if p.bad {
		p.drop()
	}
	return true
}

// drop forgets the record being scanned, and with it the owner it may have named.
func (p *parser) drop() {
	p.toks = p.toks[:0]
	if !p.indented {
		p.owner, p.lostOwner = "", true
	}
}

// scanEnd handles a record that has no further line.
func (p *parser) scanEnd(err error, first bool) bool {
	if errors.Is(err, errLong) {
		p.toks = p.toks[:0] // their text is gone
	}
	if !first || errors.Is(err, errLong) {
		defer p.drop()
	}
	switch {
	case errors.Is(err, errLong):
		if p.parens > 0 {
			p.errorf(p.opened, "parenthesis is not closed within %d octets", maxLine)
		} else {
			p.errorf(p.src.line, "line is too long, one record takes at most %d octets", maxLine)
		}
		return true
	case !errors.Is(err, io.EOF):
		p.errorf(p.src.line+1, "reading failed: %v", err)
	case !first && p.parens > 0:
		p.errorf(p.opened, "parenthesis is not closed by the end of the file")
	}
	return false
}

// scanLine adds the tokens between at and stop.
func (p *parser) scanLine() {
	text := p.src.record()
	for p.at < p.stop {
		switch kinds[text[p.at]] {
		case blank:
			p.at++
		case comment:
			if p.opt.Comment != nil {
				p.noteFrom, p.noteTo = p.at+1, p.stop
			}
			return
		case opening:
			if p.parens == 0 {
				p.opened = p.src.line
			}
			p.parens++
			p.at++
		case closing:
			p.at++
			if p.parens == 0 {
				p.lexical("closing parenthesis without an opening one")
				continue
			}
			p.parens--
		case quote:
			p.scanQuoted()
			text = p.src.record() // it may have grown by a line
		case stray:
			p.strayOctet(text[p.at])
			p.at++
		default:
			p.scanWord(text)
		}
	}
}

// scanWord adds the word that starts at at.
func (p *parser) scanWord(text []byte) {
	i := p.at
	for i < p.stop {
		if k := kinds[text[i]]; k == escape {
			i++ // the octet behind it loses its meaning
		} else if k != word {
			break
		}
		i++
	}
	i = min(i, p.stop)
	p.toks = append(p.toks, token{from: int32(p.at), to: int32(i), line: int32(p.src.line)})
	p.at = i
}

// scanQuoted adds the quoted string that starts at at. It ends on its line
// unless the line's end is escaped.
func (p *parser) scanQuoted() {
	text, line, from, escaped := p.src.record(), p.src.line, p.at+1, false
	for i := from; ; i++ {
		if i >= p.stop {
			next, ok := p.continued(escaped, line)
			if !ok {
				return
			}
			text, i, escaped = p.src.record(), next-1, false
			continue
		}
		switch {
		case escaped:
			escaped = false
		case text[i] == '\\':
			escaped = true
		case text[i] == '"':
			p.toks = append(p.toks, token{from: int32(from), to: int32(i), line: int32(line), quoted: true})
			p.at = i + 1
			return
		}
		if text[i] == 0 {
			p.strayOctet(0)
		}
	}
}

// continued goes on to the next line within a quoted string opened on line, if
// the present line's end is escaped. It gives the offset of the new line.
func (p *parser) continued(escaped bool, line int) (int, bool) {
	if !escaped {
		p.at = p.stop
		p.lexical("quoted string is not closed on its line")
		return 0, false
	}
	from, to, err := p.src.more()
	if err != nil {
		if errors.Is(err, errLong) {
			p.toks = p.toks[:0] // their text is gone
		}
		p.errorf(line, "quoted string is not closed")
		p.at, p.stop, p.bad, p.toks = 0, 0, true, p.toks[:0]
		return 0, false
	}
	p.stop = to
	return from, true
}

func (p *parser) strayOctet(c byte) {
	if c == '\r' {
		p.lexical(`carriage return within a line, write it as \013`)
		return
	}
	p.lexical(`octet 0 in the text, write it as \000`)
}

// lexical reports what makes the present record unreadable, once.
func (p *parser) lexical(text string) {
	switch {
	case p.bad:
	case p.indented || len(p.toks) > 0 && !p.isDirective(p.toks[0]):
		p.refuse(p.src.line, text)
	default: // it may be a directive
		p.errorf(p.src.line, "%s", text)
	}
	p.bad = true
}

// text returns the octets of a token, valid until the next scan.
func (p *parser) text(t token) []byte {
	return p.src.buf[p.src.start+int(t.from) : p.src.start+int(t.to)]
}
