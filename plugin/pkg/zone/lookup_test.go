package zone

import (
	"fmt"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// load builds a zone from records in zone-file form, each at its line of "db.test".
func load(t testing.TB, opt Options, text string) (*Zone, problem.List) {
	t.Helper()
	b := NewBuilder(opt)
	for i, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		zp := dns.NewZoneParser(strings.NewReader(strings.TrimSpace(line)+"\n"), opt.Apex, "")
		zp.SetDefaultTTL(300)
		rr, ok := zp.Next()
		if !ok {
			t.Fatalf("line %q: %v", line, zp.Err())
		}
		b.Add(rr, problem.Pos{File: "db.test", Line: i + 1})
	}
	return b.Build()
}

// loaded is load for a zone that has no errors.
func loaded(t testing.TB, opt Options, text string) *Zone {
	t.Helper()
	z, list := load(t, opt, text)
	if z == nil {
		t.Fatalf("the zone does not build:\n%v", list)
	}
	return z
}

// brief writes an answer as kind, "*" for a wildcard, owner, and the rdata of
// records and, after "+", of extra ones.
func brief(a Answer) string {
	words := []string{a.Kind.String()}
	if a.Wildcard {
		words = append(words, "*")
	}
	if a.Owner != "" {
		words = append(words, a.Owner)
	}
	for i, rr := range append(a.RRs, a.Extra...) {
		if i == len(a.RRs) {
			words = append(words, "+")
		}
		rdata := strings.SplitN(rr.String(), "\t", 5)[4]
		words = append(words, dns.Type(rr.Header().Rrtype).String()+"="+strings.ReplaceAll(rdata, " ", "_"))
	}
	return strings.Join(words, " ")
}

// question is one row of a table: "QNAME TYPE" and the brief answer.
type question struct{ ask, want string }

func ask(t *testing.T, z *Zone, rows []question) {
	t.Helper()
	for _, row := range rows {
		var qname, qtype string
		if _, err := fmt.Sscan(row.ask, &qname, &qtype); err != nil {
			t.Fatal(err)
		}
		code, ok := dns.StringToType[qtype]
		if !ok {
			fmt.Sscanf(qtype, "TYPE%d", &code)
		}
		if got := brief(z.Lookup(qname, code)); got != row.want {
			t.Errorf("%s:\ngot  %s\nwant %s", row.ask, got, row.want)
		}
	}
}

