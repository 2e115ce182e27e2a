package category

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

const sample = "\ufeff# categories\n" +
	"7 Example.org. www.example.org\n" +
	"\t125  bücher.example example.net # both\r\n" +
	"\n" +
	"3 www.example.org\n" +
	"7 a.b.example.org\n" +
	"0 test\n" +
	"2147483647 max.test\n" +
	"1 _dmarc.test a\\.b.test\n"

func TestFind(t *testing.T) {
	t.Parallel()
	table, problems := Parse(strings.NewReader(sample), "f", "categories f")
	if problems != nil || table.Len() != 9 {
		t.Fatalf("%d domains, %v", table.Len(), problems)
	}
	for qname, want := range map[string][]int64{
		"example.org.":            {7},
		"mail.example.org.":       {7},
		"www.example.org.":        {3, 7},
		"a.www.example.org.":      {3, 7},
		"x.a.b.example.org.":      {7},
		"example.com.":            nil,
		"org.":                    nil,
		".":                       nil,
		"ample.org.":              nil,
		"anexample.org.":          nil,
		"xn--bcher-kva.example.":  {125},
		"a.example.net.":          {125},
		"test.":                   {0},
		"max.test.":               {0, 2147483647},
		"x._dmarc.test.":          {0, 1},
		`a\.b.test.`:              {0, 1},
		"b.test.":                 {0},
		`x\.example.org.`:         nil,
		`x\.www.example.org.`:     {7},
		strings.Repeat("a.", 127): nil,
	} {
		if got := table.Find(qname, nil); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", qname, got, want)
		}
	}
	if got, want := table.Find("www.example.org.", []int64{9, 7, 5}), []int64{9, 7, 5, 3, 7}; !slices.Equal(got, want) {
		t.Errorf("appended: %v, want %v", got, want)
	}
}

func TestEmptyTables(t *testing.T) {
	t.Parallel()
	empty, problems := Parse(strings.NewReader("# nothing\n\n"), "f", "categories f")
	if problems != nil {
		t.Error(problems)
	}
	for _, table := range []*Table{nil, {}, empty} {
		if got := table.Find("example.org.", nil); got != nil || table.Len() != 0 || table.Find(".", nil) != nil {
			t.Errorf("%v in an empty table of %d", got, table.Len())
		}
	}
}

func TestRoot(t *testing.T) {
	t.Parallel()
	table, problems := Parse(strings.NewReader("5 .\n"), "f", "categories f")
	if got := table.Find("example.org.", table.Find(".", nil)); problems != nil || !slices.Equal(got, []int64{5, 5}) {
		t.Errorf("%v, %v", got, problems)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 64)
	for _, row := range []struct{ text, want string }{
		{"7\n", "f:1: c: category 7 stands alone, at least one domain must follow it on the line"},
		{"7 # example.org\n", "f:1: c: category 7 stands alone, at least one domain must follow it on the line"},
		{"\nexample.org 7\n", `f:2: c: a line begins with the number of a category, 0 to 2147483647, not "example.org"`},
		{"-1 example.org\n2147483648 example.org\n0x7 example.org\n7, example.org\n",
			`f:1: c: a line begins with the number of a category, 0 to 2147483647, not "-1"
f:2: c: a line begins with the number of a category, 0 to 2147483647, not "2147483648"
f:3: c: a line begins with the number of a category, 0 to 2147483647, not "0x7"
f:4: c: a line begins with the number of a category, 0 to 2147483647, not "7,"`},
		{"7 *.example.org a.*.example.net *\n",
			`f:1: c: "*.example.org": wildcards are not allowed; a domain stands for all names below it, write example.org
f:1: c: "a.*.example.net": wildcards are not allowed; a domain stands for all names below it
f:1: c: "*": wildcards are not allowed; a domain stands for all names below it`},
		{"7 a..b " + long + ".org ok.example -é-.example\n", `f:1: c: "a..b." has an empty label
f:1: c: "` + long + `.org." has a label of 64 octets, at most 63 are allowed
f:1: c: label "-é-" of "-é-.example" is no valid internationalized name: idna: invalid label "-é-"`},
		{"7 " + strings.Repeat("a.", 600) + "\n", `f:1: c: "` + strings.Repeat("a.", 40) + `..." is too long, a name has at most 255 octets`},
		{"7 example.org EXAMPLE.org.\n8 example.org\n7 example.org\n",
			"f:1: c: warning: EXAMPLE.org. is in category 7 already\nf:3: c: warning: example.org is in category 7 already"},
		{"7 " + strings.Repeat("example.org ", 6000),
			"f:1: c: the line is too long, at most 65535 octets are allowed; the number may stand on several lines"},
	} {
		_, problems := Parse(strings.NewReader(row.text), "f", "c")
		if got := problems.Error(); got != row.want {
			t.Errorf("%.60q:\n%s\nwant:\n%s", row.text, got, row.want)
		}
	}
}

