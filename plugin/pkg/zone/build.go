package zone

import (
	"sort"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// draft is a zone in the making.
type draft struct {
	*Zone
	b      *Builder
	places []place // beside Zone.rrs
}

// Build makes the zone from what was added, and lists all problems in the order of
// the sources, bounded in number. The zone is nil if an error is among them. A
// second Build gives an error.
func (b *Builder) Build() (*Zone, problem.List) {
	if b.spent {
		b.report = report{object: b.report.object, pos: b.report.pos}
		b.report.errorf(b.opt.Pos, "", "was built already")
		return nil, b.report.problems()
	}
	b.spent = true
	if b.bad {
		return nil, b.report.problems()
	}
	made := !b.hasSOA
	if made {
		b.synthesize()
	}
	d := &draft{Zone: &Zone{tree: b.tree, apex: b.opt.Apex, synthesized: made}, b: b}
	d.group()
	d.gather()
	d.authority()
	d.cover()
	d.checkNodes()
	if b.report.count[problem.Error] == 0 {
		d.glue()
		d.checkOccluded()
		d.checkTargets()
	}
	d.nodes.trim()
	z, list := d.Zone, b.report.problems()
	*b = Builder{spent: true, opt: b.opt, report: report{object: b.report.object, pos: b.report.pos}}
	if list.HasErrors() {
		return nil, list
	}
	return z, list
}

// group sorts the records by node and, within a node, by type; what was added
// first stays first.
func (d *draft) group() {
	entries, n := &d.b.entries, d.nodes.len()
	ends := make([]uint32, n+1)
	for _, chunk := range entries.chunks {
		for i := range chunk {
			ends[chunk[i].node+1]++
		}
	}
	for i := range n {
		ends[i+1] += ends[i]
	}
	d.rrs = make([]dns.RR, entries.len())
	d.places = make([]place, entries.len())
	for _, chunk := range entries.chunks {
		for i := range chunk {
			e := &chunk[i]
			at := ends[e.node]
			ends[e.node]++
			d.rrs[at], d.places[at] = e.rr, e.place
		}
	}
	d.b.entries = slab[entry]{}
	first := uint32(0)
	for i := range n {
		if ends[i]-first > 1 {
			sortByType(d.rrs[first:ends[i]], d.places[first:ends[i]])
		}
		d.nodes.at(uint32(i)).sets, first = first, ends[i]
	}
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
// set starts. Until now node.sets was the node's first record.
func (d *draft) gather() {
	n := d.nodes.len()
	d.sets = make([]set, 0, d.countSets()+1)
	kept := 0
	for i := range n {
		node := d.nodes.at(uint32(i))
		from, to := int(node.sets), len(d.rrs)
		if i+1 < n {
			to = int(d.nodes.at(uint32(i + 1)).sets)
		}
		node.sets = uint32(len(d.sets))
		for from < to {
			end := from + 1
			for end < to && d.places[end].rrtype == d.places[from].rrtype {
				end++
			}
			d.sets = append(d.sets, set{start: uint32(kept), rrtype: d.places[from].rrtype})
			kept += d.keep(kept, from, end)
			from = end
		}
	}
	d.sets = append(d.sets, set{start: uint32(kept)})
	d.records = kept
	if d.synthesized {
		d.records--
	}
	clear(d.rrs[kept:])
	d.rrs, d.places = d.rrs[:kept], d.places[:kept]
	d.nodes.push(node{sets: uint32(len(d.sets) - 1)})
}

// countSets counts the RRsets there will be.
func (d *draft) countSets() int {
	count, n := 0, d.nodes.len()
	for i := range n {
		from, to := int(d.nodes.at(uint32(i)).sets), len(d.rrs)
		if i+1 < n {
			to = int(d.nodes.at(uint32(i + 1)).sets)
		}
		for j := from; j < to; j++ {
			if j == from || d.places[j].rrtype != d.places[j-1].rrtype {
				count++
			}
		}
	}
	return count
}

// keep moves the RRset rrs[from:end] down to rrs[to:], without duplicates, and
// gives what is left of it.
func (d *draft) keep(to, from, end int) int {
	if end-from == 1 {
		d.rrs[to], d.places[to] = d.rrs[from], d.places[from]
		return 1
	}
	d.oneTTL(d.rrs[from:end], d.places[from:end])
	seen := newDuplicates(d.b, end-from)
	left := 0
	for i := from; i < end; i++ {
		rr := d.rrs[i]
		if seen.add(d.rrs[to:to+left], rr) {
			continue
		}
		d.rrs[to+left], d.places[to+left] = rr, d.places[i]
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
	d.b.report.warnf(d.b.pos(places[differs]), label(hdr), "has the TTL %d, others of its RRset have %d; the lowest, %d, is used (RFC 2181 section 5.2)",
		hdr.Ttl, rrs[0].Header().Ttl, low)
	for _, rr := range rrs {
		rr.Header().Ttl = low
	}
}
