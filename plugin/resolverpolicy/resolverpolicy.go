package resolverpolicy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/coredns/coredns/plugin"
	"github.com/coredns/coredns/request"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/numbered"
	"github.com/internaldns/internaldns/plugin/pkg/querylog"
	"github.com/internaldns/internaldns/plugin/pkg/reply"
	"github.com/internaldns/internaldns/plugin/pkg/requestinfo"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/telemetry"
	"github.com/internaldns/internaldns/plugin/pkg/upstream"
)

// ResolverPolicy pins a view to each query that a policy matches, and takes the
// query to public DNS where the policy's fallback says so. Safe for concurrent use.
type ResolverPolicy struct {
	Next plugin.Handler

	scope      *scope.Scope
	clock      func() time.Time
	sources    *sources  // read-only from the end of the setup on
	selections sync.Pool // of *selection

	// Set at startup and read-only from then on.
	meter     *telemetry.Meter
	outages   numbered.Table[telemetry.Outage]  // of the policies
	upstreams numbered.Table[upstream.Upstream] // of those with resolvers of their own
	ending    sync.WaitGroup                    // upstreams that are being closed
	breaker   breaker
	described bool // whether the metadata plugin asks for what was done
	traced    bool // whether the trace plugin does
	log       *querylog.Log

	recent querylog.Recent
}

var _ plugin.Handler = (*ResolverPolicy)(nil)

// selection is what the policies look at for one query.
type selection struct {
	query  model.Query
	client requestinfo.Info
}

func newHandler(block *scope.Scope, from *sources) *ResolverPolicy {
	return &ResolverPolicy{
		scope:      block,
		clock:      time.Now,
		selections: sync.Pool{New: func() any { return new(selection) }},
		sources:    from,
		meter:      telemetry.New(block, from.server),
	}
}

// Name implements the plugin.Handler interface.
func (p *ResolverPolicy) Name() string { return pluginName }

// Clients returns what the block has to tell clients apart, for those who explain.
func (p *ResolverPolicy) Clients() *requestinfo.Sources { return p.sources.clients }

// Queries returns the block's last queries, for those who look.
func (p *ResolverPolicy) Queries() *querylog.Recent { return &p.recent }

// Record has a history be told of the block's queries.
func (p *ResolverPolicy) Record(h *telemetry.History) { p.meter.Record(h) }

// onStartup fails if the load never came to its end, and starts what the policies
// need while serving.
func (p *ResolverPolicy) onStartup() error {
	if p.scope.Load() == nil {
		return plugin.Error(pluginName, errors.New("no configuration was built; compile in all four plugins of the suite: resolverpolicy, dnsview, internalzone, referencezone"))
	}
	p.meter.Start(p.scope.Servers(), p.sources.watched)
	if name := p.sources.queryLog; name != "" {
		var err error
		if p.log, err = querylog.Open(name); err != nil {
			return plugin.Error(pluginName, fmt.Errorf("%s: query log: %w", p.sources.queryLogPos, err))
		}
		p.recent.Keep()
	}
	p.connect(p.scope.Load().Policies)
	return nil
}

// onShutdown ends what onStartup began. It never fails: with an error Caddy would
// skip the hooks that follow, and take a reload that is done for one that failed.
func (p *ResolverPolicy) onShutdown() error {
	if p.sources.direct != nil {
		p.sources.direct.release()
	}
	for number, u := range p.upstreams.All() {
		p.upstreams.Swap(number, u, nil)
		p.end(u)
	}
	p.ending.Wait()
	p.recent.Close()
	if p.log != nil {
		if err := p.log.Stop(); err != nil {
			log.Errorf("While shutting down: %v", err)
		}
	}
	p.meter.Retire()
	return nil
}

// ServeDNS implements the plugin.Handler interface.
func (p *ResolverPolicy) ServeDNS(ctx context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
	if !ours(r) {
		return p.others(ctx, w, r)
	}
	if badOPT(r) {
		return reply.Malformed(w, r)
	}
	if recent := p.recent.Ring(); recent != nil || p.log != nil {
		return p.observed(ctx, w, r, recent)
	}
	return p.serve(ctx, w, r, p.meter.At(ctx))
}

