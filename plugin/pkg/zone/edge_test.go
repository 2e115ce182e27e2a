package zone

import (
	"strings"
	"testing"

	"github.com/miekg/dns"
)

func TestLookupRootZone(t *testing.T) {
	t.Parallel()
	z := loaded(t, Options{Apex: "."}, `
		. NS ns.example.
		ns.example. A 192.0.2.1
		net. NS ns.example.
		*. TXT "wild"
		local. A 192.0.2.2`)
	ask(t, z, []question{
		{". NS", "success . NS=ns.example."},
		{". A", "NODATA ."},
		{"example. A", "ENT example."},
		{"local. A", "success local. A=192.0.2.2"},
		{"a.b.net. A", "delegation net. NS=ns.example. + A=192.0.2.1"},
		{"test. TXT", `success * *. TXT="wild"`},
		{"a.test. TXT", `success * *. TXT="wild"`},
		{"a.local. TXT", "NXDOMAIN"},
		{"*. TXT", `success *. TXT="wild"`},
	})
	if got := z.SOA().String(); got != ".\t3600\tIN\tSOA\tns. hostmaster. 0 10000 2400 604800 30" {
		t.Errorf("synthesized SOA %q", got)
	}
}

func TestLookupWildcardApex(t *testing.T) {
	t.Parallel()
	z := loaded(t, Options{Apex: "*.example."}, "@ NS ns.example.net.\na A 192.0.2.1")
	ask(t, z, []question{
		{"*.example. NS", "success *.example. NS=ns.example.net."},
		{"a.*.example. A", "success a.*.example. A=192.0.2.1"},
		{"b.*.example. A", "NXDOMAIN"},
	})
}

func TestEmptyZone(t *testing.T) { // SPEC section 3: neither file nor record
	t.Parallel()
	z := loaded(t, Options{Apex: "example.", Serial: 42}, "")
	ask(t, z, []question{
		{"example. A", "NODATA example."},
		{"example. NS", "NODATA example."},
		{"example. SOA", "success example. SOA=ns.example._hostmaster.example._42_10000_2400_604800_30"},
		{"a.example. A", "NXDOMAIN"},
	})
	if z.Records() != 0 || !z.Synthesized() || z.Apex() != "example." {
		t.Errorf("records %d, synthesized %v, apex %q", z.Records(), z.Synthesized(), z.Apex())
	}
}

func TestFlattenApex(t *testing.T) { // SPEC section 3: CNAME beside SOA and NS
	t.Parallel()
	z := loaded(t, Options{Apex: "example.", Flatten: true}, "@ CNAME www.example.net.\n@ NS ns.example.net.")
	ask(t, z, []question{
		{"example. A", "CNAME example. CNAME=www.example.net."},
		{"example. DS", "CNAME example. CNAME=www.example.net."},
		{"example. CNAME", "success example. CNAME=www.example.net."},
		{"example. NS", "success example. NS=ns.example.net."},
		{"example. SOA", "success example. SOA=ns.example._hostmaster.example._0_10000_2400_604800_30"},
		{"a.example. A", "NXDOMAIN"},
	})
}

func TestLongNames(t *testing.T) { // RFC 1035 section 2.3.4
	t.Parallel()
	deep := strings.Repeat("a.", 123) + "example."              // 255 octets
	wide := strings.Repeat(strings.Repeat("b", 63)+".", 3) + "" // 192 octets
	odd := strings.Repeat(`\001`, 61) + "." + wide
	z := loaded(t, Options{Apex: "."}, deep+" A 192.0.2.1\n"+odd+" A 192.0.2.2")
	ask(t, z, []question{
		{deep + " A", "success " + deep + " A=192.0.2.1"},
		{deep[2:] + " A", "ENT " + deep[2:]},
		{"c." + deep[2:] + " A", "NXDOMAIN"},
		{"c.c." + deep[4:] + " A", "NXDOMAIN"},
		{odd + " A", "success " + odd + " A=192.0.2.2"},
		{strings.Repeat("c.", 126) + " A", "NXDOMAIN"},
		{strings.Repeat("c.", 5000) + " A", "NXDOMAIN"},
		{strings.Repeat("c", 70000) + ". A", "NXDOMAIN"},
		{strings.Repeat("a.", 130) + "example. A", "NXDOMAIN"},
	})
	// No room for a further label in the names of a synthesized SOA.
	long := loaded(t, Options{Apex: deep}, "")
	if soa := long.SOA(); soa.Ns != deep || soa.Mbox != deep {
		t.Errorf("SOA %s", soa)
	}
	if _, err := dns.PackRR(long.SOA(), make([]byte, 2048), 0, nil, false); err != nil {
		t.Error(err)
	}
}

