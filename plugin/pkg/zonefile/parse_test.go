package zonefile

import (
	"cmp"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// read parses text as the zone example.org and gives its records and problems a line each.
func read(text string, opt Options) (records, problems []string) {
	return readFrom(strings.NewReader(text), opt)
}

func readFrom(r io.Reader, opt Options) (records, problems []string) {
	opt.Origin = "example.org."
	opt.File = cmp.Or(opt.File, "zone")
	list := Parse(r, opt, func(rr dns.RR, _ problem.Pos) {
		records = append(records, strings.ReplaceAll(rr.String(), "\t", " "))
	})
	for _, p := range list {
		problems = append(problems, p.String())
	}
	return records, problems
}

// TestOctets holds how octets that a text file seldom has are read.
func TestOctets(t *testing.T) {
	t.Parallel()
	const a = "a.example.org. 0 IN A 192.0.2.1"
	tests := []struct {
		name, text, record, problem string
	}{
		{"windows line ends", "$TTL 0\r\na A 192.0.2.1\r\n", a, ""},
		{"windows line end at the end of the file", "a A 192.0.2.1\r", a, ""},
		{"windows line ends within parentheses", "a (\r\n A\r\n192.0.2.1 )\r\n", a, ""},
		{"no final line end", "a A 192.0.2.1", a, ""},
		{"byte order mark", "\xef\xbb\xbfa A 192.0.2.1\n", a, ""},
		{"half a byte order mark", "\xef\xbb", "", `zone:1: bad owner: label "\xef\xbb" of "\xef\xbb" is no valid internationalized name: idna: disallowed rune U+FFFD`},
		{"no rdata at the end of the file", "a A", "", `zone:1: record "a.example.org.": A has no rdata`},
		{"no type at the end of the file", "a", "", `zone:1: record "a.example.org.": record has no type`},
		{"carriage return within a line", "a A\r192.0.2.1\n", "", `zone:1: record "a": carriage return within a line, write it as \013`},
		{"carriage return within quotes", "a TXT \"b\rc\"\n", `a.example.org. 0 IN TXT "b\013c"`, ""},
		{"carriage return in a comment", "a A 192.0.2.1 ; b\rc\n", a, ""},
		{"octet 0 in a comment", "a A 192.0.2.1 ; b\x00c\n", a, ""},
		{"octet 0 within quotes", "a TXT \"b\x00c\"\n", "", `zone:1: record "a": octet 0 in the text, write it as \000`},
		{"octet 0 at the start", "\x00", "", `zone:1: octet 0 in the text, write it as \000`},
		{"control octets in names", "\x07\x1b CNAME \x7f\n", `\007\027.example.org. 0 IN CNAME \127.example.org.`, ""},
		{"control octets in text", "a TXT \x01\x7f\n", `a.example.org. 0 IN TXT "\001\127"`, ""},
		{"broken UTF-8 in text", "a TXT \xff\xfe\n", `a.example.org. 0 IN TXT "\255\254"`, ""},
		{"nothing", "", "", ""},
		{"blank lines only", " \t\n\n ; x\n", "", ""},
		{"escaped end of the file in quotes", "a TXT \"b\\", "", `zone:1: record "a": quoted string is not closed`},
		{"backslash at the end of the file", "a TXT b\\", "", `zone:1: record "a.example.org.": TXT has a bad text: "b\\" has a bad escape, write \DDD with DDD from 000 to 255, or \X for a character that is no digit`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			records, problems := read(tt.text, Options{})
			if got := strings.Join(records, "\n"); got != tt.record {
				t.Errorf("records %q, want %q", got, tt.record)
			}
			if got := strings.Join(problems, "\n"); got != tt.problem {
				t.Errorf("problems %q, want %q", got, tt.problem)
			}
		})
	}
}

// TestBlocks reads a file from a reader that gives an octet at a time and one
// that ends with its last octets.
func TestBlocks(t *testing.T) {
	t.Parallel()
	text := string(aZone(3000)) + "z TXT ( " + strings.Repeat("\"word\" ; comment\n", 4000) + ")\n"
	want, problems := read(text, Options{})
	if len(want) != 3003 || problems != nil {
		t.Fatalf("%d records, problems %v", len(want), problems)
	}
	for name, r := range map[string]io.Reader{
		"one octet": iotest.OneByteReader(strings.NewReader(text)),
		"halves":    iotest.HalfReader(strings.NewReader(text)),
		"end":       iotest.DataErrReader(strings.NewReader(text)),
	} {
		if got, problems := readFrom(r, Options{}); !slices.Equal(got, want) || problems != nil {
			t.Errorf("%s: %d records, problems %v", name, len(got), problems)
		}
	}
}

// TestReadError holds that a file that breaks off is an error at its place.
func TestReadError(t *testing.T) {
	t.Parallel()
	r := io.MultiReader(strings.NewReader("a A 192.0.2.1\nb A 192.0."), iotest.ErrReader(errors.New("disk on fire")))
	records, problems := readFrom(r, Options{File: "zone"})
	if len(records) != 1 || len(problems) != 2 || !strings.HasSuffix(problems[1], "reading failed: disk on fire") {
		t.Errorf("records %q, problems %q", records, problems)
	}
	records, problems = readFrom(stuck{}, Options{File: "zone"})
	if records != nil || len(problems) != 1 || !strings.Contains(problems[0], io.ErrNoProgress.Error()) {
		t.Errorf("records %q, problems %q", records, problems)
	}
}

