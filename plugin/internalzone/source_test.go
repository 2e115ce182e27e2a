package internalzone

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

const (
	soa  = "@ 60 SOA ns hostmaster 7 1h 30m 2w 5m\n"
	host = "www 60 A 192.0.2.80\n"
)

// TestJoinRecord holds that a record split into the words of a Corefile is put
// together as it was written.
func TestJoinRecord(t *testing.T) {
	for _, c := range []struct {
		words []string // as the Corefile's lexer gives them
		want  string
	}{
		{[]string{"www", "A", "192.0.2.1"}, "www A 192.0.2.1"},
		{[]string{"www A 192.0.2.1"}, "www A 192.0.2.1"},
		{[]string{"www", "TXT", "two words", ""}, `www TXT "two words" ""`},
		{[]string{"www", "TXT", "a;b", `say "x"`}, `www TXT "a;b" "say \"x\""`},
		{[]string{"www", "HTTPS", "1", ".", `alpn="h2,h3"`, "ipv4hint=192.0.2.1"}, `www HTTPS 1 . alpn="h2,h3" ipv4hint=192.0.2.1`},
		{[]string{"www", "SVCB", "1", ".", `key667="two`, "(", `words;"`, "port=53"}, `www SVCB 1 . key667="two ( words;" port=53`},
		{[]string{"www", "TXT", `a\"b`, "c d"}, `www TXT a\"b "c d"`},
		{[]string{"@", "SOA", "ns", "host", "(", "1", "2", "3", "4", "5", ")"}, "@ SOA ns host ( 1 2 3 4 5 )"},
	} {
		if got := joinRecord(c.words); got != c.want {
			t.Errorf("joinRecord(%q) = %s, want %s", c.words, got, c.want)
		}
	}
}

// edit writes a zone file that has been left alone for a while.
func edit(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(file, past, past); err != nil {
		t.Fatal(err)
	}
}

// settle has changed files looked at until they are taken or refused.
func settle(h *heldZone) (refused string) {
	h.files.Refused = func(errors string) { refused = errors }
	now := time.Now()
	h.files.Look(now)
	h.files.Look(now.Add(time.Minute))
	return refused
}

// TestReload holds that good data is taken over, and what looks broken or cut
// short is not (SPEC 3).
func TestReload(t *testing.T) {
	file := filepath.Join(t.TempDir(), "zone")
	edit(t, file, soa+host)
	h := newHeldZone(source{apex: "example.org.", files: []string{file}, ttl: defaultTTL, flatten: true}, new(changes))
	if _, problems := h.first(); problems.Err() != nil {
		t.Fatal(problems.Err())
	}
	for _, c := range []struct {
		step, text string
		records    int    // served afterwards
		problem    string // of the reading, empty if it is served
	}{
		{"one more", soa + host + "ftp 60 A 192.0.2.21\n", 3, ""},
		{"syntax", soa + "www A nowhere\n", 3, "not an IPv4 address"},
		{"emptied", "", 3, "the SOA record is gone"},
		{"cut in a line", soa + "www 60 A 192.0.2.8", 3, "the last line has no newline"},
		{"no newline, nothing missing", soa + host + "ftp 60 A 192.0.2.22", 3, ""},
		{"fewer", soa + host, 2, ""},
	} {
		edit(t, file, c.text)
		refused := settle(h)
		if got := h.zone.Records(); got != c.records {
			t.Errorf("%s: %d records are served, want %d", c.step, got, c.records)
		}
		if (c.problem == "") != (refused == "") || !strings.Contains(refused, c.problem) {
			t.Errorf("%s: refused for %q, want %q", c.step, refused, c.problem)
		}
	}
}

// TestIncludedFilesAreWatched holds that a change below $INCLUDE is a change.
func TestIncludedFilesAreWatched(t *testing.T) {
	dir := t.TempDir()
	file, included := filepath.Join(dir, "zone"), filepath.Join(dir, "hosts")
	edit(t, included, host)
	edit(t, file, soa+"$INCLUDE hosts\n")
	h := newHeldZone(source{apex: "example.org.", files: []string{file}, ttl: defaultTTL, flatten: true}, new(changes))
	if _, problems := h.first(); problems.Err() != nil {
		t.Fatal(problems.Err())
	}
	edit(t, included, host+"ftp 60 A 192.0.2.21\n")
	settle(h)
	if got := h.zone.Lookup("ftp.example.org.", dns.TypeA); len(got.RRs) != 1 {
		t.Errorf("the new record of an included file is not served: %v", got)
	}
}

