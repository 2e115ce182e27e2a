package expr

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata/expressions.txt")

const goldenFile = "testdata/expressions.txt"

// goldenCase is one expression of the golden file with the comment above it.
type goldenCase struct {
	comment, source, want string
}

// readGolden reads cases: lines of source after "> ", then lines of result up to
// the next source, comment or empty line.
func readGolden(t testing.TB) []goldenCase {
	t.Helper()
	data, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	var cases []goldenCase
	var c goldenCase
	open := false // whether source lines may still follow
	flush := func() {
		if c.source != "" {
			c.source = strings.TrimSuffix(c.source, "\n")
			cases = append(cases, c)
			c = goldenCase{}
		}
		open = false
	}
	for line := range strings.Lines(string(data)) {
		switch {
		case line == "\n":
			flush()
		case strings.HasPrefix(line, "#"):
			flush()
			c.comment += line
		case strings.HasPrefix(line, ">"):
			if !open {
				flush()
				open = true
			}
			c.source += strings.TrimPrefix(strings.TrimPrefix(line, ">"), " ")
		default:
			open = false
			c.want += line
		}
	}
	flush()
	return cases
}

// outcome is what the golden file says about one expression.
func outcome(src string) string {
	p, err := Compile(src, testSchema(), testLists())
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return "not an *Error"
		}
		return "  " + strings.ReplaceAll(e.Excerpt(), "\n", "\n  ") + "\n! " + e.Error() + "\n"
	}
	return fmt.Sprintf("= %s\n  office %t, bare %t\n", p, p.Match(office()), p.Match(bare()))
}

func TestGolden(t *testing.T) {
	t.Parallel()
	cases := readGolden(t)
	if len(cases) < 200 {
		t.Errorf("%s has %d expressions, 200 are promised", goldenFile, len(cases))
	}
	seen := make(map[string]bool)
	var b strings.Builder
	for _, c := range cases {
		if seen[c.source] {
			t.Errorf("%q stands twice in %s", c.source, goldenFile)
		}
		seen[c.source] = true
		got := outcome(c.source)
		if c.comment != "" {
			b.WriteString(c.comment + "\n")
		}
		for line := range strings.Lines(c.source + "\n") {
			b.WriteString(strings.TrimSuffix("> "+line, "\n") + "\n")
		}
		b.WriteString(got + "\n")
		if got != c.want && !*update {
			t.Errorf("%s\ngot:\n%swant:\n%s", c.source, got, c.want)
		}
	}
	if *update {
		if err := os.WriteFile(goldenFile, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestGoldenRoundTrip holds the printer to its promise on every valid case.
func TestGoldenRoundTrip(t *testing.T) {
	t.Parallel()
	for _, c := range readGolden(t) {
		if p, err := Compile(c.source, testSchema(), testLists()); err == nil {
			checkRoundTrip(t, p)
		}
	}
}
