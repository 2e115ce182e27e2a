package resolverpolicy

import (
	"context"
	"net"
	"slices"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/querylog"
	"github.com/internaldns/internaldns/plugin/pkg/requestinfo"
)

// observed serves a query and has it written down, and kept for those who look.
func (p *ResolverPolicy) observed(ctx context.Context, w dns.ResponseWriter, r *dns.Msg, recent *querylog.Ring) (int, error) {
	q := p.info(ctx)
	if q == nil {
		q = &queryInfo{Context: ctx, handler: p, snapshot: p.scope.Load(), w: w, r: r}
		ctx = q
	}
	at := p.meter.At(ctx)
	e := p.arrived(ctx, q.snapshot, w, r)
	e.At, e.Server = at, at.Server()
	if p.log != nil {
		at.Logs()
	}
	q.began = e.Time
	seen := &observer{ResponseWriter: w}
	rcode, err := p.serve(ctx, seen, r, at)
	e.Took = time.Since(e.Time)
	if e.Rcode = seen.rcode; !seen.written {
		e.Rcode = rcode
	}
	q.tell(e)
	p.keep(e, recent)
	return rcode, err
}

// keep writes a query down, and keeps it for those who look.
func (p *ResolverPolicy) keep(e *querylog.Entry, recent *querylog.Ring) {
	if p.log != nil {
		p.log.Add(*e)
	}
	if recent != nil {
		recent.Add(e)
	}
}

// arrived returns what is known of a query before it is served.
func (p *ResolverPolicy) arrived(ctx context.Context, snapshot *model.Snapshot, w dns.ResponseWriter, r *dns.Msg) *querylog.Entry {
	e := &querylog.Entry{
		Time: time.Now(), Client: clientAddr(w, r), Local: endpointOf(w.LocalAddr()), Name: r.Question[0].Name, Type: r.Question[0].Qtype,
	}
	if from := endpointOf(w.RemoteAddr()); from.Addr() == e.Client {
		e.Port = from.Port()
	}
	_, e.TCP = w.RemoteAddr().(*net.TCPAddr)
	host, certificate := encryption(ctx)
	from := requestinfo.Info{Sources: p.sources.clients, Places: snapshot.Places(), Addr: e.Client, Server: e.Local.Addr(), Host: host}
	e.Location = from.Location()
	e.Host, e.Certified, e.Subnet = host, certificate != nil, hasSubnet(r)
	return e
}

// hasSubnet reports whether a query tells of whose network it is (RFC 7871): a plugin may
// find the client's country by it.
func hasSubnet(r *dns.Msg) bool {
	opt := r.IsEdns0()
	return opt != nil && slices.ContainsFunc(opt.Option, func(o dns.EDNS0) bool { return o.Option() == dns.EDNS0SUBNET })
}

// tell writes into an entry what came of the query.
func (a *queryInfo) tell(e *querylog.Entry) {
	if a.policy != nil {
		e.Policy, e.View = a.policy.Name, a.policy.ViewName
	}
	if a.pin != nil {
		e.Viewed, e.Zone, e.Reference, e.Internal = true, a.zone(), a.reference(), a.pin.Result.Rcode
		e.Inside, e.Fallback, e.Trigger = a.inside, a.pin.Held, a.fallback()
	}
}
