package zonefile

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// named runs BIND's parser on a file of dir and gives the records it reads and
// the lines it complains about; ok is its verdict.
func named(t *testing.T, dir, file string) (records []string, lines map[int]bool, ok bool) {
	t.Helper()
	tool, err := exec.LookPath("named-compilezone")
	if err != nil {
		t.Skip("named-compilezone is not installed, nothing to compare with")
	}
	cmd := exec.CommandContext(t.Context(), tool, "-f", "text", "-F", "raw", "-i", "none", "-k", "ignore",
		"-n", "ignore", "-m", "ignore", "-M", "ignore", "-S", "ignore", "-r", "ignore", "-o", "raw", "example.org", file)
	cmd.Dir = dir
	complaints, err := cmd.CombinedOutput()
	lines = map[int]bool{}
	for _, match := range complaint.FindAllSubmatch(complaints, -1) {
		line, _ := strconv.Atoi(string(match[1]) + string(match[2]))
		lines[line] = true
	}
	if err != nil {
		return nil, lines, false
	}
	raw, err := os.ReadFile(filepath.Join(dir, "raw"))
	if err != nil {
		t.Fatal(err)
	}
	return wireForms(rawRecords(raw)), lines, true
}

// complaint finds the lines of a zone file that BIND refuses.
var complaint = regexp.MustCompile(`(?m)^dns_[a-z_]+: zone:(\d+): |^zone:(\d+): (?:unknown|type|SOA)`)

// wired is a record on the wire, and its owner as text.
type wired struct {
	owner string
	typ   uint16
	ttl   uint32
	rdata string
}

// rawRecords reads BIND's raw zone format: a header of 24 octets, then RRsets
// of a header, the owner and the rdata of their records.
func rawRecords(raw []byte) []wired {
	var out []wired
	be := binary.BigEndian
	for raw = raw[24:]; len(raw) > 0; {
		set := raw[:be.Uint32(raw)]
		raw = raw[len(set):]
		typ, ttl, count := be.Uint16(set[6:]), be.Uint32(set[10:]), be.Uint32(set[14:])
		owner, _, _ := dns.UnpackDomainName(set[20:20+be.Uint16(set[18:])], 0)
		set = set[20+be.Uint16(set[18:]):]
		for range count {
			size := 2 + be.Uint16(set)
			out = append(out, wired{dns.CanonicalName(owner), typ, ttl, hex.EncodeToString(set[2:size])})
			set = set[size:]
		}
	}
	return out
}

// ours is named with Parse.
func ours(t *testing.T, dir, file string) (records []string, lines map[int]bool, ok bool) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	opt := Options{Origin: "example.org.", File: filepath.Join(dir, file), Open: OpenBelow(dir)}
	lines = map[int]bool{}
	var found []wired
	list := Parse(bytes.NewReader(text), opt, func(rr dns.RR, _ problem.Pos) {
		if dns.IsSubDomain("example.org.", rr.Header().Name) { // named leaves others out
			found = append(found, wire(t, rr))
		}
	})
	for _, p := range list.Only(problem.Error) {
		lines[p.Pos.Line] = true
	}
	return wireForms(found), lines, !list.HasErrors()
}

// wire returns a record as it is on the wire.
func wire(t *testing.T, rr dns.RR) wired {
	t.Helper()
	h := rr.Header()
	buf := make([]byte, maxWire)
	n, err := dns.PackRR(rr, buf, 0, nil, false)
	if err != nil {
		t.Fatalf("%s: %v", rr, err)
	}
	return wired{dns.CanonicalName(h.Name), h.Rrtype, h.Ttl, hex.EncodeToString(buf[wireLen(h.Name)+10 : n])}
}

