package filewatch_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/filewatch"
)

// TestOpen holds that only regular files are opened, and that nothing waits.
func TestOpen(t *testing.T) {
	dir := t.TempDir()
	regular, pipe := filepath.Join(dir, "regular"), filepath.Join(dir, "pipe")
	if err := os.WriteFile(regular, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip("no named pipes here:", err)
	}
	file, err := filewatch.Open(regular)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if text, err := io.ReadAll(file); err != nil || string(text) != "text" {
		t.Errorf("%q, %v", text, err)
	}
	for name, want := range map[string]string{
		dir: "not a regular file", pipe: "not a regular file", filepath.Join(dir, "none"): "no such file or directory",
	} {
		if _, err := filewatch.Open(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

// TestStopTwice holds that a watcher can be stopped again.
func TestStopTwice(t *testing.T) {
	w := filewatch.NewWatcher()
	w.Start()
	w.Stop()
	w.Stop()
}
