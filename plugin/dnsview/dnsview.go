package dnsview

import (
	"context"

	"github.com/coredns/coredns/plugin"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/reply"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// DNSView refuses what no zone of the view matches. Safe for concurrent use.
type DNSView struct {
	Next plugin.Handler

	scope *scope.Scope
}

var _ plugin.Handler = (*DNSView)(nil)

// Name implements the plugin.Handler interface.
func (v *DNSView) Name() string { return pluginName }

// ServeDNS implements the plugin.Handler interface.
func (v *DNSView) ServeDNS(ctx context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
	pin := resolve.From(ctx, v.scope)
	if pin == nil {
		return scope.Next(pluginName, v.Next, ctx, w, r)
	}
	if !pin.Matched(pin.Question(r)) {
		return reply.Answer(w, r, pin)
	}
	return scope.Next(pluginName, v.Next, ctx, w, r)
}
