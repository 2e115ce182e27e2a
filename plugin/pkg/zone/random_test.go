package zone

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// randomLabels are few, so that random names meet; three look like others.
var randomLabels = []string{"a", "b", "*", `a\.b`, `\*a`, `\000`, "ns"}

// randomTypes are the types of random records, the rarer twice.
var randomTypes = []uint16{
	dns.TypeA, dns.TypeAAAA, dns.TypeTXT, dns.TypeNS, dns.TypeNS, dns.TypeCNAME, dns.TypeCNAME,
	dns.TypeDNAME, dns.TypeDS, dns.TypeMX, dns.TypeNSEC, dns.TypeSOA,
}

// askedTypes are the types asked of every name.
var askedTypes = []uint16{
	dns.TypeANY, dns.TypePTR, dns.TypeNone, dns.TypeA, dns.TypeAAAA, dns.TypeNS, dns.TypeCNAME,
	dns.TypeDNAME, dns.TypeDS, dns.TypeSOA,
}

// draw turns the bytes of a fuzzer into choices; after the last byte it draws 0.
type draw struct{ data []byte }

func (d *draw) pick(n int) int {
	if len(d.data) == 0 {
		return 0
	}
	c := int(d.data[0])
	d.data = d.data[1:]
	return c % n
}

func (d *draw) name(apex string) string {
	name := apex
	for range d.pick(5) {
		name = domain.Below(canon(randomLabels[d.pick(len(randomLabels))]), name)
	}
	return name
}

// canon is the canonical form of a label; `\*` is the asterisk itself.
func canon(label string) string {
	if label == `\*a` {
		return "*a"
	}
	return label
}

func (d *draw) record(apex string) dns.RR {
	t := randomTypes[d.pick(len(randomTypes))]
	owner := d.name(apex)
	target := apex
	switch t {
	case dns.TypeNS, dns.TypeCNAME, dns.TypeDNAME, dns.TypeMX, dns.TypeNSEC:
		target = d.name(apex)
	}
	rdata := map[uint16]string{
		dns.TypeA:     fmt.Sprintf("192.0.2.%d", d.pick(3)),
		dns.TypeAAAA:  fmt.Sprintf("2001:db8::%d", d.pick(3)),
		dns.TypeTXT:   "text",
		dns.TypeNS:    target,
		dns.TypeCNAME: target,
		dns.TypeDNAME: target,
		dns.TypeDS:    "1 8 2 00",
		dns.TypeMX:    "10 " + target,
		dns.TypeNSEC:  target + " A",
		dns.TypeSOA:   fmt.Sprintf("ns.example. host.example. %d 1 1 1 60", d.pick(2)),
	}[t]
	rr, err := dns.NewRR(fmt.Sprintf("%s 300 IN %s %s", owner, dns.Type(t), rdata))
	if err != nil {
		panic(err)
	}
	return rr
}

// checkRandom builds a zone from bytes, and compares verdict and answers with the
// twin's. With only legal records the zone has to build. It gives how many
// questions ended in which kind.
func checkRandom(t *testing.T, data []byte) (kinds [Delegation + 1]int) {
	d := draw{data: data}
	apex := []string{"example.", ".", `a\.b.example.`, "*.example."}[d.pick(4)]
	flatten, onlyLegal := d.pick(2) == 0, d.pick(4) > 0
	slow := twin{apex: labelsOf(apex)}
	b := NewBuilder(Options{Apex: apex, Flatten: flatten, Serial: 7})
	for len(d.data) > 0 && len(slow.rrs) < 40 {
		rr := d.record(apex)
		larger := slow.with(dns.Copy(rr))
		if slices.ContainsFunc(slow.rrs, func(other dns.RR) bool { return dns.IsDuplicate(other, rr) }) {
			b.Add(rr, problem.Pos{})
			continue
		}
		if onlyLegal && !larger.withSOA().legal(flatten) {
			continue
		}
		slow = larger
		b.Add(rr, problem.Pos{})
	}
	slow = slow.withSOA()
	z, list := b.Build()
	if legal := slow.legal(flatten); legal != (z != nil) {
		t.Fatalf("legal is %v, Build says %v:\n%v\n%v", legal, z != nil, list, slow.rrs)
	}
	if z == nil {
		return kinds
	}
	checkWalk(t, z, slow)
	return compare(t, z, slow)
}

