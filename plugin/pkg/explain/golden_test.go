package explain_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/internaldns/internaldns/plugin/pkg/explain"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

// TestGolden explains the question of every world in testdata. Each file holds the
// world, the text and the JSON; what it shows stands at its top.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no worlds: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			x := parseWorld(t, string(archive.Files[0].Data)).explain()
			got := []txtar.File{archive.Files[0], {Name: "text", Data: []byte(text(t, x, false))}, {Name: "json", Data: []byte(asJSON(t, x))}}
			if again := text(t, read(t, string(got[2].Data)), false); again != string(got[1].Data) {
				t.Errorf("read from JSON it tells\n%s\nwant\n%s", again, got[1].Data)
			}
			if *update {
				archive.Files = got
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(archive.Files) != len(got) {
				t.Fatalf("%s holds %d files, want world, text and json; -update writes the last two", file, len(archive.Files))
			}
			for i := range got {
				if want := string(archive.Files[i].Data); string(got[i].Data) != want {
					t.Errorf("%s: got\n%s\nwant\n%s", got[i].Name, got[i].Data, want)
				}
			}
		})
	}
}

// read reads an explanation from its JSON form.
func read(t testing.TB, text string) *explain.Explanation {
	t.Helper()
	x := new(explain.Explanation)
	if err := json.Unmarshal([]byte(text), x); err != nil {
		t.Fatal(err)
	}
	if err := x.Check(); err != nil {
		t.Error(err)
	}
	return x
}

// What is no whole explanation is refused before it is told of.
func TestCheckOfRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`, `{"version":2}`, `{"version":1,"view":{}}`, `{"version":1,"view":{},"policies":[{}],"result":{}}`,
		`{"version":1,"view":{},"policies":[{}],"result":{},"fallback":{"decision":"ask"}}`,
		`{"version":1,"searches":[{"steps":[{"kind":"alias"}]}]}`,
	} {
		x := new(explain.Explanation)
		if err := json.Unmarshal([]byte(text), x); err != nil || x.Check() == nil {
			t.Errorf("%s is taken, error %v", text, err)
		}
	}
	if out := text(t, read(t, `{"version":1,"view":{},"policies":[{}],"result":{},"fallback":{}}`), false); out == "" {
		t.Error("nothing is told")
	}
}
