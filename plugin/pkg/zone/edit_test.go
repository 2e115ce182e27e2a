package zone

import (
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// edits is a zone that is changed again and again, beside its twin.
type edits struct {
	zone     *Zone
	slow     twin
	opt      Options
	took     int // changes that did not build the zone anew
	rejected int
}

// without returns the twin that lacks an RRset.
func (t twin) without(owner string, rrtype uint16) twin {
	out := twin{apex: t.apex}
	for i, rr := range t.rrs {
		if rr.Header().Rrtype != rrtype || nameOf(t.owners[i]) != owner {
			out.rrs, out.owners = append(out.rrs, rr), append(out.owners, t.owners[i])
		}
	}
	return out
}

// change draws a few operations, and has zone and twin undergo them.
func (e *edits) change(t *testing.T, d *draw) {
	t.Helper()
	editor := e.zone.Edit(e.opt)
	editor.least, editor.most = 1, 0
	next := e.slow
	if e.zone.Synthesized() {
		next = next.without(e.zone.Apex(), dns.TypeSOA)
	}
	for range 1 + d.pick(4) {
		owner, rrtype := d.name(e.opt.Apex), randomTypes[d.pick(len(randomTypes))]
		if len(next.rrs) > 0 && d.pick(2) == 0 {
			h := next.rrs[d.pick(len(next.rrs))].Header()
			owner, rrtype = h.Name, h.Rrtype
		}
		if d.pick(2) == 0 && !slices.ContainsFunc(editor.records, func(a addition) bool { // what was added stays
			return a.rr.Header().Name == owner && a.rr.Header().Rrtype == rrtype
		}) {
			editor.Remove(owner, rrtype)
			next = next.without(owner, rrtype)
			continue
		}
		rr := d.record(e.opt.Apex)
		editor.Add(dns.Copy(rr), problem.Pos{})
		if !slices.ContainsFunc(next.rrs, func(other dns.RR) bool { return dns.IsDuplicate(other, rr) }) {
			next = next.with(rr)
		}
	}
	next = next.withSOA()
	rebuilt := editor.mustRebuild()
	z, list := editor.Build()
	if legal := next.legal(e.opt.Flatten); legal != (z != nil) {
		t.Fatalf("legal is %v, Build says %v:\n%v\n%v", legal, z != nil, list, next.rrs)
	}
	if z == nil {
		e.rejected++
		return
	}
	if !rebuilt {
		e.took++
	}
	before, old := e.zone, e.slow
	e.zone, e.slow = z, next
	checkWalk(t, z, next)
	compare(t, z, next)
	compare(t, before, old) // others read it on
	checkEdited(t, z)
}

// checkEdited holds what an edited zone knows against one that was built.
func checkEdited(t *testing.T, z *Zone) {
	t.Helper()
	if z.edited == nil {
		return
	}
	children, live := make(map[string]uint32), 0
	for i := range uint32(z.nodes.len()) {
		n := z.nodes.at(i)
		if n.removed() {
			continue
		}
		live++
		if i != 0 {
			up := parentOf(strings.ToLower(n.name()))
			children[up]++
		}
		if n.empty() && *z.edited.children.at(i) == 0 && i != 0 {
			t.Fatalf("%s owns nothing and has nothing below", n.name())
		}
		if at, ok := z.find(strings.ToLower(n.name())); !ok || at != i {
			t.Fatalf("%s is not found", n.name())
		}
		_, star := z.find(wildcardOf(strings.ToLower(n.name())))
		if star != (n.wild != none) {
			t.Fatalf("%s has a wildcard: %t, and knows of one: %t", n.name(), star, n.wild != none)
		}
	}
	for i := range uint32(z.nodes.len()) {
		if n := z.nodes.at(i); !n.removed() && children[strings.ToLower(n.name())] != *z.edited.children.at(i) {
			t.Fatalf("%s has %d children, and %d are known", n.name(), children[strings.ToLower(n.name())], *z.edited.children.at(i))
		}
	}
	free := 0
	for i := z.edited.free; i != none; i = z.nodes.at(i - 1).sets {
		free++
	}
	if free+live != z.nodes.len() {
		t.Fatalf("%d nodes are free and %d in use, of %d", free, live, z.nodes.len())
	}
}

// checkEdits builds a zone from bytes, changes it as they say, and compares each state
// with the twin's.
func checkEdits(t *testing.T, data []byte) *edits {
	t.Helper()
	d := draw{data: data}
	e := &edits{opt: Options{
		Apex:    []string{"example.", ".", `a\.b.example.`, "*.example."}[d.pick(4)],
		Flatten: d.pick(2) == 0, Serial: 7, Editable: true,
	}}
	b := NewBuilder(e.opt)
	b.least = 1
	e.slow = twin{apex: labelsOf(e.opt.Apex)}.withSOA()
	var list problem.List
	if e.zone, list = b.Build(); e.zone == nil {
		t.Fatal(list)
	}
	for range 40 {
		if len(d.data) == 0 {
			break
		}
		e.change(t, &d)
	}
	return e
}

func TestEditAgreesWithTwin(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2136, 8020))
	zones := 100
	if testing.Short() {
		zones = 30
	}
	took, rejected := 0, 0
	for range zones {
		data := make([]byte, 3+rnd.IntN(400))
		for i := range data {
			data[i] = byte(rnd.Uint32())
		}
		e := checkEdits(t, data)
		took += e.took
		rejected += e.rejected
	}
	t.Logf("%d changes took their own way, %d were refused", took, rejected)
	if took < 3*zones || rejected == 0 {
		t.Error("too few changes took their own way, or none was refused")
	}
}

