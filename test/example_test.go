package test

import (
	"net"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/test/scenario"
)

// startExample starts Corefile.example, its stand-in for public DNS included, on
// ports of its own.
func startExample(t *testing.T) *server {
	t.Helper()
	prepareExamples(t)
	text, err := os.ReadFile("Corefile.example")
	if err != nil {
		t.Fatal(err)
	}
	corefile := string(text)
	at := strings.Index(corefile, "\n.:1054 {")
	if at < 0 || strings.Count(corefile, "127.0.0.1:1054") != 1 {
		t.Fatal("Corefile.example has no server block .:1054 that stands in for public DNS, and one forward to it")
	}
	public := startUpstream(t, strings.Replace(corefile[at:], ".:1054 {", ".:0 {", 1))
	corefile = strings.Replace(corefile[:at], "127.0.0.1:1054", public.address, 1)
	corefile, api := ownAPI(t, strings.Replace(corefile, ".:1053 {", ".:0 {", 1))
	s := startFor(t, corefile)
	s.api = api
	return s
}

var (
	accountBlock = regexp.MustCompile(`(?m)^([ \t]*)internaldns[^{\n]*\{\n([^}]*)`)
	listenLine   = regexp.MustCompile(`(?m)^[ \t]*listen .*\n`)
)

// ownAPI has the accounts of a Corefile listen at addresses that nobody else has, and
// returns that of the last.
func ownAPI(t *testing.T, corefile string) (changed, address string) {
	t.Helper()
	changed = accountBlock.ReplaceAllStringFunc(corefile, func(block string) string {
		socket, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address = socket.Addr().String()
		if err := socket.Close(); err != nil {
			t.Fatal(err)
		}
		return listenLine.ReplaceAllString(block, "") + "    listen " + address + "\n    "
	})
	return changed, address
}

// liveSection is the part of the README in which each step builds on those before.
const liveSection = "\n## Change it while it runs\n"

// The `dig` commands of the README print what the README says.
func TestReadmeDigs(t *testing.T) {
	commands := regexp.MustCompile(`(?m)^    \$ dig (.*)\n((?:    .*\n)*)`)
	s := startExample(t)
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(text), liveSection)
	_, rest, _ = strings.Cut(rest, "\n## ")
	found := commands.FindAllStringSubmatch(before+rest, -1)
	if len(found) < 3 {
		t.Fatalf("the README shows %d dig commands, want three", len(found))
	}
	for _, command := range found {
		words := strings.Fields(command[1])
		if !strings.Contains(command[1], "@127.0.0.1 -p 1053") || !strings.Contains(command[1], "+noall +answer") {
			t.Errorf("dig %s: want @127.0.0.1 -p 1053 and +noall +answer", command[1])
		}
		q, err := scenario.ParseQuery(words)
		if err != nil {
			t.Errorf("dig %s: %v", command[1], err)
			continue
		}
		want := strings.Split(strings.TrimRight(strings.ReplaceAll(command[2], "    ", ""), "\n"), "\n")
		got, err := ask(s, q, "udp")
		if err != nil || !scenario.Equal(got, want) {
			t.Errorf("dig %s: %v, got (+) and want (-):\n%s", command[1], err, scenario.Diff(got, want))
		}
	}
}

// What the comments of Corefile.example promise.
func TestExample(t *testing.T) {
	s := startExample(t)
	for _, tc := range []struct{ dig, want string }{
		{"-b 127.0.0.2 intranet.corp.example +short", "192.0.2.10"},
		{"-b 127.0.0.3 intranet.corp.example +short", "192.0.2.110"},
		{"-b 127.0.0.2 wiki.corp.example +short", "192.0.2.80"}, // through the reference
		{"-b 127.0.0.3 wiki.corp.example +short", "192.0.2.80"}, // through the view
		{"-b 127.0.0.3 any.build.test +short", "192.0.2.90"},    // a TLD zone, a wildcard
		{"-b 127.0.0.2 any.build.test +short", ""},              // not in London's view
		{"-b 127.0.0.2 www.example.org +short", "203.0.113.80"}, // London falls back
		{"-b 127.0.0.3 www.example.org +short", ""},             // San Francisco does not
		{"-b 127.0.0.4 www.example.org +short", "203.0.113.80"}, // a guest: the public path
		{"-b 127.0.0.4 intranet.corp.example +short", ""},       // sees nothing internal
		{"-b 127.0.0.2 missing.corp.example +short", ""},        // private
	} {
		q, err := scenario.ParseQuery(strings.Fields(tc.dig))
		if err != nil {
			t.Fatal(err)
		}
		for _, network := range q.Networks {
			got, err := ask(s, q, network)
			if err != nil || strings.Join(got, "\n") != tc.want {
				t.Errorf("dig %s over %s: got %q (%v), want %q", tc.dig, network, got, err, tc.want)
			}
		}
	}
}
