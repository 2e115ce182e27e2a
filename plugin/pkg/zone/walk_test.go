package zone

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

func TestWalkOrder(t *testing.T) { // RFC 4034 section 6.1, with its example
	t.Parallel()
	z := loaded(t, Options{Apex: "example."}, `
		z.example. A 192.0.2.1
		\200.z.example. A 192.0.2.1
		*.z.example. A 192.0.2.1
		zABC.a.EXAMPLE. A 192.0.2.1
		\001.z.example. A 192.0.2.1
		\000.z.example. A 192.0.2.1
		\000a.z.example. A 192.0.2.1
		a\.b.z.example. A 192.0.2.1
		Z.a.example. A 192.0.2.1
		example. NS ns.example.net.
		example. A 192.0.2.1
		yljkjljk.a.example. A 192.0.2.1
		a.example. A 192.0.2.1
		@ SOA ns.example.net. host.example.net. 1 2 3 4 5`)
	want := []string{
		"example.", "a.example.", "yljkjljk.a.example.", "z.a.example.", "zabc.a.example.", "z.example.",
		`\000.z.example.`, `\000a.z.example.`, `\001.z.example.`, "*.z.example.", `a\.b.z.example.`, `\200.z.example.`,
	}
	if got := slices.Collect(z.Names()); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	var types []string
	for rr := range z.All() {
		if h := rr.Header(); h.Name == "example." {
			types = append(types, dns.Type(h.Rrtype).String())
		}
	}
	if got := strings.Join(types, " "); got != "SOA A NS" {
		t.Errorf("at the apex: %s", got)
	}
	for range z.All() { // an early end
		break
	}
	for range z.Names() {
		break
	}
}

func TestWalkLeavesOutSynthesizedSOA(t *testing.T) {
	t.Parallel()
	z := loaded(t, Options{Apex: "example."}, "a.b TXT \"x\"")
	var got []string
	for rr := range z.All() {
		got = append(got, rr.Header().Name)
	}
	if names := slices.Collect(z.Names()); fmt.Sprint(got, names) != "[a.b.example.] [a.b.example.]" {
		t.Errorf("records of %v, names %v", got, names)
	}
	empty := loaded(t, Options{Apex: "."}, "")
	for rr := range empty.All() {
		t.Errorf("an empty zone has %s", rr)
	}
}

func TestWalkRebuilds(t *testing.T) { // issue: an exported zone loads to the same zone
	t.Parallel()
	z := loaded(t, Options{Apex: "example."}, everyType)
	again := rebuild(t, z)
	if a, b := dump(z), dump(again); !slices.Equal(a, b) {
		t.Errorf("first %v\nagain %v", a, b)
	}
	if z.Records() != again.Records() || z.Records() != len(dump(z)) {
		t.Errorf("%d records, then %d", z.Records(), again.Records())
	}
}

// rebuild builds a zone from another one's walk.
func rebuild(t *testing.T, z *Zone) *Zone {
	t.Helper()
	b := NewBuilder(Options{Apex: z.Apex()})
	for rr := range z.All() {
		b.Add(dns.Copy(rr), problem.Pos{})
	}
	again, list := b.Build()
	if again == nil {
		t.Fatal(list)
	}
	return again
}

func dump(z *Zone) []string {
	var out []string
	for rr := range z.All() {
		out = append(out, rr.String())
	}
	return out
}

func TestLargeZone(t *testing.T) {
	t.Parallel()
	const n = 3*chunkLen + 5
	z := buildOf(t, hosts(n))
	if z.Records() != n {
		t.Errorf("%d records of %d", z.Records(), n)
	}
	for i := range n {
		a := z.Lookup(hostName(i), dns.TypeA)
		if a.Kind != Success || a.Owner != hostName(i) || a.RRs[0].(*dns.A).A[3] != byte(i) || len(a.RRs) != 1 {
			t.Fatalf("%s: %s", hostName(i), show(a))
		}
	}
	if got := z.Lookup(hostName(n), dns.TypeA).Kind; got != NXDomain {
		t.Errorf("one more: %s", got)
	}
	if names := slices.Collect(z.Names()); len(names) != n || !slices.IsSorted(names) {
		t.Errorf("%d names, sorted %v", len(names), slices.IsSorted(names))
	}
}
