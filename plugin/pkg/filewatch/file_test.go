package filewatch_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/filewatch"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// edit writes a file that has been left alone for a while.
func edit(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-time.Minute)
	if err := os.Chtimes(file, past, past); err != nil {
		t.Fatal(err)
	}
}

// A file that changes while it is read for the first time is read again.
func TestFileChangedWhileRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	edit(t, file, "one")
	var got []string
	from := filewatch.NewFile(filewatch.Config{Name: "list"}, file, func(r io.Reader) (func(), int, problem.List) {
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(text))
		if len(got) == 1 {
			edit(t, file, "three")
		}
		return func() {}, 1, nil
	}, nil)
	if problems := from.First(); problems != nil {
		t.Fatal(problems)
	}
	now := time.Now()
	from.Look(now)
	from.Look(now.Add(time.Minute))
	from.Look(now.Add(time.Hour))
	if len(got) != 2 || got[1] != "three" {
		t.Errorf("read %q, want the first text and the last", got)
	}
}
