package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// warmUp is how long a server is asked before it is measured.
const warmUp = 500 * time.Millisecond

// bench runs workload after workload. Nothing it starts outlives runAll.
type bench struct {
	options
	root     string // for files
	out      io.Writer
	progress io.Writer
	floor    string // path of the program, empty if it has no part
	round    int    // counted over all workloads
}

// contender is a server that runs and answers one or several lists of questions.
type contender struct {
	*process
	name    string
	isGo    bool
	clients []string
	ports   int // of each
	asks    []ask
	start   float64 // seconds until the first answer
	mib     float64 // resident then
	after   float64 // MiB resident at the end
	costs   map[string][]float64
	rates   map[string][]float64
	failed  error
}

func (b *bench) runAll(ctx context.Context) error {
	if slices.Contains(b.servers, floorProgram) {
		b.floor = filepath.Join(b.root, floorProgram)
		build := exec.CommandContext(ctx, "go", "build", "-o", b.floor, "./test/bench/floor")
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("building the floor: %w\n%s", err, out)
		}
	}
	b.printHead()
	if b.flood > 0 {
		return b.runFlood(ctx)
	}
	var verdicts []string
	for _, w := range workloads() {
		if !slices.Contains(b.workloads, w.name) {
			continue
		}
		results, err := b.runWorkload(ctx, w)
		if ctx.Err() != nil {
			return fmt.Errorf("ended early: %w", context.Cause(ctx))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		b.printTable(w, results)
		verdicts = append(verdicts, judge(w, results)...)
	}
	b.printVerdicts(verdicts)
	return nil
}

// runWorkload starts all servers of a workload, measures them in turn and stops them.
func (b *bench) runWorkload(ctx context.Context, w workload) ([]*contender, error) {
	all, err := b.startAll(ctx, w)
	defer func() {
		for _, c := range all {
			c.stop()
		}
	}()
	if err != nil {
		return nil, err
	}
	shown := slices.DeleteFunc(slices.Clone(all), func(c *contender) bool { return c.name == upstreamName })
	for round := range b.rounds + 1 {
		b.round++
		length := time.Duration(b.seconds) * time.Second
		if round == 0 {
			length = warmUp
		}
		if err := b.runRound(ctx, shown, length, round > 0); err != nil {
			return nil, err
		}
	}
	for _, c := range shown {
		u, err := c.usage()
		if err != nil {
			return nil, err
		}
		c.after = u.mib
	}
	if b.profile != "" {
		return shown, b.profileAll(ctx, w, shown)
	}
	return shown, nil
}

// runRound asks every server every list once. A server that fails is not asked again.
func (b *bench) runRound(ctx context.Context, all []*contender, length time.Duration, counts bool) error {
	fast := 60_000 // names a second that no server forwards in one
	missed, err := fresh(b.root, b.round, int(length.Seconds()*float64(fast)))
	if err != nil {
		return err
	}
	defer os.Remove(missed)
	for _, c := range all {
		for _, a := range c.asks {
			if c.failed != nil || ctx.Err() != nil {
				continue
			}
			if a.file == "" {
				a.file = missed
			}
			cost, rate, err := b.measure(ctx, c, a, length)
			if !counts && errors.Is(err, errTooSlow) {
				continue // to warm up in so short a time
			}
			if err != nil {
				c.failed = fmt.Errorf("%s: %w", a.name, err)
				fmt.Fprintf(b.progress, "load: %s: %v\n", c.name, c.failed)
				continue
			}
			if counts && cost == 0 {
				fmt.Fprintf(b.progress, "load: %s: %s: hardly any processor time in %s, not counted; is the machine busy?\n", c.name, a.name, length)
			} else if counts {
				c.costs[a.name] = append(c.costs[a.name], cost)
				c.rates[a.name] = append(c.rates[a.name], rate)
			}
		}
	}
	return ctx.Err()
}

// leastUse is the processor time in seconds that is told apart from the unit it
// is measured in.
const leastUse = 20.0 / ticks

// measure returns the server's microseconds of processor time for a query, 0 if
// they cannot be told, and answers per second.
func (b *bench) measure(ctx context.Context, c *contender, a ask, length time.Duration) (cost, rate float64, err error) {
	before, err := c.usage()
	if err != nil {
		return 0, 0, err
	}
	t, err := b.perf(ctx, c.process, c.clients, c.ports, a.file, length)
	if err != nil {
		return 0, 0, err
	}
	after, err := c.usage()
	if err != nil {
		return 0, 0, err
	}
	used := after.cpu - before.cpu
	if used < leastUse {
		used = 0
	}
	return used * 1e6 / float64(max(t.completed, 1)), t.perSecond, t.check(a)
}

