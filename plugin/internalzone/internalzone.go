package internalzone

import (
	"context"
	"slices"

	"github.com/coredns/coredns/plugin"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/reply"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// InternalZone answers from the matching zone of the view. Safe for concurrent use.
type InternalZone struct {
	Next plugin.Handler

	scope *scope.Scope
	zones *served // for the metrics
}

var _ plugin.Handler = (*InternalZone)(nil)

// Name implements the plugin.Handler interface.
func (z *InternalZone) Name() string { return pluginName }

// Ready implements ready.Readiness: every zone of the block holds data, and those of its
// account are among them. It stays true whatever happens to public DNS.
func (z *InternalZone) Ready() bool {
	snapshot := z.scope.Load()
	return snapshot != nil && !z.scope.Waits() && !slices.ContainsFunc(snapshot.Zones, func(z *model.Zone) bool { return snapshot.Data(z) == nil })
}

// ServeDNS implements the plugin.Handler interface.
func (z *InternalZone) ServeDNS(ctx context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
	pin := resolve.From(ctx, z.scope)
	if pin == nil {
		return scope.Next(pluginName, z.Next, ctx, w, r)
	}
	if !pin.Own(pin.Question(r)) {
		return scope.Next(pluginName, z.Next, ctx, w, r)
	}
	return reply.Answer(w, r, pin)
}
