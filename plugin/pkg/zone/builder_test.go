package zone

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// header makes the header of a.example.
func header(rrtype uint16) dns.RR_Header {
	return dns.RR_Header{Name: "a.example.", Rrtype: rrtype, Class: dns.ClassINET, Ttl: 300}
}

// buildOne builds a zone of one record and gives its problems as text.
func buildOne(rr dns.RR) (*Zone, string) {
	b := NewBuilder(Options{Apex: "example.", ID: "z", Pos: problem.Pos{File: "Corefile", Line: 3}})
	b.Add(rr, problem.Pos{})
	z, list := b.Build()
	return z, list.Error()
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	chaos := header(dns.TypeTXT)
	chaos.Class = dns.ClassCHAOS
	named := func(name string) dns.RR_Header {
		return dns.RR_Header{Name: name, Rrtype: dns.TypeA, Class: dns.ClassINET}
	}
	ip := net.IPv4(192, 0, 2, 1)
	const meta = " is of a type that exists only in queries and messages, not in zones (RFC 6895 section 3.1)"
	const data = " has record data that are not valid: "
	for _, row := range []struct {
		rr   dns.RR
		want string
	}{
		{nil, "there is no record"},
		{&dns.TXT{Hdr: chaos, Txt: []string{"x"}}, "a.example. TXT is of class CH, only IN is allowed"},
		{&dns.OPT{Hdr: header(dns.TypeOPT)}, "a.example. OPT" + meta},
		{&dns.TSIG{Hdr: header(dns.TypeTSIG)}, "a.example. TSIG" + meta},
		{&dns.ANY{Hdr: header(dns.TypeANY)}, "a.example. ANY" + meta},
		{&dns.NULL{Hdr: header(dns.TypeNone)}, "a.example. None" + meta},
		{&dns.NULL{Hdr: header(128)}, "a.example. NXNAME" + meta},
		{&dns.A{Hdr: named("a..example."), A: ip}, `a..example. A has an owner that is not valid: "a..example." has an empty label`},
		{&dns.A{Hdr: named(""), A: ip}, " A has an owner that is not valid: empty domain name"},
		{&dns.A{Hdr: header(dns.TypeA)}, "a.example. A" + data + "an IPv4 address is needed"},
		{&dns.A{Hdr: header(dns.TypeA), A: net.ParseIP("2001:db8::1")}, "a.example. A" + data + "an IPv4 address is needed"},
		{&dns.AAAA{Hdr: header(dns.TypeAAAA)}, "a.example. AAAA" + data + "an IPv6 address is needed"},
		{&dns.A{Hdr: header(dns.TypeCNAME), A: ip}, "a.example. CNAME" + data + "they are of another type than the record"},
		{&dns.NS{Hdr: header(dns.TypeNS)}, "a.example. NS" + data + "empty domain name"},
		{&dns.MX{Hdr: header(dns.TypeMX), Mx: "x..y."}, "a.example. MX" + data + `"x..y." has an empty label`},
		{&dns.PTR{Hdr: header(dns.TypePTR)}, "a.example. PTR" + data + "empty domain name"},
		{&dns.TXT{Hdr: header(dns.TypeTXT)}, "a.example. TXT" + data + "they are empty"},
		{&dns.SOA{Hdr: header(dns.TypeSOA)}, "a.example. SOA" + data + "*"},
		{&dns.TXT{Hdr: header(dns.TypeTXT), Txt: []string{strings.Repeat("x", 256)}}, "a.example. TXT" + data + "*"},
		{&dns.DS{Hdr: header(dns.TypeDS), Digest: "0"}, "a.example. DS" + data + "*"},
		{&dns.CDS{DS: dns.DS{Hdr: header(dns.TypeCDS), Digest: "xy"}}, "a.example. CDS" + data + "*"},
		{&dns.DNSKEY{Hdr: header(dns.TypeDNSKEY), PublicKey: "a!"}, "a.example. DNSKEY" + data + "*"},
		{&dns.CDNSKEY{DNSKEY: dns.DNSKEY{Hdr: header(dns.TypeCDNSKEY), PublicKey: "a!"}}, "a.example. CDNSKEY" + data + "*"},
		{&dns.CERT{Hdr: header(dns.TypeCERT), Certificate: "a!"}, "a.example. CERT" + data + "*"},
		{&dns.TLSA{Hdr: header(dns.TypeTLSA), Certificate: "xy"}, "a.example. TLSA" + data + "*"},
		{&dns.SMIMEA{Hdr: header(dns.TypeSMIMEA), Certificate: "xy"}, "a.example. SMIMEA" + data + "*"},
		{&dns.SSHFP{Hdr: header(dns.TypeSSHFP), FingerPrint: "xy"}, "a.example. SSHFP" + data + "*"},
		{&dns.OPENPGPKEY{Hdr: header(dns.TypeOPENPGPKEY), PublicKey: "a!"}, "a.example. OPENPGPKEY" + data + "*"},
		{&dns.RRSIG{Hdr: header(dns.TypeRRSIG), SignerName: "example.", Signature: "a!"}, "a.example. RRSIG" + data + "*"},
		{&dns.NSEC3{Hdr: header(dns.TypeNSEC3), Salt: "x", HashLength: 20, NextDomain: "a!"}, "a.example. NSEC3" + data + "*"},
		{&dns.RFC3597{Hdr: header(dns.TypeA), Rdata: "c00002"}, "a.example. A" + data + "*"},
		{&dns.RFC3597{Hdr: header(65280), Rdata: "0"}, "a.example. TYPE65280" + data + "*"},
		{&dns.RFC3597{Hdr: header(65280), Rdata: strings.Repeat("00", 65536)}, "a.example. TYPE65280" + data + "*"},
	} {
		z, got := buildOne(row.rr)
		want := `Corefile:3: zone "z": ` + row.want
		prefix, any := strings.CutSuffix(want, "*")
		if z != nil || got != want && !(any && strings.HasPrefix(got, prefix) && len(got) > len(prefix)) {
			t.Errorf("%v:\ngot  %s\nwant %s", row.rr, got, want)
		}
	}
}