func TestNegative(t *testing.T) { // RFC 2308 section 5, SPEC sections 3 and 5.1
	t.Parallel()
	bound := func(n uint32) Options {
		return Options{Apex: "example.", NegativeTTL: n, HasNegativeTTL: true}
	}
	for _, row := range []struct {
		name string
		opt  Options
		soa  string
		want uint32
	}{
		{"minimum is lower", Options{Apex: "example."}, "@ 900 SOA ns host 1 2 3 4 60", 60},
		{"TTL is lower", Options{Apex: "example."}, "@ 50 SOA ns host 1 2 3 4 60", 50},
		{"zero minimum", Options{Apex: "example."}, "@ 50 SOA ns host 1 2 3 4 0", 0},
		{"bound", bound(7), "@ 900 SOA ns host 1 2 3 4 60", 7},
		{"bound 0", bound(0), "@ 900 SOA ns host 1 2 3 4 60", 0},
		{"bound is higher", bound(900), "@ 900 SOA ns host 1 2 3 4 60", 60},
		{"synthesized", Options{Apex: "example."}, "", 30},
		{"synthesized, bound", bound(77), "", 77},
		{"synthesized, bound over its TTL", bound(77777), "", 3600},
	} {
		t.Run(row.name, func(t *testing.T) {
			z := loaded(t, row.opt, row.soa)
			rrs := z.Negative()
			if len(rrs) != 1 || cap(rrs) != 1 || rrs[0].Header().Ttl != row.want {
				t.Errorf("got %v, want one SOA of TTL %d", rrs, row.want)
			}
			if dns.RR(z.SOA()) == rrs[0] || !dns.IsDuplicate(z.SOA(), rrs[0]) {
				t.Errorf("%v is not a copy of %v", rrs[0], z.SOA())
			}
		})
	}
}

func TestLookupDoesNotAllocate(t *testing.T) {
	z := loaded(t, Options{Apex: "example."}, `
		@ CAA 0 issue "ca.example.net"
		a.ent A 192.0.2.1
		alias CNAME a.ent
		dn DNAME example.net.
		cut NS ns.cut
		cut DS 1 8 2 00
		ns.cut A 192.0.2.2
		*.wild A 192.0.2.3`)
	for _, row := range []struct {
		qname string
		qtype uint16
		kind  Kind
	}{
		{"no.no.example.", dns.TypeA, NXDomain},
		{"ent.example.", dns.TypeA, ENT},
		{"a.ent.example.", dns.TypeMX, NoData},
		{"a.ent.example.", dns.TypeA, Success},
		{"example.", dns.TypeANY, Success},
		{"alias.example.", dns.TypeA, CNAME},
		{"x.y.dn.example.", dns.TypeA, DNAME},
		{"cut.example.", dns.TypeDS, Success},
		{"x.cut.example.", dns.TypeA, Delegation},
		{"x.wild.example.", dns.TypeA, Success},
	} {
		if got := z.Lookup(row.qname, row.qtype).Kind; got != row.kind {
			t.Errorf("%s: %s, want %s", row.qname, got, row.kind)
		}
		if n := testing.AllocsPerRun(100, func() { z.Lookup(row.qname, row.qtype) }); n != 0 {
			t.Errorf("%s %s allocates %v times", row.qname, row.kind, n)
		}
	}
	if got := Kind(99).String(); got != "unknown" {
		t.Errorf("an unknown kind is %q", got)
	}
}
