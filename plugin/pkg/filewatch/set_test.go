package filewatch

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// lines is a set that is used for what its lines are.
type lines struct {
	*Set
	t       *testing.T
	file    string
	now     time.Time
	used    string   // the content in use
	refused []string // what was told
	during  func()   // called while a file is read
}

func newLines(t *testing.T, c Config, text string) *lines {
	l := &lines{t: t, file: filepath.Join(t.TempDir(), "file"), now: time.Now()}
	c.Name = "lines"
	if c.Interval == 0 {
		c.Interval = 10 * time.Second
	}
	c.Refused = func(errors string) { l.refused = append(l.refused, errors) }
	c.Read = func(s *Session) (func(), problem.List) {
		var problems problem.List
		file, err := s.Open(l.file)
		if err != nil {
			problems.Errorf(problem.FileUnreadable, problem.Pos{}, "", "%s", err)
			return nil, problems
		}
		defer file.Close()
		data, err := io.ReadAll(file)
		if err != nil || strings.Contains(string(data), "bad") {
			problems.Errorf(problem.FileUnreadable, problem.Pos{}, "", "bad data %v", err)
		}
		if l.during != nil {
			l.during()
		}
		s.Count(l.file, len(strings.Fields(string(data))))
		return func() { l.used = string(data) }, problems
	}
	l.Set = New(c)
	l.write(text)
	return l
}

// write writes the file in place.
func (l *lines) write(text string) {
	l.t.Helper()
	if err := os.WriteFile(l.file, []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}
}

// move moves a whole file into place that was written some time ago.
func (l *lines) move(text string, age time.Duration) {
	l.t.Helper()
	aside := l.file + ".new"
	if err := os.WriteFile(aside, []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}
	at := l.now.Add(-age)
	if err := os.Chtimes(aside, at, at); err != nil {
		l.t.Fatal(err)
	}
	if err := os.Rename(aside, l.file); err != nil {
		l.t.Fatal(err)
	}
}

// after looks once more after a while, and holds what is in use then.
func (l *lines) after(wait time.Duration, want string) {
	l.t.Helper()
	l.now = l.now.Add(wait)
	l.Look(l.now)
	if l.used != want {
		l.t.Errorf("%q is in use, want %q", l.used, want)
	}
}

func TestWrittenInPlace(t *testing.T) {
	l := newLines(t, Config{}, "a b\n")
	if problems := l.First(); problems != nil {
		t.Fatal(problems)
	}
	l.after(10*time.Second, "a b\n")
	l.write("a b c\n")
	l.after(10*time.Second, "a b\n") // the first look that finds it changed
	l.after(900*time.Millisecond, "a b\n")
	l.after(200*time.Millisecond, "a b c\n")
}

// A writer that takes its time is waited for as long as it has taken.
func TestSlowWriter(t *testing.T) {
	l := newLines(t, Config{}, "a\n")
	l.First()
	for i := range 3 {
		l.write("a\n" + strings.Repeat("x", i+1))
		l.after(990*time.Millisecond, "a\n")
	}
	l.after(1900*time.Millisecond, "a\n") // it took 1.98 seconds
	l.after(100*time.Millisecond, "a\nxxx")
	l.write("a\nyyyy") // and so does the next, perhaps
	l.after(10*time.Second, "a\nxxx")
	l.after(1900*time.Millisecond, "a\nxxx")
	l.after(100*time.Millisecond, "a\nyyyy")
}

// However often somebody looks, a writer may pause.
func TestShortInterval(t *testing.T) {
	l := newLines(t, Config{Interval: 100 * time.Millisecond}, "a b c\n")
	l.First()
	l.write("a b")
	for range 9 {
		l.after(100*time.Millisecond, "a b c\n")
	}
	l.write("a b c d\n")
	for range 10 {
		l.after(100*time.Millisecond, "a b c\n")
	}
	l.after(100*time.Millisecond, "a b c d\n")
}

func TestMovedIntoPlace(t *testing.T) {
	l := newLines(t, Config{}, "a b c d e f g h i j k l\n")
	l.First()
	l.move("a\n", time.Hour) // a whole file may shrink as it likes
	l.after(10*time.Second, "a\n")
	l.move("a b\n", -10*time.Second+500*time.Millisecond) // written half a second ago when it is looked at
	l.after(10*time.Second, "a\n")
	l.after(time.Second, "a b\n")
	if len(l.refused) > 0 {
		t.Errorf("refused: %q", l.refused)
	}
}

