package cli

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/internaldns/internaldns/cmd/suite"
)

var updateFlag = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) {
	if err := suite.Install(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// invoke runs the program in the working directory and gives all it prints, with
// the exit code on a last line unless it is 0.
func invoke(color bool, args ...string) string {
	var out bytes.Buffer
	p := &program{stdout: &out, stderr: &out, color: color}
	if code := p.run(args); code != exitOK {
		fmt.Fprintf(&out, "[exit %d]\n", code)
	}
	return out.String()
}

// TestScripts runs every archive of testdata: its files are laid out in an empty
// directory, and each line "$ ARGUMENT..." of its script is followed by what the
// program prints.
func TestScripts(t *testing.T) {
	archives, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("%d archives: %v", len(archives), err)
	}
	for _, path := range archives {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(path), "testdata/"), ".txtar")
		t.Run(name, func(t *testing.T) { runArchive(t, path) })
	}
}

func runArchive(t *testing.T, path string) {
	golden, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	layOut(t, archive)
	script := -1
	for i, f := range archive.Files {
		if f.Name == "script" {
			script = i
		}
	}
	if script < 0 {
		t.Fatal("no script")
	}
	var got strings.Builder
	for line := range strings.Lines(string(archive.Files[script].Data)) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			got.WriteString(line + invoke(false, strings.Fields(command)...))
		}
	}
	if *updateFlag {
		archive.Files[script].Data = []byte(got.String())
		if err := os.WriteFile(golden, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := string(archive.Files[script].Data); got.String() != want {
		t.Errorf("printed:\n%s\nwant:\n%s", got.String(), want)
	}
}

// layOut writes the files of an archive to an empty working directory. They have
// one modification time, which serials are made of.
func layOut(t *testing.T, archive *txtar.Archive) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, f := range archive.Files {
		if err := os.MkdirAll(filepath.Dir(f.Name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f.Name, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
		modified := time.Unix(1700000000, 0)
		if err := os.Chtimes(f.Name, modified, modified); err != nil {
			t.Fatal(err)
		}
	}
}
