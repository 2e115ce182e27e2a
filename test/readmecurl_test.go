package test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/test/scenario"
)

// shell runs commands one after another in one shell, which keeps their variables.
type shell struct {
	in  io.Writer
	out *bufio.Reader
}

const endOfCommand = "-- end of command --"

func startShell(t *testing.T) *shell {
	t.Helper()
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	return &shell{in, bufio.NewReader(out)}
}

// run returns the lines that a command prints.
func (s *shell) run(command string) (lines []string, err error) {
	if _, err := fmt.Fprintf(s.in, "%s\necho '%s'\n", command, endOfCommand); err != nil {
		return nil, err
	}
	for {
		line, err := s.out.ReadString('\n')
		if err != nil {
			return lines, err
		}
		if line = strings.TrimSuffix(line, "\n"); line == endOfCommand {
			return lines, nil
		}
		lines = append(lines, line)
	}
}

// The steps by which the README changes the example while it runs print what the README
// says, one after another.
func TestReadmeCalls(t *testing.T) {
	s := startExample(t)
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), liveSection)
	section, _, _ = strings.Cut(section, "\n## ")
	commands := regexp.MustCompile(`(?m)^    \$ (.*)\n((?:    [^$\n].*\n)*)`).FindAllStringSubmatch(section, -1)
	if len(commands) < 12 {
		t.Fatalf("the README shows %d commands, want 12 at least", len(commands))
	}
	sh := startShell(t)
	for _, command := range commands {
		var want []string
		for line := range strings.Lines(command[2]) {
			want = append(want, strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "    "))
		}
		got, err := runReadme(s, sh, command[1])
		if err != nil || !scenario.Equal(got, want) {
			t.Fatalf("%s: %v, got (+) and want (-):\n%s", command[1], err, scenario.Diff(got, want))
		}
	}
}

// runReadme runs a command of the README: what dig asks is asked here, at the server's
// own address.
func runReadme(s *server, sh *shell, command string) ([]string, error) {
	if args, ok := strings.CutPrefix(command, "dig "); ok {
		q, err := scenario.ParseQuery(strings.Fields(args))
		if err != nil {
			return nil, err
		}
		return ask(s, q, "udp")
	}
	return sh.run(strings.ReplaceAll(command, "127.0.0.1:8080", s.api))
}
