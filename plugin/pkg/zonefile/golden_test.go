package zonefile

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"golang.org/x/tools/txtar"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

var update = flag.Bool("update", false, "rewrite the golden parts of testdata")

// goldenCase is the files of one load: its zone, the files that zone includes,
// and what is expected.
type goldenCase struct {
	name     string
	files    map[string][]byte
	records  string
	problems string
}

// goldenCases reads an archive with sections CASE/FILE; CASE/records and
// CASE/problems are what comes out.
func goldenCases(t *testing.T, path string) []*goldenCase {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var cases []*goldenCase
	for _, section := range archive.Files {
		name, file, _ := strings.Cut(section.Name, "/")
		if len(cases) == 0 || cases[len(cases)-1].name != name {
			cases = append(cases, &goldenCase{name: name, files: map[string][]byte{}})
		}
		c := cases[len(cases)-1]
		switch file {
		case "records":
			c.records = string(section.Data)
		case "problems":
			c.problems = string(section.Data)
		default:
			c.files[file] = section.Data
		}
	}
	return cases
}

// open is an Options.Open over the files of a case.
func (c *goldenCase) open(name string) (io.ReadCloser, error) {
	text, ok := c.files[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(text)), nil
}

// run parses the case and gives its records, with their places, and problems.
func (c *goldenCase) run() (records, problems string, list problem.List) {
	var b strings.Builder
	opt := Options{Origin: "example.org.", File: "zone", DefaultTTL: 77, Open: c.open}
	list = Parse(bytes.NewReader(c.files["zone"]), opt, func(rr dns.RR, pos problem.Pos) {
		fmt.Fprintf(&b, "%s %s\n", pos, strings.ReplaceAll(rr.String(), "\t", " "))
	})
	if len(list) > 0 {
		problems = list.Error() + "\n"
	}
	return b.String(), problems, list
}

func goldenArchives(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no archives in testdata:", err)
	}
	return paths
}

// TestGolden holds what each zone file of testdata gives, message by message.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, path := range goldenArchives(t) {
		cases := goldenCases(t, path)
		if *update {
			rewrite(t, path, cases)
			continue
		}
		for _, c := range cases {
			t.Run(filepath.Base(path)+"/"+c.name, func(t *testing.T) {
				records, problems, _ := c.run()
				if records != c.records {
					t.Errorf("records:\n%swant:\n%s", records, c.records)
				}
				if problems != c.problems {
					t.Errorf("problems:\n%swant:\n%s", problems, c.problems)
				}
			})
		}
	}
}

// rewrite stores what the cases give now.
func rewrite(t *testing.T, path string, cases []*goldenCase) {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out txtar.Archive
	out.Comment = archive.Comment
	for _, c := range cases {
		for _, section := range archive.Files {
			name, file, _ := strings.Cut(section.Name, "/")
			if name == c.name && file != "records" && file != "problems" {
				out.Files = append(out.Files, section)
			}
		}
		records, problems, _ := c.run()
		for _, part := range []txtar.File{
			{Name: c.name + "/records", Data: []byte(records)},
			{Name: c.name + "/problems", Data: []byte(problems)},
		} {
			if len(part.Data) > 0 {
				out.Files = append(out.Files, part)
			}
		}
	}
	if err := os.WriteFile(path, txtar.Format(&out), 0o644); err != nil {
		t.Fatal(err)
	}
}