// serve answers a query by its policy.
func (p *ResolverPolicy) serve(ctx context.Context, w dns.ResponseWriter, r *dns.Msg, at *telemetry.Listener) (int, error) {
	watch := p.meter.Stopwatch(at)
	a := p.info(ctx)
	snapshot := p.load(a)
	if snapshot.BoundsTTL() {
		w = p.bound(ctx, snapshot, w, r)
	}
	policy, tried := p.selectPolicy(ctx, snapshot, w, r)
	watch.Selected(tried)
	route := resolve.RouteOf(policy, r.Question[0].Qtype)
	if route == resolve.ToView {
		return p.fromView(ctx, w, r, snapshot, policy, at, watch)
	}
	watch.Stop()
	if route == resolve.ToResolvers {
		return p.fromResolvers(ctx, w, r, snapshot, policy, at)
	}
	a.serve(policy, nil)
	ctx = a.onward(ctx)
	if policy == nil {
		at.Unmatched()
		return scope.Next(pluginName, p.Next, ctx, w, r)
	}
	p.tag(ctx, policy, nil)
	if route == resolve.ToNobody {
		at.Policy(policy).Query(nil, dns.RcodeRefused)
		return reply.RefuseTransfer(w, r, policy)
	}
	at.Policy(policy).Outside()
	return scope.Next(pluginName, p.Next, ctx, w, r)
}

// fromResolvers has the policy's own resolvers answer. If they were taken away since the
// query had its snapshot, it is served anew with the present one.
func (p *ResolverPolicy) fromResolvers(ctx context.Context, w dns.ResponseWriter, r *dns.Msg,
	snapshot *model.Snapshot, policy *model.Policy, at *telemetry.Listener) (int, error) {
	a := p.info(ctx)
	u := p.upstreams.At(policy.Number())
	if u == nil || !u.Enter() {
		if now := p.scope.Load(); now != snapshot {
			if a != nil {
				a.snapshot, a.chosen = now, false
			}
			return p.serve(ctx, w, r, at)
		}
		return reply.Failure(w, r, dns.RcodeServerFailure, dns.ExtendedErrorCodeNotReady, fmt.Sprintf("policy %q has no resolvers", policy.Name))
	}
	defer u.Leave()
	a.serve(policy, nil)
	ctx = a.onward(ctx)
	p.tag(ctx, policy, nil)
	at.Policy(policy).Outside()
	seen := verify(w, r)
	rcode, err := u.ServeDNS(ctx, seen, r)
	const who = "its resolvers"
	if seen.answered(rcode) {
		p.found(policy, who)
		return rcode, err
	}
	if seen.refused {
		rcode, err = dns.RcodeServerFailure, errReply
	}
	p.lost(policy, who, r, err)
	return reply.Failure(w, r, rcode, dns.ExtendedErrorCodeNoReachableAuthority, fmt.Sprintf("the resolvers of policy %q could not be asked", policy.Name))
}

// ours reports whether the policies are for a query.
func ours(r *dns.Msg) bool {
	return r.Opcode == dns.OpcodeQuery && len(r.Question) == 1 && r.Question[0].Qclass == dns.ClassINET
}

// others serves what no policy decides about: other opcodes, and other classes than IN,
// of which views hold nothing (SPEC 2). They pass, but for a NOTIFY for a name of the
// client's view, and for classes asked for by a client that has a view.
func (p *ResolverPolicy) others(ctx context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
	notify := r.Opcode == dns.OpcodeNotify
	if len(r.Question) != 1 || !notify && r.Opcode != dns.OpcodeQuery {
		return scope.Next(pluginName, p.Next, ctx, w, r)
	}
	policy, _ := p.selectPolicy(ctx, p.load(p.info(ctx)), w, r)
	qname, _ := resolve.Question(r)
	switch {
	case policy == nil || policy.Action != model.UseView:
		return scope.Next(pluginName, p.Next, ctx, w, r)
	case !notify:
		p.meter.At(ctx).Policy(policy).Query(nil, dns.RcodeRefused)
		return reply.Refuse(w, r, fmt.Sprintf("view %q holds the class IN only", policy.ViewName))
	case policy.View != nil && policy.View.Match(qname) != nil:
		return reply.NotAuth(w, r)
	}
	return scope.Next(pluginName, p.Next, ctx, w, r)
}