// stuck never gives anything.
type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// TestParseRecord holds what the `record` property of a Corefile takes.
func TestParseRecord(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, record, problem string }{
		{"www A 192.0.2.1", "www.example.org. 300 IN A 192.0.2.1", ""},
		{" \t@ 60 IN MX 10 mail\n", "example.org. 60 IN MX 10 mail.example.org.", ""},
		{`@ TXT "a b" c ; comment`, `example.org. 300 IN TXT "a b" "c"`, ""},
		{"@ SOA ns host (\n 1 2 3 4\n 5 )", "example.org. 5 IN SOA ns.example.org. host.example.org. 1 2 3 4 5", ""},
		{"", "", "no record, write it as OWNER [TTL] [IN] TYPE RDATA"},
		{"; comment", "", "no record, write it as OWNER [TTL] [IN] TYPE RDATA"},
		{"a A 192.0.2.1\nb A 192.0.2.2", "", "more than one record, one is allowed here"},
		{"$TTL 5", "", "directive $TTL: directives are not allowed here, write one record"},
		{"$GENERATE 1-2 a$ A 192.0.2.$", "", "directive $GENERATE: directives are not allowed here, write one record"},
		{"a A 192.0.2.1 x", "", `record "a.example.org.": A has "x" behind its rdata`},
		{"a A 192.0.2.1\nb A x", "", `record "b.example.org.": A has "x", which is not an IPv4 address`},
		{"a TXT (b", "", `record "a": parenthesis is not closed by the end of the file`},
	}
	for _, tt := range tests {
		rr, err := ParseRecord(tt.text, Options{Origin: "example.org.", DefaultTTL: 300, File: "Corefile"})
		switch {
		case tt.problem != "":
			if err == nil || err.Error() != tt.problem {
				t.Errorf("%q: error %v, want %s", tt.text, err, tt.problem)
			}
		case err != nil:
			t.Errorf("%q: %v", tt.text, err)
		case strings.ReplaceAll(rr.String(), "\t", " ") != tt.record:
			t.Errorf("%q: %s, want %s", tt.text, rr, tt.record)
		}
	}
}

// TestOpenBelow holds where links of an included file may lead.
func TestOpenBelow(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	dir := filepath.Join(top, "zones")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(filepath.Join(dir, "data"), 0o755))
	must(os.WriteFile(filepath.Join(dir, "data", "inc"), []byte("a A 192.0.2.1\n"), 0o644))
	must(os.WriteFile(filepath.Join(top, "secret"), []byte("s A 192.0.2.2\n"), 0o644))
	must(os.Symlink("data/inc", filepath.Join(dir, "inside")))
	must(os.Symlink("data", filepath.Join(dir, "current")))
	must(os.Symlink("../secret", filepath.Join(dir, "outside")))
	must(os.Symlink(filepath.Join(top, "secret"), filepath.Join(dir, "absolute")))
	must(os.Symlink("loop", filepath.Join(dir, "loop")))
	must(syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644))
	for name, good := range map[string]bool{
		"data/inc": true, "inside": true, "current/inc": true,
		"outside": false, "absolute": false, "loop": false, "pipe": false, "data": false, "missing": false,
	} {
		opt := Options{File: filepath.Join(dir, "zone"), Open: OpenBelow(dir)}
		records, problems := read("$INCLUDE "+name+"\n", opt)
		if (len(records) == 1 && problems == nil) != good || good == (len(problems) > 0) {
			t.Errorf("%s: records %q, problems %q", name, records, problems)
		}
	}
	if _, err := OpenBelow(dir)(filepath.Join(top, "secret")); err == nil {
		t.Error("a name that is not below the directory was opened")
	}
}

// Comments belong to the record before them; those of lines of their own belong to none.
func TestComments(t *testing.T) {
	const text = `; of nobody
www 60 A 192.0.2.1 ; first; and "more"
www 60 A 192.0.2.2
mx MX ( 10 ; preference
  mail ;last
)
$TTL 60 ; of nobody
txt TXT "a;b"
bad A x ; lost
$GENERATE 1-2 g$ A 192.0.2.$ ; of nobody
empty A 192.0.2.3 ;
`
	var got []string
	opt := Options{Origin: "example.org.", Comment: func(text string) { got = append(got, text) }}
	Parse(strings.NewReader(text), opt, func(rr dns.RR, _ problem.Pos) { got = append(got, rr.Header().Name) })
	want := []string{` first; and "more"`, "www.example.org.", "www.example.org.", "last", "mx.example.org.", "txt.example.org.",
		"g1.example.org.", "g2.example.org.", "", "empty.example.org."}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Who knows what TTL 1 means takes an export as it is.
func TestKeepAutomatic(t *testing.T) {
	const text = "example.org 3600 IN SOA ns. host. 1 1 1 1 1\nwww.example.org. 1 IN A 192.0.2.1\n"
	var ttls []uint32
	list := Parse(strings.NewReader(text), Options{Origin: "example.org.", KeepAutomatic: true}, func(rr dns.RR, _ problem.Pos) {
		if !dns.IsSubDomain("example.org.", rr.Header().Name) {
			t.Errorf("owner %s", rr.Header().Name)
		}
		ttls = append(ttls, rr.Header().Ttl)
	})
	if len(list) > 0 || !slices.Equal(ttls, []uint32{3600, 1}) {
		t.Errorf("TTLs %v, problems %v", ttls, list)
	}
}