func TestParseFails(t *testing.T) {
	t.Parallel()
	_, problems := Parse(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("7 example.org\n"))), "f", "c")
	if got, want := problems.Error(), "f:1: c: category 7 stands alone, at least one domain must follow it on the line\nf:2: c: timeout"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	_, problems = Parse(iotest.ErrReader(errors.New("disk on fire")), "f", "c")
	if got, want := problems.Error(), "f:1: c: disk on fire"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		text   string
		count  int
		errors bool
		last   string
	}{
		"errors":     {strings.Repeat("x\n", 200), 101, true, "f:101: c: more errors follow, they are not listed"},
		"warnings":   {"7 a\n" + strings.Repeat("7 a\n", 200) + "7 b\n", 101, false, "f:102: c: warning: more warnings follow, they are not listed"},
		"categories": {numbers(33), 1, true, "f:33: c: example.org is in more than 32 categories"},
	} {
		table, problems := Parse(strings.NewReader(row.text), "f", "c")
		last := problems[len(problems)-1].String()
		if len(problems) != row.count || problems.HasErrors() != row.errors || last != row.last {
			t.Errorf("%s: %d problems, the last is %s", name, len(problems), last)
		}
		if !row.errors && table.Len() != 2 {
			t.Errorf("%s: reading ended early, %d domains", name, table.Len())
		}
	}
	table, problems := Parse(strings.NewReader(numbers(32)), "f", "c")
	if got := table.Find("example.org.", nil); problems != nil || len(got) != 32 || !slices.IsSorted(got) {
		t.Errorf("%v, %v", got, problems)
	}
}

// numbers puts example.org into categories, the highest first.
func numbers(count int) string {
	var b strings.Builder
	for n := count; n > 0; n-- {
		fmt.Fprintln(&b, n, "example.org")
	}
	return b.String()
}

// TestFindTwin compares the table with a search of all lines.
func TestFindTwin(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	labels := []string{"a", "b", "www", `x\.a`, "_c", `\000`, strings.Repeat("long", 12)}
	name := func() string {
		var b strings.Builder
		for range 1 + random.IntN(4) {
			b.WriteString(labels[random.IntN(len(labels))] + ".")
		}
		return b.String()
	}
	type line struct {
		number int64
		name   string
	}
	for range 30 {
		var lines []line
		var b strings.Builder
		for range random.IntN(400) {
			l := line{int64(random.IntN(30)), name()}
			lines = append(lines, l)
			fmt.Fprintln(&b, l.number, l.name)
		}
		table, problems := Parse(strings.NewReader(b.String()), "f", "c")
		if problems.HasErrors() {
			t.Fatal(problems)
		}
		for range 1000 {
			qname := name()
			var want []int64
			for _, l := range lines {
				if domain.IsSubdomain(l.name, qname) {
					want = append(want, l.number)
				}
			}
			slices.Sort(want)
			want = slices.Compact(want)
			if got := table.Find(qname, nil); !slices.Equal(got, want) {
				t.Fatalf("%s: %v, want %v, of\n%s", qname, got, want, b.String())
			}
		}
	}
}

