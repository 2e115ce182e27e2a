package test

import (
	"go/ast"
	"regexp"
	"slices"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// Every code has a meaning of its own, is used somewhere, and every problem has a code.
func TestProblemCodes(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := make(map[string]bool)
	for _, m := range problem.Codes() {
		if !kebab.MatchString(string(m.Code)) || m.Text == "" || seen[string(m.Code)] || seen[m.Text] {
			t.Errorf("code %q, %q: words in lower case with hyphens, and a meaning, each once", m.Code, m.Text)
		}
		seen[string(m.Code)], seen[m.Text] = true, true
	}
	used := make(map[string]bool)
	var declared []string
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		if s.path == "plugin/pkg/problem/codes.go" {
			declared = constants(s.file)
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if from, ok := n.X.(*ast.Ident); ok && from.Name == "problem" {
					used[n.Sel.Name] = true
				}
			case *ast.CompositeLit:
				if isProblem(n) && !slices.ContainsFunc(n.Elts, isCode) {
					t.Errorf("%s:%d makes a problem without a code", s.path, s.line(n))
				}
			}
			return true
		})
	}
	if len(declared) != len(problem.Codes()) {
		t.Errorf("%d codes are declared, %d have a meaning", len(declared), len(problem.Codes()))
	}
	for _, name := range declared {
		if !used[name] {
			t.Errorf("code %s is used nowhere", name)
		}
	}
}

// constants returns the names of a file's constants.
func constants(f *ast.File) (names []string) {
	ast.Inspect(f, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			for _, name := range spec.Names {
				names = append(names, name.Name)
			}
		}
		return true
	})
	return names
}

// isProblem reports whether a literal is one of type problem.Problem that says something.
func isProblem(lit *ast.CompositeLit) bool {
	sel, ok := lit.Type.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Problem" || len(lit.Elts) == 0 {
		return false
	}
	from, ok := sel.X.(*ast.Ident)
	return ok && from.Name == "problem"
}

func isCode(e ast.Expr) bool {
	pair, ok := e.(*ast.KeyValueExpr)
	if !ok {
		return false
	}
	key, ok := pair.Key.(*ast.Ident)
	return ok && key.Name == "Code"
}
