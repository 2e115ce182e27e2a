package zone

import (
	"maps"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// maxTTL is the highest TTL, in seconds; a higher one counts as 0 (RFC 2181 section 8).
const maxTTL = 1<<31 - 1

// Options describe a zone apart from its records.
type Options struct {
	Apex string // canonical name of the zone
	ID   string // names the zone in messages; default: Apex

	// NegativeTTL is the upper bound of the negative TTL in seconds, and the MINIMUM
	// of a synthesized SOA. It counts only if HasNegativeTTL is set; otherwise
	// there is no bound, and the MINIMUM of a synthesized SOA is 30.
	NegativeTTL    uint32
	HasNegativeTTL bool

	// Editable has the zone keep what an Editor needs to change a large zone at the cost
	// of the change, a thirtieth more memory.
	Editable bool

	Flatten bool        // the apex may own a CNAME beside SOA and NS
	Serial  uint32      // of a synthesized SOA
	SOA     *dns.SOA    // what else a synthesized SOA holds, but for its owner; nil for the defaults
	Pos     problem.Pos // of the zone's declaration, for problems with no place of their own
}

// Builder takes the records of one zone and makes the Zone. It serves one Build
// and is not safe for concurrent use.
type Builder struct {
	opt    Options
	report report
	zone   *Zone // to be
	tree   tree
	spent  bool
	bad    bool // the apex is no name, nothing is taken
	least  int  // nodes of a zone that can be edited
	hasSOA bool // at the apex

	shares     map[string]*share // by file, once a record lay outside
	hashed     []hashedEntry
	signatures bool // there are RRSIG or NSEC records

	branches slab[branch] // beside tree.nodes
	entries  slab[entry]
	names    names
	headers  headers
	addrs    addresses
	files    []problem.Pos // what place.file counts into, without lines
	// fileNumbers finds a file, or a place in JSON, in files, counted from 1.
	fileNumbers map[problem.Pos]int
	wire        []byte // scratch room of rdata checks

	// What the previous record had, since records come in runs of one owner.
	owner  string // as written
	at     uint32 // its node
	file   int    // in files, from 1
	parent uint32 // of the node made last
}

// entry is a record that passed the checks of its own.
type entry struct {
	rr   dns.RR
	node uint32
	place
}

// place is where a record comes from, in short.
type place struct {
	line   uint32
	file   uint16
	rrtype uint16
}

// NewBuilder starts a zone. An apex that is no domain name is reported by Build.
func NewBuilder(opt Options) *Builder {
	b := &Builder{opt: opt, least: leastEdited}
	b.newStart()
	b.begin()
	return b
}

// begin makes the apex, once there is room for it.
func (b *Builder) begin() {
	apex, err := domain.Canonical(b.opt.Apex)
	if b.opt.ID == "" {
		b.opt.ID = b.opt.Apex
	}
	b.report = newReport(b.opt)
	if err != nil {
		b.bad = true
		b.report.errorf(problem.ApexInvalid, b.opt.Pos, "", "the apex is not valid: %v", err)
		return
	}
	b.opt.Apex = b.names.intern(apex)
	b.owner = b.opt.Apex
	b.tree.add(b.headers.of(b.opt.Apex))
	b.branches.push(branch{})
}

// SetSerial changes Options.Serial, for those who know it only once all is read.
func (b *Builder) SetSerial(serial uint32) { b.opt.Serial = serial }

// Add takes a record that stands at pos. The builder owns rr from now on. What is
// wrong with it is reported by Build.
func (b *Builder) Add(rr dns.RR, pos problem.Pos) {
	if b.bad || b.spent {
		return
	}
	if rr == nil {
		b.report.errorf(problem.RecordInvalid, pos, "", "there is no record")
		return
	}
	hdr := rr.Header()
	if ofNSEC3(rr) {
		b.addHashed(rr, pos)
		return
	}
	if !b.enter(hdr, pos) {
		return
	}
	b.signatures = b.signatures || hdr.Rrtype == dns.TypeRRSIG || hdr.Rrtype == dns.TypeNSEC
	if hdr.Ttl > maxTTL {
		b.report.warnf(problem.TTLTooHigh, pos, label(hdr), "has the TTL %d, the highest is %d; 0 is used (RFC 2181 section 8)", hdr.Ttl, maxTTL)
		hdr.Ttl = 0
	}
	owner := b.tree.nodes.at(b.at)
	written := hdr.Name
	hdr.Name = owner.name()
	rr, err := b.rdata(rr)
	if err != nil {
		b.report.errorf(problem.RecordInvalid, pos, label(hdr), "has record data that are not valid: %v", err)
		return
	}
	if header, ok := owner.first[0].(*bare); ok {
		rr.Header().Name = b.keepName(rr, domain.AsWritten(written, header.Hdr.Name))
		owner.first[0] = rr
		b.headers.back(header)
	}
	if b.at == 0 && hdr.Rrtype == dns.TypeSOA {
		b.hasSOA = true
	}
	b.entries.push(entry{rr: rr, node: b.at, place: b.shorten(pos, hdr.Rrtype)})
}

// keepName returns a copy of the owner's name that stays, beside the record if it can.
func (b *Builder) keepName(rr dns.RR, name string) string {
	if room := b.addrs.text(rr); len(name) <= len(room) {
		return domain.Inscribe(room, name)
	}
	return b.names.intern(name)
}

// addHashed takes an NSEC3 or a signature of one, whose owner is no name.
func (b *Builder) addHashed(rr dns.RR, pos problem.Pos) {
	hdr := rr.Header()
	name, ok := b.checkHeader(hdr, pos)
	if !ok {
		return
	}
	written := b.names.intern(domain.AsWritten(hdr.Name, name))
	hdr.Name = name
	rr, err := b.rdata(rr)
	if err != nil {
		b.report.errorf(problem.RecordInvalid, pos, label(hdr), "has record data that are not valid: %v", err)
		return
	}
	rr.Header().Name = written
	b.hashed = append(b.hashed, hashedEntry{owner: strings.ToLower(written), rr: rr, place: b.shorten(pos, hdr.Rrtype)})
}

// enter checks the header of a record and finds the node of its owner.
func (b *Builder) enter(hdr *dns.RR_Header, pos problem.Pos) bool {
	if hdr.Name == b.owner && hdr.Class == dns.ClassINET && !isMeta(hdr.Rrtype) {
		return true
	}
	name, ok := b.checkHeader(hdr, pos)
	if !ok {
		return false
	}
	b.at = b.ensure(name)
	b.owner = hdr.Name
	return true
}

// checkHeader checks the header of a record and returns the canonical owner.
func (b *Builder) checkHeader(hdr *dns.RR_Header, pos problem.Pos) (name string, ok bool) {
	switch {
	case hdr.Class != dns.ClassINET:
		b.report.errorf(problem.RecordInvalid, pos, label(hdr), "is of class %s, only IN is allowed", dns.Class(hdr.Class))
		return "", false
	case isMeta(hdr.Rrtype):
		b.report.errorf(problem.RecordInvalid, pos, label(hdr), "is of a type that exists only in queries and messages, not in zones (RFC 6895 section 3.1)")
		return "", false
	}
	name, err := domain.Canonical(hdr.Name)
	if err != nil {
		b.report.errorf(problem.OwnerInvalid, pos, label(hdr), "has an owner that is not valid: %v", err)
		return "", false
	}
	inside := domain.IsSubdomain(b.opt.Apex, name)
	b.noteShare(pos, hdr, inside)
	return name, inside
}

// share is whether records of a file lie in the zone, and the first that does not.
type share struct {
	inside  bool // at least one does
	outside problem.Pos
	label   string // of that record, empty if there is none
}

// noteShare notes whether a record lies in the zone. One that does not is left out, as
// BIND and Knot do: Windows DNS writes the addresses of name servers of other names.
func (b *Builder) noteShare(pos problem.Pos, hdr *dns.RR_Header, inside bool) {
	if inside && b.shares == nil {
		return // none lay outside yet; what lay inside before, hasKept finds
	}
	if b.shares == nil {
		b.shares = make(map[string]*share)
	}
	s := b.shares[pos.File]
	if s == nil {
		s = &share{inside: b.hasKept(pos.File)}
		b.shares[pos.File] = s
	}
	if inside {
		s.inside = true
		return
	}
	if s.label == "" {
		s.outside, s.label = pos, label(hdr)
	}
	b.report.warnf(problem.OwnerOutside, pos, label(hdr), "lies outside the zone %s and is left out", b.opt.Apex)
}

// hasKept reports whether a record of a file was taken already.
func (b *Builder) hasKept(file string) bool {
	n, ok := b.fileNumbers[problem.Pos{File: file}]
	if !ok {
		return false
	}
	for e := range b.entries.all() {
		if int(e.file) == n-1 {
			return true
		}
	}
	return false
}

// checkShares refuses a file of which no record lies in the zone: it is another zone's.
func (b *Builder) checkShares() {
	for _, file := range slices.Sorted(maps.Keys(b.shares)) {
		if s := b.shares[file]; s.label != "" && !s.inside {
			b.report.errorf(problem.OwnerOutside, s.outside, s.label, "lies outside the zone %s, and so does all of the file", b.opt.Apex)
		}
	}
}

// isMeta reports whether a type can never be zone data (RFC 6895 section 3.1).
func isMeta(t uint16) bool {
	return t == dns.TypeNone || t == dns.TypeOPT || t >= 128 && t <= 255
}

// label names a record in messages: owner and type.
func label(hdr *dns.RR_Header) string {
	return hdr.Name + " " + dns.Type(hdr.Rrtype).String()
}

// shorten keeps a position in eight bytes.
func (b *Builder) shorten(pos problem.Pos, rrtype uint16) place {
	file := problem.Pos{File: pos.File, Pointer: pos.Pointer}
	if b.file == 0 || b.files[b.file-1] != file {
		b.file = b.fileNumber(file)
	}
	return place{line: uint32(pos.Line), file: uint16(b.file - 1), rrtype: rrtype}
}

// fileNumber counts the files from 1. Beyond 65535 of them their names are not
// kept apart, and the last one stands for the rest.
func (b *Builder) fileNumber(name problem.Pos) int {
	if n, ok := b.fileNumbers[name]; ok {
		return n
	}
	if len(b.files) == 1<<16-1 {
		return len(b.files)
	}
	if b.fileNumbers == nil {
		b.fileNumbers = make(map[problem.Pos]int)
	}
	b.files = append(b.files, name)
	b.fileNumbers[name] = len(b.files)
	return len(b.files)
}

// pos returns the position that shorten was given.
func (b *Builder) pos(p place) problem.Pos {
	pos := b.files[p.file]
	pos.Line = int(p.line)
	return pos
}
