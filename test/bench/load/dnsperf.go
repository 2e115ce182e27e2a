package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// tally is what one run of dnsperf came to.
type tally struct {
	completed, lost int
	perSecond       float64
	rcodes          map[string]int
}

// outstanding is how many queries wait for their answers at any time.
const outstanding = 100

// perf asks the questions in a file for some seconds, as fast as the server
// answers, from all clients at once, each by so many ports in turn.
func (o options) perf(ctx context.Context, p *process, clients []string, ports int, questions string, length time.Duration) (tally, error) {
	ctx, cancel := context.WithTimeout(ctx, length+time.Minute)
	defer cancel()
	tallies := make([]tally, len(clients))
	errs := make([]error, len(clients))
	var running sync.WaitGroup
	for i, client := range clients {
		running.Go(func() {
			args := o.pinned(clientCore, "dnsperf", "-s", localhost, "-p", strconv.Itoa(p.port), "-a", client, "-d", questions,
				"-l", strconv.FormatFloat(length.Seconds(), 'f', -1, 64), "-q", strconv.Itoa(outstanding/len(clients)), "-c", strconv.Itoa(max(1, ports)), "-t", "10")
			tallies[i], errs[i] = perfOne(ctx, args)
		})
	}
	running.Wait()
	sum := tally{rcodes: map[string]int{}}
	for _, t := range tallies {
		sum.completed += t.completed
		sum.lost += t.lost
		sum.perSecond += t.perSecond
		for rcode, n := range t.rcodes {
			sum.rcodes[rcode] += n
		}
	}
	return sum, errors.Join(errs...)
}

func perfOne(ctx context.Context, args []string) (tally, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Run(); err != nil {
		return tally{}, fmt.Errorf("dnsperf: %w\n%s", err, out.String())
	}
	return parseTally(out.String())
}

// parseTally reads the statistics dnsperf prints at its end.
func parseTally(text string) (tally, error) {
	t := tally{rcodes: map[string]int{}}
	line := regexp.MustCompile(`(?m)^  (Queries completed|Queries lost|Response codes|Queries per second):[ \t]*(.*)$`)
	found := line.FindAllStringSubmatch(text, -1)
	if len(found) != 4 {
		return t, fmt.Errorf("dnsperf printed no statistics:\n%s", text)
	}
	for _, f := range found {
		var err error
		first, _, _ := strings.Cut(f[2], " ")
		switch f[1] {
		case "Queries completed":
			t.completed, err = strconv.Atoi(first)
		case "Queries lost":
			t.lost, err = strconv.Atoi(first)
		case "Queries per second":
			t.perSecond, err = strconv.ParseFloat(first, 64)
		case "Response codes":
			err = t.parseRcodes(f[2])
		}
		if err != nil {
			return t, err
		}
	}
	return t, nil
}

// parseRcodes reads a list as in `NOERROR 50 (50.00%), NXDOMAIN 50 (50.00%)`.
func (t *tally) parseRcodes(list string) error {
	for entry := range strings.SplitSeq(list, ", ") {
		fields := strings.Fields(entry)
		if len(fields) < 2 {
			continue // nothing was answered
		}
		n, err := strconv.Atoi(fields[1])
		if err != nil {
			return err
		}
		t.rcodes[fields[0]] = n
	}
	return nil
}

var errTooSlow = errors.New("no answer in time")

// check fails if the answers are not those of the questions: a server that
// answers wrongly has no cost worth comparing.
func (t tally) check(a ask) error {
	missing := 100 * float64(t.rcodes["NXDOMAIN"]) / float64(max(t.completed, 1))
	switch {
	case t.completed == 0:
		return fmt.Errorf("%w, %d queries are lost", errTooSlow, t.lost)
	case t.lost*100 > t.completed:
		return fmt.Errorf("%d answers, but %d queries lost", t.completed, t.lost)
	case t.rcodes["NOERROR"]+t.rcodes["NXDOMAIN"] != t.completed:
		return fmt.Errorf("answers other than NOERROR and NXDOMAIN: %v", t.rcodes)
	case missing < float64(a.nxdomain)-2 || missing > float64(a.nxdomain)+2:
		return fmt.Errorf("%.0f %% NXDOMAIN, want %d %%", missing, a.nxdomain)
	}
	return nil
}
