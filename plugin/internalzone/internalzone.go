package internalzone

import (
	"context"

	"github.com/coredns/coredns/plugin"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/reply"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// InternalZone answers from the matching zone of the view. Safe for concurrent use.
type InternalZone struct {
	Next plugin.Handler

	scope *scope.Scope
}

// Name implements the plugin.Handler interface.
func (z *InternalZone) Name() string { return pluginName }

// ServeDNS implements the plugin.Handler interface.
func (z *InternalZone) ServeDNS(ctx context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
	pin := resolve.From(ctx, z.scope)
	if pin == nil {
		return plugin.NextOrFailure(pluginName, z.Next, ctx, w, r)
	}
	qname, qtype := resolve.Question(r)
	result, done := pin.Own(pin.Match(qname, qtype), qname, qtype)
	if !done {
		return plugin.NextOrFailure(pluginName, z.Next, ctx, w, r)
	}
	return reply.Answer(w, r, pin, result)
}
