package test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/internaldns/internaldns/test/scenario"
)

// A scenario that waits gives up after patience and looks again every interval.
const (
	patience = 30 * time.Second // files of policies are looked at every 10 s
	interval = 20 * time.Millisecond
)

// runner carries out the script of one scenario in its directory, which is the
// working directory.
type runner struct {
	server   *server
	upstream *upstream   // nil if the scenario has none
	account  *accountAPI // nil if the scenario has none
	logged   *capture
	metrics  series // as they stood when the scenario began
}

// run carries out one command and gives the lines it prints.
func (r *runner) run(t *testing.T, step *scenario.Step) ([]string, error) {
	args := step.Command[1:]
	switch step.Command[0] {
	case "dig":
		return r.dig(args)
	case "eventually":
		if len(args) == 0 {
			return nil, errors.New("eventually what?")
		}
		return within(patience, step, func() ([]string, error) { return r.run(t, &scenario.Step{Command: args, Expect: step.Expect}) })
	case "upstream":
		return r.asked(args)
	case "fault":
		if r.upstream == nil || len(args) != 1 {
			return nil, errors.New("want one kind of fault, and an upstream")
		}
		return nil, r.upstream.setFault(args[0])
	case "metric":
		// A query is counted when its answer is on its way already.
		return within(shortly, step, func() ([]string, error) { return r.metric(args) })
	case "log":
		return r.logged.drain(), nil
	case "reload":
		return r.reload(args)
	case "copy":
		return nil, copyFile(args)
	case "api":
		return r.api(args)
	}
	return nil, fmt.Errorf("unknown command %q, known are: dig eventually upstream fault metric log reload copy api", step.Command[0])
}

// dig asks over every network of the query; the answers must be the same.
func (r *runner) dig(args []string) ([]string, error) {
	q, err := scenario.ParseQuery(args)
	if err != nil {
		return nil, err
	}
	var first []string
	for i, network := range q.Networks {
		got, err := ask(r.server, q, network)
		if err != nil {
			return nil, fmt.Errorf("over %s: %w", network, err)
		}
		if i > 0 && !slices.Equal(first, got) {
			return nil, fmt.Errorf("the answers over %s (+) and over %s (-) differ:\n%s", network, q.Networks[0], scenario.Diff(got, first))
		}
		first = got
	}
	if r.account != nil {
		for i, line := range first {
			first[i] = r.account.hide(line)
		}
	}
	return first, nil
}

// shortly is how long a metric is waited for.
const shortly = 3 * time.Second

// within repeats a command until it prints what is expected, or the time is over.
func within(limit time.Duration, step *scenario.Step, command func() ([]string, error)) ([]string, error) {
	deadline := time.After(limit)
	again := time.NewTicker(interval)
	defer again.Stop()
	for {
		got, err := command()
		if err == nil && scenario.Equal(got, step.Expect) {
			return got, nil
		}
		select {
		case <-deadline:
			return got, err
		case <-again.C:
		}
	}
}

// asked lists the questions that reached the upstream since last asked for, one
// a line with their number, or without it if "names" is given.
func (r *runner) asked(args []string) ([]string, error) {
	if r.upstream == nil {
		return nil, errors.New("the scenario has no upstream")
	}
	questions := r.upstream.drain()
	var lines []string
	for _, question := range slices.Sorted(maps.Keys(questions)) {
		if !slices.Equal(args, []string{"names"}) {
			question = fmt.Sprintf("%d %s", questions[question], question)
		}
		lines = append(lines, question)
	}
	if lines == nil {
		lines = []string{"none"}
	}
	return lines, nil
}

func (r *runner) reload(args []string) ([]string, error) {
	if len(args) != 1 {
		return nil, errors.New("want one Corefile")
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		return nil, err
	}
	corefile := withUpstream(string(text), r.upstream)
	if r.account != nil {
		corefile = strings.ReplaceAll(corefile, "${API}", r.account.address)
	}
	if err := r.server.reload(corefile); err != nil {
		return strings.Split(err.Error(), "\n"), nil
	}
	return []string{"ok"}, nil
}

func copyFile(args []string) error {
	if len(args) != 2 {
		return errors.New("want two files: FROM TO")
	}
	data, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	return os.WriteFile(args[1], data, 0o644)
}

// withUpstream puts the public resolver's address in its place in a Corefile,
// and the directory of the files.
func withUpstream(corefile string, u *upstream) string {
	corefile = strings.ReplaceAll(corefile, "${DIR}", ".")
	if u == nil {
		return corefile
	}
	return strings.ReplaceAll(corefile, "${UPSTREAM}", u.address)
}

// capture collects what the server logs. It is safe for concurrent use.
type capture struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

var _ io.Writer = (*capture)(nil)

// Write takes log output.
func (c *capture) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.buf.Write(p)
}

// drain returns the warnings and errors since it was last called, continuation
// lines included, and forgets all.
func (c *capture) drain() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var lines []string
	keep := false
	for line := range strings.Lines(c.buf.String()) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "[") {
			keep = strings.HasPrefix(line, "[WARNING]") || strings.HasPrefix(line, "[ERROR]") || strings.HasPrefix(line, "[PANIC]")
		}
		if keep {
			lines = append(lines, line)
		}
	}
	c.buf.Reset()
	return lines
}

func (c *capture) contains(text string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Contains(c.buf.String(), text)
}