func TestLookupPlain(t *testing.T) { // RFC 1034 section 4.3.2, RFC 2308, RFC 8020
	t.Parallel()
	z := loaded(t, Options{Apex: "example.org."}, `
		@ SOA ns hostmaster 1 2 3 4 5
		@ NS ns
		ns A 192.0.2.1
		WWW A 192.0.2.2
		www A 192.0.2.3
		www AAAA 2001:db8::1
		alias CNAME WWW.example.org.
		alias RRSIG A 8 2 300 20300101000000 20200101000000 1 example.org. AAAA
		a.b.c TXT "deep"
		x\.y A 192.0.2.4
		y.z A 192.0.2.5
		n\000n A 192.0.2.6
		odd TYPE65280 \# 2 abcd
		big TYPE1 \# 4 c0000209`)
	ask(t, z, []question{
		{"www.example.org. A", "success WWW.example.org. A=192.0.2.2 A=192.0.2.3"},
		{"www.example.org. ANY", "success WWW.example.org. A=192.0.2.2 A=192.0.2.3 AAAA=2001:db8::1"},
		{"www.example.org. MX", "NODATA WWW.example.org."},
		{"www.example.org. AXFR", "NODATA WWW.example.org."},
		{"www.example.org. None", "NODATA WWW.example.org."},
		{"nope.example.org. A", "NXDOMAIN"},
		{"nope.www.example.org. A", "NXDOMAIN"},
		{"c.example.org. A", "ENT c.example.org."},
		{"b.c.example.org. ANY", "ENT b.c.example.org."},
		{"d.b.c.example.org. A", "NXDOMAIN"},
		{"alias.example.org. A", "CNAME alias.example.org. CNAME=WWW.example.org."},
		{"alias.example.org. DS", "CNAME alias.example.org. CNAME=WWW.example.org."},
		{"alias.example.org. CNAME", "success alias.example.org. CNAME=WWW.example.org."},
		{"example.org. SOA", "success example.org. SOA=ns.example.org._hostmaster.example.org._1_2_3_4_5"},
		{"example.org. A", "NODATA example.org."},
		{"example.org. DS", "NODATA example.org."},
		{`x\.y.example.org. A`, `success x\.y.example.org. A=192.0.2.4`},
		{"x.y.example.org. A", "NXDOMAIN"},
		{"y.example.org. A", "NXDOMAIN"},
		{"z.example.org. A", "ENT z.example.org."},
		{`n\000n.example.org. A`, `success n\000n.example.org. A=192.0.2.6`},
		{"odd.example.org. TYPE65280", `success odd.example.org. TYPE65280=\#_2_abcd`},
		{"big.example.org. A", "success big.example.org. A=192.0.2.9"},
		// Not in the zone, or not canonical.
		{"org. A", "NXDOMAIN"},
		{". A", "NXDOMAIN"},
		{"example.com. A", "NXDOMAIN"},
		{"wwwexample.org. A", "NXDOMAIN"},
		{`www\.example.org. A`, "NXDOMAIN"},
		{"WWW.example.org. A", "NXDOMAIN"},
		{"www.example.org A", "NXDOMAIN"},
		{"..example.org. A", "NXDOMAIN"},
		{`\ A`, "NXDOMAIN"},
	})
	if got := z.Lookup("", dns.TypeA); got.Kind != NXDomain {
		t.Errorf("the empty name gives %s", got.Kind)
	}
}

func TestLookupWildcard(t *testing.T) { // RFC 4592
	t.Parallel()
	z := loaded(t, Options{Apex: "example."}, `
		* TXT "any"
		* MX 10 host1
		sub.* TXT "below the asterisk"
		host1 A 192.0.2.1
		_ssh._tcp.host1 SRV 0 0 22 host1
		subdel NS ns.example.com.
		*.ent.deep TXT "wild"
		x.*.hollow TXT "no data at the asterisk"
		*.alias CNAME host1
		in.*.star A 192.0.2.7
		*.ns.wild NS ns.example.com.
		*.dn.wild DNAME host1`)
	ask(t, z, []question{
		// The examples of section 2.2.1.
		{"host3.example. MX", "success * *.example. MX=10_host1.example."},
		{"host3.example. A", "NODATA * *.example."},
		{"foo.bar.example. TXT", `success * *.example. TXT="any"`},
		{"host1.example. MX", "NODATA host1.example."},
		{"sub.*.example. MX", "NODATA sub.*.example."},
		{"_telnet._tcp.host1.example. SRV", "NXDOMAIN"},
		{"host.subdel.example. A", "delegation subdel.example. NS=ns.example.com."},
		{"ghost.*.example. MX", "NXDOMAIN"},
		{"*.example. TXT", `success *.example. TXT="any"`},
		{"*.example. ANY", `success *.example. MX=10_host1.example. TXT="any"`},
		{"q.example. ANY", `success * *.example. MX=10_host1.example. TXT="any"`},
		// An ENT is not covered, nor is what lies below it (section 2.2.2 and 2.2.3).
		{"deep.example. TXT", "ENT deep.example."},
		{"no.deep.example. TXT", "NXDOMAIN"},
		{"no.ent.deep.example. TXT", `success * *.ent.deep.example. TXT="wild"`},
		// A wildcard that owns nothing (section 3.3.1: the source exists).
		{"q.hollow.example. TXT", "ENT * *.hollow.example."},
		{"*.hollow.example. TXT", "ENT *.hollow.example."},
		// Section 4.3: CNAME.
		{"q.alias.example. A", "CNAME * *.alias.example. CNAME=host1.example."},
		{"q.r.alias.example. A", "CNAME * *.alias.example. CNAME=host1.example."},
		{"q.alias.example. CNAME", "success * *.alias.example. CNAME=host1.example."},
		{"in.*.star.example. A", "success in.*.star.example. A=192.0.2.7"},
		{"in.q.star.example. A", "ENT * *.star.example."},
		// Sections 4.2 and 4.4: NS and DNAME are plain data at a wildcard.
		{"q.ns.wild.example. NS", "success * *.ns.wild.example. NS=ns.example.com."},
		{"q.ns.wild.example. A", "NODATA * *.ns.wild.example."},
		{"q.dn.wild.example. A", "NODATA * *.dn.wild.example."},
		{"q.dn.wild.example. DNAME", "success * *.dn.wild.example. DNAME=host1.example."},
		{"q.*.dn.wild.example. A", "DNAME *.dn.wild.example. DNAME=host1.example."},
	})
}