func TestFindAllocations(t *testing.T) {
	table, _ := Parse(strings.NewReader(sample), "f", "c")
	var buf [3]int64
	found := 0
	allocations := testing.AllocsPerRun(100, func() {
		into := append(buf[:0], 9)
		found += len(table.Find("a.www.example.org.", into)) // just fills the room
		found += len(table.Find("www.example.com.", into))
	})
	if allocations != 0 || found == 0 {
		t.Errorf("%v allocations", allocations)
	}
}

// many is a file of domains without repetition, each in one or two categories.
func many(domains int) string {
	var b strings.Builder
	for i := range domains {
		fmt.Fprintf(&b, "%d host%d.example.org\n", i%150, i)
		if i%10 == 0 {
			fmt.Fprintf(&b, "%d host%d.example.org\n", 150+i%7, i)
		}
	}
	return b.String()
}

// TestMany reports how much memory a domain takes.
func TestMany(t *testing.T) {
	domains := 1_000_000
	if testing.Short() {
		domains = 50_000
	}
	text := many(domains)
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	table, problems := Parse(strings.NewReader(text), "f", "c")
	after := heap()
	if problems != nil || table.Len() != domains {
		t.Fatalf("%d domains, %v", table.Len(), problems)
	}
	each := float64(after-before) / float64(domains)
	t.Logf("%d domains of %d octets on average take %.1f octets each", domains, len(table.names.slab)/domains-headerOctets, each)
	if each > 64 {
		t.Errorf("a domain takes %.1f octets", each)
	}
	for i := 0; i < domains; i += 29 {
		want := []int64{int64(i % 150), int64(150 + i%7)}
		if i%10 != 0 {
			want = want[:1]
		}
		if got := table.Find(fmt.Sprintf("a.host%d.example.org.", i), nil); !slices.Equal(got, want) {
			t.Fatalf("host%d: %v, want %v", i, got, want)
		}
	}
	runtime.KeepAlive(text)
}

func BenchmarkFind(b *testing.B) {
	table, _ := Parse(strings.NewReader(many(1_000_000)), "f", "c")
	var buf [8]int64
	for name, qname := range map[string]string{
		"hit":  "www.host777.example.org.",
		"miss": "www.host777.example.com.",
		"deep": strings.Repeat("a.", 120) + "org.",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				table.Find(qname, buf[:0])
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	text := many(1_000_000)
	b.ReportAllocs()
	for b.Loop() {
		Parse(strings.NewReader(text), "f", "c")
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{sample, "", "7 a a\n8 a.b b\n", "1 .\n", "1 *.a\n", "x\n", "1 \\000.\\255a\n", "1 \x01\x02\xff\n"} {
		f.Add(text, "www.example.org")
	}
	f.Fuzz(func(t *testing.T, text, question string) {
		table, problems := Parse(strings.NewReader(text), "f", "c")
		if len(problems) > 2*(maxListed+1) {
			t.Fatalf("%d problems", len(problems))
		}
		qname, err := domain.Canonical(question)
		if err != nil {
			return
		}
		got := table.Find(qname, nil)
		if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
			t.Fatalf("%q: %v", qname, got)
		}
		if below := table.Find("a."+strings.TrimSuffix(qname, ".")+".", nil); qname != domain.Root && len(below) < len(got) {
			t.Fatalf("%q: %v, below it %v", qname, got, below)
		}
		count := 0
		table.names.all(func(at uint32) {
			count++
			if len(table.Find(string(table.names.name(at))+".", nil)) == 0 {
				t.Fatalf("%q is not found", table.names.name(at))
			}
		})
		if count != table.Len() {
			t.Fatalf("%d domains, of %d", count, table.Len())
		}
	})
}
