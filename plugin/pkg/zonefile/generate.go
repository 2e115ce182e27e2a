package zonefile

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// series is the range of a $GENERATE.
type series struct {
	start, stop, step uint64 // start <= stop <= 2^31-1, step >= 1
}

func (s series) len() uint64 { return (s.stop-s.start)/s.step + 1 }

// generate makes the records of `$GENERATE range owner [ttl] [class] type rdata`.
func (p *parser) generate() error {
	const usage = "a range, an owner, a type and rdata"
	if p.generating {
		return errors.New("$GENERATE within $GENERATE")
	}
	args, err := p.args(4, len(p.toks), usage)
	if err != nil {
		return err
	}
	span, ok := parseSeries(p.text(args[0]))
	if !ok {
		return errAt(args[0], "bad range %q, write START-STOP or START-STOP/STEP with numbers up to %d", clip(p.text(args[0])), maxTTL)
	}
	if left := p.opt.MaxGenerated - p.generated; span.len() > uint64(left) {
		return errAt(args[0], "would make %d records, at most %d are made in one zone and %d are left", span.len(), p.opt.MaxGenerated, left)
	}
	p.generated += int(span.len())
	pattern, err := p.pattern(args[1:])
	if err != nil {
		return err
	}
	return p.expand(span, pattern)
}

// pattern joins the words of a $GENERATE to the text of one record. Rdata that
// is one quoted string stands for its contents, as BIND has it.
func (p *parser) pattern(args []token) (pattern, error) {
	rdata := p.rdataStart(args)
	var text []byte
	for i, t := range args {
		if i > 0 {
			text = append(text, ' ')
		}
		word := p.text(t)
		switch {
		case !t.quoted:
			text = append(text, word...)
		case i < rdata:
			return nil, errAt(t, "has owner, TTL, class or type in quotes, write them without")
		case rdata == len(args)-1:
			text = append(text, bytes.ReplaceAll(word, []byte(`\"`), []byte(`"`))...)
		default:
			text = append(append(append(text, '"'), word...), '"')
		}
	}
	return parsePattern(text)
}

// rdataStart returns the index of the first word of the rdata.
func (p *parser) rdataStart(args []token) int {
	for i := 1; i < min(4, len(args)); i++ {
		text := p.text(args[i])
		if _, ok := parseClass(text); !ok && (len(text) == 0 || text[0] < '0' || text[0] > '9') {
			return i + 1
		}
	}
	return min(4, len(args))
}

// expand reads the records that a pattern makes. It ends with the first that
// has an error: the others would have it, too.
func (p *parser) expand(span series, pat pattern) error {
	outer, line, toks := p.src, p.line, p.toks
	owner, ownerText := p.owner, bytes.Clone(p.ownerText)
	p.generating, p.toks = true, nil
	var buf []byte
	var err error
	for n := range span.len() {
		buf, err = pat.expand(buf[:0], int64(span.start+n*span.step))
		p.left -= int64(len(buf))
		if err == nil && p.left < 0 {
			err = errOctets
		}
		if err != nil {
			break
		}
		if p.src = textSource(buf, outer.file, line); !p.one() || p.stopped {
			break
		}
		if err = p.countNames(); err != nil {
			break
		}
	}
	p.generating, p.src, p.toks, p.line = false, outer, toks, line
	p.owner, p.ownerText = owner, append(p.ownerText[:0], ownerText...)
	return err
}

// How many labels and octets the owners may have that $GENERATE makes in one load, for
// each record that it may make: a long name makes a node of the zone for each label.
const (
	labelsEach = 4
	octetsEach = 64
)

// countNames counts the owner made last, and fails if owners take too much room.
func (p *parser) countNames() error {
	p.labels += dns.CountLabel(p.owner)
	p.octets += len(p.owner)
	switch {
	case p.labels > labelsEach*p.opt.MaxGenerated:
		return fmt.Errorf("makes names of more than %d labels altogether", labelsEach*p.opt.MaxGenerated)
	case p.octets > octetsEach*p.opt.MaxGenerated:
		return fmt.Errorf("makes names of more than %d octets altogether", octetsEach*p.opt.MaxGenerated)
	}
	return nil
}

// one reads the single record of the source and reports whether it was good.
func (p *parser) one() bool {
	before := p.records
	if p.scan() && len(p.toks) > 0 {
		p.record()
	}
	if p.src.pos < p.src.end {
		p.errorf(p.line, "$GENERATE makes more than one line")
		return false
	}
	return p.records > before
}

