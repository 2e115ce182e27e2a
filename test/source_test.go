package test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/internaldns/internaldns/"

// source is one Go file of the project.
type source struct {
	path    string // relative to the top level, with slashes
	file    *ast.File
	set     *token.FileSet
	imports []string // with the module's own as paths relative to the top level
}

// dir returns the directory of the file's package.
func (s source) dir() string { return path.Dir(s.path) }

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// line returns the place of a node, for messages.
func (s source) line(n ast.Node) int { return s.set.Position(n.Pos()).Line }

// parsed holds every Go file of the project for the tests that look at them.
var parsed = sync.OnceValues(parseAll)

// sources gives every Go file of the project.
func sources(t *testing.T) []source {
	t.Helper()
	out, err := parsed()
	if err != nil || len(out) == 0 {
		t.Fatalf("%d files: %v", len(out), err)
	}
	return out
}

func parseAll() ([]source, error) {
	var out []source
	err := filepath.WalkDir("..", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != ".." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata"):
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".go":
			return nil
		}
		s := source{set: token.NewFileSet()}
		if s.file, err = parser.ParseFile(s.set, name, nil, parser.ParseComments); err != nil {
			return err
		}
		s.path = strings.TrimPrefix(filepath.ToSlash(name), "../")
		for _, spec := range s.file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, strings.TrimPrefix(imported, module))
		}
		out = append(out, s)
		return nil
	})
	return out, err
}