// upstreamName is the resolver that names are forwarded to; it is not measured.
const upstreamName = "upstream"

// startAll starts the servers of a workload one after another, so that each has
// the core for its load. It gives those that run also when it fails.
func (b *bench) startAll(ctx context.Context, load workload) ([]*contender, error) {
	w, err := load.prepare(b.root)
	if err != nil {
		return nil, err
	}
	all, err := b.startOthers(ctx, load, w)
	if err != nil {
		return all, err
	}
	for _, s := range servers() {
		if !slices.Contains(b.servers, s.group()) {
			continue
		}
		if reason := b.absent(s, w); reason != "" {
			fmt.Fprintf(b.progress, "load: %s: without %s: %s\n", load.name, s.name, reason)
			continue
		}
		fmt.Fprintf(b.progress, "load: %s: starting %s\n", load.name, s.name)
		c, err := b.start(ctx, s, w, serverCore)
		if ctx.Err() != nil {
			return all, ctx.Err()
		}
		if err != nil {
			fmt.Fprintf(b.progress, "load: %s: without %s: %v\n", load.name, s.name, err)
			continue
		}
		all = append(all, c)
	}
	return all, nil
}

// startOthers starts what a workload needs besides its servers: the resolver for
// missing names, and the suite with a small zone to compare with, in both ways.
func (b *bench) startOthers(ctx context.Context, load workload, w *world) ([]*contender, error) {
	var all []*contender
	if w.forwards {
		upstream := server{name: upstreamName, configure: corefile(func(_ *world, s site) string { return upstreamCorefile(s) })}
		c, err := b.start(ctx, upstream, &world{dir: w.dir, asker: localhost, probe: w.probe}, clientCore)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
		w.upstream = fmt.Sprintf("127.0.0.1:%d", c.port)
	}
	if load.name == workloads()[0].name || !slices.Contains(b.servers, "suite") {
		return all, nil
	}
	dir := filepath.Join(w.dir, "small")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return all, err
	}
	small, err := flat(dir, 10, shallow)
	if err != nil {
		return all, err
	}
	small.clients = w.clients
	for _, s := range []server{
		{name: bar{}.small(), configure: corefile(suiteCorefile)},
		{name: bar{of: fastName}.small(), configure: corefile(fastCorefile)},
	} {
		c, err := b.start(ctx, s, small, serverCore)
		if err != nil {
			return all, err
		}
		all = append(all, c)
	}
	return all, nil
}

// absent says why a server has no part in a world, or nothing.
func (b *bench) absent(s server, w *world) string {
	if reason := s.unfit(w, b.large); reason != "" {
		return reason
	}
	if s.isCoreDNS() {
		return ""
	}
	if _, err := findProgram(s.program); err != nil {
		return "not installed"
	}
	return ""
}

// program returns the path of a server's program.
func (b *bench) program(s server) (string, error) {
	switch s.program {
	case "":
		return filepath.Abs(b.coredns)
	case floorProgram:
		return b.floor, nil
	}
	return findProgram(s.program)
}

// start runs a server and waits for its first answer.
func (b *bench) start(ctx context.Context, s server, w *world, core string) (*contender, error) {
	path, err := b.program(s)
	if err != nil {
		return nil, err
	}
	at, claims, err := place(w.dir, b.profile != "" && s.isCoreDNS())
	if err != nil {
		return nil, err
	}
	args, err := s.configure(w, at)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	p, err := launch(at, claims, b.pinned(core, append([]string{path}, args...)...))
	if err != nil {
		return nil, err
	}
	c := &contender{
		process: p, name: s.name, isGo: s.isCoreDNS(), clients: w.clients, ports: w.ports, asks: w.asks,
		costs: map[string][]float64{}, rates: map[string][]float64{},
	}
	if err := p.ready(ctx, w.asker, w.probe); err != nil {
		p.stop()
		return nil, err
	}
	c.start = time.Since(began).Seconds()
	u, err := p.usage()
	if err != nil {
		p.stop()
		return nil, err
	}
	c.mib = u.mib
	return c, nil
}
