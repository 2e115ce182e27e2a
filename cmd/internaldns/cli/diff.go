package cli

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/asker"
	"github.com/internaldns/internaldns/plugin/pkg/compare"
	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

const (
	defaultMax   = 100       // changes listed
	maxQuestions = 1_000_000 // of a query file
	maxReported  = 20        // problems of a query file
)

// diffFlags are the flags of diff as they are written.
type diffFlags struct {
	queries, block string
	limit          int
	json           bool
}

func prepareDiff(flags *flag.FlagSet) body {
	f := new(diffFlags)
	flags.StringVar(&f.queries, "queries", "", "`FILE` of queries to compare too, one on a line: CLIENT NAME TYPE")
	flags.StringVar(&f.block, "block", "", "with -api: `KEY` of the server block of NEW, or its position, where it cannot be told from the server's")
	flags.IntVar(&f.limit, "max", defaultMax, "list at most `N` changes; all are counted")
	flags.BoolVar(&f.json, "json", false, "print one JSON object")
	api := addRemoteFlags(flags)
	return func(p *program, args []string) (int, error) {
		if f.limit < 0 {
			return exitFailure, usagef("-max %d is negative", f.limit)
		}
		if !api.given() {
			report, err := p.diffFiles(f, args)
			return f.print(p, report, err)
		}
		if len(args) != 1 {
			return exitFailure, usagef("with -api what serves is compared with one Corefile, found %d words", len(args))
		}
		r, err := api.openInstead(flags, "queries")
		if err != nil {
			return exitFailure, err
		}
		report, err := r.diff(p, args[0], f.block, f.limit)
		return f.print(p, report, err)
	}
}

// print writes a comparison, unless there is an error, and returns the exit code.
func (f *diffFlags) print(p *program, report *compare.Report, err error) (int, error) {
	switch {
	case err != nil:
	case f.json:
		err = printJSON(p.stdout, report)
	default:
		printReport(p.stdout, p.color, report)
	}
	switch {
	case err != nil:
		return exitFailure, err
	case report.Empty():
		return exitOK, nil
	}
	return exitFound, nil
}

// diffFiles compares two Corefiles.
func (p *program) diffFiles(f *diffFlags, args []string) (*compare.Report, error) {
	if len(args) != 2 {
		return nil, usagef("two Corefiles are compared, found %d words", len(args))
	}
	if f.block != "" {
		return nil, usagef("-block goes with -api: of two Corefiles all server blocks are compared")
	}
	var recorded []compare.Question
	if f.queries != "" {
		var err error
		if recorded, err = readQuestions(f.queries); err != nil {
			return nil, err
		}
	}
	return p.diff(args[0], args[1], recorded, f.limit)
}

// diff reads both Corefiles, one after the other, and compares them.
func (p *program) diff(before, after string, recorded []compare.Question, limit int) (*compare.Report, error) {
	var sides [2][]compare.Block
	for i, file := range []string{before, after} {
		c, err := p.loadGood(file)
		if err != nil {
			return nil, err
		}
		if len(c.blocks) == 0 {
			return nil, fmt.Errorf("%s: no server block holds a line of the suite", file)
		}
		for _, b := range c.all() {
			sides[i] = append(sides[i], compare.Block{
				Keys: strings.Join(b.Keys, " "), Name: c.blockName(b), Zones: asker.ZonesOf(b.Keys), Snapshot: b.Snapshot,
				Client: func(q compare.Question) model.Client {
					return asker.Asker{Client: q.Client}.At(b, q.Name, new(dns.Msg).SetQuestion(q.Name, q.Type))
				},
			})
		}
	}
	return compare.Compare(sides[0], sides[1], recorded, limit), nil
}

