package resolverpolicy

import (
	"context"
	"net"
	"net/netip"
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
	e := p.arrived(ctx, w, r)
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
	if p.log != nil {
		p.log.Add(*e)
	}
	if recent != nil {
		recent.Add(e)
	}
	return rcode, err
}

// arrived returns what is known of a query before it is served.
func (p *ResolverPolicy) arrived(ctx context.Context, w dns.ResponseWriter, r *dns.Msg) *querylog.Entry {
	e := &querylog.Entry{
		Time: time.Now(), Client: clientAddr(w, r), Local: endpointOf(w.LocalAddr()), Name: r.Question[0].Name, Type: r.Question[0].Qtype,
	}
	if from := endpointOf(w.RemoteAddr()); from.Addr() == e.Client {
		e.Port = from.Port()
	}
	_, e.TCP = w.RemoteAddr().(*net.TCPAddr)
	e.Location = p.locationOf(ctx, e.Client, e.Local.Addr())
	return e
}

// locationOf returns the location that a query comes from, "" if that is not known.
func (p *ResolverPolicy) locationOf(ctx context.Context, client, server netip.Addr) string {
	host, _ := encryption(ctx)
	from := requestinfo.Info{Sources: p.sources.clients, Addr: client, Server: server, Host: host}
	location, _ := from.String(model.FieldLocation)
	return location
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
