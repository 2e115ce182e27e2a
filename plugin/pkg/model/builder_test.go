package model_test

import (
	"os"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// someLists has every list, of a type that is not known.
type someLists struct{}

func (someLists) List(string) (expr.List, bool) { return someList{}, true }

type someList struct{ anyList }

func (someList) Type() expr.Type { return 0 }

// builderFile returns the lines of a file that the tests of the dashboard's expression
// builder write.
func builderFile(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile("../../internaldns/dashboard/src/pages/policies/builder/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// built returns the canonical form of an expression.
func built(t *testing.T, source string) string {
	t.Helper()
	spec := &model.PolicySpec{Name: "p", Action: model.UsePublic, Traffic: model.Expression{Source: source}, Lists: someLists{}}
	s, problems := model.Build(model.Spec{Policies: []*model.PolicySpec{spec}}, nil)
	if err := problems.Err(); err != nil {
		t.Errorf("%s\n%s", source, err)
		return ""
	}
	return s.Policies[0].Traffic.String()
}

// LIVE 9: the expression builder writes nothing that a policy cannot have.
func TestBuilderPrints(t *testing.T) {
	t.Parallel()
	lines := builderFile(t, "printed.txt")
	for _, line := range lines {
		built(t, line)
	}
	if len(lines) < 400 {
		t.Errorf("%d expressions, where are the others?", len(lines))
	}
}

// LIVE 9: the builder and the text are in step: what it makes of an expression means the
// same.
func TestBuilderReads(t *testing.T) {
	t.Parallel()
	for _, line := range builderFile(t, "written.txt") {
		written, printed, two := strings.Cut(line, "\t")
		if !two {
			t.Errorf("%q is no pair", line)
			continue
		}
		// A condition that is negated has two spellings.
		x, y := strings.NewReplacer(`dns.query_rtype != "A"`, `not dns.query_rtype == "A"`), built(t, written)
		if got := x.Replace(built(t, printed)); got != y {
			t.Errorf("%s means\n%s, and the builder writes\n%s", written, y, got)
		}
	}
}