// readQuestions reads a query file: lines of a client's address, a name and a
// type; empty lines and comments after # are skipped.
func readQuestions(file string) ([]compare.Question, error) {
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []compare.Question
	var problems problem.List
	now := time.Now()
	scan := bufio.NewScanner(f)
	for n := 1; scan.Scan(); n++ {
		text, _, _ := strings.Cut(scan.Text(), "#")
		if strings.TrimSpace(text) == "" {
			continue
		}
		q, err := parseQuestion(strings.Fields(text))
		if err != nil {
			problems.Errorf(problem.ConfigInvalid, problem.Pos{File: file, Line: n}, "", "%s", err)
		}
		q.Time = now
		if out = append(out, q); len(out) > maxQuestions {
			return nil, fmt.Errorf("%s has more than %d queries", file, maxQuestions)
		}
		if len(problems) == maxReported {
			break
		}
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return out, problems.Err()
}

func parseQuestion(words []string) (q compare.Question, err error) {
	if len(words) != 3 {
		return q, fmt.Errorf("%d words, write: CLIENT NAME TYPE", len(words))
	}
	if q.Client, err = netip.ParseAddr(words[0]); err != nil {
		return q, fmt.Errorf("%q is not an address", words[0])
	}
	q.Client = q.Client.Unmap().WithZone("")
	if q.Name, err = domain.Parse(words[1]); err != nil {
		return q, err
	}
	q.Type, err = asker.ParseType(words[2])
	return q, err
}

// printReport writes a comparison as text.
func printReport(w io.Writer, color bool, r *compare.Report) {
	for _, s := range r.Settings {
		fmt.Fprintf(w, "%s %s\n", paint(color, escYellow, "*"), printable(where(s.Block, s.Policy)+": "+s.Change))
	}
	for _, c := range r.Changes {
		printChange(w, color, c)
	}
	if r.Omitted > 0 {
		fmt.Fprintf(w, "... and %d more changes; -max lists more\n", r.Omitted)
	}
	if len(r.Settings)+len(r.Changes) > 0 {
		fmt.Fprintln(w)
	}
	table(w, "POLICY\tVIEW\tCOMPARED\tADDED\tREMOVED\tCHANGED\tRCODE", summaries(r), func(row []string) []string { return row })
}

// where names a policy, with its server block.
func where(block, policy string) string {
	if policy == "" {
		return "server block " + block
	}
	return fmt.Sprintf("%s resolverpolicy %q", block, policy)
}

func summaries(r *compare.Report) [][]string {
	var rows [][]string
	add := func(name, view string, c compare.Counts) {
		row := []string{name, view}
		for _, n := range []int{c.Compared, c.Added, c.Removed, c.Changed, c.Rcode} {
			row = append(row, fmt.Sprint(n))
		}
		rows = append(rows, row)
	}
	blocks := make(map[string]bool)
	for _, s := range r.Policies {
		blocks[s.Block] = true
	}
	for _, s := range r.Policies {
		name, view := s.Policy, s.NewView
		if len(blocks) > 1 {
			name = s.Block + " " + name
		}
		if s.OldView != s.NewView {
			view = s.OldView + " → " + s.NewView
		}
		add(name, view, s.Counts)
	}
	if r.Questions != nil {
		add("(recorded queries)", "", *r.Questions)
	}
	return rows
}

// printChange writes one change: what is asked, under which policies, and the
// records that come and go.
func printChange(w io.Writer, color bool, c compare.Change) {
	mark, escape := "~", escYellow
	switch c.Kind {
	case compare.Added:
		mark, escape = "+", escGreen
	case compare.Removed:
		mark, escape = "-", escRed
	}
	by := "policy " + strings.Join(c.Policies, ", ")
	if c.Client != "" {
		by = "client " + c.Client
	}
	head := fmt.Sprintf("%s %s (%s)", c.Name, c.Type, by)
	if from, to := status(c.Old), status(c.New); from != to {
		head += ": " + from + " → " + to
	}
	fmt.Fprintf(w, "%s %s\n", paint(color, escape, mark), printable(head))
	for _, rr := range without(c.Old.Records, c.New.Records) {
		fmt.Fprintf(w, "    %s\n", paint(color, escRed, "- "+printable(rr)))
	}
	for _, rr := range without(c.New.Records, c.Old.Records) {
		fmt.Fprintf(w, "    %s\n", paint(color, escGreen, "+ "+printable(rr)))
	}
}

// status words an answer without its records.
func status(a compare.Answer) string {
	text := a.Status
	switch {
	case a.Asks != "":
		text += ", public DNS is asked for " + a.Asks
	case a.Status == "PUBLIC":
		text = "public DNS"
	case a.Status == "RESOLVERS":
		text = "the policy's resolvers"
	}
	if a.Policy != "" {
		text += " by policy " + a.Policy
	}
	return text
}

// without returns the records of a that are not in b.
func without(a, b []string) []string {
	have := make(map[string]int, len(b))
	for _, rr := range b {
		have[rr]++
	}
	var out []string
	for _, rr := range a {
		if have[rr]--; have[rr] < 0 {
			out = append(out, rr)
		}
	}
	return out
}
