package explain_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
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
