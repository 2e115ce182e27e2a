package zone

import (
	"fmt"
	"slices"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

const (
	// leastEdited is how many nodes a zone has at least that is edited; a smaller one is
	// built anew, which costs about the same.
	leastEdited = 256
	// mostTouched is the part of a zone's nodes, one in so many, of which a change may
	// touch more only by building the zone anew.
	mostTouched = 4
	// spareDead is how many records more than it has a zone may hold that it had once.
	spareDead = 1024
)

// Editor makes the next data of a zone of those it has, RRset by RRset, as the updates
// of RFC 2136 do. What did not change the two share, so that a change costs what it
// touches and not the zone: the zone was built as Options.Editable, is large, and has no
// signatures. Otherwise, and once half of what memory holds is no longer the zone's, it
// is built anew. The one way gives the answers of the other.
//
// The zone itself stays as it is, and lookups in it go on; several editors may begin
// with the same. An Editor serves one Build and is not safe for concurrent use.
type Editor struct {
	zone    *Zone
	opt     Options
	least   int // leastEdited and mostTouched, but in tests
	most    int
	report  report
	removed map[rrset]bool
	added   map[rrset]bool
	owners  []string // canonical, of what is added and removed, each once
	known   map[string]bool
	records []addition
	signed  bool // there are records that prove others
}

// rrset names an RRset: by canonical owner and type.
type rrset struct {
	owner  string
	rrtype uint16
}

// addition is a record that is added.
type addition struct {
	rr  dns.RR
	pos problem.Pos
}

// Edit returns an editor of the zone. The options are those that the zone was built
// with, but for what a synthesized SOA and the negative TTL are made of.
func (z *Zone) Edit(opt Options) *Editor {
	opt.Apex = z.apex
	if opt.ID == "" {
		opt.ID = z.apex
	}
	return &Editor{
		zone: z, opt: opt, least: leastEdited, most: mostTouched, report: newReport(opt),
		removed: make(map[rrset]bool), added: make(map[rrset]bool), known: make(map[string]bool),
	}
}

// Remove takes an RRset of the zone away, if there is one; what is added to the editor
// stays. The owner is canonical.
func (e *Editor) Remove(owner string, rrtype uint16) {
	if !domain.IsSubdomain(e.zone.apex, owner) {
		return
	}
	e.removed[rrset{owner, rrtype}] = true
	e.touch(owner)
}

// Add adds a record that stands at pos to its RRset. The editor owns rr from now on.
// What is wrong with it is reported by Build.
func (e *Editor) Add(rr dns.RR, pos problem.Pos) {
	if rr == nil {
		e.report.errorf(problem.RecordInvalid, pos, "", "there is no record")
		return
	}
	hdr := rr.Header()
	owner, err := domain.Canonical(hdr.Name)
	switch {
	case err != nil:
		e.report.errorf(problem.OwnerInvalid, pos, label(hdr), "has an owner that is not valid: %v", err)
		return
	case !domain.IsSubdomain(e.zone.apex, owner):
		e.report.errorf(problem.OwnerOutside, pos, label(hdr), "lies outside the zone %s", e.zone.apex)
		return
	}
	e.signed = e.signed || ofNSEC3(rr) || hdr.Rrtype == dns.TypeRRSIG || hdr.Rrtype == dns.TypeNSEC
	e.added[rrset{owner, hdr.Rrtype}] = true
	e.records = append(e.records, addition{rr, pos})
	e.touch(owner)
}

func (e *Editor) touch(owner string) {
	if !e.known[owner] {
		e.known[owner] = true
		e.owners = append(e.owners, owner)
	}
}

// Build returns the next data, and lists the errors of all of them and the warnings
// about what was added. The zone is nil if an error is among them.
func (e *Editor) Build() (*Zone, problem.List) {
	if e.report.count[problem.Error] > 0 {
		return nil, e.report.problems()
	}
	if e.mustRebuild() {
		return e.rebuild()
	}
	if e.zone.synthesized {
		e.touch(e.zone.apex) // for the serial
	}
	p := e.patch()
	if p.b.report.count[problem.Error] > 0 {
		return nil, p.b.report.problems()
	}
	next := newGraft(e.zone, p).graft(e.owners)
	list := p.b.report.problems()
	if list.HasErrors() {
		return nil, list
	}
	return next, list
}

// mustRebuild reports whether the next zone has to be built anew.
func (e *Editor) mustRebuild() bool {
	z := e.zone
	return z.edited == nil || e.signed || len(e.owners)*e.most > z.nodes.len() ||
		z.edited.dead > z.records+spareDead
}

// rebuild builds the next zone of all its records.
func (e *Editor) rebuild() (*Zone, problem.List) {
	b := NewBuilder(e.opt)
	b.least = e.least
	for rr := range e.zone.All() {
		if owner, err := domain.Canonical(rr.Header().Name); err == nil && !e.removed[rrset{owner, rr.Header().Rrtype}] {
			b.Add(dns.Copy(rr), problem.Pos{})
		}
	}
	for _, a := range e.records {
		b.Add(a.rr, a.pos)
	}
	next, list := b.Build()
	return next, slices.DeleteFunc(list, func(p problem.Problem) bool {
		return p.Severity == problem.Warning && p.Pos == e.opt.Pos // of a record that was there before
	})
}

// patch makes a zone of the owners that are touched alone, with all that they own. It
// has been checked as far as that tells.
func (e *Editor) patch() *draft {
	b := newPatch(e.opt, len(e.records))
	b.hasSOA = !e.known[e.zone.apex]
	for _, owner := range e.owners {
		e.keep(b, owner)
	}
	for _, a := range e.records {
		b.Add(a.rr, a.pos)
	}
	return b.check()
}

// keep has a patch hold what an owner has already and keeps. Records whose RRset
// changes are copied, since their TTL may.
func (e *Editor) keep(b *Builder, owner string) {
	i, ok := e.zone.find(owner)
	if !ok {
		return
	}
	for _, rr := range e.zone.owned(e.zone.nodes.at(i)) {
		set := rrset{owner, rr.Header().Rrtype}
		switch {
		case e.removed[set], i == 0 && set.rrtype == dns.TypeSOA && e.zone.synthesized:
		case e.added[set]:
			b.Add(dns.Copy(rr), problem.Pos{})
		default:
			b.keep(b.ensure(owner), rr)
		}
	}
}

// newPatch starts a zone whose records come to be part of another one.
func newPatch(opt Options, records int) *Builder {
	b := &Builder{opt: opt, zone: new(Zone), tree: tree{names: domain.NewTable(records)}}
	b.addrs.a = make([]recordA, 0, min(records, mostA))
	b.begin()
	return b
}

// keep takes a record that is another zone's and not to be changed.
func (b *Builder) keep(node uint32, rr dns.RR) {
	if n := b.tree.nodes.at(node); n.empty() {
		n.first[0] = rr
	}
	b.hasSOA = b.hasSOA || node == 0 && rr.Header().Rrtype == dns.TypeSOA
	b.entries.push(entry{rr: rr, node: node, place: b.shorten(problem.Pos{}, rr.Header().Rrtype)})
}

// check makes a draft of a patch, with all checks that need no other owners.
func (b *Builder) check() *draft {
	made := !b.hasSOA
	if made {
		b.synthesize()
	}
	d := &draft{Zone: b.zone, b: b}
	d.tree, d.apex, d.synthesized = b.tree, b.opt.Apex, made
	d.group()
	d.gather()
	d.checkNodes()
	return d
}

// newReport starts the report of a zone.
func newReport(opt Options) report {
	return report{object: fmt.Sprintf("zone %q", opt.ID), pos: opt.Pos}
}