// badOPT reports whether a query has two OPT records, or one that is not at the root
// (RFC 6891 section 6.1.1).
func badOPT(r *dns.Msg) bool {
	opts := 0
	for _, rr := range r.Extra {
		if h := rr.Header(); h.Rrtype == dns.TypeOPT {
			if opts++; opts > 1 || h.Name != "." {
				return true
			}
		}
	}
	return false
}

// fromView has the plugins below answer from the policy's view.
func (p *ResolverPolicy) fromView(ctx context.Context, w dns.ResponseWriter, r *dns.Msg,
	snapshot *model.Snapshot, policy *model.Policy, at *telemetry.Listener, watch *telemetry.Stopwatch) (int, error) {
	inside, pin := resolve.With(ctx)
	pin.Scope, pin.Snapshot, pin.Policy, pin.View = p.scope, snapshot, policy, policy.View
	pin.CanFallBack = resolve.CanFallBack(r.RecursionDesired, r.Question[0].Qtype)
	pin.DO = resolve.WantsDNSSEC(r)
	a := p.info(ctx)
	a.serve(policy, pin)
	var rcode int
	var err error
	if policy.View == nil {
		pin.Gone()
		rcode, err = reply.Answer(w, r, pin)
	} else {
		rcode, err = scope.Next(pluginName, p.Next, inside, watch.Around(w), r)
	}
	watch.Stop()
	a.settle()
	count := at.Policy(policy)
	count.Internal(&pin.Result)
	p.tag(ctx, policy, pin)
	if pin.Held {
		return p.fallBack(a.onward(ctx), w, r, pin, count)
	}
	return rcode, err
}

// selectPolicy returns the policy for a query, nil if none matches, and how many
// were tried.
func (p *ResolverPolicy) selectPolicy(ctx context.Context, snapshot *model.Snapshot, w dns.ResponseWriter, r *dns.Msg) (policy *model.Policy, tried int) {
	if policy = snapshot.Certain(); policy != nil {
		return policy, 1
	}
	a := p.selections.Get().(*selection)
	defer p.selections.Put(a)
	q := &a.query
	*q = model.Query{} // the fields one by one: a literal would take their room on the stack, too
	q.Client.Addr, q.Client.Server = clientAddr(w, r), addrOf(w.LocalAddr())
	q.Name, q.Type = resolve.Question(r)
	q.Clock = p.clock
	told := p.info(ctx)
	if told != nil {
		q.At = told.at
	}
	if snapshot.UsesFacts() {
		a.knows(p.sources.clients, snapshot, r)
		a.client.Host, a.client.Certificate = encryption(ctx)
		if b, ok := w.(*bounded); ok {
			a.client.At(b.place)
		}
	}
	policy = snapshot.Select(q)
	if told != nil {
		told.at = q.At
	}
	return policy, q.Tried
}

// knows has the policies see what is known of the client, beside its address.
func (a *selection) knows(clients *requestinfo.Sources, snapshot *model.Snapshot, r *dns.Msg) {
	q := &a.query
	a.client = requestinfo.Info{
		Sources: clients, Places: snapshot.Places(), Addr: q.Client.Addr, Server: q.Client.Server, Name: q.Name, Request: r,
	}
	q.Client.Facts = &a.client
}

// clientAddr returns the client's address, the one a PROXY header names if there is one.
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

// addrOf returns the address of a socket, invalid if it is of another kind.
func addrOf(a net.Addr) netip.Addr {
	return endpointOf(a).Addr()
}

// endpointOf returns the address of a socket with its port.
func endpointOf(a net.Addr) netip.AddrPort {
	var at netip.AddrPort
	switch a := a.(type) {
	case *net.UDPAddr:
		at = a.AddrPort()
	case *net.TCPAddr:
		at = a.AddrPort()
	}
	return bare(at)
}

// bare returns an address as policies and logs have it: IPv4 as such, and without a zone.
func bare(at netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(at.Addr().Unmap().WithZone(""), at.Port())
}