// everyType has a record of each type that people write.
const everyType = `
	@ SOA NS.example. Host.example. 1 2 3 4 5
	@ NS ns.example.net.
	a1 A 192.0.2.1
	a2 AAAA 2001:db8::1
	a2b AAAA ::ffff:192.0.2.1
	a3 CAA 0 issue "ca.example.net"
	a4 CERT PGP 0 0 AQID
	a5 CNAME example.net.
	a6 DNSKEY 257 3 13 AQID
	a7 NS ns.example.net.
	a7 DS 1 13 2 abcd
	a8 HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.1 port=8443
	a9 LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
	b1 MX 10 mail.example.net.
	b2 NAPTR 100 10 "U" "E2U+sip" "!^.*$!sip:A@example.net!" .
	b3 OPENPGPKEY AQID
	b4 PTR Host.Example.net.
	b4b PTR My\032Printer._ipp._tcp.example.net.
	b5 SMIMEA 3 0 0 abcd
	b6 SRV 1 2 3 host.example.net.
	b7 SSHFP 1 1 abcd
	b8 SVCB 0 svc.example.net.
	b9 TLSA 3 1 1 abcd
	c1 TXT "one" "two \"three\"" "\200"
	c2 URI 10 1 "https://example.net/A"
	c3 DNAME example.net.
	c4 TYPE65280 \# 3 010203
	c5 TYPE65280 \# 0
	c6 HINFO "cpu" "os"
	c7 RP mbox.example.net. txt.example.net.
	c8 AFSDB 1 afs.example.net.
	c9 NSEC3PARAM 1 0 10 abcd
	d1 EUI48 00-00-5e-00-53-2a
	d2 CSYNC 1 3 A NS
	d3 ZONEMD 1 1 1 abcd
	d4 APL 1:192.0.2.0/24
	d5 KX 10 kx.example.net.
	d6 NSEC b.example. A TXT
	d7 RRSIG A 8 2 300 20300101000000 20200101000000 1 example. AAAA
	d8 DHCID AQID
	d9 CDS 1 13 2 abcd
	e1 CDNSKEY 257 3 13 AQID
	e2 SPF "v=spf1 -all"
	e3 X25 311061700956
	e4 NID 10 0014:4fff:ff20:ee64
	e5 L32 10 192.0.2.1
	e6 LP 10 l.example.net.
	e7 TALINK . a.example.
	e8 IPSECKEY 10 1 2 192.0.2.1 AQID
	e9 AMTRELAY 0 0 1 192.0.2.1
	f1 HIP 2 200100107B1A74DF365639CC39F1D578 AQID`

func TestEveryType(t *testing.T) { // SPEC section 3, "Record types"
	t.Parallel()
	z := loaded(t, Options{Apex: "example."}, everyType)
	lines := strings.Split(strings.TrimSpace(everyType), "\n")
	if z.Records() != len(lines) {
		t.Errorf("%d records of %d", z.Records(), len(lines))
	}
	for _, line := range lines {
		zp := dns.NewZoneParser(strings.NewReader(strings.TrimSpace(line)+"\n"), "example.", "")
		zp.SetDefaultTTL(300)
		want, _ := zp.Next()
		found := z.Lookup(want.Header().Name, want.Header().Rrtype).RRs
		if len(found) != 1 || !bytes.Equal(wireOf(t, found[0]), wireOf(t, want)) {
			t.Errorf("%s\ngot  %v\nwant %v", line, found, want)
		}
	}
}

