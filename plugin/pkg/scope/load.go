package scope

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	clog "github.com/coredns/coredns/plugin/pkg/log"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

var log = clog.NewWithPlugin("internaldns")

// tlsDirective is CoreDNS's directive that says whether clients show certificates,
// which selectors depend on. It stands below the suite.
const tlsDirective = "tls"

// Directives returns the directives of the suite as they must stand, one after another:
// with a plugin between them, or in another order, a query whose view has no answer
// would get past the suite. Once the setup of the last has run for all server blocks,
// everything is declared.
func Directives() []string {
	return []string{model.PolicyDirective, model.ViewDirective, model.ZoneDirective, model.ReferenceDirective}
}

// checkOrder holds the order of directives of someone's own program.
func checkOrder(directives []string) error {
	want := Directives()
	at := slices.Index(directives, want[0])
	if own := slices.Index(directives, AccountDirective); own > at {
		return fmt.Errorf("the directives of this program are out of order: %s has to stand above %s", AccountDirective, want[0])
	}
	if at >= 0 && at+len(want) <= len(directives) && slices.Equal(directives[at:at+len(want)], want) {
		return nil
	}
	return fmt.Errorf("the directives of this program are out of order: compile them in one after another, as %s", strings.Join(want, ", "))
}

// maxAbandoned bounds the loads kept that never came to their end, because
// another plugin's setup failed in between.
const maxAbandoned = 16

// loading holds the scopes of Corefiles that are being parsed. It has to be a
// package variable: caddy hands nothing but its Context to a parsing callback.
var loading = loads{blocks: make(map[caddy.Context]map[int]*Scope)}

type loads struct {
	read   sync.Mutex // held by Read, one at a time
	mu     sync.Mutex
	blocks map[caddy.Context]map[int]*Scope // by ServerBlockIndex
	seen   int                              // blocks there ever were
	direct int                              // those of them that said so
}

// InUse reports whether a Corefile that this process has read holds a line of the
// suite, in a server block whose queries all go through CoreDNS's server.
func InUse() bool {
	loading.mu.Lock()
	defer loading.mu.Unlock()
	return loading.seen > loading.direct
}

// Direct says that the block answers from sockets of its own. It is called once.
func (s *Scope) Direct() {
	loading.mu.Lock()
	defer loading.mu.Unlock()
	loading.direct++
}

func init() {
	for _, directive := range Directives() { // before what ends the load, behind the last of them
		caddy.RegisterParsingCallback("dns", directive, func(ctx caddy.Context) error { return loading.complete(ctx, directive) })
	}
	caddy.RegisterParsingCallback("dns", model.ReferenceDirective, func(ctx caddy.Context) error {
		if slices.Index(dnsserver.Directives, tlsDirective) > slices.Index(dnsserver.Directives, model.ReferenceDirective) {
			return nil
		}
		return finish(ctx)
	})
	caddy.RegisterParsingCallback("dns", tlsDirective, finish)
}

// Of returns the scope of the server block in which c sets up a directive.
func Of(c *caddy.Controller, directive string) *Scope {
	loading.mu.Lock()
	defer loading.mu.Unlock()
	blocks := loading.blocks[c.Context()]
	if blocks == nil {
		if len(loading.blocks) >= maxAbandoned {
			clear(loading.blocks)
		}
		blocks = make(map[int]*Scope)
		loading.blocks[c.Context()] = blocks
	}
	s := blocks[c.ServerBlockIndex]
	if s == nil {
		s = &Scope{config: dnsserver.GetConfig(c), keys: c.ServerBlockKeys, stands: make(map[string]bool)}
		loading.seen++
		blocks[c.ServerBlockIndex] = s
	}
	s.stands[directive] = true
	return s
}

// finish ends a load: it builds every block's snapshot, logs the warnings and
// gives all errors of all blocks as one.
func finish(ctx caddy.Context) error {
	blocks := loading.take(ctx)
	if len(blocks) == 0 {
		return nil
	}
	if err := checkOrder(dnsserver.Directives); err != nil {
		return err
	}
	all := build(blocks)
	for _, p := range all.Only(problem.Warning) {
		log.Warning(p.String())
	}
	errs := all.Only(problem.Error)
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return errs.Err()
	}
	return fmt.Errorf("%d problems:\n%w", len(errs), errs.Err())
}

// take returns the scopes of a load, by server block, which is then forgotten.
func (l *loads) take(ctx caddy.Context) map[int]*Scope {
	l.mu.Lock()
	defer l.mu.Unlock()
	blocks := l.blocks[ctx]
	delete(l.blocks, ctx)
	return blocks
}

// build builds the snapshot of every block and gives the problems of all, sorted.
func build(blocks map[int]*Scope) problem.List {
	var all problem.List
	for _, s := range blocks {
		all = append(all, s.Build()...)
	}
	all = unique(all)
	all.Sort()
	return all
}

// unique drops repeated problems: a file named by several blocks has its own once.
func unique(list problem.List) problem.List {
	seen := make(map[problem.Problem]bool, len(list))
	out := list[:0]
	for _, p := range list {
		if !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	return out
}

// loadersPerCPU is how many loaders run for each processor: some of them wait for a disk.
const loadersPerCPU = 4

// loadAll runs the loaders side by side and keeps their order.
func loadAll(loaders []Loader) []loaded {
	out := make([]loaded, len(loaders))
	slots := make(chan struct{}, loadersPerCPU*runtime.GOMAXPROCS(0))
	var running sync.WaitGroup
	for i, load := range loaders {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			out[i].zone, out[i].problems = load()
		})
	}
	running.Wait()
	return out
}
