package list

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/filewatch"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

func TestReadValues(t *testing.T) {
	for name, c := range map[string]struct {
		text, problems string
		typ            expr.Type
		size           int
	}{
		"names":     {"# blocked\nWWW.Example.org.\n\nbücher.example # Unicode\nuser@example.org\n", "", expr.String, 3},
		"numbers":   {"67\n 125\n-1\n", "", expr.Int, 3},
		"addresses": {"192.0.2.1\n192.0.2.0/28\n2001:db8::/32\n", "", expr.IP, 3},
		"empty":     {"# nothing\n", "", 0, 0},
		"wildcard": {"example.org\n*.example.org\n",
			`f:2: list f: "*.example.org": a list holds names without wildcards; to match all names below one, list the name and write: any(dns.domains[*] in $list)`, expr.String, 1},
		"twice":                  {"example.org\nEXAMPLE.org\n", "f:2: list f: warning: EXAMPLE.org is in the list already", expr.String, 1},
		"hosts file":             {"# hosts\nlocalhost\n0.0.0.0 ads.example\n", `f:3: list f: warning: "0.0.0.0 ads.example" is one value as it stands; it looks like a line of a hosts file; write the name alone, ads.example`, expr.String, 2},
		"hosts file first":       {"0.0.0.0\tads.example\n", `f:1: list f: warning: "0.0.0.0\tads.example" is one value as it stands; it looks like a line of a hosts file; write the name alone, ads.example`, expr.String, 1},
		"commas":                 {"example.org, example.com\n", `f:1: list f: warning: "example.org, example.com" is one value as it stands; it looks like a table of comma-separated values; a list holds one value a line, without quotes and commas`, expr.String, 1},
		"rules":                  {"||ads.example^\n", `f:1: list f: warning: "||ads.example^" is one value as it stands; it looks like a filter rule of an ad blocker; write the name alone, ads.example`, expr.String, 1},
		"URL":                    {"https://ads.example/x\n", `f:1: list f: warning: "https://ads.example/x" is one value as it stands; it looks like a URL; write the name in it alone, ads.example`, expr.String, 1},
		"ranges":                 {"192.0.2.1..192.0.2.6\n2001:db8::..2001:db8::ff\n", "", expr.IP, 2},
		"range of numbers":       {"1..9\n67\n", "", expr.Int, 2},
		"hyphens":                {"192.0.2.1-192.0.2.6\n", `f:1: list f: "192.0.2.1-192.0.2.6": a range is written 192.0.2.1..192.0.2.6`, expr.IP, 0},
		"hyphen between numbers": {"7\n1-9\n", `f:2: list f: "1-9": a range is written 1..9`, expr.Int, 1},
		"empty range":            {"192.0.2.6..192.0.2.1\n", `f:1: list f: the range 192.0.2.6..192.0.2.1 is empty, its first address is above its last`, expr.IP, 0},
		"mixed range":            {"192.0.2.6..2001:db8::\n", `f:1: list f: the range 192.0.2.6..2001:db8:: mixes IPv4 and IPv6`, expr.IP, 0},
		"many numbers":           {"3..1\n", "f:1: list f: the range 3..1 is empty, its first number is above its last", expr.Int, 0},
		"groups":                 {"Domain Admins\nops\n", "", expr.String, 2},
		"long line":              {"a\n" + strings.Repeat("b", 1<<17), "f:2: list f: the line is longer than 65536 octets; a list holds one value a line", expr.String, 1},
		"mixed":                  {"7\nexample.org\n", `f:2: list f: "example.org" is not a number; a list holds one type of value, and this one began with a number`, expr.Int, 1},
		"host bits":              {"192.0.2.0/24\n10.0.0.1/8\n", "f:2: list f: 10.0.0.1/8 has host bits set, write 10.0.0.0/8", expr.IP, 1},
		"mapped": {"::ffff:192.0.2.1\n::ffff:192.0.2.0/120\n",
			"f:1: list f: ::ffff:192.0.2.1 is an IPv4 address, write 192.0.2.1\nf:2: list f: ::ffff:192.0.2.0/120 is an IPv4 network, write it as one", expr.IP, 0},
		"bad name": {"a..b\n", `f:1: list f: "a..b." has an empty label`, expr.String, 0},
		"Windows":  {"\ufeffa.example\r\nb.example\r\n", "", expr.String, 2},
	} {
		t.Run(name, func(t *testing.T) {
			v, problems := readValues(strings.NewReader(c.text), "f", "list f")
			if got := problems.Error(); got != c.problems {
				t.Errorf("problems:\n%s\nwant:\n%s", got, c.problems)
			}
			if v.typ != c.typ || v.size != c.size {
				t.Errorf("%d values of type %s, want %d of %s", v.size, v.typ, c.size, c.typ)
			}
		})
	}
}

// TestManyRepeated holds that values which stand there often stop no start.
func TestManyRepeated(t *testing.T) {
	v, problems := readValues(strings.NewReader(strings.Repeat("example.org\n", 500)), "f", "list f")
	if problems.HasErrors() || v.size != 1 {
		t.Fatalf("%d values, %v", v.size, problems.Err())
	}
	last := problems[len(problems)-1].String()
	if want := "f: list f: warning: 399 more values are in the list already, they are not listed"; len(problems) != maxReported+1 || last != want {
		t.Errorf("%d warnings, the last %q, want %d and %q", len(problems), last, maxReported+1, want)
	}
}

