package cli

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/internaldns/internaldns/plugin/pkg/asker"
	"github.com/internaldns/internaldns/plugin/pkg/lint"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// checkReport is what `check -json` prints, and what the API says of what serves.
type checkReport struct {
	Version  int               `json:"version"` // of this form: 1
	Corefile string            `json:"corefile"`
	Errors   int               `json:"errors"`
	Warnings int               `json:"warnings"`
	Notes    int               `json:"notes"`
	Findings []problem.Finding `json:"findings"` // by file and line
}

func prepareCheck(flags *flag.FlagSet) body {
	conf := flags.String("conf", defaultCorefile, "`FILE` to check, or stdin")
	asJSON := flags.Bool("json", false, "print one JSON object")
	api := addRemoteFlags(flags)
	return func(p *program, args []string) (int, error) {
		if len(args) > 0 {
			return exitFailure, usagef("no argument is taken, found %q; name the Corefile with -conf", args[0])
		}
		if api.given() {
			r, err := api.openInstead(flags, "conf")
			if err != nil {
				return exitFailure, err
			}
			return r.check(p, *asJSON)
		}
		c, err := load(*conf)
		if err != nil {
			return exitFailure, err
		}
		report := check(c)
		addExcerpts(c, report.Findings)
		if *asJSON {
			err = printJSON(p.stdout, report)
		} else {
			report.print(p, *conf)
		}
		return report.exit(), err
	}
}

// print lists the findings about something, and counts them.
func (r *checkReport) print(p *program, about string) {
	printFindings(p.stdout, p.color, r.Findings)
	fmt.Fprintf(p.stdout, "%s: %s\n", printable(about), r.summary())
}

// exit returns the exit code.
func (r *checkReport) exit() int {
	if r.Errors > 0 {
		return exitFound
	}
	return exitOK
}

// check prints what is wrong with what a server serves, and what only looks wrong.
func (r *remote) check(p *program, asJSON bool) (int, error) {
	account, err := r.account()
	if err != nil {
		return exitFailure, err
	}
	var given json.RawMessage
	if _, err := r.callFor(largeTime, http.MethodGet, "/accounts/"+account.ID+"/internal_dns/check", nil, &given); err != nil {
		return exitFailure, err
	}
	var report checkReport
	if err := json.Unmarshal(given, &report); err != nil {
		return exitFailure, fmt.Errorf("%s answers what this version cannot read: %w", r.base, err)
	}
	if asJSON {
		return report.exit(), printJSON(p.stdout, given)
	}
	report.print(p, "account "+account.Name)
	if listed := len(report.Findings); listed < report.Errors+report.Warnings+report.Notes {
		fmt.Fprintf(p.stdout, "only the first %d are listed\n", listed)
	}
	return report.exit(), nil
}

// check gathers what is wrong with a Corefile, and what only looks wrong.
func check(c *config) checkReport {
	all, notes := slices.Clone(c.problems), problem.List{}
	if !c.problems.HasErrors() {
		for _, b := range c.blocks {
			found := lint.Check(lint.Block{Snapshot: b.Snapshot, PublicPath: asker.HasPublicPath(&b)})
			all = append(all, found.Warnings...)
			notes = append(notes, found.Notes...)
		}
		notes = append(notes, lint.Validation(namesOf(c.blocks, func(b scope.Block) *model.Snapshot { return b.Snapshot })...)...)
	}
	report := checkReport{Version: 1, Corefile: c.file, Notes: len(notes)}
	report.Errors = len(all.Only(problem.Error))
	report.Warnings = len(all) - report.Errors
	report.Findings = append(all.Findings(), notes.Notes()...)
	problem.SortFindings(report.Findings)
	return report
}

// summary counts the findings.
func (r *checkReport) summary() string {
	if len(r.Findings) == 0 {
		return "no problems"
	}
	var parts []string
	for _, part := range []struct {
		n    int
		word string
	}{{r.Errors, "error"}, {r.Warnings, "warning"}, {r.Notes, "note"}} {
		switch {
		case part.n == 1:
			parts = append(parts, "1 "+part.word)
		case part.n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", part.n, part.word))
		}
	}
	return strings.Join(parts, ", ")
}

// printJSON prints a value as JSON for people and programs: indented, and with
// every character escaped that a terminal might take for a command.
func printJSON(w io.Writer, v any) error {
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	if err := out.Encode(v); err != nil {
		return err
	}
	var safe strings.Builder
	for _, r := range text.String() {
		if r == '\n' || unicode.IsGraphic(r) {
			safe.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&safe, "\\u%04x", unit)
		}
	}
	_, err := io.WriteString(w, safe.String())
	return err
}