// wireForms returns the records of a zone as sorted text: each stands once, and
// an RRset has its lowest TTL.
func wireForms(records []wired) []string {
	type key struct {
		owner string
		typ   uint16
	}
	lowest := map[key]uint32{}
	for _, r := range records {
		k := key{r.owner, r.typ}
		if ttl, ok := lowest[k]; !ok || r.ttl < ttl {
			lowest[k] = r.ttl
		}
	}
	var out []string
	for _, r := range records {
		out = append(out, fmt.Sprintf("%s %d %s %s", r.owner, lowest[key{r.owner, r.typ}], domain.TypeName(r.typ), r.rdata))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestNamedCases compares every case of testdata but those about rdata with
// BIND: the verdict, and the records if there are any.
func TestNamedCases(t *testing.T) {
	t.Parallel()
	compared := 0
	for _, path := range goldenArchives(t) {
		if strings.HasPrefix(filepath.Base(path), "rdata") {
			continue
		}
		for _, c := range goldenCases(t, path) {
			t.Run(filepath.Base(path)+"/"+c.name, func(t *testing.T) {
				dir := c.write(t)
				theirs, _, theyRead := named(t, dir, "zone")
				mine, _, weRead := ours(t, dir, "zone")
				same := theyRead == weRead && (!theyRead || slices.Equal(theirs, mine))
				reason, accepted := caseDifferences[c.name]
				switch {
				case same && accepted:
					t.Errorf("no difference left, but one is listed: %s", reason)
				case !same && !accepted:
					t.Errorf("named reads it: %v\n%s\nParse reads it: %v\n%s",
						theyRead, strings.Join(theirs, "\n"), weRead, strings.Join(mine, "\n"))
				}
			})
			compared++
		}
	}
	t.Logf("%d files compared, %d differences listed", compared, len(caseDifferences))
}

// write puts the files of a case into a directory, with the SOA and the NS that
// BIND asks for added behind a zone that has none.
func (c *goldenCase) write(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range c.files {
		for typ, line := range map[string]string{" SOA ": "@ 300 SOA n. h. 1 2 3 4 5\n", " NS ": "@ 300 NS n.\n"} {
			if name == "zone" && !bytes.Contains(text, []byte(typ)) {
				text = slices.Concat(text, []byte("$ORIGIN example.org.\n"+line))
			}
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestNamedRdata compares the lines of the rdata cases with BIND one by one:
// which are refused, and what the others mean.
func TestNamedRdata(t *testing.T) {
	t.Parallel()
	paths, _ := filepath.Glob("testdata/rdata-*.txtar")
	compared, unused := 0, maps.Clone(rdataDifferences)
	for _, path := range paths {
		for _, c := range goldenCases(t, path) {
			t.Run(c.name, func(t *testing.T) { compared += compareLines(t, c, unused) })
		}
	}
	for line := range unused {
		t.Errorf("no difference left, but one is listed: %s", line)
	}
	t.Logf("%d records compared, %d differences listed", compared, len(rdataDifferences))
}

func compareLines(t *testing.T, c *goldenCase, unused map[string]string) int {
	dir := c.write(t)
	_, theirBad, _ := named(t, dir, "zone")
	_, ourBad, _ := ours(t, dir, "zone")
	lines := strings.SplitAfter(strings.TrimSuffix(string(c.files["zone"]), "\n"), "\n")
	var both []string
	for i, line := range lines {
		_, rdata, _ := strings.Cut(strings.TrimSpace(line), " ")
		_, accepted := rdataDifferences[rdata]
		if theirBad[i+1] != ourBad[i+1] {
			if !accepted {
				t.Errorf("%q: named refuses it: %v, Parse: %v", rdata, theirBad[i+1], ourBad[i+1])
			}
			delete(unused, rdata)
		} else if !theirBad[i+1] {
			both = append(both, line)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "good"), []byte(strings.Join(both, "")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	theirs, _, ok := named(t, dir, "good")
	mine, _, _ := ours(t, dir, "good")
	if !ok || !slices.Equal(theirs, mine) {
		t.Errorf("named (read: %v):\n%s\nParse:\n%s", ok, strings.Join(theirs, "\n"), strings.Join(mine, "\n"))
	}
	return len(lines) - 3
}
