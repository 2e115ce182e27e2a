package differential

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// signedSets are the ways zones are signed: with NSEC, with NSEC3, and with NSEC3 that
// leaves unsigned delegations out.
func signedSets() map[string][]string {
	return map[string][]string{
		"nsec":          nil,
		"nsec3":         {"-3", "aabbccdd", "-H", "5"},
		"nsec3-opt-out": {"-3", "-", "-H", "0", "-A"},
	}
}

// signedZones signs some of the written zones by BIND's tools: those in which aliases,
// whose loops and lengths are compared unsigned, play no part of their own.
func signedZones(t *testing.T, options []string) []zoneFile {
	t.Helper()
	for _, tool := range []string{"dnssec-keygen", "dnssec-signzone"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed, no zone is signed", tool)
		}
	}
	dir := t.TempDir()
	run := func(name string, args ...string) {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %q: %v\n%s", name, args, err, out)
		}
	}
	var out []zoneFile
	for _, z := range writtenZones(t, false) {
		switch z.apex {
		case "basic.example.", "cuts.example.", "wild.example.":
		default:
			continue
		}
		source := filepath.Join(dir, z.apex+"source")
		text, err := os.ReadFile(z.path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(source, text, 0o600); err != nil {
			t.Fatal(err)
		}
		run("dnssec-keygen", "-q", "-K", dir, "-a", "ECDSAP256SHA256", z.apex)
		signed := filepath.Join(dir, z.apex+"zone")
		args := append([]string{"-S", "-z", "-P", "-q", "-K", dir, "-o", z.apex, "-f", signed, "-s", "20200101000000", "-e", "20380101000000"}, options...)
		run("dnssec-signzone", append(args, source)...)
		out = append(out, zoneFile{apex: z.apex, path: signed, full: true})
	}
	return out
}

// withDO sets the bit DO in questions that carry EDNS.
func withDO(questions []question) []question {
	for i := range questions {
		questions[i].do = questions[i].edns > 0
	}
	return questions
}

// TestSignedDifferential compares what servers show of zones that were signed
// beforehand, with DO and without.
func TestSignedDifferential(t *testing.T) {
	peers := installed(t)
	if len(peers) == 0 {
		t.Skip("none of named, nsd and knotd is installed")
	}
	total := newReport(peers)
	for name, options := range signedSets() {
		t.Run(name, func(t *testing.T) {
			zones := signedZones(t, options)
			questions := sample(withDO(questionsOf(zones)))
			if testing.Short() {
				questions = sample(questions)
			}
			total.merge(compareAll(t, startAll(t, zones, peers), questions))
			compareFastUDP(t, zones, questions)
		})
	}
	total.print(t)
}
