package zonefile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// parser is the state of one load. It is not safe for concurrent use.
type parser struct {
	opt        Options
	add        func(dns.RR, problem.Pos)
	directives bool // allowed
	generating bool // the source is one record made by $GENERATE
	stopped    bool // a limit was hit

	src   *source
	depth int // of included files
	files int // included so far
	left  int64

	// The record being read.
	toks     []token
	line     int  // of its first octet
	indented bool // it starts with a blank: the owner is the last one
	parens   int
	opened   int  // line of the outermost open parenthesis
	at, stop int  // what is left of the line being scanned
	bad      bool // it has a lexical error
	scanning bool // its tokens are not complete

	noteFrom, noteTo int // its last comment, as offsets into it; none if both are zero

	apex       []byte // of the zone, without its final dot
	origin     string // canonical
	originWire int    // its octets on the wire
	suffix     string // what makes a relative name absolute

	owner     string // canonical; empty when none is known
	ownerText []byte // as written, under the present origin
	lostOwner bool   // the last owner was bad, records that repeat it fall with it
	warnOwner bool   // $ORIGIN has changed since the owner was written

	ttl    uint32 // the last one stated
	stated bool
	defTTL uint32 // $TTL
	hasDef bool
	soaTTL uint32 // MINIMUM of the first SOA
	hasSOA bool

	undotted bool // the owner is the zone's name, or ends in it, without its final dot
	exported bool // the file is an export of Cloudflare
	toldTTL  bool // that TTL 1 is another one

	records   int
	generated int
	labels    int // of the owners that $GENERATE made
	octets    int // of the same

	mem      memory
	wire     []byte // room to pack a record
	scratch  []byte
	problems problem.List
	dropped  int
	fatal    bool // an error is among the dropped problems
}

func newParser(opt Options, add func(dns.RR, problem.Pos)) *parser {
	p := &parser{opt: opt, add: add, directives: true, left: opt.MaxBytes, apex: []byte(domain.NoDot(opt.Origin))}
	p.setOrigin(opt.Origin)
	return p
}

// setOrigin makes name, which is canonical, the origin of relative names.
func (p *parser) setOrigin(name string) {
	p.origin, p.suffix = name, "."+name
	if name == "." {
		p.suffix = "."
	}
	p.originWire = wireLen(name)
	p.ownerText = p.ownerText[:0]
}

// run reads the source to its end.
func (p *parser) run() {
	for !p.stopped && p.scan() {
		if len(p.toks) == 0 {
			continue
		}
		if first := p.toks[0]; p.isDirective(first) {
			p.directive()
			continue
		}
		p.record()
	}
}

// isDirective reports whether a record that starts with t is one.
func (p *parser) isDirective(t token) bool {
	return !p.indented && !t.quoted && !p.generating && p.text(t)[0] == '$'
}

// record reads a record and hands it to add.
func (p *parser) record() {
	toks := p.toks
	if p.indented {
		if !p.inheritOwner() {
			return
		}
	} else {
		if text := p.text(toks[0]); len(text) > 0 && text[0] == '[' && dialect(text) != "" {
			p.refuse(int(toks[0].line), dialect(text))
			return
		}
		if err := p.setOwner(toks[0]); err != nil {
			p.owner, p.lostOwner = "", true
			p.refuse(int(toks[0].line), fmt.Sprintf("bad owner: %v", err))
			return
		}
		toks = toks[1:]
	}
	h := dns.RR_Header{Name: p.owner, Class: dns.ClassINET}
	toks, stated, err := p.header(&h, toks)
	if err != nil {
		p.failRecord(err)
		return
	}
	h.Name, h.Ttl = p.cloudflare(&h, stated)
	rr, err := p.rdata(h, toks)
	if err != nil {
		p.failRecord(err)
		return
	}
	if !stated {
		rr.Header().Ttl = p.missingTTL(rr)
	}
	if soa, ok := rr.(*dns.SOA); ok && !p.hasSOA {
		p.soaTTL, p.hasSOA = limitTTL(soa.Minttl), true
	}
	p.emit(rr)
}

func (p *parser) emit(rr dns.RR) {
	if p.records == p.opt.MaxRecords {
		p.errorf(p.line, "more than %d records, the zone is too large", p.opt.MaxRecords)
		p.stopped = true
		return
	}
	p.records++
	if p.noteTo > 0 {
		p.opt.Comment(string(p.src.record()[p.noteFrom:p.noteTo]))
	}
	p.add(rr, problem.Pos{File: p.src.file, Line: p.line})
}

