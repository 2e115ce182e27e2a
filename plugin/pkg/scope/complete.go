package scope

import (
	"maps"
	"slices"

	"github.com/coredns/caddy"
	"github.com/coredns/caddy/caddyfile"
)

// Version is the version of the suite, apart from that of CoreDNS.
const Version = "0.1.0"

// AccountDirective is the directive by which objects that stand in no Corefile come into
// a block. It stands above those of Directives, in programs that have it.
const AccountDirective = "internaldns"

// Complete has all plugins of Directives stand in c's block, those too of which it has
// no line: objects that come while it serves may need any of them. It belongs to the
// setup of a directive above them.
func (s *Scope) Complete(c *caddy.Controller) {
	without := *c
	without.Dispenser = caddyfile.NewDispenserTokens(c.File(), nil)
	s.whole = &without
}

// ServesAccount reports whether objects that stand in no Corefile come into the block. It
// is known once the block is read.
func (s *Scope) ServesAccount() bool { return s.stands[AccountDirective] }

// complete sets up a directive in the blocks that want it and have no line of it. It is
// called when the blocks with such a line are set up, and before the next directive is,
// so that the plugin comes to its place in the chain.
func (l *loads) complete(ctx caddy.Context, directive string) error {
	l.mu.Lock()
	blocks := maps.Clone(l.blocks[ctx])
	l.mu.Unlock()
	for _, i := range slices.Sorted(maps.Keys(blocks)) {
		s := blocks[i]
		if s.whole == nil || s.stands[directive] {
			continue
		}
		setup, err := caddy.DirectiveAction("dns", directive)
		if err != nil {
			return err
		}
		if err := setup(s.whole); err != nil {
			return err
		}
	}
	return nil
}