func wireOf(t *testing.T, rr dns.RR) []byte {
	t.Helper()
	msg := make([]byte, 1024)
	n, err := dns.PackRR(rr, msg, 0, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	return msg[:n]
}

func TestCanonicalNames(t *testing.T) {
	t.Parallel()
	z := loaded(t, Options{Apex: "example."}, `
		WWW.\065 MX 10 MAIL.\077x
		n NS NS.example.net.
		s SRV 1 2 3 HOST.example.net.
		h HTTPS 1 SVC.example.net.
		p PTR Host.Example.net.
		t CNAME Target.example.net.`)
	ask(t, z, []question{
		{"www.a.example. MX", "success WWW.A.example. MX=10_MAIL.Mx.example."},
		{"n.example. A", "delegation n.example. NS=NS.example.net."},
		{"s.example. SRV", "success s.example. SRV=1_2_3_HOST.example.net."},
		{"h.example. HTTPS", "success h.example. HTTPS=1_SVC.example.net."},
		{"p.example. PTR", "success p.example. PTR=Host.Example.net."},
		{"t.example. A", "CNAME t.example. CNAME=Target.example.net."},
	})
}

func TestUnknownFormOfKnownType(t *testing.T) { // RFC 3597 section 5
	t.Parallel()
	z, problems := buildOne(&dns.RFC3597{Hdr: header(dns.TypeCNAME), Rdata: "0141" + "0142" + "00"})
	if z == nil {
		t.Fatal(problems)
	}
	ask(t, z, []question{{"a.example. A", "CNAME a.example. CNAME=A.B."}})
}

func TestDuplicates(t *testing.T) { // RFC 2181 section 5
	t.Parallel()
	b := NewBuilder(Options{Apex: "example."})
	add := func(format string, args ...any) {
		rr, err := dns.NewRR(fmt.Sprintf(format, args...))
		if err != nil {
			t.Fatal(err)
		}
		b.Add(rr, problem.Pos{})
	}
	for range 2 {
		for i := range 300 {
			add("a.example. A 192.0.2.%d", i%100)
			add("p.example. PTR h%d.Example.", i%100)
			add("P.example. PTR H%d.example.", i%100)
			add("t.example. TXT t%d", i%100)
			add("t.example. TXT T%d", i%100)
			add("s.example. 300 MX 1 b.example.net.")
			add("s.example. 300 MX 1 B.example.net.")
		}
	}
	z, list := b.Build()
	if len(list) != 0 {
		t.Fatal(list)
	}
	for name, want := range map[string]int{"a": 100, "p": 100, "t": 200, "s": 1} {
		if got := len(z.Lookup(name+".example.", dns.TypeANY).RRs); got != want {
			t.Errorf("%s has %d records, want %d", name, got, want)
		}
	}
	if z.Records() != 401 {
		t.Errorf("%d records, want 401", z.Records())
	}
}

func TestBuilderIsSpent(t *testing.T) {
	t.Parallel()
	b := NewBuilder(Options{Apex: "example."})
	if z, list := b.Build(); z == nil || len(list) != 0 {
		t.Fatal(z, list)
	}
	b.Add(&dns.A{Hdr: header(dns.TypeA), A: net.IPv4(192, 0, 2, 1)}, problem.Pos{})
	z, list := b.Build()
	if got, want := list.Error(), `zone "example.": was built already`; z != nil || got != want {
		t.Errorf("a second Build gives %v, %s", z, got)
	}
}

func TestBadApex(t *testing.T) {
	t.Parallel()
	b := NewBuilder(Options{Apex: "a..b."})
	b.Add(&dns.A{Hdr: header(dns.TypeA), A: net.IPv4(192, 0, 2, 1)}, problem.Pos{})
	z, list := b.Build()
	if z != nil || list.Error() != `zone "a..b.": the apex is not valid: "a..b." has an empty label` {
		t.Errorf("got %v, %v", z, list)
	}
}

func TestManyFiles(t *testing.T) {
	t.Parallel()
	b := NewBuilder(Options{Apex: "example.", ID: "z"})
	for i := range 70000 {
		b.Add(&dns.A{Hdr: header(dns.TypeA), A: net.IPv4(192, 0, 2, 1)}, problem.Pos{File: fmt.Sprint(i), Line: i})
	}
	if _, list := b.Build(); len(list) != 0 {
		t.Error(list)
	}
}
