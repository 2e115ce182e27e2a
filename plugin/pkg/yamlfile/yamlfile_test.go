package yamlfile

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

func TestRead(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty":         "",
		"blanks":        " \n\n",
		"comments":      "# nothing\n\n  # at all\n",
		"start":         "---\n",
		"null":          "null\n",
		"order mark":    "\ufeff# nothing\n",
		"start and end": "---\n...\n",
	} {
		f, v := Read(strings.NewReader(text), "f")
		if v.Given() || f.Problems() != nil {
			t.Errorf("%s: %s, %v", name, v, f.Problems())
		}
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, want string }{
		{"a: b: c\n", "f:1: mapping values are not allowed in this context"},
		{"a: b\nc: d: e\n", "f:2: mapping values are not allowed in this context"},
		{"a:\n\t- b\n", "f:2: found character that cannot start any token"},
		{"a: b\n---\nc: d\n", "f:2: a second document begins here, one is allowed in a file"},
		{"a: \x01", "f:1: the character U+0001 is not allowed"},
		{"a: b\nc: \ufeffd", "f:2: the character U+FEFF is not allowed"},
		{"a: b\n\nc: \xe9", "f:3: the octet 0xe9 is not allowed, the file must be UTF-8"},
		{"\xff\xfea\x00", "f:1: the octet 0xff is not allowed, the file must be UTF-8"},
		{"a: &x b\nc: *x\n", "f:1: anchor &x: anchors and aliases are not allowed, write the value out\n" +
			"f:2: alias *x: anchors and aliases are not allowed, write the value out"},
		{"a: &x [*x]\n", "f:1: anchor &x: anchors and aliases are not allowed, write the value out"},
		{"a: !!str 17\nb: !mine c\n", "f:1: tag !!str: tags are not allowed, put a text into quotes\n" +
			"f:2: tag !mine: tags are not allowed, put a text into quotes"},
		{strings.Repeat("[", 16) + strings.Repeat("]", 16), ""},
		{strings.Repeat("[", 17) + strings.Repeat("]", 17), "f:1: lists and mappings nest too deep, at most 16 levels are allowed"},
		{strings.Repeat("[", 20000), "f:1: exceeded max depth of 10000"},
		{strings.Repeat("- ", 12000), "f:1: exceeded max depth of 10000"},
	} {
		f, v := Read(strings.NewReader(row.text), "f")
		if got := f.Problems().Error(); got != row.want || v.Given() != (row.want == "") {
			t.Errorf("%.40q: %s\n%s\nwant:\n%s", row.text, v, got, row.want)
		}
	}
}

func TestReadFails(t *testing.T) {
	t.Parallel()
	f, v := Read(iotest.ErrReader(errors.New("disk on fire")), "f")
	if got, want := f.Problems().Error(), "f: disk on fire"; v.Given() || got != want {
		t.Errorf("%s, want %s", got, want)
	}
	f, v = Read(io.LimitReader(blanks{}, MaxOctets+1), "f")
	if got, want := f.Problems().Error(), "f: the file is too large, at most 67108864 octets are allowed"; v.Given() || got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// blanks is a file without end.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestValues(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		read       func(f *File, v Value) any
		text, want string // want is the value, or the problem
	}{
		{text, `a`, "a true"},
		{text, `"17"`, "17 true"},
		{text, `'null'`, "null true"},
		{text, `192.0.2.7`, "192.0.2.7 true"},
		{text, `"a\/\u00e9\ud83d\ude00\\ud83d"`, `a/é😀\ud83d true`}, // RFC 8259 section 7
		{text, `17`, `f:1: it must be a text, not the number 17; write it in quotes: "17"`},
		{text, `1e5`, `f:1: it must be a text, not the number 1e5; write it in quotes: "1e5"`},
		{text, `true`, `f:1: it must be a text, not the boolean true; write it in quotes: "true"`},
		{text, `2026-11-23`, `f:1: it must be a text, not the date 2026-11-23; write it in quotes: "2026-11-23"`},
		{text, `<<`, `f:1: it must be a text, not <<; write it in quotes: "<<"`},
		{text, `[a]`, "f:1: it must be a text, not a list"},
		{text, `{a: b}`, "f:1: it must be a text, not a mapping"},
		{text, `""`, "f:1: it is empty"},
		{text, strings.Repeat("x", 4096), strings.Repeat("x", 4096) + " true"},
		{text, strings.Repeat("x", 4097), "f:1: it has 4097 octets, at most 4096 are allowed"},
		{list, `[a, b]`, "2"},
		{list, `a`, "f:1: it must be a list, not a text"},
		{list, `{a: b}`, "f:1: it must be a list, not a mapping"},
		{texts, "- a\n- 17\n- b\n-\n", "f:2: it must be a text, not the number 17; write it in quotes: \"17\"\nf:4: it must be a text, not nothing"},
		{mapping, "a: 1\nb: 2", "[{a the number 1} {b the number 2}]"},
		{mapping, `{"b":[],"a":{}}`, "[{b a list} {a a mapping}]"},
		{mapping, "{\n\t\"a\": \"x\"\n}", "[{a a text}]"},
		{mapping, "a: 1\nc: 2\nb: 3", `f:2: unknown key "c", allowed: a, b`},
		{mapping, "a: 1\nb: 2\na: 3", `f:3: key "a" is repeated, line 1 has it already`},
		{mapping, "7: 1\n[a]: 2\n<<: 3", "f:1: a key of it must be a text, not the number 7; write it in quotes: \"7\"\n" +
			"f:2: a key of it must be a text, not a list\nf:3: a key of it must be a text, not <<; write it in quotes: \"<<\""},
		{mapping, "- a", "f:1: it must be a mapping, not a list"},
		{prefix, "192.0.2.0/24", "192.0.2.0/24 true"},
		{prefix, "192.0.2.7", "192.0.2.7/32 true"},
		{prefix, "2001:DB8::/32", "2001:db8::/32 true"},
		{prefix, `"::"`, "::/128 true"},
		{prefix, "0.0.0.0/0", "0.0.0.0/0 true"},
		{prefix, "192.0.2.7/24", "f:1: it 192.0.2.7/24 has host bits set, write 192.0.2.0/24"},
		{prefix, "192.0.2.0/33", `f:1: it "192.0.2.0/33" is neither an address nor a CIDR`},
		{prefix, "office", `f:1: it "office" is not an address or a CIDR`},
		{prefix, "fe80::1%eth0", `f:1: it "fe80::1%eth0" has a zone, write fe80::1`},
		{prefix, "::ffff:192.0.2.7", "f:1: it ::ffff:192.0.2.7 is an IPv4 address, write 192.0.2.7"},
		{prefix, "::ffff:192.0.2.0/120", "f:1: it ::ffff:192.0.2.0/120 is an IPv4 network, write it as one"},
		{addr, "192.0.2.7", "192.0.2.7 true"},
		{addr, "192.0.2.0/24", `f:1: it "192.0.2.0/24" is not an address`},
		{addr, strings.Repeat("1", 70) + "x", `f:1: it "` + strings.Repeat("1", 60) + `..." is not an address`},
	} {
		f, v := Read(strings.NewReader(row.text), "f")
		got := fmt.Sprint(row.read(f, v))
		if problems := f.Problems(); problems != nil {
			got = problems.Error()
		}
		if got != row.want {
			t.Errorf("%.40q:\n%s\nwant:\n%s", row.text, got, row.want)
		}
	}
}