// A link that is turned to another file moves that into place, as ConfigMaps do.
func TestTurnedLink(t *testing.T) {
	l := newLines(t, Config{}, "")
	dir := filepath.Dir(l.file)
	old := time.Now().Add(-time.Hour)
	for i, text := range []string{"one\n", "two\n"} {
		version := filepath.Join(dir, fmt.Sprint(i))
		if err := os.WriteFile(version, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(version, old, old); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(version, l.file+".link"); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(l.file+".link", l.file); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			l.First()
		}
	}
	l.after(10*time.Second, "two\n")
}

// What cannot be seen from size and time is seen from the time of any change.
func TestSameSizeAndTime(t *testing.T) {
	l := newLines(t, Config{}, "a b\n")
	l.First()
	info, err := os.Stat(l.file)
	if err != nil {
		t.Fatal(err)
	}
	l.write("a c\n")
	if err := os.Chtimes(l.file, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	l.after(10*time.Second, "a b\n")
	l.after(10*time.Second, "a c\n")
}

// TestCutShort holds which changes are refused, and how they are confirmed.
func TestCutShort(t *testing.T) {
	const twelve = "a b c d e f g h i j k l\n"
	for name, c := range map[string]struct {
		config       Config
		before, text string
		refused      string // part of what is told; empty if it is taken
		move         string // part of what is told if the file is moved into place
	}{
		"emptied":               {Config{}, "a\n", "", "holds nothing any more, and held 1 entries; it may be cut short; to have it so, declare it empty_ok", "holds nothing any more"},
		"emptied as it may":     {Config{EmptyOK: true}, twelve, "", "", ""},
		"emptied, starts empty": {Config{StartsEmpty: true}, "a\n", "", "to have it so, restart", "holds nothing"},
		"no newline":            {Config{}, "a b\n", "a", "the last line has no newline and 1 entries of", ""},
		"no newline before":     {Config{}, "a b", "a", "", ""},
		"no newline, as many":   {Config{}, "a b\n", "a b", "", ""},
		"most gone":             {Config{}, twelve, "a b c d e\n", "7 of 12 entries of", ""},
		"half gone":             {Config{}, twelve, "a b c d e f\n", "", ""},
		"most of few gone":      {Config{}, "a b c d e f g h i j\n", "a\n", "", ""},
		"broken":                {Config{}, "a\n", "bad\n", "bad data", "bad data"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLines(t, c.config, c.before)
			if problems := l.First(); problems != nil {
				t.Fatal(problems)
			}
			want := func(text, refused string) string {
				if refused == "" {
					return text
				}
				return c.before
			}
			l.write(c.text)
			l.after(10*time.Second, c.before)
			l.after(10*time.Second, want(c.text, c.refused))
			l.after(10*time.Second, want(c.text, c.refused))
			told := strings.Join(l.refused, "; ")
			if !strings.Contains(told, c.refused) || c.refused == "" && told != "" || len(l.refused) > 1 {
				t.Errorf("told %q, want %q once", l.refused, c.refused)
			}
			loads := l.Loads()
			if failing := c.refused != ""; (loads.Failing == 1) != failing || (loads.Failures == 1) != failing {
				t.Errorf("metrics %+v, failing %t", loads, failing)
			}
			if c.refused == "" {
				return
			}
			l.move(c.text, time.Hour)
			l.after(10*time.Second, want(c.text, c.move))
			if failing := l.Loads().Failing == 1; failing != (c.move != "") {
				t.Errorf("moved into place: failing %t, want %t", failing, c.move != "")
			}
		})
	}
}