// TestIncludedFileCutShort holds that an included file is judged like the one that
// includes it: half of it does not replace the whole.
func TestIncludedFileCutShort(t *testing.T) {
	dir := t.TempDir()
	file, included := filepath.Join(dir, "zone"), filepath.Join(dir, "hosts")
	edit(t, included, host+"ftp 60 A 192.0.2.21\n")
	edit(t, file, soa+"$INCLUDE hosts\n")
	h := newHeldZone(source{apex: "example.org.", files: []string{file}, ttl: defaultTTL, flatten: true}, new(changes))
	if _, problems := h.first(); problems.Err() != nil {
		t.Fatal(problems.Err())
	}
	edit(t, included, "www 60 A 192.0.2.8")
	refused := settle(h)
	if got := h.zone.Records(); got != 3 || refused == "" {
		t.Errorf("%d records are served, want 3; refused for %q", got, refused)
	}
}

// TestIncludedFileMended holds that an included file which could not be opened is
// tried again although it has not changed: here the way to it has.
func TestIncludedFileMended(t *testing.T) {
	dir := t.TempDir()
	file, included, way := filepath.Join(dir, "zone"), filepath.Join(dir, "real", "hosts"), filepath.Join(dir, "way")
	if err := os.Mkdir(filepath.Dir(included), 0o700); err != nil {
		t.Fatal(err)
	}
	edit(t, included, host)
	edit(t, file, soa)
	h := newHeldZone(source{apex: "example.org.", files: []string{file}, ttl: defaultTTL, flatten: true}, new(changes))
	if _, problems := h.first(); problems.Err() != nil {
		t.Fatal(problems.Err())
	}
	for _, link := range []struct {
		to      string // an absolute link is not followed
		records int
	}{{filepath.Dir(included), 1}, {"real", 2}} {
		_ = os.Remove(way)
		if err := os.Symlink(link.to, way); err != nil {
			t.Fatal(err)
		}
		if link.records == 1 {
			edit(t, file, soa+"$INCLUDE way/hosts\n")
		}
		refused := settle(h)
		if got := h.zone.Records(); got != link.records {
			t.Errorf("with a link to %s %d records are served, want %d: %s", link.to, got, link.records, refused)
		}
	}
}

// TestSerial holds where the serial of a synthesized SOA comes from (SPEC 3).
func TestSerial(t *testing.T) {
	file := filepath.Join(t.TempDir(), "zone")
	edit(t, file, host)
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	corefile := time.Unix(1_000_000, 0)
	for _, c := range []struct {
		files []string
		want  uint32
	}{
		{[]string{file}, uint32(info.ModTime().Unix())},
		{nil, 1_000_000},
	} {
		data, _ := newHeldZone(source{apex: "example.org.", files: c.files, corefile: corefile, flatten: true}, new(changes)).first()
		if got := data.SOA().Serial; got != c.want {
			t.Errorf("files %v: serial %d, want %d", c.files, got, c.want)
		}
	}
}

// A synthesized SOA is as new as the newest file, included ones too (SPEC 3).
func TestSerialOfIncluded(t *testing.T) {
	dir := t.TempDir()
	file, included := filepath.Join(dir, "zone"), filepath.Join(dir, "hosts")
	edit(t, file, "$INCLUDE hosts\n")
	edit(t, included, host)
	newest := time.Unix(1_767_225_600, 0)
	if err := os.Chtimes(file, newest.Add(-time.Hour), newest.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(included, newest, newest); err != nil {
		t.Fatal(err)
	}
	h := newHeldZone(source{apex: "example.org.", files: []string{file}, ttl: defaultTTL, corefile: newest.Add(time.Hour)}, new(changes))
	data, problems := h.first()
	if problems.Err() != nil {
		t.Fatal(problems.Err())
	}
	if got := data.SOA().Serial; got != 1_767_225_600 {
		t.Errorf("serial %d, want that of the included file", got)
	}
}
