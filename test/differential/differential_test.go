// Package differential compares the assembled server, flattening off, with the
// authoritative servers named, nsd and knotd over the same zone files: the same
// questions, made mechanically from the zones, must get the same answers.
// A peer that is not installed is left out with a message.
package differential

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	_ "github.com/coredns/coredns/plugin/bind"
	clog "github.com/coredns/coredns/plugin/pkg/log"

	_ "github.com/internaldns/internaldns/plugin/dnsview"
	_ "github.com/internaldns/internaldns/plugin/internalzone"
	_ "github.com/internaldns/internaldns/plugin/referencezone"
	_ "github.com/internaldns/internaldns/plugin/resolverpolicy"
)

func TestMain(m *testing.M) {
	directives := []string{"bind", "resolverpolicy", "dnsview", "internalzone", "referencezone"}
	if err := dnsserver.SetDirectives(directives); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	caddy.Quiet, dnsserver.Quiet = true, true
	clog.Discard() // warnings about the odd zones below; errors stop the start
	os.Exit(m.Run())
}

// TestDifferential serves each set of zones by all servers and compares their
// answers. Every difference has to be on the list of accepted ones. With -short it
// asks a sample of the questions.
func TestDifferential(t *testing.T) {
	peers := installed(t)
	if len(peers) == 0 {
		t.Skip("none of named, nsd and knotd is installed")
	}
	total := newReport(peers)
	for _, set := range []struct {
		name  string
		zones func(t *testing.T) []zoneFile
	}{
		{"written", func(t *testing.T) []zoneFile { return writtenZones(t, false) }},
		{"root", func(t *testing.T) []zoneFile { return writtenZones(t, true) }},
		{"generated", generatedZones},
	} {
		t.Run(set.name, func(t *testing.T) {
			zones := set.zones(t)
			questions := questionsOf(zones)
			if testing.Short() {
				questions = sample(questions)
			}
			servers := startAll(t, zones, peers)
			total.merge(compareAll(t, servers, questions))
			compareFastUDP(t, zones, sample(questions))
		})
	}
	total.print(t)
}

// sample returns every seventh question, which is prime to all cycles of questionsOf.
func sample(questions []question) []question {
	var out []question
	for i := 0; i < len(questions); i += 7 {
		out = append(out, questions[i])
	}
	return out
}

// zoneFile is a zone and the absolute path of its file.
type zoneFile struct {
	apex string // canonical
	path string
	full bool // ask for every type at every name
}

// writtenZones returns the zones of the directory zones: the root alone, or all but
// the root, since the root would answer for every name outside the others.
func writtenZones(t *testing.T, root bool) []zoneFile {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("zones", "*.zone"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no zones found (%v)", err)
	}
	var out []zoneFile
	for _, path := range paths {
		absolute, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path[:len(path)-len(".zone")])
		if (name == "root") != root {
			continue
		}
		apex := name + "."
		if root {
			apex = "."
		}
		out = append(out, zoneFile{apex: apex, path: absolute, full: true})
	}
	return out
}
