package zone

import (
	"fmt"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// problemRows are zones and all that is wrong with them. The first line of a zone
// stands at db.test:1.
var problemRows = []struct{ name, zone, want string }{
	{"sound", `@ SOA ns host 1 2 3 4 5
		@ NS ns
		ns A 192.0.2.1
		a MX 0 .
		a SRV 0 0 0 .
		b MX 10 mail.example.com.
		c MX 10 any.wild
		*.wild A 192.0.2.2`, ``},
	{"outside", `example.com. A 192.0.2.1
		a\.example. A 192.0.2.1
		aexample. A 192.0.2.1`, `
db.test:1: zone "z": warning: example.com. A lies outside the zone example. and is left out
db.test:1: zone "z": example.com. A lies outside the zone example., and so does all of the file
db.test:2: zone "z": warning: a\.example. A lies outside the zone example. and is left out
db.test:3: zone "z": warning: aexample. A lies outside the zone example. and is left out`},
	{"some outside", `a A 192.0.2.1
		ns.example.com. A 192.0.2.53
		b A 192.0.2.2`, `
db.test:2: zone "z": warning: ns.example.com. A lies outside the zone example. and is left out`},
	{"second SOA", `@ SOA ns host 1 2 3 4 5
		@ SOA NS host 1 2 3 4 5
		@ SOA ns host 2 2 3 4 5
		a SOA ns host 1 2 3 4 5`, `
db.test:3: zone "z": example. SOA is a second one, only one is allowed; the first is at db.test:1
db.test:4: zone "z": a.example. SOA is not at the apex; a SOA is allowed only at example.`},
	{"below a DNAME", `d DNAME example.net.
		a.d A 192.0.2.1
		b.a.d TXT "x"
		b.a.d NS ns.example.net.
		e DNAME example.net.
		e A 192.0.2.1
		d DNAME example.com.
		d DNAME EXAMPLE.com.`, `
db.test:2: zone "z": a.d.example. A lies below the DNAME of d.example., where no records are allowed (RFC 6672 section 2.4)
db.test:3: zone "z": b.a.d.example. TXT lies below the DNAME of d.example., where no records are allowed (RFC 6672 section 2.4)
db.test:4: zone "z": b.a.d.example. NS lies below the DNAME of d.example., where no records are allowed (RFC 6672 section 2.4)
db.test:7: zone "z": d.example. DNAME is a second one, only one is allowed; the first is at db.test:1`},
	{"signed zone with a DNAME at the apex", `@ DNAME example.net.
		0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr SOA DNAME
		0p9mhaveqvm6t7vbl5lop2u3t2rp3tom RRSIG NSEC3 8 2 300 20300101000000 20200101000000 1 example. AAAA`, ``},
	{"CNAME and other data", `a CNAME b
		a A 192.0.2.1
		a TXT "x"
		b CNAME C.example.
		b CNAME c.EXAMPLE.
		b CNAME d
		c CNAME d
		c RRSIG A 8 2 300 20300101000000 20200101000000 1 example. AAAA
		c NSEC d A`, `
db.test:1: zone "z": a.example. CNAME stands beside A, TXT; allowed beside a CNAME: RRSIG and NSEC (RFC 1034 section 3.6.2)
db.test:6: zone "z": b.example. CNAME is a second one, only one is allowed; the first is at db.test:4`},
	{"CNAME at the apex", `@ NS ns.example.net.
		@ CNAME example.net.`, `
db.test:2: zone "z": example. CNAME stands beside NS, SOA; allowed beside a CNAME: RRSIG and NSEC, and at the apex anything when flatten is on (RFC 1034 section 3.6.2)`},
	{"occluded", `s NS ns.s
		s NS a.other
		s DS 1 8 2 00
		s NSEC t NS
		s A 192.0.2.1
		s DNAME example.net.
		ns.s A 192.0.2.1
		w.s A 192.0.2.1
		x.s TXT "x"
		x.s NS ns.s
		other NS a.other
		a.other AAAA 2001:db8::1`, `
db.test:5: zone "z": warning: s.example. A is occluded by the zone cut at s.example. and is not glue, for no NS record names it
db.test:6: zone "z": warning: s.example. DNAME is occluded by the zone cut at s.example. and never answers
db.test:8: zone "z": warning: w.s.example. A is occluded by the zone cut at s.example. and is not glue, for no NS record names it
db.test:9: zone "z": warning: x.s.example. TXT is occluded by the zone cut at s.example. and never answers
db.test:10: zone "z": warning: x.s.example. NS is occluded by the zone cut at s.example. and never answers`},
	{"targets", `@ NS alias
		@ NS x.s
		@ MX 10 alias
		alias CNAME example.net.
		a MX 10 nowhere
		a MX 20 text
		a MX 30 d
		a MX 40 below.d
		a MX 50 192.0.2.1.
		a SRV 0 0 1 ent
		a SRV 0 0 2 x.s
		text TXT "x"
		x.ent AAAA 2001:db8::1
		d DNAME example.net.
		s NS ns.s
		s NS ns.t
		s NS x.ent
		t NS example.net.`, `
db.test:1: zone "z": warning: example. NS points to alias.example., which is an alias; a name with addresses of its own is needed (RFC 2181 section 10.3)
db.test:2: zone "z": warning: example. NS points to x.s.example. below the zone cut at s.example., and the zone has no address for it (missing glue)
db.test:3: zone "z": warning: example. MX points to alias.example., which is an alias; a name with addresses of its own is needed (RFC 2181 section 10.3)
db.test:5: zone "z": warning: a.example. MX points to nowhere.example., which does not exist in the zone
db.test:6: zone "z": warning: a.example. MX points to text.example., which has no address in the zone
db.test:7: zone "z": warning: a.example. MX points to d.example., which has no address in the zone
db.test:8: zone "z": warning: a.example. MX points to below.d.example., which is redirected by the DNAME of d.example.; a name with addresses of its own is needed
db.test:9: zone "z": warning: a.example. MX points to 192.0.2.1., which is an address; a name is needed
db.test:10: zone "z": warning: a.example. SRV points to ent.example., which has no address in the zone
db.test:15: zone "z": warning: s.example. NS points to ns.s.example. below the zone cut at s.example., and the zone has no address for it (missing glue)
db.test:16: zone "z": warning: s.example. NS points to ns.t.example. below the zone cut at t.example., and the zone has no address for it (missing glue)`},
	{"targets at a cut", `s NS ns.example.net.
		s MX 10 nowhere
		s SRV 0 0 1 nowhere
		d DNAME example.net.
		d MX 10 nowhere`, `
db.test:2: zone "z": warning: s.example. MX is occluded by the zone cut at s.example. and never answers
db.test:3: zone "z": warning: s.example. SRV is occluded by the zone cut at s.example. and never answers
db.test:5: zone "z": warning: d.example. MX points to nowhere.example., which does not exist in the zone`},
	{"wildcards", `* NS ns.example.net.
		*.d DNAME example.net.
		a.*.b A 192.0.2.1
		\*x A 192.0.2.1`, `
db.test:1: zone "z": warning: *.example. NS belongs to a wildcard: it delegates nothing (RFC 4592 section 4.2)
db.test:2: zone "z": warning: *.d.example. DNAME belongs to a wildcard: it redirects only what lies below the asterisk itself (RFC 4592 section 4.4)
db.test:3: zone "z": warning: a.*.b.example. A has an asterisk label inside its owner: that is no wildcard, but makes one exist above it (RFC 4592 section 2.1.1)`},
	{"TTLs", `a 300 A 192.0.2.1
		a 200 A 192.0.2.2
		a 100 A 192.0.2.3
		a 100 AAAA 2001:db8::1
		a 2147483647 TXT "x"
		b 2147483648 TXT "x"
		c 1 RRSIG A 8 2 1 20300101000000 20200101000000 1 example. AAAA
		c 2 RRSIG AAAA 8 2 2 20300101000000 20200101000000 1 example. AAAA`, `
db.test:2: zone "z": warning: a.example. A has the TTL 200, others of its RRset have 300; the lowest, 100, is used (RFC 2181 section 5.2)
db.test:6: zone "z": warning: b.example. TXT has the TTL 2147483648, the highest is 2147483647; 0 is used (RFC 2181 section 8)`},
}

func TestProblems(t *testing.T) { // SPEC section 3, "Zone files"
	t.Parallel()
	for _, row := range problemRows {
		t.Run(row.name, func(t *testing.T) {
			z, list := load(t, Options{Apex: "example.", ID: "z"}, row.zone)
			if got, want := list.Error(), strings.TrimSpace(row.want); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if (z == nil) != list.HasErrors() {
				t.Errorf("zone %v beside errors %v", z != nil, list.HasErrors())
			}
		})
	}
}

func TestTTLOfRRset(t *testing.T) { // RFC 2181 section 5.2
	t.Parallel()
	z := loaded(t, Options{Apex: "example."}, "a 300 A 192.0.2.1\na 100 A 192.0.2.1\na 200 A 192.0.2.2")
	for _, rr := range z.Lookup("a.example.", dns.TypeA).RRs {
		if rr.Header().Ttl != 100 {
			t.Errorf("%s, want the TTL 100", rr)
		}
	}
}

func TestProblemsAreBounded(t *testing.T) {
	t.Parallel()
	b := NewBuilder(Options{Apex: "example.", ID: "z", Pos: problem.Pos{File: "Corefile", Line: 3}})
	for i := range 3000 {
		rr := &dns.A{Hdr: dns.RR_Header{Name: "example.", Rrtype: dns.TypeA, Class: dns.ClassCHAOS}}
		b.Add(rr, problem.Pos{File: "db.test", Line: i + 1})
	}
	_, list := b.Build()
	if len(list) != maxListed+1 {
		t.Fatalf("%d problems are listed", len(list))
	}
	want := `Corefile:3: zone "z": and 2000 more of severity "error", only the first 1000 are listed`
	if got := list[maxListed].String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A problem of a record that came in JSON says where it stands there.
func TestPointers(t *testing.T) {
	b := NewBuilder(Options{Apex: "example.org."})
	for i, text := range []string{"a.example.org. CNAME b.example.org.", "a.example.org. A 192.0.2.1", "a.example.org. CNAME c.example.org."} {
		rr, err := dns.NewRR(text)
		if err != nil {
			t.Fatal(err)
		}
		b.Add(rr, problem.Pos{Pointer: fmt.Sprintf("/posts/%d", i)})
	}
	_, list := b.Build()
	got := list.Error()
	for _, want := range []string{
		`/posts/0: zone "example.org.": a.example.org. CNAME stands beside A`,
		`/posts/2: zone "example.org.": a.example.org. CNAME is a second one, only one is allowed; the first is at /posts/0`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %s", got, want)
		}
	}
	for _, p := range list {
		if p.Code != problem.CNAMEBesideOthers && p.Code != problem.RecordNotSingle {
			t.Errorf("%s has the code %s", p, p.Code)
		}
	}
}
