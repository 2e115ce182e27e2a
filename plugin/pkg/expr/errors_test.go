package expr

import (
	"errors"
	"strings"
	"testing"
)

func TestExcerpt(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100)
	for _, c := range []struct {
		name, source   string
		offset, length int
		want           string
	}{
		{"plain", "a = b", 2, 1, "a = b\n  ^"},
		{"end", "a ==", 4, 0, "a ==\n    ^"},
		{"second line", "a\nbb cc\nd", 5, 2, "bb cc\n   ^^"},
		{"carriage return", "a\r\nbb\r\nc", 3, 2, "bb\n^^"},
		{"at the line's end", "ab\ncd", 2, 1, "ab\n  ^"},
		{"over lines", "ab cd\nef", 3, 5, "ab cd\n   ^^"},
		{"tabs keep their stops", "\ta\tb", 3, 1, "\ta\tb\n\t \t^"},
		{"tab below the carets", "a\tb", 0, 3, "a b\n^^^"},
		{"wide", "日本 = x", 7, 1, "日本 = x\n     ^"},
		{"wide below the carets", "日本", 0, 6, "日本\n^^^^"},
		{"combining", "e\u0301 = x", 4, 1, "e\u0301 = x\n  ^"},
		{"control", "a\x1b[2J = x", 6, 1, "a\uFFFD[2J = x\n      ^"},
		{"not UTF-8", "a\xffb", 1, 1, "a\uFFFDb\n ^"},
		{"cut", long + "!" + long, 100, 1, "…" + strings.Repeat("x", 60) + "!" + strings.Repeat("x", 50) + "…\n" + strings.Repeat(" ", 61) + "^"},
		{"empty", "", 0, 0, "\n^"},
		{"outside", "ab", 9, 9, "ab\n  ^"},
	} {
		e := &Error{Source: c.source, Offset: c.offset, Length: c.length, Text: "x"}
		if got := e.Excerpt(); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, got, c.want)
		}
	}
}

func TestErrorPlace(t *testing.T) {
	t.Parallel()
	e := &Error{Source: "a\nüb = c", Offset: 6, Length: 1, Text: "wrong"}
	if got := e.Error(); got != "line 2, column 4: wrong" {
		t.Error(got)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	deep := func(open, end string, n int) string {
		return strings.Repeat(open, n) + "dns.src_port == 1" + strings.Repeat(end, n)
	}
	calls := func(n int) string {
		return strings.Repeat("lower(", n) + "dns.fqdn" + strings.Repeat(")", n) + ` == "x"`
	}
	set := func(n int) string { return "dns.src_port in {" + strings.Repeat("1 ", n) + "}" }
	pattern := func(n int) string { return `dns.fqdn matches "` + strings.Repeat("a", n) + `"` }
	pad := func(n int) string { s := "dns.src_port == 1"; return s + strings.Repeat(" ", n-len(s)) }
	regexes := func(n int) string {
		return strings.Repeat(`dns.fqdn matches "(a{900}){1}" or `, n) + "dns.src_port == 1"
	}
	for _, c := range []struct{ name, source, want string }{
		{"source", pad(MaxSource), ""},
		{"source", pad(MaxSource + 1), "at most 65536 are allowed"},
		{"parentheses", deep("(", ")", MaxNesting), ""},
		{"parentheses", deep("(", ")", MaxNesting+1), "more than 128 levels"},
		{"parentheses", deep("(", ")", 30000), "more than 128 levels"},
		{"not", deep("not ", "", MaxNesting), ""},
		{"not", deep("!", "", 60000), "more than 128 levels"},
		{"calls", calls(MaxNesting), ""},
		{"calls", calls(MaxNesting + 1), "more than 128 levels"},
		{"calls", calls(6000), "more than 128 levels"},
		{"quantifiers", strings.Repeat("any(", 10000), "more than 128 levels"},
		{"set", set(MaxSet), ""},
		{"set", set(MaxSet + 1), "at most 10000 items"},
		{"pattern", pattern(MaxRegex), ""},
		{"pattern", pattern(MaxRegex + 1), "at most 4096 are allowed"},
		{"patterns", regexes(50), ""},
		{"patterns", regexes(60), "more than 50000 instructions together"},
		{"UTF-8", "dns.fqdn == \"\xff\"", "not valid UTF-8"},
		{"NUL", "dns.fqdn\x00", "expected an operator"},
		{"long name", strings.Repeat("a.", 30000) + "a == 1", "unknown field"},
	} {
		_, err := Compile(c.source, testSchema(), nil)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s at the limit: %v", c.name, err)
			}
			continue
		}
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(e.Text, c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
			continue
		}
		checkError(t, c.source, err)
	}
}

// TestPatterns adds to the golden file what both languages read alike, and the
// places where a refused construct is none.
func TestPatterns(t *testing.T) {
	t.Parallel()
	for p, valid := range map[string]bool{
		`a{2,3}b?c+?`: true, `(?P<name>a)`: true, `(?<name>a)`: true, `(?i:a)b`: true, `(?U)a+`: true,
		`[]a]`: true, `[^]a]`: true, `[a\[b]`: true, `[a\&\&b]`: true, `[&-]`: true, `[a&b&]`: true,
		`\bwww\b`: true, `\x7f\x{10FFFF}`: true, `\pL\p{Greek}`: true, `\d\D\w\W\s\S\z`: true,
		`a&&b--c~~d`: true, `\\<`: true, `\\Q`: true, `\.\*\-\_\"`: true, `[[:^alpha:]]`: true, `\[a[b]`: true,
		`[`: false, `[]`: false, `[a`: false, `[[:foo:]]`: false, `[[.a.]]`: false, `[a-[b]]`: false, `[\<]`: false,
		`[\d&&[^5]]`: false, `[\Q]`: false, `(?R)a`: false, `a**`: false, `*`: false, `\`: false, `(?u)a`: false,
		`\0`: false, `\12`: false, `\Z`: false, `(?`: false, `)`: false, `[z-a]`: false, `a{1000}{1000}`: false,
	} {
		_, _, err := compilePattern(p)
		if (err == nil) != valid {
			t.Errorf("%s: %v, want valid %t", p, err, valid)
		}
	}
}
