package expr

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// checkProgram holds a program to its slow twin and to what else is promised of
// every evaluation.
func checkProgram(t testing.TB, p *Program, s values) {
	t.Helper()
	got := p.Match(s)
	if want := interpret(p.Expr(), s); got != want {
		t.Fatalf("%s\non %v\ncompiled %t, interpreted %t", p, s, got, want)
	}
	v := p.Explain(s)
	if v.Match != got {
		t.Fatalf("%s\non %v\nmatch %t, explained %t", p, s, got, v.Match)
	}
	for _, c := range v.Clauses {
		if p.Source()[c.Span.Offset:c.Span.end()] != c.Text {
			t.Fatalf("%s: clause %q has span %v", p, c.Text, c.Span)
		}
	}
	schema := testSchema()
	for f := range schema.Len() {
		c, ok := p.Require(f)
		if ok && !p.Uses(f) {
			t.Fatalf("%s requires something of %s, which it does not use", p, schema.Field(f).Name)
		}
		if ok && got && !c.met(s, f) {
			t.Fatalf("%s\nmatches %v\nwhich does not meet %v for %s", p, s, c, schema.Field(f).Name)
		}
	}
}

// met reports whether a source meets a condition on a field.
func (c Condition) met(s values, field int) bool {
	one := func(v string) bool { return slices.Contains(c.Strings, v) }
	ip := func(v netip.Addr) bool {
		return slices.ContainsFunc(c.Ranges, func(r IPRange) bool { return r.Contains(v) })
	}
	switch v := s[field].(type) {
	case string:
		return one(v)
	case []string:
		return slices.ContainsFunc(v, one)
	case netip.Addr:
		return ip(v)
	case []netip.Addr:
		return slices.ContainsFunc(v, ip)
	}
	return false
}

// TestGenerated runs the checks of the fuzz targets on many made expressions.
func TestGenerated(t *testing.T) {
	t.Parallel()
	matches := 0
	for seed := range uint64(2000) {
		g := newGenerator(seed)
		src := g.expr(g.IntN(4), false)
		p, err := Compile(src, testSchema(), testLists())
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		checkRoundTrip(t, p)
		g.learn(p.Expr())
		for range 8 {
			s := g.source()
			checkProgram(t, p, s)
			if p.Match(s) {
				matches++
			}
		}
	}
	if matches < 2000 || matches > 14000 {
		t.Errorf("%d of 16000 evaluations match, which tests one side too little", matches)
	}
}

// checkError holds an error to its form.
func checkError(t testing.TB, src string, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%q: %T is no *Error", src, err)
	}
	if e.Offset < 0 || e.Length < 0 || e.Offset+e.Length > len(src) {
		t.Fatalf("%q: error at %d+%d: %v", src, e.Offset, e.Length, e)
	}
	if !utf8.ValidString(e.Text) && utf8.ValidString(src) || strings.ContainsAny(e.Error(), "\n\r") || len(e.Text) > 2000 {
		t.Fatalf("%q: message %q", src, e.Text)
	}
	lines := strings.Split(e.Excerpt(), "\n")
	if len(lines) != 2 || !strings.Contains(lines[1], "^") || strings.ContainsRune(lines[0], '\x1b') {
		t.Fatalf("%q: excerpt %q", src, e.Excerpt())
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range readGolden(f) {
		f.Add(c.source)
	}
	f.Fuzz(func(t *testing.T, src string) {
		p, err := Compile(src, testSchema(), testLists())
		if err != nil {
			checkError(t, src, err)
			return
		}
		checkRoundTrip(t, p)
	})
}

func FuzzMatch(f *testing.F) {
	for i, c := range readGolden(f) {
		if strings.HasPrefix(c.want, "=") {
			f.Add(c.source, uint64(i))
		}
	}
	f.Fuzz(func(t *testing.T, src string, seed uint64) {
		if len(src) > 2000 { // the twins are slow by design
			return
		}
		p, err := Compile(src, testSchema(), testLists())
		if err != nil {
			return
		}
		g := newGenerator(seed)
		checkProgram(t, p, office())
		checkProgram(t, p, bare())
		g.learn(p.Expr())
		for range 4 {
			checkProgram(t, p, g.source())
		}
	})
}

func FuzzGenerated(f *testing.F) {
	f.Add(uint64(1 << 40))
	f.Fuzz(func(t *testing.T, seed uint64) {
		g := newGenerator(seed)
		src := g.expr(g.IntN(5), false)
		p, err := Compile(src, testSchema(), testLists())
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		checkRoundTrip(t, p)
		g.learn(p.Expr())
		for range 4 {
			checkProgram(t, p, g.source())
		}
	})
}
