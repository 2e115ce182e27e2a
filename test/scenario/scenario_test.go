package scenario

import (
	"strings"
	"testing"
)

const good = `SPEC 2: shows something.

-- Corefile --
.:0 {
}
-- a/b.zone --
@ A 192.0.2.1
-- script --
# why
$ dig example.org
;; status: NOERROR, flags: qr

$ upstream
none
`

func TestParseFormat(t *testing.T) {
	s, err := Parse([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if !s.MustStart() || len(s.Script) != 2 || len(s.Files) != 2 {
		t.Fatalf("parsed %+v", s)
	}
	second := s.Script[1]
	if second.Line != 5 || second.String() != "upstream" || second.Expect[0] != "none" {
		t.Errorf("second step: %+v", second)
	}
	if got := string(s.Format()); got != good {
		t.Errorf("formatted:\n%s\nwant:\n%s", got, good)
	}
	second.Expect = []string{"1 example.org. A"}
	if got := string(s.Format()); got != strings.Replace(good, "none", "1 example.org. A", 1) {
		t.Errorf("changed:\n%s", got)
	}
}

func TestStartErrorFormat(t *testing.T) {
	s, err := Parse([]byte("SPEC 5: x\n-- Corefile --\n-- error --\nold\n"))
	if err != nil {
		t.Fatal(err)
	}
	if s.MustStart() || s.Error != "old" {
		t.Fatalf("parsed %+v", s)
	}
	s.SetError("new\ntext")
	if got := string(s.Format()); got != "SPEC 5: x\n-- Corefile --\n-- error --\nnew\ntext\n" {
		t.Errorf("formatted:\n%s", got)
	}
}

func TestParseErrors(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"comment", "what\n-- Corefile --\n-- error --\n", `the comment must begin with "SPEC" or "LIVE" and the section shown, or with "DESIGN"`},
		{"no Corefile", "SPEC 2\n-- error --\n", `no file "Corefile"`},
		{"neither", "SPEC 2\n-- Corefile --\n", `needs either "script" or "error"`},
		{"both", "SPEC 2\n-- Corefile --\n-- error --\n-- script --\n$ log\n", `needs either "script" or "error"`},
		{"twice", "SPEC 2\n-- Corefile --\n-- Corefile --\n", `file "Corefile" stands in the archive twice`},
		{"empty script", "SPEC 2\n-- Corefile --\n-- script --\n# nothing\n", "script holds no command"},
		{"stray line", "SPEC 2\n-- Corefile --\n-- script --\n$ log\n\nstray\n", `script:3: "stray" belongs to no command`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := Parse([]byte(tc.text)); err == nil || err.Error() != tc.want {
				t.Errorf("got error %v, want %s", err, tc.want)
			}
		})
	}
}

func TestDiff(t *testing.T) {
	got := Diff([]string{"a", "b  c", "x", "d"}, []string{"a", "b c", "d", "e"})
	want := "  a\n  b  c\n+ x\n  d\n- e\n"
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if !Equal([]string{"a\tb"}, []string{"a  b"}) || Equal([]string{`"a  b"`}, []string{`"a b"`}) || Equal(nil, []string{""}) {
		t.Error("Equal is wrong about spacing")
	}
}