func TestEmptyAtStart(t *testing.T) {
	for name, c := range map[string]struct {
		config Config
		want   string
	}{
		"":             {Config{}, "is empty; with empty_ok it may be"},
		"empty_ok":     {Config{EmptyOK: true}, ""},
		"starts empty": {Config{StartsEmpty: true}, ""},
	} {
		l := newLines(t, c.config, "\n")
		if got := l.First().Error(); (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// A file that is written to while it is read is read again.
func TestChangedWhileRead(t *testing.T) {
	l := newLines(t, Config{}, "a\n")
	l.First()
	l.write("a b\n")
	l.after(10*time.Second, "a\n")
	l.during = func() { l.during = nil; l.write("a b c\n") }
	l.after(10*time.Second, "a\n")
	l.after(10*time.Second, "a\n")
	l.after(10*time.Second, "a b c\n")
}

// A reading that failed to open a file is tried again at every look.
func TestRetry(t *testing.T) {
	l := newLines(t, Config{}, "a\n")
	l.First()
	if err := os.Remove(l.file); err != nil {
		t.Fatal(err)
	}
	l.after(10*time.Second, "a\n")
	l.after(10*time.Second, "a\n")
	if len(l.refused) != 1 || l.Loads().Failing != 1 {
		t.Errorf("told %q, %+v", l.refused, l.Loads())
	}
	l.move("a b\n", time.Hour)
	l.after(10*time.Second, "a b\n")
}

// A file system that does not answer stops its set alone, and for as long as that lasts.
func TestStalled(t *testing.T) {
	l := newLines(t, Config{}, "a\n")
	l.First()
	l.stallAfter = time.Millisecond
	release := make(chan struct{})
	read := l.Read
	l.Read = func(s *Session) (publish func(), problems problem.List) {
		s.wait(func() { <-release })
		return read(s)
	}
	l.write("a b\n")
	l.after(10*time.Second, "a\n")
	l.after(10*time.Second, "a\n")
	l.after(10*time.Second, "a\n")
	if loads := l.Loads(); loads.Stalled != 1 || loads.Failing != 1 || len(l.refused) != 1 {
		t.Errorf("%+v, told %q", loads, l.refused)
	}
	l.stallAfter = stallAfter
	close(release)
	for l.Loads().Stalled == 1 {
		syscall.Getpid() // the goroutine is on its way
	}
	l.after(10*time.Second, "a\n")
	l.after(10*time.Second, "a b\n")
	if loads := l.Loads(); loads.Stalled != 0 || loads.Failing != 0 {
		t.Errorf("%+v", loads)
	}
}

// A watcher looks at the others while one look hangs, ends without it, and calls
// what is to follow once for the looks of one time.
func TestWatcherWithHangingLook(t *testing.T) {
	w := NewWatcher()
	release := make(chan struct{})
	defer close(release)
	looked := make(chan int, 100)
	w.Add(item(func() { <-release }), 0)
	for i := range 5 {
		w.Add(item(func() { looked <- i }), 0)
	}
	after := make(chan struct{}, 100)
	w.After(func() { after <- struct{}{} })
	w.Start()
	for range 5 {
		<-looked
	}
	<-after
	if n := len(after); n > 0 {
		t.Errorf("called %d times more than once", n)
	}
	w.Stop()
}

// item is something to look at once.
type item func()

func (i item) Look(now time.Time) time.Time { i(); return now.Add(time.Hour) }
func (i item) Abandoned() bool              { return false }

func (i item) Known() ([]State, time.Duration, bool) { return nil, 0, false }

// thrice is an item that is abandoned once it was looked at three times.
type thrice struct{ looks int }

func (i *thrice) Look(now time.Time) time.Time { i.looks++; return now.Add(time.Millisecond) }
func (i *thrice) Abandoned() bool              { return i.looks == 3 }

func (i *thrice) Known() ([]State, time.Duration, bool) { return nil, 0, false }

// A watcher looks at each of many items as often as it is due, forgets those that are
// abandoned, and ends when there are none left.
func TestWatcherWithManyItems(t *testing.T) {
	w := NewWatcher()
	items := make([]thrice, 5000)
	for i := range items {
		w.Add(&items[i], time.Duration(i%7)*time.Microsecond)
	}
	afters := 0
	w.After(func() { afters++ })
	w.Start()
	<-w.done
	for i := range items {
		if items[i].looks != 3 {
			t.Fatalf("item %d was looked at %d times", i, items[i].looks)
		}
	}
	if afters == 0 {
		t.Error("nothing was called after the looks")
	}
	w.Stop()
}
