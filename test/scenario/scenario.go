// Package scenario reads and writes the scenario files of the tests: one txtar
// archive with configuration files and a script of commands, each followed by what
// it must print. It knows the form only; running is the matter of the tests.
package scenario

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"
)

// Names of the archive's members with a meaning; all others are files laid out for the servers.
const (
	corefile    = "Corefile" // configuration of the server under test
	scriptFile  = "script"   // commands and what they print
	errorFile   = "error"    // in place of a script: why the Corefile must not start
	clientsFile = "clients"  // client certificates to be made
)

// Scenario is one parsed scenario file. It is not safe for concurrent use.
type Scenario struct {
	Comment string            // what it shows, beginning with "SPEC" or "LIVE" and the section
	Files   map[string]string // every file without a meaning of its own, by relative path
	Clients []Client          // client certificates
	Script  []*Step           // nil if the Corefile must not start
	Error   string            // the expected start error; empty if it must start
	archive *txtar.Archive
}

// Step is one command of a script and its expectation.
type Step struct {
	Line    int      // of the command, counted from 1 within the script
	Command []string // the words after "$ "
	Expect  []string // the lines that must be printed
	before  []string // blank and comment lines above the command
}

// String returns the command as written, but for spacing.
func (s *Step) String() string { return strings.Join(s.Command, " ") }

// Parse reads a scenario. The error names the first violation of the form.
func Parse(data []byte) (*Scenario, error) {
	ar := txtar.Parse(data)
	s := &Scenario{Comment: string(ar.Comment), Files: map[string]string{}, archive: ar}
	if !strings.HasPrefix(s.Comment, "SPEC ") && !strings.HasPrefix(s.Comment, "LIVE ") && !strings.HasPrefix(s.Comment, "DESIGN ") {
		return nil, fmt.Errorf("the comment must begin with %q or %q and the section shown, or with %q", "SPEC", "LIVE", "DESIGN")
	}
	seen := map[string]bool{}
	for _, f := range ar.Files {
		if seen[f.Name] {
			return nil, fmt.Errorf("file %q stands in the archive twice", f.Name)
		}
		seen[f.Name] = true
		switch f.Name {
		case scriptFile:
			steps, err := parseScript(string(f.Data))
			if err != nil {
				return nil, err
			}
			s.Script = steps
		case errorFile:
			s.Error = strings.TrimRight(string(f.Data), "\n")
		case clientsFile:
			clients, err := parseClients(string(f.Data))
			if err != nil {
				return nil, err
			}
			s.Clients = clients
		default:
			s.Files[f.Name] = string(f.Data)
		}
	}
	switch {
	case !seen[corefile]:
		return nil, fmt.Errorf("no file %q", corefile)
	case seen[scriptFile] == seen[errorFile]:
		return nil, fmt.Errorf("needs either %q or %q", scriptFile, errorFile)
	case seen[scriptFile] && len(s.Script) == 0:
		return nil, fmt.Errorf("%s holds no command", scriptFile)
	}
	return s, nil
}

// MustStart reports whether the Corefile is one that starts.
func (s *Scenario) MustStart() bool { return s.Script != nil }

// SetError replaces the expected start error.
func (s *Scenario) SetError(text string) { s.Error = text }

// Format returns the scenario file with the present expectations.
func (s *Scenario) Format() []byte {
	for i := range s.archive.Files {
		f := &s.archive.Files[i]
		switch f.Name {
		case scriptFile:
			f.Data = formatScript(s.Script)
		case errorFile:
			f.Data = []byte(s.Error + "\n")
		}
	}
	return txtar.Format(s.archive)
}

// parseScript cuts a script into steps: a line "$ COMMAND" opens one, the lines
// after it up to a blank line, a "#" line or the next command are its expectation.
func parseScript(text string) ([]*Step, error) {
	var steps []*Step
	var above []string
	var open *Step
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		line = strings.TrimRight(line, " \t\r")
		switch {
		case strings.HasPrefix(line, "$ "):
			open = &Step{Line: i + 1, Command: strings.Fields(line)[1:], before: above}
			above = nil
			if len(open.Command) == 0 {
				return nil, fmt.Errorf("%s:%d: no command after $", scriptFile, i+1)
			}
			steps = append(steps, open)
		case line == "" || strings.HasPrefix(line, "#"):
			open = nil
			above = append(above, line)
		case open == nil:
			return nil, fmt.Errorf("%s:%d: %q belongs to no command", scriptFile, i+1, line)
		default:
			open.Expect = append(open.Expect, line)
		}
	}
	return steps, nil
}

func formatScript(steps []*Step) []byte {
	var b bytes.Buffer
	for _, s := range steps {
		for _, line := range slices.Concat(s.before, []string{"$ " + s.String()}, s.Expect) {
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}
