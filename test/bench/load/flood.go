package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// The addresses of a flood: the kernel chooses fast_udp's socket by the client's.
const (
	flooder = "127.0.0.2"
	askers  = 8
)

// floodNames is how many names there are, all of one length.
const floodNames = 10

// Bounds of the search for the capacity: offers grow until three in a row are too many, since a
// shared machine may stall.
const (
	firstOffer = 10_000.0
	lastOffer  = 2_000_000.0
	growth     = 1.15
	tooMany    = 0.85 // of an offer that is answered
)

// steadily is how many seconds each thing is measured for that a flood is compared with.
const steadily = 5

// state is how a server is at one time.
type state struct{ mib, goroutines float64 }

// calm is what a server does when it is not flooded.
type calm struct {
	state
	rate     float64 // answers a second under the offer that saturates it
	capacity float64 // the same for a second of processor time: the machine may have other work
	cost     float64 // CPU µs of a query at half the capacity
	others   askings
}

// flooded is what became of a server before, during and after its flood.
type flooded struct {
	name          string
	before, after calm
	offered       float64
	answered      []float64 // in each second
	own           float64   // answers a second, the others' among them, by the count of the plugin prometheus
	busy          float64   // of a core
	others        askings
	highest       state
	dropped       []int  // by the queue of each of the server's sockets, most first
	load          string // of the machine
}

// runFlood has one server after another answer twice its capacity.
func (b *bench) runFlood(ctx context.Context) error {
	if b.cores {
		if err := pinSelf(); err != nil {
			return err
		}
	}
	dir := filepath.Join(b.root, "flood")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	w, err := flat(dir, floodNames, shallow)
	if err != nil {
		return err
	}
	w.observed = true
	var all []*flooded
	for _, s := range servers() {
		if !slices.Contains(b.servers, s.group()) || !s.isCoreDNS() || b.absent(s, w) != "" {
			continue
		}
		fmt.Fprintf(b.progress, "load: flood: %s\n", s.name)
		f, err := b.floodOne(ctx, s, w)
		if ctx.Err() != nil {
			return fmt.Errorf("ended early: %w", context.Cause(ctx))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		all = append(all, f)
	}
	b.printFlood(all)
	return nil
}

// pinSelf puts this program on the client's core: it is the client.
func pinSelf() error {
	core, err := strconv.Atoi(clientCore)
	if err != nil {
		return err
	}
	var set unix.CPUSet
	set.Set(core)
	threads, err := filepath.Glob("/proc/self/task/[0-9]*")
	if err != nil {
		return err
	}
	for _, thread := range threads { // those to come are like the one that starts them
		id, err := strconv.Atoi(filepath.Base(thread))
		if err != nil {
			return err
		}
		if err := unix.SchedSetaffinity(id, &set); err != nil && !errors.Is(err, unix.ESRCH) {
			return err
		}
	}
	return nil
}

func (b *bench) floodOne(ctx context.Context, s server, w *world) (*flooded, error) {
	c, err := b.start(ctx, s, w, serverCore)
	if err != nil {
		return nil, err
	}
	defer c.stop()
	names := make([]string, floodNames)
	for i := range names {
		names[i] = shallow(i) + "." + apex
	}
	loop, err := openFlood(flooder, c.port, names)
	if err != nil {
		return nil, err
	}
	defer loop.close()
	offer, err := saturating(ctx, loop)
	if err != nil {
		return nil, err
	}
	f := &flooded{name: s.name}
	if f.before, err = calmly(ctx, c, loop, offer, 0); err != nil {
		return nil, err
	}
	if err := f.endure(ctx, c, loop, b.flood); err != nil {
		return nil, err
	}
	if f.dropped, err = dropped(c.port); err != nil {
		return nil, err
	}
	f.after, err = calmly(ctx, c, loop, offer, f.before.capacity)
	return f, err
}

// saturating returns the offer of which most is answered.
func saturating(ctx context.Context, loop *openLoop) (float64, error) {
	best, at, over := 0.0, 0.0, 0
	for rate := firstOffer; rate < lastOffer && over < 3; rate *= growth {
		got, err := loop.run(ctx, rate, time.Second)
		if err != nil {
			return 0, err
		}
		if got.answered > best {
			best, at = got.answered, rate
		}
		if over++; got.answered >= tooMany*rate {
			over = 0
		}
	}
	if over < 3 {
		return 0, errors.New("all that the client can offer is answered")
	}
	return at, nil
}

// calmly measures what is to be the same before and after a flood. The cost is that at half a
// capacity, by default the one measured here.
func calmly(ctx context.Context, c *contender, loop *openLoop, offer, capacity float64) (now calm, err error) {
	if now.state, err = c.state(ctx); err != nil {
		return now, err
	}
	now.others = asking(ctx, c.port, func() { err = wait(ctx, steadily*time.Second) })
	if err != nil {
		return now, err
	}
	if now.rate, now.capacity, err = c.under(ctx, loop, offer); err != nil {
		return now, err
	}
	if capacity == 0 {
		capacity = now.capacity
	}
	_, rate, err := c.under(ctx, loop, capacity/2)
	now.cost = 1e6 / max(rate, 1)
	return now, err
}

// under returns what a server answers of an offer, a second and a second of its processor time.
func (c *contender) under(ctx context.Context, loop *openLoop, offer float64) (rate, ofCPU float64, err error) {
	used, err := c.usage()
	if err != nil {
		return 0, 0, err
	}
	got, err := loop.run(ctx, offer, steadily*time.Second)
	if err != nil {
		return 0, 0, err
	}
	more, err := c.usage()
	return got.answered, got.answered * steadily / max(more.cpu-used.cpu, leastUse), err
}

func wait(ctx context.Context, span time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(span):
		return nil
	}
}

