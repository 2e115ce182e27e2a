// Command load measures what a query costs the suite, the same program with stock
// `file` and `view`, a plugin that does nothing but answer from a map, and the
// name servers found on this machine: processor time of the server, not answers
// per second, which depend on the client. It prints Markdown.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are the command line.
type options struct {
	coredns   string
	workloads []string
	servers   []string
	rounds    int
	seconds   int
	profile   string
	large     bool
	flood     time.Duration // instead of the workloads
	cores     bool          // pin the server to core 0 and the client to core 1
}

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(args []string, out, progress io.Writer) error {
	opt, limit, err := parseOptions(args, progress)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := findProgram("dnsperf"); err != nil && opt.flood == 0 {
		return errors.New("dnsperf is not installed, without it there is no client (Debian package dnsperf)")
	}
	if _, err := os.Stat(opt.coredns); err != nil {
		return fmt.Errorf("%w; build it with `make build`", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	root, err := os.MkdirTemp("", "bench-load")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	b := &bench{options: opt, root: root, out: out, progress: progress}
	return b.runAll(ctx)
}

func parseOptions(args []string, messages io.Writer) (options, time.Duration, error) {
	var opt options
	var workloads, servers string
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.StringVar(&opt.coredns, "coredns", "bin/coredns", "the `program` to measure")
	flags.StringVar(&workloads, "workloads", strings.Join(workloadNames(), ","), "comma-separated `names` of workloads")
	flags.StringVar(&servers, "servers", strings.Join(serverNames(), ","), "comma-separated `names` of servers; suite and stock are what ratios need")
	flags.IntVar(&opt.rounds, "rounds", 3, "how often each server is measured, in turn with the others")
	flags.IntVar(&opt.seconds, "seconds", 3, "length of one measurement, 1 to 60")
	flags.StringVar(&opt.profile, "profile", "", "one more round in which CPU and allocation profiles of the CoreDNS programs go to this `directory`")
	flags.BoolVar(&opt.large, "large", false, "also what needs many gigabytes: named with over 100 views")
	flags.DurationVar(&opt.flood, "flood", 0, "instead of the workloads, send each CoreDNS twice what it can answer for this `time`, 1s to 10m")
	flags.BoolVar(&opt.cores, "pin", true, "pin servers to core 0 and the client to core 1")
	limit := flags.Duration("limit", time.Hour, "end after this time, finished or not")
	if err := flags.Parse(args); err != nil {
		return opt, 0, err
	}
	if opt.rounds < 1 || opt.rounds > 100 || opt.seconds < 1 || opt.seconds > 60 {
		return opt, 0, errors.New("-rounds is 1 to 100 and -seconds 1 to 60")
	}
	if opt.flood != 0 && (opt.flood < time.Second || opt.flood > 10*time.Minute) {
		return opt, 0, errors.New("-flood is 1s to 10m")
	}
	opt.workloads, opt.servers = strings.Split(workloads, ","), strings.Split(servers, ",")
	for _, check := range []struct {
		what         string
		given, known []string
	}{{"workload", opt.workloads, workloadNames()}, {"server", opt.servers, serverNames()}} {
		for _, name := range check.given {
			if !slices.Contains(check.known, name) {
				return opt, 0, fmt.Errorf("unknown %s %q; known: %s", check.what, name, strings.Join(check.known, ", "))
			}
		}
	}
	if opt.cores && !canPin() {
		fmt.Fprintln(messages, "load: fewer than two cores or no taskset: nothing is pinned")
		opt.cores = false
	}
	return opt, *limit, nil
}