// parseSeries reads START-STOP or START-STOP/STEP.
func parseSeries(text []byte) (series, bool) {
	from, rest, ok1 := bytes.Cut(text, []byte("-"))
	to, by, stepped := bytes.Cut(rest, []byte("/"))
	if !stepped {
		by = []byte("1")
	}
	start, ok2 := parseNumber(from, maxTTL)
	stop, ok3 := parseNumber(to, maxTTL)
	step, ok4 := parseNumber(by, maxTTL)
	ok := ok1 && ok2 && ok3 && ok4 && start <= stop && step > 0
	return series{start, stop, step}, ok
}

// pattern is the text of a record with places for a number.
type pattern []piece

// piece is text that stands for itself, or a place for the number.
type piece struct {
	text   []byte
	place  bool
	offset int64
	width  int
	base   byte // d o x X, n and N for nibbles with dots, lowest first
}

// parsePattern finds the places: $ and ${offset,width,base}. \$ and $$ are no
// places but stand for a dollar sign.
func parsePattern(text []byte) (pattern, error) {
	var pat pattern
	var plain []byte
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			plain = append(plain, text[i], text[i+1])
			i++
		case text[i] != '$':
			plain = append(plain, text[i])
		case i+1 < len(text) && text[i+1] == '$':
			plain = append(plain, '$')
			i++
		default:
			place, used, err := parsePlace(text[i+1:])
			if err != nil {
				return nil, err
			}
			pat = append(pat, piece{text: plain}, place)
			plain = nil
			i += used
		}
	}
	return append(pat, piece{text: plain}), nil
}

// parsePlace reads the modifier, if any, behind a dollar sign.
func parsePlace(text []byte) (piece, int, error) {
	place := piece{place: true, base: 'd'}
	if len(text) == 0 || text[0] != '{' {
		return place, 0, nil
	}
	end := bytes.IndexByte(text, '}')
	if end < 0 {
		return place, 0, fmt.Errorf("modifier %q lacks its closing brace", clip(text))
	}
	mod := string(text[1:end])
	parts := strings.Split(mod, ",")
	offset, err := strconv.ParseInt(parts[0], 10, 32)
	ok := err == nil && len(parts) <= 3
	if ok && len(parts) > 1 {
		var width uint64
		width, ok = parseNumber([]byte(parts[1]), 255)
		place.width = int(width)
	}
	if ok && len(parts) > 2 {
		ok = len(parts[2]) == 1 && strings.Contains("doxXnN", parts[2])
		place.base = (parts[2] + " ")[0]
	}
	if !ok {
		return place, 0, fmt.Errorf("bad modifier ${%s}, write ${OFFSET,WIDTH,BASE} with a width up to 255 and a base of d, o, x, X, n or N", clip([]byte(mod)))
	}
	place.offset = offset
	return place, end + 1, nil
}

// expand appends the text for the number n.
func (pat pattern) expand(to []byte, n int64) ([]byte, error) {
	for _, part := range pat {
		to = append(to, part.text...)
		if part.place {
			value := n + part.offset
			if part.base != 'd' {
				value &= 1<<32 - 1 // a negative number is written as its two's complement, as BIND has it
			}
			to = part.number(to, value)
		}
		if len(to) > maxExpanded {
			return to, fmt.Errorf("a record of more than %d octets", maxExpanded)
		}
	}
	return to, nil
}

func (part piece) number(to []byte, n int64) []byte {
	switch part.base {
	case 'n':
		return nibbles(to, n, part.width, "0123456789abcdef")
	case 'N':
		return nibbles(to, n, part.width, "0123456789ABCDEF")
	case 'o':
		return fmt.Appendf(to, "%0*o", part.width, n)
	case 'x':
		return fmt.Appendf(to, "%0*x", part.width, n)
	case 'X':
		return fmt.Appendf(to, "%0*X", part.width, n)
	}
	if part.width == 0 {
		return strconv.AppendInt(to, n, 10)
	}
	return fmt.Appendf(to, "%0*d", part.width, n)
}

// nibbles appends hexadecimal digits, lowest first, with dots between them; the
// width counts digits and dots, so an even one ends in a dot.
func nibbles(to []byte, n int64, width int, digits string) []byte {
	for {
		to = append(to, digits[n&15])
		n >>= 4
		width--
		if n == 0 && width <= 0 {
			return to
		}
		to = append(to, '.')
		width--
		if n == 0 && width <= 0 {
			return to
		}
	}
}
