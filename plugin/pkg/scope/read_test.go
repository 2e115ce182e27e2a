package scope

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/plugin"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

func init() {
	plugin.Register("dnsview", func(c *caddy.Controller) error {
		block := Of(c, model.ViewDirective)
		block.Declarations(c, func(head Line) (Declaration, error) {
			if len(head.Words) != 1 {
				return Declaration{}, errNoName
			}
			return Declaration{End: func() { block.AddView(&model.ViewSpec{Pos: head.Pos, Name: head.Words[0]}) }}, nil
		})
		return nil
	})
	for _, name := range []string{"resolverpolicy", "referencezone"} {
		plugin.Register(name, func(*caddy.Controller) error { return plugin.Error(name, errors.New("always fails")) })
	}
}

func read(corefile string) ([]Block, problem.List, []error) {
	return Read(caddy.CaddyfileInput{Contents: []byte(corefile), Filepath: "Corefile", ServerTypeName: "dns"})
}

// views words what was read: the keys and the views of each block.
func views(blocks []Block) string {
	var out []string
	for _, b := range blocks {
		text := strings.Join(b.Keys, " ") + ":"
		if b.Snapshot == nil {
			text += " nothing"
		} else {
			for _, v := range b.Snapshot.Views {
				text += " " + v.Name
			}
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

// TestReadNotUTF8 holds that text which no label of a metric can have is refused: only
// an environment variable brings it into a Corefile.
func TestReadNotUTF8(t *testing.T) {
	t.Setenv("INTERNALDNS_TEST", "a\xff")
	_, problems, _ := read(".:1053 {\n dnsview {$INTERNALDNS_TEST}\n dnsview b {\n color {$INTERNALDNS_TEST}\n }\n}")
	want := `Corefile:2: dnsview: "a\xff" holds octets that are not UTF-8
Corefile:4: property color: "a\xff" holds octets that are not UTF-8`
	if got := problems.Only(problem.Error).Error(); got != want {
		t.Errorf("problems:\n%s\nwant:\n%s", got, want)
	}
}

// TestRead holds what a Corefile that is not started gives, and that nothing of it
// is left for the next one.
func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, corefile          string
		blocks, problems, other string
	}{
		{"two blocks", ".:1053 example.org:1054 {\n dnsview a\n dnsview b\n}\nexample.com:1053 {\n dnsview a\n}",
			"dns://.:1053 dns://example.org.:1054: a b; dns://example.com.:1053: a",
			`Corefile:2: dnsview "a": warning: no enabled policy uses the view, so no query can reach it
Corefile:3: dnsview "b": warning: no enabled policy uses the view, so no query can reach it
Corefile:6: dnsview "a": warning: no enabled policy uses the view, so no query can reach it`, ""},
		{"none of the suite", ".:1053 {\n}", "", "", ""},
		{"no Corefile", ".:1053 {", "", "", "Corefile:1 - Syntax error: Unexpected token '{', expecting '}'"},
		{"all problems", ".:1053 {\n resolverpolicy\n dnsview\n referencezone\n}", "dns://.:1053: nothing",
			"Corefile:3: dnsview: it needs a name", "plugin/resolverpolicy: always fails\nplugin/referencezone: always fails"},
		{"a clash", ".:1053 {\n dnsview a\n}\n.:1053 {\n dnsview a\n}", "dns://.:1053: a; dns://.:1053: a",
			`Corefile:2: dnsview "a": warning: no enabled policy uses the view, so no query can reach it
Corefile:5: dnsview "a": warning: no enabled policy uses the view, so no query can reach it`,
			"cannot serve dns://.:1053 - it is already defined"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(loading.contexts())
			blocks, problems, other := read(c.corefile)
			if got := views(blocks); got != c.blocks {
				t.Errorf("blocks %s, want %s", got, c.blocks)
			}
			if got := problems.Error(); got != c.problems {
				t.Errorf("problems:\n%s\nwant:\n%s", got, c.problems)
			}
			text := ""
			if err := errors.Join(other...); err != nil {
				text = err.Error()
			}
			if text != c.other {
				t.Errorf("others:\n%s\nwant:\n%s", text, c.other)
			}
			if now := len(loading.contexts()); now != before {
				t.Errorf("%d loads are left behind, %d were before", now, before)
			}
			if !slices.Equal(caddyDirectives(), Directives()) {
				t.Errorf("the directives are left as %v", caddyDirectives())
			}
		})
	}
}

// TestReadPositions holds by which position blocks of one key are told apart: their
// first line, but none that another block has too.
func TestReadPositions(t *testing.T) {
	blocks, _, _ := read("(both) {\n dnsview a\n}\n.:1053 {\n import both\n\n dnsview b\n dnsview c\n}\n.:1054 {\n import both\n}\n.:1055 { # a comment\n\n dnsview b\n}")
	var got []string
	for _, b := range blocks {
		got = append(got, b.Keys[0]+" "+b.Pos.String())
	}
	if want := "dns://.:1053 Corefile:7, dns://.:1054 Corefile:2, dns://.:1055 Corefile:15"; strings.Join(got, ", ") != want {
		t.Errorf("read %s, want %s", strings.Join(got, ", "), want)
	}
}

// TestReadBesideLoad holds that a load which another Corefile left unfinished is
// not taken for the one that is read.
func TestReadBesideLoad(t *testing.T) {
	c := caddy.NewTestController("dns", "a")
	Of(c, model.ViewDirective).AddView(&model.ViewSpec{Name: "other"})
	blocks, _, _ := read(".:1053 {\n dnsview mine\n}")
	if got := views(blocks); got != "dns://.:1053: mine" {
		t.Errorf("read %s", got)
	}
	if other := loading.take(c.Context()); len(other) != 1 {
		t.Error("the other load is gone")
	}
}

func caddyDirectives() []string { return caddy.ValidDirectives("dns") }