func TestLookupCut(t *testing.T) { // RFC 1034 section 4.3.2 step 3b, RFC 4035 section 3.1.4.1
	t.Parallel()
	z := loaded(t, Options{Apex: "example."}, `
		@ NS ns
		ns A 192.0.2.1
		sub NS ns.other
		sub NS ns.sub
		sub NS ns
		sub NS ns.example.com.
		sub DS 1 8 2 00
		sub TXT "occluded"
		ns.sub AAAA 2001:db8::2
		ns.sub A 192.0.2.2
		www.sub A 192.0.2.3
		deep.sub NS ns.example.com.
		dn.sub DNAME example.com.
		x.dn.sub A 192.0.2.4
		*.sub A 192.0.2.5
		other NS ns.other
		ns.other A 192.0.2.6
		self NS self
		self A 192.0.2.7`)
	sub := "delegation sub.example. NS=ns.other.example. NS=ns.sub.example. NS=ns.example. NS=ns.example.com." +
		" + A=192.0.2.2 AAAA=2001:db8::2 A=192.0.2.6 A=192.0.2.1"
	ask(t, z, []question{
		{"example. NS", "success example. NS=ns.example."},
		{"sub.example. A", sub},
		{"sub.example. NS", sub},
		{"sub.example. TXT", sub},
		{"sub.example. ANY", sub},
		{"ns.sub.example. A", sub},
		{"no.sub.example. A", sub},
		{"no.no.sub.example. DS", sub},
		{"deep.sub.example. DS", sub},
		{"a.deep.sub.example. A", sub},
		{"dn.sub.example. DNAME", sub},
		{"a.dn.sub.example. A", sub},
		{"sub.example. DS", "success sub.example. DS=1_8_2_00"},
		{"other.example. DS", "NODATA other.example."},
		{"self.example. A", "delegation self.example. NS=self.example. + A=192.0.2.7"},
	})
}

func TestLookupDNAME(t *testing.T) { // RFC 6672
	t.Parallel()
	z := loaded(t, Options{Apex: "example."}, `
		dn DNAME Target.example.net.
		dn A 192.0.2.1
		x.ent DNAME example.net.
		cut NS dn.example.com.
		* A 192.0.2.2`)
	below := "DNAME dn.example. DNAME=Target.example.net."
	ask(t, z, []question{
		{"dn.example. A", "success dn.example. A=192.0.2.1"}, // section 2.3: not the owner itself
		{"dn.example. DNAME", "success dn.example. DNAME=Target.example.net."},
		{"dn.example. MX", "NODATA dn.example."},
		{"a.dn.example. A", below},
		{"a.b.dn.example. DNAME", below},
		{"a.dn.example. DS", below},
		{"*.dn.example. ANY", below},
		{"ent.example. A", "ENT ent.example."},
		{"a.ent.example. A", "NXDOMAIN"},
		{"a.x.ent.example. A", "DNAME x.ent.example. DNAME=example.net."},
	})
	apex := loaded(t, Options{Apex: "example."}, "@ DNAME example.net.\n@ A 192.0.2.1")
	ask(t, apex, []question{
		{"example. A", "success example. A=192.0.2.1"},
		{"a.example. A", "DNAME example. DNAME=example.net."},
	})
}