// TestListCase holds that names are compared as names, and all other texts as they
// are written.
func TestListCase(t *testing.T) {
	v, problems := readValues(strings.NewReader("SE\nWWW.example.org.\nAlice Smith\ndns\nDNS\nA\n"), "f", "list f")
	if problems.HasErrors() {
		t.Fatal(problems.Err())
	}
	l := New()
	l.values.Store(v)
	for _, c := range []struct {
		text          string
		folded, exact bool
	}{
		{"SE", false, true}, {"se", true, false},
		{"www.example.org", true, false}, {"WWW.example.org.", false, true},
		{"Alice Smith", false, true}, {"alice smith", true, false},
		{"dns", true, true}, {"DNS", false, true}, {"Dns", false, false},
	} {
		if folded, exact := l.HasString(c.text), l.Exact().HasString(c.text); folded != c.folded || exact != c.exact {
			t.Errorf("%s: %t, exact %t; want %t, %t", c.text, folded, exact, c.folded, c.exact)
		}
	}
	s := new(scope.Scope)
	s.AddPolicy(&model.PolicySpec{Name: "p", Action: model.UsePublic, Lists: Lists{"words": l},
		Traffic: model.Expression{Source: "dns.fqdn in $words and dns.query_rtype in $words and any(dns.domains[*] in $words) and lower(dns.query_rtype) in $words"}})
	if err := s.Build().Err(); err != nil {
		t.Fatal(err)
	}
	if s.Load().Select(&model.Query{Name: "www.example.org.", Type: dns.TypeA}) == nil {
		t.Error("a name and a type that are in the list are not found there")
	}
}

// TestListReload holds that good changes are taken over and bad ones change nothing.
func TestListReload(t *testing.T) {
	file := filepath.Join(t.TempDir(), "list")
	edit(t, file, "192.0.2.0/24\n")
	l := New()
	from := filewatch.NewFile(filewatch.Config{Name: "list", Unused: func() bool { return true }, Refused: func(string) {}}, file, l.Parser(file, "list"), nil)
	now := time.Now()
	look := func() {
		from.Look(now)
		now = now.Add(time.Minute)
		from.Look(now)
	}
	if err := from.First().Err(); err != nil {
		t.Fatal(err)
	}
	in, out := netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("198.51.100.7")
	check := func(step string, hasIn, hasOut bool) {
		t.Helper()
		if l.HasIP(in) != hasIn || l.HasIP(out) != hasOut {
			t.Errorf("%s: %t %t, want %t %t", step, l.HasIP(in), l.HasIP(out), hasIn, hasOut)
		}
	}
	check("start", true, false)
	for _, c := range []struct {
		step, text    string
		hasIn, hasOut bool
	}{
		{"changed", "198.51.100.0/24\n# longer\n", false, true},
		{"broken", "198.51.100.0/24\n10.0.0.1/8\n", false, true},
		{"of another type", "example.org\n", false, true},
		{"emptied", "# nobody\n", false, true},
		{"mended", "192.0.2.7\n198.51.100.7\n", true, true},
	} {
		edit(t, file, c.text)
		look()
		check(c.step, c.hasIn, c.hasOut)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	look()
	check("gone", true, true)
	if !from.Abandoned() {
		t.Error("a list of no block is not abandoned")
	}
}

// TestMillion holds that a list of a million names is read and searched.
func TestMillion(t *testing.T) {
	const entries = 1_000_000
	if testing.Short() {
		t.Skip("reads a million names")
	}
	var text strings.Builder
	for i := range entries {
		fmt.Fprintf(&text, "host-%d.example.org\n", i)
	}
	l := New()
	publish, read, problems := l.Parser("f", "list f")(strings.NewReader(text.String()))
	if err := problems.Err(); err != nil || read != entries {
		t.Fatalf("%d entries, %v", read, err)
	}
	publish()
	for _, i := range []int{0, 1, entries / 2, entries - 1} {
		if name := fmt.Sprintf("host-%d.example.org", i); !l.HasString(name) {
			t.Errorf("%s is not in the list", name)
		}
	}
	if name := fmt.Sprintf("host-%d.example.org", entries); l.HasString(name) {
		t.Errorf("%s is in the list", name)
	}
}

// TestListRanges holds what lies in a range of a list.
func TestListRanges(t *testing.T) {
	read := func(text string) *List {
		v, problems := readValues(strings.NewReader(text), "f", "list f")
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		l := New()
		l.values.Store(v)
		return l
	}
	addresses := read("192.0.2.3..192.0.2.9\n")
	for text, want := range map[string]bool{"192.0.2.2": false, "192.0.2.3": true, "192.0.2.9": true, "192.0.2.10": false, "::": false} {
		if got := addresses.HasIP(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s is in the list: %t, want %t", text, got, want)
		}
	}
	numbers := read("-2..3\n7\n")
	for n, want := range map[int64]bool{-3: false, -2: true, 3: true, 4: false, 7: true} {
		if got := numbers.HasInt(n); got != want {
			t.Errorf("%d is in the list: %t, want %t", n, got, want)
		}
	}
}

// edit writes a file that has been left alone for a while.
func edit(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-time.Minute)
	if err := os.Chtimes(file, past, past); err != nil {
		t.Fatal(err)
	}
}
