package zonefile

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// everyType is a zone with each type Cloudflare offers (SPEC 3), some that it
// does not, and unknown ones; owners and text need care in writing.
const everyType = `$TTL 300
@ SOA ns Host\.Master 2024 2h 1h 2w 5m
@ NS ns
@ NS NS.Example.NET.
@ A 192.0.2.1
@ A 192.0.2.2
@ 60 AAAA 2001:db8::1
ns AAAA ::ffff:192.0.2.1
@ CAA 128 issue "ca.example.net; account=\"1\""
@ CAA 0 iodef ""
cert CERT PKIX 1 RSASHA256 AQIDBA==
www CNAME @
@ DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==
child DS 12345 13 2 0123456789ABCDEF0123456789abcdef0123456789ABCDEF0123456789ABCDEF
dname DNAME Target.Example.net.
@ HTTPS 1 . alpn="h2,h3" port=8443 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1 ech=AEP+DQA=
alias HTTPS 0 svc.example.net.
loc LOC 52 22 23.123 N 4 53 32.123 W -2.5m 0.00m 10000m 10m
@ MX 0 .
mail MX 10 Mail
naptr NAPTR 100 10 "u" "E2U+sip" "!^(.*)$!sip:\\1@example.net!" .
pgp OPENPGPKEY AQIDBA==
1 PTR host.example.net.
smime SMIMEA 3 0 0 0102
_sip._udp SRV 1 2 5060 sip
sshfp SSHFP 4 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
svcb SVCB 16 foo mandatory=alpn,port alpn=h2 port=1 key667="hello\210qoo \"x\"" key668
_443._tcp TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
txt TXT "v=spf1 -all" "" unquoted "quote \" backslash \\ semicolon ; newline \010 bücher"
txt TXT \# 3 02 ff00
uri URI 10 1 "https://www.example.org/path?q=\"x\""
*.wild A 192.0.2.3
\$dollar A 192.0.2.4
\@ A 192.0.2.5
a\.b\ c\"\;\(\000\255 A 192.0.2.6
60 60 A 192.0.2.7
in IN A 192.0.2.8
bücher TXT x
hinfo HINFO "i 386" linux
isdn ISDN 150862028003217
rp RP mbox txt
apl APL 1:192.0.2.0/24 !2:2001:db8::/32
empty APL
nsec NSEC a.example.org. A MX RRSIG NSEC TYPE1234
n3 NSEC3 1 1 12 aabbccdd 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG
n3 NSEC3PARAM 1 0 12 -
www RRSIG CNAME 13 3 300 20300101000000 20200101000000 1234 example.org. AQIDBA==
ipsec IPSECKEY 10 3 2 gw AQIDBA==
hip HIP 2 200100107B1A74DF365639CC39F1D578 AwEAAbdxyhNuSutc5EMzxTs9LBPC rvs1 rvs2
eui EUI48 00-00-5e-00-53-2a
zonemd ZONEMD 2024 1 241 0123456789abcdef01234567
unknown TYPE65280 \# 4 c0000201
unknown TYPE65281 \# 0
nxt NXT \# 7 01610040000002
null NULL \# 1 00
outside.example.net. A 192.0.2.9
`

// parseAll reads text without a problem.
func parseAll(t *testing.T, text []byte, origin string) []dns.RR {
	t.Helper()
	var rrs []dns.RR
	problems := Parse(bytes.NewReader(text), Options{Origin: origin, File: "zone"}, func(rr dns.RR, _ problem.Pos) { rrs = append(rrs, rr) })
	if problems != nil {
		t.Fatalf("%v\nin:\n%s", problems, text)
	}
	return rrs
}

// wires returns records as they are on the wire, in order.
func wires(t *testing.T, rrs []dns.RR) []wired {
	t.Helper()
	var out []wired
	for _, rr := range rrs {
		out = append(out, wire(t, rr))
	}
	return out
}

// TestWrite writes a zone, holds the text against a golden file, and reads it
// back, under its own origin and others.
func TestWrite(t *testing.T) {
	t.Parallel()
	rrs := parseAll(t, []byte(everyType), "example.org.")
	for _, origin := range []string{"example.org.", ".", "org.", "child.example.org."} {
		var b bytes.Buffer
		if err := Write(&b, origin, slices.Values(rrs)); err != nil {
			t.Fatal(err)
		}
		// The text itself says its origin.
		if back := parseAll(t, b.Bytes(), "example.net."); !slices.Equal(wires(t, back), wires(t, rrs)) {
			t.Errorf("origin %s: other records are read back from\n%s", origin, b.Bytes())
		}
		if origin == "example.org." {
			golden(t, "testdata/written.zone", b.Bytes())
		}
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v\n%s\nwant:\n%s", err, got, want)
	}
}

// TestWriteForNamed has BIND read what is written.
func TestWriteForNamed(t *testing.T) {
	t.Parallel()
	var rrs []dns.RR
	for _, rr := range parseAll(t, []byte(everyType), "example.org.") {
		if dns.IsSubDomain("example.org.", rr.Header().Name) {
			rrs = append(rrs, rr)
		}
	}
	dir := t.TempDir()
	var b bytes.Buffer
	if err := errors.Join(Write(&b, "example.org.", slices.Values(rrs)), os.WriteFile(filepath.Join(dir, "zone"), b.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
	got, lines, ok := named(t, dir, "zone")
	if want := wireForms(wires(t, rrs)); !ok || !slices.Equal(got, want) {
		t.Errorf("named reads it: %v (lines %v)\n%s\nwant:\n%s", ok, lines, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestWriteErrors holds what cannot be written.
func TestWriteErrors(t *testing.T) {
	t.Parallel()
	a := func(change func(*dns.A)) iter.Seq[dns.RR] {
		rr := &dns.A{Hdr: dns.RR_Header{Name: "a.example.org.", Rrtype: dns.TypeA, Class: dns.ClassINET}, A: []byte{192, 0, 2, 1}}
		change(rr)
		return slices.Values([]dns.RR{rr})
	}
	bad := &dns.DS{Hdr: dns.RR_Header{Name: "a.example.org.", Rrtype: dns.TypeDS, Class: dns.ClassINET}, Digest: "xyz"}
	tests := []struct {
		records iter.Seq[dns.RR]
		want    string
	}{
		{a(func(rr *dns.A) { rr.Hdr.Class = dns.ClassCHAOS }), `record "a.example.org." has class CH, only IN can be written`},
		{a(func(rr *dns.A) { rr.Hdr.Ttl = 1 << 31 }), `record "a.example.org." has TTL 2147483648, at most 2147483647 can be written`},
		{slices.Values([]dns.RR{bad}), `record "a.example.org." DS cannot be packed: encoding/hex: invalid byte: U+0078 'x'`},
	}
	for _, tt := range tests {
		if err := Write(io.Discard, "example.org.", tt.records); err == nil || err.Error() != tt.want {
			t.Errorf("error %v, want %s", err, tt.want)
		}
	}
	full := errors.New("disk full")
	if err := Write(failing{full}, "example.org.", a(func(*dns.A) {})); !errors.Is(err, full) {
		t.Errorf("error %v, want %v", err, full)
	}
	var b bytes.Buffer
	if err := Write(&b, "example.org.", slices.Values([]dns.RR{})); err != nil || b.String() != "$ORIGIN example.org.\n" {
		t.Errorf("an empty zone is %q, error %v", b.String(), err)
	}
}

// failing is a writer that cannot write.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
