package querylog

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// drops counts queries that a log lacks.
type drops struct{ atomic.Int64 }

func (d *drops) Drop() { d.Add(1) }

// counted returns a counter whose drops can be read.
func counted(*testing.T) (at *drops, count func() int) {
	at = new(drops)
	return at, func() int { return int(at.Load()) }
}

// sink is a file whose writes end as told.
type sink struct {
	bytes.Buffer
	room  int // octets taken before an error
	gate  chan struct{}
	ended bool
}

func (s *sink) Write(p []byte) (int, error) {
	if s.gate != nil {
		<-s.gate
	}
	n := min(len(p), s.room)
	s.room -= n
	s.Buffer.Write(p[:n])
	if n < len(p) {
		return n, errors.New("full")
	}
	return n, nil
}

func (s *sink) Close() error { s.ended = true; return nil }

// The lines have the names and types of Cloudflare's dataset gateway_dns.
func TestQueryLogLines(t *testing.T) {
	at, _ := counted(t)
	when := time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600))
	for _, c := range []struct {
		name string
		Entry
		want string
	}{
		{"hit", Entry{Client: netip.MustParseAddr("192.0.2.7"), Name: "WWW.example.org.", Type: dns.TypeA, Policy: "office", View: "all", Zone: "example.org"},
			`{"Datetime":"2026-01-02T02:04:05Z","QueryName":"www.example.org","QueryTypeName":"A","SrcIP":"192.0.2.7","RCode":0,"ResolverPolicyName":"office","InternalDNSViewID":"all","InternalDNSZoneID":"example.org","InternalDNSRCode":0,"InternalDNSFallbackStrategy":""}`},
		{"fallback", Entry{Client: netip.MustParseAddr("2001:db8::7"), Name: "example.com.", Type: 65280, Rcode: 2, Policy: "o", View: "v", Internal: 5, Fallback: true},
			`{"Datetime":"2026-01-02T02:04:05Z","QueryName":"example.com","QueryTypeName":"TYPE65280","SrcIP":"2001:db8::7","RCode":2,"ResolverPolicyName":"o","InternalDNSViewID":"v","InternalDNSZoneID":"","InternalDNSRCode":5,"InternalDNSFallbackStrategy":"public_dns"}`},
		{"root, no address", Entry{Name: ".", Type: dns.TypeNS},
			`{"Datetime":"2026-01-02T02:04:05Z","QueryName":".","QueryTypeName":"NS","SrcIP":"","RCode":0,"ResolverPolicyName":"","InternalDNSViewID":"","InternalDNSZoneID":"","InternalDNSRCode":0,"InternalDNSFallbackStrategy":""}`},
		{"what would break a line", Entry{Name: `a\"b\032c\\d\010é.example.`, Type: dns.TypeA, Policy: "a \"b\"\n<c>", View: "\xff"},
			`{"Datetime":"2026-01-02T02:04:05Z","QueryName":"a\\\"b\\032c\\\\d\\010é.example","QueryTypeName":"A","SrcIP":"","RCode":0,"ResolverPolicyName":"a \"b\"\n<c>","InternalDNSViewID":"\ufffd","InternalDNSZoneID":"","InternalDNSRCode":0,"InternalDNSFallbackStrategy":""}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := &sink{room: 1 << 20}
			q := New(out)
			c.At, c.Time = at, when
			q.Add(c.Entry)
			if err := q.Stop(); err != nil || !out.ended {
				t.Errorf("stop: %v, closed %t", err, out.ended)
			}
			if got := out.String(); got != c.want+"\n" || !json.Valid([]byte(got)) {
				t.Errorf("got  %swant %s", got, c.want)
			}
		})
	}
}

// A log that cannot keep up holds nobody up: what is too much is counted.
func TestQueryLogFull(t *testing.T) {
	at, drops := counted(t)
	out := &sink{room: 1 << 30, gate: make(chan struct{})}
	q := New(out)
	const n = 2*logQueue + 1000
	for range n {
		q.Add(Entry{At: at, Name: "example.org.", Type: dns.TypeA})
	}
	close(out.gate)
	if err := q.Stop(); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), "\n"); got+drops() != n || got < logQueue || drops() == 0 {
		t.Errorf("%d lines and %d dropped of %d queries", got, drops(), n)
	}
	q.Add(Entry{At: at, Name: "example.org.", Type: dns.TypeA})
	if got := strings.Count(out.String(), "\n"); got+drops() != n+1 {
		t.Errorf("a query after the end is not counted: %d lines, %d dropped", got, drops())
	}
}

// A disk that is full costs the lines that are not whole, and no line after that.
func TestQueryLogTorn(t *testing.T) {
	at, drops := counted(t)
	out := &sink{room: 1000}
	q := New(out)
	for range 10 {
		q.encode(&Entry{At: at, Name: "example.org.", Type: dns.TypeA})
	}
	q.flush()
	whole := strings.Count(out.String(), "\n")
	if drops() != 10-whole || !q.torn {
		t.Errorf("%d whole lines of 10, %d dropped, torn %t", whole, drops(), q.torn)
	}
	out.room = 1 << 20
	q.encode(&Entry{At: at, Name: "last.example.org.", Type: dns.TypeA})
	q.flush()
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if last := lines[len(lines)-1]; len(lines) != whole+2 || !json.Valid([]byte(last)) || q.torn {
		t.Errorf("%d lines, the last one is %s", len(lines), last)
	}
	out.room = 0
	q.encode(&Entry{At: at, Name: "lost.example.org.", Type: dns.TypeA})
	q.flush()
	if drops() != 10-whole+1 {
		t.Errorf("%d dropped, want %d", drops(), 10-whole+1)
	}
}

// A log that no query was written to ends at once.
func TestQueryLogUnused(t *testing.T) {
	at, drops := counted(t)
	out := &sink{}
	q := New(out)
	if err := q.Stop(); err != nil || !out.ended {
		t.Errorf("stop: %v, closed %t", err, out.ended)
	}
	q.Add(Entry{At: at})
	if drops() != 1 {
		t.Errorf("%d dropped, want 1", drops())
	}
}

// The file is opened anew when it was moved away, and kept otherwise.
func TestLogFileMoved(t *testing.T) {
	name := filepath.Join(t.TempDir(), "queries.json")
	l, err := openFile(name)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	write := func(text string, late bool) {
		t.Helper()
		if late {
			l.looked = l.looked.Add(-logRetry)
		}
		if n, err := l.Write([]byte(text)); err != nil || n != len(text) {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
	write("one\n", true)
	if err := os.Rename(name, name+".1"); err != nil {
		t.Fatal(err)
	}
	write("two\n", false)
	write("three\n", true)
	for file, want := range map[string]string{name + ".1": "one\ntwo\n", name: "three\n"} {
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("%s holds %q, %v; want %q", filepath.Base(file), got, err, want)
		}
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("permissions %v, %v; want 0600", info.Mode(), err)
	}
}

func TestLogFileFails(t *testing.T) {
	dir := t.TempDir()
	if _, err := openFile(dir); err == nil || !strings.HasSuffix(err.Error(), " is not a file; name a file, or write stdout") {
		t.Errorf("a directory: %v", err)
	}
	below := filepath.Join(dir, "logs")
	if err := os.Mkdir(below, 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := openFile(filepath.Join(below, "queries.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := os.RemoveAll(below); err != nil {
		t.Fatal(err)
	}
	l.looked = l.looked.Add(-logRetry)
	if _, err := l.Write([]byte("lost\n")); err == nil {
		t.Error("a line went to a file that is gone")
	}
	if err := os.Mkdir(below, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Write([]byte("back\n")); err != nil {
		t.Errorf("the log does not come back: %v", err)
	}
}

// TestCheckLog holds that a log which cannot be opened is known without one being made.
func TestCheckLog(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("old.json", []byte("kept\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"good": "new.json", "bad": "none/new.json"} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo("pipe", 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"stdout": "", "new.json": "", "old.json": "", "good": "", os.DevNull: "",
		".":             ". is not a file; name a file, or write stdout",
		"pipe":          "pipe is not a file; name a file, or write stdout",
		"none/new.json": "none/new.json cannot be made, there is no directory none",
		"bad":           "bad cannot be made, there is no directory none",
		"old.json/x":    "stat old.json/x: not a directory",
	} {
		got := ""
		if err := Check(name); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if _, err := os.Stat("new.json"); err == nil {
		t.Error("a log was made")
	}
	if text, err := os.ReadFile("old.json"); err != nil || string(text) != "kept\n" {
		t.Errorf("the old log holds %q, %v", text, err)
	}
}

// Whatever is asked, a query is one line of JSON that says so.
func FuzzQueryLog(f *testing.F) {
	f.Add([]byte("\x03www\x07example\x03org\x00"), uint16(1), 0)
	f.Add([]byte("\x05a\"\\\n\xff\x00"), uint16(65280), 3841)
	f.Fuzz(func(t *testing.T, wire []byte, qtype uint16, rcode int) {
		name, _, err := dns.UnpackDomainName(wire, 0)
		if err != nil {
			return
		}
		out := &sink{room: 1 << 20}
		q := New(out)
		q.encode(&Entry{Name: name, Type: qtype, Rcode: rcode})
		q.flush()
		var got line
		if err := json.Unmarshal(out.Bytes(), &got); err != nil || strings.Count(out.String(), "\n") != 1 {
			t.Fatalf("%v: %q", err, out.String())
		}
		if dns.Fqdn(got.QueryName) != strings.ToLower(name) || got.RCode != rcode {
			t.Errorf("%q is logged as %q", name, got.QueryName)
		}
	})
}

// TestLogFileTorn holds that a file which ended within a line, since the disk was full
// or the program was killed, goes on with a new one.
func TestLogFileTorn(t *testing.T) {
	for before, want := range map[string]string{
		"":             "three\n",
		"one\n":        "one\nthree\n",
		"one\n{\"half": "one\n{\"half\nthree\n",
	} {
		name := filepath.Join(t.TempDir(), "queries.json")
		if err := os.WriteFile(name, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := openFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := l.Write([]byte("three\n")); n != 6 || err != nil {
			t.Errorf("Write = %d, %v", n, err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("after %q: %q, %v; want %q", before, got, err, want)
		}
	}
}

// failing is a log that takes some octets of each write and fails then.
type failing struct{ takes []int }

func (f *failing) Write(lines []byte) (int, error) {
	n := min(f.takes[0], len(lines))
	f.takes = f.takes[1:]
	if n < len(lines) {
		return n, errors.New("no space left on device")
	}
	return n, nil
}

func (f *failing) Close() error { return nil }

// TestQueryLogDrops holds which lines of a write that failed count as missing: those
// that are not whole, whether or not the write began with the end of an older line.
func TestQueryLogDrops(t *testing.T) {
	at, drops := counted(t)
	length := 0
	{
		q := New(&failing{takes: []int{1 << 20}})
		q.encode(&Entry{At: at, Name: "example.org.", Type: dns.TypeA})
		length = q.buf.Len()
	}
	for _, c := range []struct {
		takes       []int // of a write of three lines, and of another one
		first, both int   // dropped
	}{
		{[]int{0, 0}, 3, 6},
		{[]int{length - 1, 0}, 3, 6},
		{[]int{length, 3 * length}, 2, 2},
		{[]int{length + 1, 1}, 2, 5},          // only the end of the torn line is written
		{[]int{length + 1, 1 + length}, 2, 4}, // and one line
		{[]int{2*length + 1, 1 + 3*length}, 1, 1},
	} {
		q := New(&failing{takes: slices.Clone(c.takes)})
		before := drops()
		write := func() int {
			for range 3 {
				q.encode(&Entry{At: at, Name: "example.org.", Type: dns.TypeA})
			}
			q.flush()
			return drops() - before
		}
		if first, both := write(), write(); first != c.first || both != c.both {
			t.Errorf("takes %v of lines of %d: %d and %d dropped, want %d and %d", c.takes, length, first, both, c.first, c.both)
		}
	}
}