// endure floods a server, a second at a time, while others ask and its memory is looked at.
func (f *flooded) endure(ctx context.Context, c *contender, loop *openLoop, span time.Duration) error {
	used, err := c.usage()
	if err != nil {
		return err
	}
	count, err := c.responses(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	looking, end := context.WithCancel(ctx)
	defer end()
	var watch sync.WaitGroup
	watch.Go(func() { f.watch(looking, c) })
	f.others = asking(ctx, c.port, func() {
		for time.Since(began) < span && err == nil {
			var got flow
			if got, err = loop.run(ctx, 2*f.before.capacity, time.Second); err == nil {
				f.answered = append(f.answered, got.answered)
				f.offered += got.offered
			}
		}
	})
	f.offered /= float64(max(len(f.answered), 1))
	f.load = loadOfMachine()
	end()
	watch.Wait()
	if err != nil {
		return err
	}
	more, err := c.usage()
	if err != nil {
		return err
	}
	took := float64(max(len(f.answered), 1))
	f.busy = (more.cpu - used.cpu) / took
	counted, err := c.responses(ctx)
	f.own = (counted - count) / took
	return err
}

// responses returns how many a CoreDNS has counted.
func (c *contender) responses(ctx context.Context) (float64, error) {
	return scrape(ctx, c.metrics, "coredns_dns_responses_total")
}

// watch notes the most that a server has. It is asked over TCP, which a flood may delay.
func (f *flooded) watch(ctx context.Context, c *contender) {
	again := time.NewTicker(250 * time.Millisecond)
	defer again.Stop()
	for looks := 0; ; looks++ {
		if now, err := c.usage(); err == nil {
			f.highest.mib = max(f.highest.mib, now.mib)
		}
		if looks%4 == 0 {
			if now, err := c.state(ctx); err == nil {
				f.highest.goroutines = max(f.highest.goroutines, now.goroutines)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
	}
}

// state asks a server's metrics.
func (c *contender) state(ctx context.Context) (now state, err error) {
	held, err := c.usage()
	if err != nil {
		return now, err
	}
	now.mib = held.mib
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	now.goroutines, err = scrape(ctx, c.metrics, "go_goroutines")
	return now, err
}

// dropped returns how many datagrams the kernel had no room for in the queue of each socket of a
// port, most first.
func dropped(port int) ([]int, error) {
	text, err := os.ReadFile("/proc/net/udp")
	if err != nil {
		return nil, err
	}
	return dropsOf(string(text), port)
}

func dropsOf(text string, port int) (all []int, err error) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 13 || !strings.HasSuffix(fields[1], fmt.Sprintf(":%04X", port)) {
			continue
		}
		drops, err := strconv.Atoi(fields[12])
		if err != nil {
			return nil, err
		}
		all = append(all, drops)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no socket of port %d", port)
	}
	slices.SortFunc(all, func(a, b int) int { return b - a })
	return all, nil
}

// scrape returns the value of a metric.
func scrape(ctx context.Context, port int, name string) (float64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/metrics", port), nil)
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	return valueOf(response.Body, name)
}

// valueOf reads the sum of a metric's series.
func valueOf(text io.Reader, name string) (sum float64, err error) {
	found := false
	lines := bufio.NewScanner(text)
	for lines.Scan() {
		series, value, _ := strings.Cut(lines.Text(), " ")
		if series != name && !strings.HasPrefix(series, name+"{") {
			continue
		}
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0, err
		}
		sum, found = sum+v, true
	}
	if err := lines.Err(); err != nil {
		return 0, err
	}
	if !found {
		return 0, fmt.Errorf("no metric %s", name)
	}
	return sum, nil
}

func loadOfMachine() string {
	text, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