// checkWalk compares the order of names with the text of RFC 4034 section 6.1.
func checkWalk(t *testing.T, z *Zone, slow twin) {
	t.Helper()
	names := slices.Collect(z.Names())
	for i := 1; i < len(names); i++ {
		if orderOf(names[i-1], names[i]) >= 0 {
			t.Fatalf("%s is walked before %s", names[i-1], names[i])
		}
	}
	records := len(slices.Collect(z.All()))
	want := len(slow.rrs)
	if z.Synthesized() {
		want--
	}
	if records != want || z.Records() != want {
		t.Fatalf("%d records are walked, %d counted, want %d", records, z.Records(), want)
	}
}

// orderOf compares names as sequences of octets, label by label from the right.
func orderOf(x, y string) int {
	octets := func(name string) [][]byte {
		wire := make([]byte, 256)
		n, _ := dns.PackDomainName(name, wire, 0, nil, false)
		var labels [][]byte
		for i := 0; i < n-1; i += int(wire[i]) + 1 {
			labels = append(labels, wire[i+1:i+1+int(wire[i])])
		}
		slices.Reverse(labels)
		return labels
	}
	return slices.CompareFunc(octets(x), octets(y), bytes.Compare)
}

// withSOA adds the SOA that is synthesized if there is none at the apex.
func (t twin) withSOA() twin {
	if t.get(t.apex, dns.TypeSOA) != nil {
		return t
	}
	b := NewBuilder(Options{Apex: nameOf(t.apex), Serial: 7})
	z, _ := b.Build()
	return t.with(z.SOA())
}

// questions returns every owner, ancestor, child, grandchild and sibling.
func (t twin) questions() []string {
	asked := map[string]bool{"other.": true, "xexample.": true, ".": true}
	for _, rr := range append(t.rrs[:len(t.rrs):len(t.rrs)], &dns.NULL{Hdr: dns.RR_Header{Name: nameOf(t.apex)}}) {
		labels := labelsOf(rr.Header().Name)
		for i := range len(labels) + 1 {
			up := labels[i:]
			asked[nameOf(up)] = true
			for _, label := range append([]string{"zz"}, randomLabels...) {
				child := append([]string{canon(label)}, up...)
				asked[nameOf(child)] = true
				if label == "zz" || label == "*" {
					asked[nameOf(append([]string{"a"}, child...))] = true
				}
			}
		}
	}
	out := make([]string, 0, len(asked))
	for name := range asked {
		out = append(out, name)
	}
	return out
}

// compare asks zone and twin the same questions.
func compare(t *testing.T, z *Zone, slow twin) (kinds [Delegation + 1]int) {
	t.Helper()
	for _, qname := range slow.questions() {
		for _, qtype := range askedTypes {
			got, want := z.Lookup(qname, qtype), slow.lookup(qname, qtype)
			kinds[want.Kind]++
			if !equal(got, want) {
				t.Fatalf("%s %s in %s:\ngot  %s\nwant %s\nzone %v", qname, dns.Type(qtype), z.Apex(), show(got), show(want), slow.rrs)
			}
			if len(got.RRs) != cap(got.RRs) || len(got.Extra) != cap(got.Extra) {
				t.Fatalf("%s %s: a slice has room to append in place", qname, dns.Type(qtype))
			}
		}
	}
	return kinds
}

// equal compares two answers, TTLs included.
func equal(x, y Answer) bool {
	same := func(a, b dns.RR) bool { return dns.IsDuplicate(a, b) && a.Header().Ttl == b.Header().Ttl }
	return x.Kind == y.Kind && x.Owner == y.Owner && x.Wildcard == y.Wildcard &&
		slices.EqualFunc(x.RRs, y.RRs, same) && slices.EqualFunc(x.Extra, y.Extra, same)
}

// show writes an answer as one text.
func show(a Answer) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s owner %q wildcard %v", a.Kind, a.Owner, a.Wildcard)
	for _, rr := range a.RRs {
		fmt.Fprintf(&b, " [%s]", rr)
	}
	for _, rr := range a.Extra {
		fmt.Fprintf(&b, " extra [%s]", rr)
	}
	return b.String()
}

func TestLookupAgreesWithTwin(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1034, 4592))
	zones := 400
	if testing.Short() {
		zones = 200
	}
	var sum [Delegation + 1]int
	for range zones {
		data := make([]byte, 3+rnd.IntN(80))
		for i := range data {
			data[i] = byte(rnd.Uint32())
		}
		for kind, n := range checkRandom(t, data) {
			sum[kind] += n
		}
	}
	for kind, n := range sum {
		t.Logf("%d questions ended in %s", n, Kind(kind))
		if n == 0 {
			t.Errorf("no question ended in %s", Kind(kind))
		}
	}
}

func FuzzLookup(f *testing.F) {
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 6672))
		data := make([]byte, 10+3*seed)
		for i := range data {
			data[i] = byte(rnd.Uint32())
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkRandom(t, data) })
}
