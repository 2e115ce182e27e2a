package resolverpolicy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/coredns/coredns/plugin"
	"github.com/coredns/coredns/plugin/metrics"
	"github.com/coredns/coredns/request"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/reply"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// ResolverPolicy pins a view to each query that a policy matches, and takes the
// query to public DNS where the policy's fallback says so. Safe for concurrent use.
type ResolverPolicy struct {
	Next plugin.Handler

	scope   *scope.Scope
	custom  map[string]*custom      // by policy; read-only
	failing map[string]*atomic.Bool // by policy: whether its fallback failed last; the map is read-only
	queries sync.Pool               // of *model.Query
}

func newHandler(block *scope.Scope) *ResolverPolicy {
	return &ResolverPolicy{scope: block, queries: sync.Pool{New: func() any { return new(model.Query) }}}
}

// Name implements the plugin.Handler interface.
func (p *ResolverPolicy) Name() string { return pluginName }

// onStartup fails if the load never came to its end, and starts what the policies
// need while serving.
func (p *ResolverPolicy) onStartup() error {
	if p.scope.Load() == nil {
		return plugin.Error(pluginName, errors.New("no configuration was built; compile in all four plugins of the suite: resolverpolicy, dnsview, internalzone, referencezone"))
	}
	p.failing = make(map[string]*atomic.Bool)
	for _, policy := range p.scope.Load().Policies {
		p.failing[policy.Name] = new(atomic.Bool)
	}
	for _, c := range p.custom {
		c.start()
	}
	return nil
}

func (p *ResolverPolicy) onShutdown() error {
	var errs []error
	for _, c := range p.custom {
		errs = append(errs, c.stop())
	}
	return errors.Join(errs...)
}

// ServeDNS implements the plugin.Handler interface.
func (p *ResolverPolicy) ServeDNS(ctx context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
	if r.Opcode != dns.OpcodeQuery || len(r.Question) != 1 || r.Question[0].Qclass != dns.ClassINET {
		return plugin.NextOrFailure(pluginName, p.Next, ctx, w, r)
	}
	snapshot := p.scope.Load()
	policy := p.selectPolicy(snapshot, w, r)
	if policy == nil || policy.Action == model.UsePublic {
		return plugin.NextOrFailure(pluginName, p.Next, ctx, w, r)
	}
	switch r.Question[0].Qtype {
	case dns.TypeAXFR, dns.TypeIXFR:
		return reply.Failure(w, r, dns.RcodeRefused, dns.ExtendedErrorCodeProhibited, fmt.Sprintf("policy %q does not allow zone transfers", policy.Name))
	}
	if policy.Action == model.UseResolvers {
		return p.custom[policy.Name].cache.ServeDNS(ctx, w, r)
	}

	inside, pin := resolve.With(ctx, resolve.Pin{
		Scope: p.scope, Snapshot: snapshot, Policy: policy, View: policy.View, CanFallBack: canFallBack(r),
	})
	if policy.View == nil {
		return reply.Answer(w, r, pin, pin.Gone())
	}
	rcode, err := plugin.NextOrFailure(pluginName, p.Next, inside, w, r)
	if pin.Held {
		return p.fallBack(ctx, w, r, pin)
	}
	if pin.Result.Outcome == resolve.Loop {
		loops.WithLabelValues(metrics.WithServer(ctx), policy.Name).Inc()
	}
	return rcode, err
}

// selectPolicy gives the policy for a query, nil if none matches.
func (p *ResolverPolicy) selectPolicy(snapshot *model.Snapshot, w dns.ResponseWriter, r *dns.Msg) *model.Policy {
	q := p.queries.Get().(*model.Query)
	defer p.queries.Put(q)
	*q = model.Query{Client: model.Client{Addr: clientAddr(w, r), Server: addrOf(w.LocalAddr())}}
	q.Name, q.Type = resolve.Question(r)
	return snapshot.Select(q)
}

// canFallBack reports whether the query itself may be sent to public DNS (SPEC 6).
func canFallBack(r *dns.Msg) bool {
	return r.RecursionDesired && r.Question[0].Qtype != dns.TypeANY
}

// clientAddr gives the client's address, the one a PROXY header names if there is one.
func clientAddr(w dns.ResponseWriter, r *dns.Msg) netip.Addr {
	if addr := addrOf(w.RemoteAddr()); addr.IsValid() {
		return addr
	}
	state := request.Request{W: w, Req: r}
	addr, err := netip.ParseAddr(state.IP())
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}

// addrOf gives the address of a socket, invalid if it is of another kind.
func addrOf(a net.Addr) netip.Addr {
	switch a := a.(type) {
	case *net.UDPAddr:
		return a.AddrPort().Addr().Unmap().WithZone("")
	case *net.TCPAddr:
		return a.AddrPort().Addr().Unmap().WithZone("")
	}
	return netip.Addr{}
}
