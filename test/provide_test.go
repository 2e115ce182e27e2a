package test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/test/scenario"
)

// geoFile is the database with which CoreDNS tests its own plugin geoip. It knows
// one address: 81.2.69.142, of Cambridge, GB, EU.
const geoFile = "GeoLite2-City.mmdb"

// provide puts into a scenario's directory what its files name and no text can
// hold: certificates and the geoip database. The working directory must be that
// of the tests.
func provide(t *testing.T, dir string, s *scenario.Scenario) {
	t.Helper()
	if s.Clients != nil || mentions(s.Files, ".pem") {
		if err := makeCertificates(dir, s.Clients); err != nil {
			t.Fatal(err)
		}
	}
	if mentions(s.Files, geoFile) {
		copyGeoDatabase(t, dir)
	}
}

func mentions(files map[string]string, text string) bool {
	for _, data := range files {
		if strings.Contains(data, text) {
			return true
		}
	}
	return false
}

// copyGeoDatabase takes the database from CoreDNS's sources.
func copyGeoDatabase(t *testing.T, dir string) {
	t.Helper()
	source, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/coredns/coredns").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	from := filepath.Join(strings.TrimSpace(string(source)), "plugin", "geoip", "testdata", geoFile)
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, geoFile), data, 0o600); err != nil {
		t.Fatal(err)
	}
}
