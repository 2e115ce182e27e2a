package test

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The limits of plugin/README.md, in lines.
const (
	fileLimit     = 400
	functionLimit = 60
)

func TestLengths(t *testing.T) {
	for _, s := range sources(t) {
		if lines := s.set.Position(s.file.FileEnd).Line; lines > fileLimit {
			t.Errorf("%s has %d lines, at most %d are allowed", s.path, lines, fileLimit)
		}
		for _, decl := range s.file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if lines := s.set.Position(f.End()).Line - s.line(f) + 1; lines > functionLimit {
				t.Errorf("%s:%d: %s has %d lines, at most %d are allowed", s.path, s.line(f), f.Name.Name, lines, functionLimit)
			}
		}
	}
}

func TestPackageNames(t *testing.T) {
	for _, s := range sources(t) {
		name := strings.TrimSuffix(s.file.Name.Name, "_test")
		if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "misc", "shared"}, name) {
			t.Errorf("%s: package %s says nothing of what it holds", s.path, name)
		}
		if name != "main" && name != path.Base(s.dir()) {
			t.Errorf("%s: package %s stands in a directory of another name", s.path, name)
		}
	}
}

func TestFormatted(t *testing.T) {
	for _, s := range sources(t) {
		text, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(s.path)))
		if err != nil {
			t.Fatal(err)
		}
		formatted, err := format.Source(text)
		if err != nil || !bytes.Equal(text, formatted) {
			t.Errorf("%s is not formatted by gofmt (%v)", s.path, err)
		}
	}
}

// A variable of a package is a table, an error, a metric or a logger that never changes.
func TestNoPackageState(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		for _, decl := range s.file.Decls {
			variables, ok := decl.(*ast.GenDecl)
			if !ok || variables.Tok != token.VAR || isEmbedded(variables) {
				continue
			}
			for _, spec := range variables.Specs {
				for _, name := range spec.(*ast.ValueSpec).Names {
					checkVariable(t, s, name, spec.(*ast.ValueSpec))
				}
			}
		}
	}
}

// isEmbedded reports whether the compiler fills a variable with files.
func isEmbedded(variables *ast.GenDecl) bool {
	return variables.Doc != nil && slices.ContainsFunc(variables.Doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:embed ")
	})
}

func checkVariable(t *testing.T, s source, name *ast.Ident, spec *ast.ValueSpec) {
	t.Helper()
	if len(spec.Values) == 0 {
		t.Errorf("%s:%d: variable %s of the package has no value of its own, so something must change it", s.path, s.line(name), name.Name)
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		assignment, ok := n.(*ast.AssignStmt)
		if !ok || assignment.Tok == token.DEFINE {
			return true
		}
		for _, left := range assignment.Lhs {
			if ident, ok := left.(*ast.Ident); ok && ident.Obj != nil && ident.Obj == name.Obj {
				t.Errorf("%s:%d: variable %s of the package is changed", s.path, s.line(assignment), name.Name)
			}
		}
		return true
	})
}

// The top level holds what a visitor looks for and nothing else.
func TestTopLevel(t *testing.T) {
	allowed := []string{
		".ci", ".git", ".gitignore", "Corefile.example", "LICENSE", "Makefile", "README.md",
		"bin", "cmd", "deploy", "go.mod", "go.sum", "plugin", "staticcheck.conf", "test",
	}
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !slices.Contains(allowed, entry.Name()) {
			t.Errorf("%s stands at the top level, allowed are: %s", entry.Name(), strings.Join(allowed, " "))
		}
	}
}
