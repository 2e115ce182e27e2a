package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
	"github.com/internaldns/internaldns/plugin/pkg/zonefile"
)

// exported loads a zone file as the one zone of a Corefile and exports it.
func exported(t *testing.T, apex, file string) (*zone.Zone, []byte) {
	t.Helper()
	corefile := filepath.Join(t.TempDir(), "Corefile")
	text := fmt.Sprintf(".:1053 {\n internalzone %s %q {\n id z\n}\n dnsview v z\n resolverpolicy p {\n view v\n }\n}\n", apex, file)
	if err := os.WriteFile(corefile, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := load(corefile)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.problems.Err(); err != nil {
		t.Fatal(err)
	}
	snapshot, z, err := c.zone("", "z")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := export(&out, snapshot, z); err != nil {
		t.Fatal(err)
	}
	return snapshot.Data(z), out.Bytes()
}

// testZones lists the zone files of the tests of the assembled server, by apex.
func testZones(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../../test/differential/zones/*.zone")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d zone files: %v", len(files), err)
	}
	out := make(map[string]string)
	for _, file := range files {
		apex := filepath.Base(file[:len(file)-len(".zone")])
		if apex == "root" {
			apex = "."
		}
		if out[apex], err = filepath.Abs(file); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestExportRoundTrip holds that an exported zone has the same records when it is
// read back, and that exporting that gives the same file.
func TestExportRoundTrip(t *testing.T) {
	for apex, file := range testZones(t) {
		t.Run(apex, func(t *testing.T) {
			data, text := exported(t, apex, file)
			var back []dns.RR
			problems := zonefile.Parse(bytes.NewReader(text), zonefile.Options{Origin: data.Apex(), File: "export"},
				func(rr dns.RR, _ problem.Pos) { back = append(back, rr) })
			if err := problems.Err(); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			want := slices.Collect(data.All())
			if !slices.EqualFunc(back, want, func(a, b dns.RR) bool { return a.String() == b.String() }) {
				t.Errorf("%d records read back, want these %d:\n%v\nfrom:\n%s", len(back), len(want), want, text)
			}
			again := filepath.Join(t.TempDir(), "again.zone")
			if err := os.WriteFile(again, text, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, second := exported(t, apex, again); !bytes.Equal(second, text) {
				t.Errorf("exported again:\n%s\nwant:\n%s", second, text)
			}
		})
	}
}

// TestExportForBIND holds that BIND reads exported zones.
func TestExportForBIND(t *testing.T) {
	tool, err := exec.LookPath("named-checkzone")
	if err != nil {
		t.Skip("named-checkzone is not installed")
	}
	for apex, file := range testZones(t) {
		if original, err := exec.Command(tool, "-i", "none", "-k", "ignore", apex, file).CombinedOutput(); err != nil {
			t.Logf("%s: BIND does not read the original either: %s", apex, original)
			continue
		}
		_, text := exported(t, apex, file)
		written := filepath.Join(t.TempDir(), "export.zone")
		if err := os.WriteFile(written, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if said, err := exec.Command(tool, "-i", "none", "-k", "ignore", apex, written).CombinedOutput(); err != nil {
			t.Errorf("%s: %s\n%s", apex, said, text)
		}
	}
}

// TestExportToFile holds that -o replaces a file in one step, and leaves nothing
// else behind.
func TestExportToFile(t *testing.T) {
	t.Chdir(t.TempDir())
	corefile := ".:1053 {\n internalzone example.org {\n record \"www A 192.0.2.1\"\n }\n dnsview v example.org\n resolverpolicy p {\n view v\n }\n}\n"
	for name, text := range map[string]string{"Corefile": corefile, "out.zone": "old"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := invoke(false, "export", "example.org", "-o", "out.zone"); got != "" {
		t.Fatal(got)
	}
	written, err := os.ReadFile("out.zone")
	if err != nil || string(written) != invoke(false, "export", "example.org") {
		t.Errorf("%v, wrote:\n%s", err, written)
	}
	entries, err := os.ReadDir(".")
	if err != nil || len(entries) != 2 {
		t.Errorf("left in the directory: %v (%v)", entries, err)
	}
}
