package zonefile

import (
	"bytes"
	"io"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// FuzzParse reads anything. Each record read must be of class IN, with a
// canonical owner and a legal TTL, and be the same after packing and unpacking
// and after writing and reading; problems and records are bounded.
func FuzzParse(f *testing.F) {
	paths, _ := filepath.Glob("testdata/*.txtar")
	for _, path := range paths {
		for _, c := range goldenCases(&testing.T{}, path) {
			f.Add(c.files["zone"], "other A 192.0.2.1\n$INCLUDE inc\n")
		}
	}
	f.Add([]byte(everyType), "")
	f.Fuzz(func(t *testing.T, text []byte, included string) {
		open := func(name string) (io.ReadCloser, error) {
			if !filepath.IsLocal(name) {
				t.Fatalf("%q is opened", name)
			}
			if included == "" {
				return nil, fs.ErrNotExist
			}
			return io.NopCloser(strings.NewReader(included)), nil
		}
		opt := Options{
			Origin: "example.org.", File: "zone", Open: open, DefaultTTL: 300,
			MaxRecords: 200, MaxGenerated: 100, MaxProblems: 50, MaxBytes: 1 << 20,
		}
		var rrs []dns.RR
		list := Parse(bytes.NewReader(text), opt, func(rr dns.RR, pos problem.Pos) {
			if pos.File == "" || pos.Line < 1 {
				t.Fatalf("%s has no position", rr)
			}
			rrs = append(rrs, rr)
		})
		if len(rrs) > opt.MaxRecords || len(list) > opt.MaxProblems+1 {
			t.Fatalf("%d records and %d problems", len(rrs), len(list))
		}
		for _, rr := range rrs {
			checkRecord(t, rr)
		}
		var b bytes.Buffer
		if err := Write(&b, "example.org.", slices.Values(rrs)); err != nil {
			t.Fatal(err)
		}
		if back := parseAll(t, b.Bytes(), "example.net."); !slices.Equal(wires(t, back), wires(t, rrs)) {
			t.Fatalf("other records are read back from\n%s", b.Bytes())
		}
	})
}

// checkRecord holds what every record read must be.
func checkRecord(t *testing.T, rr dns.RR) {
	t.Helper()
	h := rr.Header()
	if h.Class != dns.ClassINET || h.Ttl > maxTTL {
		t.Fatalf("bad header: %s", rr)
	}
	if name, err := domain.Canonical(h.Name); err != nil || name != strings.ToLower(h.Name) || domain.AsWritten(h.Name, name) != h.Name {
		t.Fatalf("owner %q is no other spelling of %q: %v", h.Name, name, err)
	}
	if _, ok := rr.(*dns.RFC3597); ok {
		return // dns.ISDN and dns.NXT do not keep what is on the wire
	}
	buf := make([]byte, maxWire)
	n, err := dns.PackRR(rr, buf, 0, nil, false)
	if err != nil {
		t.Fatalf("%s: %v", rr, err)
	}
	back, _, err := dns.UnpackRR(buf[:n], 0)
	if err != nil {
		t.Fatalf("%s: %v", rr, err)
	}
	if back.String() != rr.String() {
		t.Fatalf("%s\nis unpacked as\n%s", rr, back)
	}
}

// FuzzAgainstMiekg reads one record here and with the parser of miekg/dns. What
// is read here must be read there, and be the same on the wire.
func FuzzAgainstMiekg(f *testing.F) {
	for line := range strings.Lines(everyType) {
		if owner, rest, ok := strings.Cut(strings.TrimSpace(line), " "); ok && owner[0] != '$' {
			typ, rdata, _ := strings.Cut(rest, " ")
			f.Add(owner, uint32(60), typ, rdata)
		}
	}
	f.Fuzz(func(t *testing.T, owner string, ttl uint32, typ, rdata string) {
		if owner == "" || strings.Contains(owner, " ") || skipMiekg(typ, owner+" "+typ+" "+rdata) {
			return
		}
		line := owner + " " + dns.TypeToString[dns.StringToType[strings.ToUpper(typ)]] + " " + rdata
		rr, err := ParseRecord(line, Options{Origin: "example.org.", DefaultTTL: ttl % maxTTL})
		if err != nil {
			return
		}
		zp := dns.NewZoneParser(strings.NewReader(line+"\n"), "example.org.", "")
		zp.SetDefaultTTL(ttl % maxTTL)
		other, ok := zp.Next()
		if !ok {
			t.Fatalf("%q is read as %s, miekg/dns says %v", line, rr, zp.Err())
		}
		other.Header().Name = dns.CanonicalName(other.Header().Name)
		if rr.Header().Rrtype == dns.TypeSOA {
			other.Header().Ttl = rr.Header().Ttl
		}
		complete(other)
		mine, theirs := wire(t, rr), wire(t, other)
		theirs.owner = mine.owner
		if mine != theirs {
			t.Fatalf("%q is read as\n%s, by miekg/dns as\n%s", line, rr, other)
		}
	})
}

var quotes = regexp.MustCompile(`"[^"]*"?`)

// skipMiekg leaves out what miekg/dns is known to read in another way.
func skipMiekg(typ, text string) bool {
	switch strings.ToUpper(typ) {
	case "LOC", "ISDN", "HINFO", "NAPTR", "X25", "NULL", "NXT", "DNSKEY", "CDNSKEY", "KEY", "DS", "CDS", "DLV", "TA":
		return true
	}
	if number, known := dns.StringToType[strings.ToUpper(typ)]; !known || packsItself(number) {
		return true
	}
	if !slices.Equal(strings.Fields(text), strings.Fields(quotes.ReplaceAllString(text, " $0 "))) {
		return true // a quoted string next to a word: two words for BIND, unclear to miekg/dns
	}
	// Several lines, Unicode, odd octets, parentheses and directives.
	return strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) || strings.ContainsAny(text, `();$\`)
}
