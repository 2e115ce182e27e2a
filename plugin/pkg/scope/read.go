package scope

import (
	"bytes"
	"cmp"
	"maps"
	"regexp"
	"slices"

	"github.com/coredns/caddy"
	"github.com/coredns/caddy/caddyfile"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// Block is a server block that holds lines of the suite, as Read found it or as it serves.
type Block struct {
	Keys     []string         // in CoreDNS's form, such as `dns://.:53`
	Pos      problem.Pos      // of the first line in it; blocks of one key are told apart by it
	Account  string           // that it serves beside what it declares; "" for none
	Hosts    []string         // addresses to listen on; "" stands for all of them
	Handlers []plugin.Handler // its plugins in order of execution, not started after Read; nil if anything is wrong
	Snapshot *model.Snapshot
}

// Read reads a Corefile as a start would, down to zone files and lists, and
// starts nothing: no socket is opened by the suite, no goroutine is left behind.
// The blocks come in the order of the Corefile; the snapshot of one with an error
// is nil. problems are those of the suite, warnings included, sorted by position;
// other are the errors of everyone else: the Corefile's form, the setup of other
// plugins, addresses that clash. The setup of a plugin ends at its first error;
// those of the others are run all the same.
//
// Read must not run beside a start in the same process: Caddy does not tell whose
// load a setup belongs to.
func Read(input caddy.Input) (blocks []Block, problems problem.List, other []error) {
	loading.read.Lock()
	defer loading.read.Unlock()

	ctx, other := setUp(input)
	if ctx == nil {
		return nil, nil, other
	}
	scopes := loading.take(ctx)
	if err := checkOrder(dnsserver.Directives); err != nil {
		return nil, nil, append(other, err)
	}
	problems = build(scopes)
	if len(other) == 0 && !problems.HasErrors() {
		if _, err := ctx.MakeServers(); err != nil {
			other = append(other, err)
		}
	}
	at := positions(input)
	for _, i := range slices.Sorted(maps.Keys(scopes)) {
		s := scopes[i]
		b := s.Block()
		b.Pos = at[i]
		blocks = append(blocks, b)
	}
	return blocks, problems, other
}

// positions returns where the first line of each server block stands, by the block's
// number. Lines that several blocks have, of a snippet or an imported file, tell
// nothing, so they count only where a block has no other.
func positions(input caddy.Input) map[int]problem.Pos {
	parsed, err := caddyfile.Parse(input.Path(), bytes.NewReader(input.Body()), nil)
	if err != nil {
		return nil
	}
	lines := make([]map[problem.Pos]bool, len(parsed))
	shared := make(map[problem.Pos]int)
	for i, block := range parsed {
		lines[i] = make(map[problem.Pos]bool)
		for _, tokens := range block.Tokens {
			for _, t := range tokens {
				if pos := (problem.Pos{File: cmp.Or(t.File, input.Path()), Line: t.Line}); !lines[i][pos] {
					lines[i][pos] = true
					shared[pos]++
				}
			}
		}
	}
	out := make(map[int]problem.Pos, len(parsed))
	rank := func(p problem.Pos) (n int) { // lines of the block alone first, and those of the Corefile
		if shared[p] > 1 {
			n += 2
		}
		if p.File != input.Path() {
			n++
		}
		return n
	}
	for i := range parsed {
		all := slices.Collect(maps.Keys(lines[i]))
		if len(all) > 0 {
			out[i] = slices.MinFunc(all, func(a, b problem.Pos) int {
				return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
			})
		}
	}
	return out
}

// setUp runs the setup of all plugins. A plugin whose setup fails is put off to
// the end, so that the others are set up too. The context is nil if no line of
// the suite was set up.
func setUp(input caddy.Input) (caddy.Context, []error) {
	order := dnsserver.Directives
	defer func() { dnsserver.Directives = order }()
	var other []error
	for failed := make(map[string]bool); ; {
		known := loading.contexts()
		err := caddy.ValidateAndExecuteDirectives(input, nil, true)
		ctx := loading.since(known)
		name := pluginOf(err)
		if err == nil || failed[name] {
			return ctx, other
		}
		other = append(other, err)
		at := slices.Index(dnsserver.Directives, name)
		if at < 0 || name == "root" || name == "bind" { // without these two, what follows would look wrong
			return ctx, other
		}
		if ctx != nil {
			loading.take(ctx)
		}
		failed[name] = true
		later := slices.Delete(slices.Clone(dnsserver.Directives), at, at+1)
		dnsserver.Directives = append(later, name)
	}
}

// contexts returns the loads under way.
func (l *loads) contexts() map[caddy.Context]bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make(map[caddy.Context]bool, len(l.blocks))
	for ctx := range l.blocks {
		out[ctx] = true
	}
	return out
}

// since returns a load that is not among those known, nil if there is none.
func (l *loads) since(known map[caddy.Context]bool) caddy.Context {
	for ctx := range l.contexts() {
		if !known[ctx] {
			return ctx
		}
	}
	return nil
}

// setupError is how CoreDNS words the error of a plugin's setup.
var setupError = regexp.MustCompile(`^plugin/([^:]+): `)

// pluginOf returns the plugin whose setup failed, "" if the text does not say.
func pluginOf(err error) string {
	if err == nil {
		return ""
	}
	found := setupError.FindStringSubmatch(err.Error())
	if found == nil {
		return ""
	}
	return found[1]
}
