package referencezone

import (
	"context"

	"github.com/coredns/coredns/plugin"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/reply"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// ReferenceZone answers from the references of the matching zone, or denies the
// name. Safe for concurrent use.
type ReferenceZone struct {
	Next plugin.Handler

	scope *scope.Scope
}

var _ plugin.Handler = (*ReferenceZone)(nil)

// Name implements the plugin.Handler interface.
func (z *ReferenceZone) Name() string { return pluginName }

// ServeDNS implements the plugin.Handler interface. A query with a pin ends here:
// below stands the public path, which only a fallback may take.
func (z *ReferenceZone) ServeDNS(ctx context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
	pin := resolve.From(ctx, z.scope)
	if pin == nil {
		return scope.Next(pluginName, z.Next, ctx, w, r)
	}
	pin.Referenced(pin.Question(r))
	return reply.Answer(w, r, pin)
}
