package zone

import (
	"sort"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// draft is a zone in the making. Beside the Zone, which keeps the sets of some
// nodes only, it has all of them, with the places they come from.
type draft struct {
	*Zone
	b       *Builder
	records []dns.RR
	places  []place  // beside records
	groups  []set    // all RRsets, in records; the last is an end mark
	first   []uint32 // of each node, its first group; one more for the end
}

// Build makes the zone from what was added, and lists all problems in the order of
// the sources, bounded in number. The zone is nil if an error is among them. A
// second Build gives an error.
func (b *Builder) Build() (*Zone, problem.List) {
	if b.spent {
		b.report = report{object: b.report.object, pos: b.report.pos}
		b.report.errorf(problem.Internal, b.opt.Pos, "", "was built already")
		return nil, b.report.problems()
	}
	b.spent = true
	if b.bad {
		return nil, b.report.problems()
	}
	b.checkShares()
	made := !b.hasSOA
	if made {
		b.synthesize()
	}
	b.tree.nodes.trim() // from here on slices of nodes are handed out
	d := &draft{Zone: b.zone, b: b}
	d.tree, d.apex, d.synthesized = b.tree, b.opt.Apex, made
	d.group()
	d.gather()
	d.settle()
	d.deny(b.opt)
	d.coverAll()
	d.sign()
	d.checkNodes()
	if b.report.count[problem.Error] == 0 {
		d.glue()
		d.checkOccluded()
		d.checkTargets()
		d.keepEditable()
	}
	z, list := d.Zone, b.report.problems()
	*b = Builder{spent: true, opt: b.opt, report: report{object: b.report.object, pos: b.report.pos}}
	if list.HasErrors() {
		return nil, list
	}
	return z, list
}

// group sorts the records by node and, within a node, by type; what was added
// first stays first. Until gather, first holds each node's first record.
func (d *draft) group() {
	entries, n := &d.b.entries, d.nodes.len()
	starts := make([]uint32, n+1)
	for e := range entries.all() {
		starts[e.node+1]++
	}
	for i := range n {
		starts[i+1] += starts[i]
	}
	d.records = make([]dns.RR, entries.len())
	d.places = make([]place, entries.len())
	for e := range entries.all() {
		at := starts[e.node]
		starts[e.node]++
		d.records[at], d.places[at] = e.rr, e.place
	}
	d.b.entries = slab[entry]{}
	copy(starts[1:], starts[:n]) // each has gone on to where the next one began
	starts[0] = 0
	for i := range n {
		if from, to := starts[i], starts[i+1]; to-from > 1 {
			sortByType(d.records[from:to], d.places[from:to])
		}
	}
	d.first = starts
}

// byType sorts records and their places together.
type byType struct {
	rrs    []dns.RR
	places []place
}

func (s byType) Len() int           { return len(s.rrs) }
func (s byType) Less(i, j int) bool { return s.places[i].rrtype < s.places[j].rrtype }
func (s byType) Swap(i, j int) {
	s.rrs[i], s.rrs[j] = s.rrs[j], s.rrs[i]
	s.places[i], s.places[j] = s.places[j], s.places[i]
}

func sortByType(rrs []dns.RR, places []place) {
	for i := 1; i < len(places); i++ {
		if places[i].rrtype < places[i-1].rrtype {
			sort.Stable(byType{rrs, places})
			return
		}
	}
}

// gather makes the RRsets: it drops duplicates, sets one TTL and notes where each
// set starts.
func (d *draft) gather() {
	d.groups = make([]set, 0, d.countGroups()+1)
	kept, n := 0, d.nodes.len()
	for i := range n {
		from, to := int(d.first[i]), int(d.first[i+1])
		d.first[i] = uint32(len(d.groups))
		for from < to {
			end := from + 1
			for end < to && d.places[end].rrtype == d.places[from].rrtype {
				end++
			}
			d.groups = append(d.groups, set{start: uint32(kept), rrtype: d.places[from].rrtype})
			kept += d.keep(kept, from, end)
			from = end
		}
	}
	d.first[n] = uint32(len(d.groups))
	d.groups = append(d.groups, set{start: uint32(kept)})
	d.Zone.records = uint32(kept)
	if d.synthesized {
		d.Zone.records--
	}
	d.records, d.places = d.records[:kept], d.places[:kept]
}

// countGroups counts the RRsets there will be.
func (d *draft) countGroups() int {
	count := 0
	for i := range d.nodes.len() {
		for j := d.first[i]; j < d.first[i+1]; j++ {
			if j == d.first[i] || d.places[j].rrtype != d.places[j-1].rrtype {
				count++
			}
		}
	}
	return count
}

// settle gives the nodes what they own.
func (d *draft) settle() {
	sets, rrs := 1, 0
	for i := range uint32(d.nodes.len()) {
		if groups, records := d.owns(i); records > 1 {
			sets += groups
			rrs += records
		}
	}
	d.sets, d.rrs = make([]set, 0, sets), make([]dns.RR, 0, rrs)
	for i := range uint32(d.nodes.len()) {
		groups, records := d.owns(i)
		if records == 0 {
			continue
		}
		n, first, from := d.nodes.at(i), d.first[i], d.groups[d.first[i]].start
		n.first[0] = d.records[from]
		if records == 1 {
			continue
		}
		n.sets = uint32(len(d.sets)) + 1
		for g := range groups {
			s := d.groups[first+uint32(g)]
			s.start += uint32(len(d.rrs)) - from
			s.more = uint16(groups - 1 - g)
			d.sets = append(d.sets, s)
		}
		d.rrs = append(d.rrs, d.records[from:from+uint32(records)]...)
	}
	d.sets = append(d.sets, set{start: uint32(len(d.rrs))})
}

// owns counts the sets and the records of a node.
func (d *draft) owns(i uint32) (groups, records int) {
	first, end := d.first[i], d.first[i+1]
	return int(end - first), int(d.groups[end].start - d.groups[first].start)
}

// keep moves the RRset records[from:end] down to records[to:], without duplicates, and
// gives what is left of it.
func (d *draft) keep(to, from, end int) int {
	if end-from == 1 {
		d.records[to], d.places[to] = d.records[from], d.places[from]
		return 1
	}
	d.oneTTL(d.records[from:end], d.places[from:end])
	seen := newDuplicates(d.b, end-from)
	left := 0
	for i := from; i < end; i++ {
		rr := d.records[i]
		if seen.add(d.records[to:to+left], rr) {
			continue
		}
		d.records[to+left], d.places[to+left] = rr, d.places[i]
		left++
	}
	return left
}

// oneTTL sets the lowest TTL of an RRset on all of it (RFC 2181 section 5.2).
// RRSIGs follow the TTLs of what they sign (RFC 4034 section 3).
func (d *draft) oneTTL(rrs []dns.RR, places []place) {
	if places[0].rrtype == dns.TypeRRSIG {
		return
	}
	low, differs := rrs[0].Header().Ttl, -1
	for i, rr := range rrs[1:] {
		if ttl := rr.Header().Ttl; ttl != rrs[0].Header().Ttl {
			low = min(low, ttl)
			if differs < 0 {
				differs = i + 1
			}
		}
	}
	if differs < 0 {
		return
	}
	hdr := rrs[differs].Header()
	d.b.report.warnf(problem.TTLDiffers, d.b.pos(places[differs]), label(hdr), "has the TTL %d, others of its RRset have %d; the lowest, %d, is used (RFC 2181 section 5.2)",
		hdr.Ttl, rrs[0].Header().Ttl, low)
	for _, rr := range rrs {
		rr.Header().Ttl = low
	}
}