func text(f *File, v Value) any {
	s, ok := f.Text(v, "it")
	return fmt.Sprint(s, " ", ok)
}

func list(f *File, v Value) any { return len(f.List(v, "it")) }

func texts(f *File, v Value) any { return f.Texts(v, "it") }

func mapping(f *File, v Value) any { return f.Mapping(v, "it", "a", "b") }

func prefix(f *File, v Value) any {
	p, ok := f.Prefix(v, "it")
	return fmt.Sprint(p, " ", ok)
}

func addr(f *File, v Value) any {
	a, ok := f.Addr(v, "it")
	return fmt.Sprint(a, " ", ok)
}

// An absent value is no problem to any reader.
func TestAbsent(t *testing.T) {
	t.Parallel()
	f, v := Read(strings.NewReader(""), "f")
	s, isText := f.Text(v, "it")
	p, isPrefix := f.Prefix(v, "it")
	a, isAddr := f.Addr(v, "it")
	if s != "" || isText || p != (netip.Prefix{}) || isPrefix || a != (netip.Addr{}) || isAddr ||
		f.List(v, "it") != nil || len(f.Texts(v, "it")) != 0 || f.Members(v, "it") != nil || f.Mapping(v, "it").Get("a").Given() ||
		v.Line() != 0 || v.Text() != "" || v.IsList() || v.IsMapping() || v.String() != "nothing" || f.Problems() != nil {
		t.Error("an absent value has a value or a problem")
	}
}

func TestAbout(t *testing.T) {
	t.Parallel()
	f, v := Read(strings.NewReader("- a\n- b\n- c\n"), "f")
	items := f.List(v, "it")
	f.About(`thing "x"`)
	f.Errorf(items[2], "is odd")
	f.About("")
	f.Errorf(items[0], "the first")
	if got, want := f.Problems().Error(), "f:1: the first\nf:3: thing \"x\": is odd"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestErrorsBounded(t *testing.T) {
	t.Parallel()
	f, v := Read(strings.NewReader(strings.Repeat("- 17\n", MaxErrors+50)), "f")
	f.Texts(v, "it")
	problems := f.Problems()
	if len(problems) != MaxErrors+1 || !f.Full() || problems[MaxErrors].String() != "f: more errors follow, they are not listed" {
		t.Errorf("%d problems, the last is %s", len(problems), problems[len(problems)-1])
	}
}

// FuzzRead holds that no file makes a reader panic or report without end.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"", "a: [b, {c: d}]\n", "- &a x\n- *a\n", "{\"a\":\"\\ud83d\\ude00\"}", "? a\n: b\n", "a: |\n b\n", "--- !x\n", "a: 'b\n\n c'\n", "# c\na:\n  # d\n- b\n",
		"[[[[", "\ufeffa: b", "<<: {a: b}", "\"\\ud83d\\", "%YAML 1.2\n---\na: b", "a: \"\\u0000\"",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, v := Read(strings.NewReader(text), "f")
		visit(file, v, 0)
		problems := file.Problems()
		if len(problems) > MaxErrors+1 || !v.Given() && v.Line() != 0 {
			t.Fatalf("%d problems", len(problems))
		}
		if !slices.IsSortedFunc(problems[:min(len(problems), MaxErrors)], func(a, b problem.Problem) int { return a.Pos.Line - b.Pos.Line }) {
			t.Fatalf("the problems are not in the order of the lines:\n%s", problems)
		}
	})
}

func visit(f *File, v Value, depth int) {
	if depth > maxDepth {
		panic("too deep")
	}
	f.Prefix(v, "it")
	f.Addr(v, "it")
	for _, item := range f.List(v, "it") {
		visit(f, item, depth+1)
	}
	for _, member := range f.Members(v, "it") {
		visit(f, member.Value, depth+1)
	}
}
