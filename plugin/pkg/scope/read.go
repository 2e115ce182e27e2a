package scope

import (
	"maps"
	"regexp"
	"slices"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// Block is a server block that holds lines of the suite, as Read found it.
type Block struct {
	Keys     []string         // in CoreDNS's form, such as `dns://.:53`
	Hosts    []string         // addresses to listen on; "" stands for all of them
	Handlers []plugin.Handler // its plugins in order of execution, not started; nil if anything is wrong
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
	for _, i := range slices.Sorted(maps.Keys(scopes)) {
		s := scopes[i]
		blocks = append(blocks, Block{
			Keys: s.keys, Hosts: s.config.ListenHosts, Handlers: s.config.Handlers(), Snapshot: s.Load(),
		})
	}
	return blocks, problems, other
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

// contexts gives the loads under way.
func (l *loads) contexts() map[caddy.Context]bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make(map[caddy.Context]bool, len(l.blocks))
	for ctx := range l.blocks {
		out[ctx] = true
	}
	return out
}

// since gives a load that is not among those known, nil if there is none.
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

// pluginOf gives the plugin whose setup failed, "" if the text does not say.
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