func FuzzEdit(f *testing.F) {
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 2136))
		data := make([]byte, 40+10*seed)
		for i := range data {
			data[i] = byte(rnd.Uint32())
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkEdits(t, data) })
}

// large builds a zone of n hosts that can be edited.
func large(tb testing.TB, n int) *Zone {
	tb.Helper()
	b := NewBuilder(Options{Apex: "example.org.", Editable: true})
	for i := range n {
		b.Add(hostAddress(i, 0), problem.Pos{})
	}
	z, list := b.Build()
	if z == nil {
		tb.Fatal(list)
	}
	return z
}

// hostAddress returns the address record of a host.
func hostAddress(host, octet int) *dns.A {
	return &dns.A{
		Hdr: dns.RR_Header{Name: fmt.Sprintf("host-%d.example.org.", host), Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 300},
		A:   net.IPv4(192, 0, 2, byte(octet)).To4(),
	}
}

// edit gives a host another address.
func edit(tb testing.TB, z *Zone, host, octet int) *Zone {
	e := z.Edit(Options{Editable: true})
	rr := hostAddress(host, octet)
	e.Remove(rr.Hdr.Name, dns.TypeA)
	e.Add(rr, problem.Pos{})
	next, list := e.Build()
	if next == nil {
		tb.Fatal(list)
	}
	return next
}

// Lookups beside edits see one state of the zone: here all hosts that are asked for have
// the same address in each.
func TestEditBesideLookups(t *testing.T) {
	const hosts, changes = 2000, 300
	var current atomic.Pointer[Zone]
	current.Store(large(t, hosts))
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for last := -1; ; {
				select {
				case <-done:
					return
				default:
				}
				z := current.Load()
				octet := -1
				for _, host := range []int{1, 700, 1999} {
					a := z.Lookup(fmt.Sprintf("host-%d.example.org.", host), dns.TypeA)
					if len(a.RRs) != 1 {
						t.Errorf("host %d: %s", host, a.Kind)
						return
					}
					got := int(a.RRs[0].(*dns.A).A[3])
					if octet >= 0 && got != octet {
						t.Errorf("one zone has the addresses %d and %d", octet, got)
						return
					}
					octet = got
				}
				if octet < last {
					t.Errorf("address %d comes after %d", octet, last)
					return
				}
				last = octet
			}
		})
	}
	z := current.Load()
	for i := range changes {
		e := z.Edit(Options{Editable: true})
		for _, host := range []int{1, 700, 1999} {
			rr := hostAddress(host, i*255/changes)
			e.Remove(rr.Hdr.Name, dns.TypeA)
			e.Add(rr, problem.Pos{})
		}
		next, list := e.Build()
		if next == nil {
			t.Fatal(list)
		}
		z = next
		current.Store(z)
	}
	close(done)
	readers.Wait()
}

// A change of a large zone costs what it touches, and memory does not grow without end.
func TestEditCost(t *testing.T) {
	const hosts, runs = 50_000, 50
	z := large(t, hosts)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range runs {
		z = edit(t, z, i*7, 9)
	}
	runtime.ReadMemStats(&after)
	if got := (after.TotalAlloc - before.TotalAlloc) / runs; got > 40_000 {
		t.Errorf("a change allocates %d bytes", got)
	}
	if z.edited.dead == 0 {
		t.Error("no record is counted as dead")
	}
	small := large(t, 300)
	rebuilt := false
	for i := range 2 * (300 + spareDead) {
		small = edit(t, small, i%300, i)
		rebuilt = rebuilt || i > 300 && small.edited.dead == 0
		if held := small.edited.dead; held > small.records+spareDead+2 { // the last change: an address and the SOA
			t.Fatalf("%d dead records are held", held)
		}
	}
	if !rebuilt {
		t.Error("the zone was never built anew")
	}
}

// BenchmarkEdit changes one record of a zone.
func BenchmarkEdit(b *testing.B) {
	for _, hosts := range []int{100, 10_000, 1_000_000} {
		z := large(b, hosts)
		b.Run(fmt.Sprintf("records=%d/change", hosts), func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i = (i + 7919) % hosts
				edit(b, z, i, i)
			}
		})
		b.Run(fmt.Sprintf("records=%d/add", hosts), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				edit(b, z, hosts, 1)
			}
		})
	}
}
