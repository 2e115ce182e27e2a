package resolverpolicy

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
	"time"

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
func TestSourceChangedWhileRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	edit(t, file, "one")
	var got []string
	from := &source{what: "list", file: file, parse: func(r io.Reader) (func(), int, problem.List) {
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(text))
		if len(got) == 1 {
			edit(t, file, "three")
		}
		return func() {}, 1, nil
	}}
	if problems := from.load(); problems != nil {
		t.Fatal(problems)
	}
	from.Look(time.Now())
	from.Look(time.Now())
	if len(got) != 2 || got[1] != "three" {
		t.Errorf("read %q, want the first text and the last", got)
	}
}

// A file whose reading fails half-way is tried again although it does not change;
// one that ends or is too large is not.
func TestBoundedFails(t *testing.T) {
	broken := errors.New("stale")
	for name, c := range map[string]struct {
		bounded
		err    error
		failed bool
	}{
		"end":       {bounded{file: iotest.ErrReader(io.EOF), left: 1}, io.EOF, false},
		"fault":     {bounded{file: iotest.ErrReader(broken), left: 1}, broken, true},
		"too large": {bounded{file: iotest.ErrReader(broken)}, nil, false},
	} {
		_, err := c.Read(make([]byte, 1))
		if err == nil || c.err != nil && !errors.Is(err, c.err) || c.failed != c.bounded.failed {
			t.Errorf("%s: %v, failed %t, want %v, %t", name, err, c.bounded.failed, c.err, c.failed)
		}
	}
}