// inheritOwner makes the last owner that of a record that names none.
func (p *parser) inheritOwner() bool {
	if p.lostOwner { // reported where the owner stood
		if p.opt.Refused != nil {
			p.refuse(p.line, "its owner is that of a record before that could not be read")
		}
		return false
	}
	if p.owner == "" {
		p.refuse(p.line, "no owner: the line starts with a blank and no record precedes it, @ stands for the origin")
		return false
	}
	if p.warnOwner {
		p.warnf(p.line, "the line starts with a blank behind $ORIGIN %s, its owner is the one of the record before", p.origin)
		p.warnOwner = false
	}
	return true
}

// missingTTL returns the TTL of a record that states none. $TTL goes before the
// last TTL stated, as RFC 2308 section 4 and BIND have it.
func (p *parser) missingTTL(rr dns.RR) uint32 {
	switch {
	case p.hasDef:
		return p.defTTL
	case p.stated:
		return p.ttl
	case p.hasSOA:
		return p.soaTTL
	}
	if soa, ok := rr.(*dns.SOA); ok {
		return limitTTL(soa.Minttl)
	}
	return p.opt.DefaultTTL
}

// limitTTL takes a TTL with the top bit set as zero (RFC 2181 section 8).
func limitTTL(ttl uint32) uint32 {
	if ttl > maxTTL {
		return 0
	}
	return ttl
}

// recordError is what is wrong with a record, and on which line.
type recordError struct {
	line int
	text string
}

func (e *recordError) Error() string { return e.text }

// errAt returns the error for the place of t.
func errAt(t token, format string, args ...any) error {
	return &recordError{line: int(t.line), text: fmt.Sprintf(format, args...)}
}

// fail reports what is wrong with the present directive.
func (p *parser) fail(err error) { p.errorf(p.lineOf(err), "%v", err) }

// failRecord reports why the present record is dropped.
func (p *parser) failRecord(err error) { p.refuse(p.lineOf(err), err.Error()) }

func (p *parser) lineOf(err error) int {
	if e, ok := err.(*recordError); ok && e.line != 0 {
		return e.line
	}
	return p.line
}

// refuse reports why a record is passed over.
func (p *parser) refuse(line int, text string) {
	if p.opt.Refused == nil {
		p.report(problem.Error, line, text)
		return
	}
	p.opt.Refused(p.problem(problem.Error, line, text))
}

func (p *parser) errorf(line int, format string, args ...any) {
	p.report(problem.Error, line, fmt.Sprintf(format, args...))
}

func (p *parser) warnf(line int, format string, args ...any) {
	p.report(problem.Warning, line, fmt.Sprintf(format, args...))
}

// report lists a problem, or counts it when the list is full.
func (p *parser) report(sev problem.Severity, line int, text string) {
	if len(p.problems) >= p.opt.MaxProblems {
		p.dropped++
		p.fatal = p.fatal || sev == problem.Error
		return
	}
	p.problems = append(p.problems, p.problem(sev, line, text))
}

func (p *parser) problem(sev problem.Severity, line int, text string) problem.Problem {
	code := problem.ZoneFileInvalid
	if sev == problem.Warning {
		code = problem.ZoneFileDoubtful
	}
	return problem.Problem{
		Code:     code,
		Pos:      problem.Pos{File: p.src.file, Line: line},
		Severity: sev,
		Object:   p.object(),
		Text:     text,
	}
}

// object names what is being read, as far as it is known.
func (p *parser) object() string {
	if len(p.toks) > 0 && p.isDirective(p.toks[0]) {
		return "directive " + strings.ToUpper(string(clip(p.text(p.toks[0]))))
	}
	if p.scanning && !p.indented {
		if len(p.toks) == 0 {
			return ""
		}
		return fmt.Sprintf("record %q", clip(p.text(p.toks[0])))
	}
	if p.owner == "" {
		return ""
	}
	return fmt.Sprintf("record %q", p.owner)
}

// list returns the problems found, with a count of those that did not fit.
func (p *parser) list() problem.List {
	if p.dropped == 0 {
		return p.problems
	}
	more := problem.Problem{
		Code: problem.MoreOfAKind,
		Pos:  problem.Pos{File: p.opt.File},
		Text: fmt.Sprintf("and %d more problems", p.dropped),
	}
	if p.fatal {
		more.Severity = problem.Error
	}
	return append(slices.Clip(p.problems), more)
}

// clip shortens text for a message.
func clip(text []byte) []byte {
	const most = 80
	if len(text) <= most {
		return text
	}
	return append(slices.Clip(text[:most]), "..."...)
}
