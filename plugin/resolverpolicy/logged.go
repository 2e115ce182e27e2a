package resolverpolicy

import (
	"context"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/querylog"
)

// logged serves a query and has it written down.
func (p *ResolverPolicy) logged(ctx context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
	q := p.info(ctx)
	if q == nil {
		q = &queryInfo{Context: ctx, handler: p, snapshot: p.scope.Load(), w: w, r: r}
		ctx = q
	}
	at := p.meter.At(ctx)
	e := querylog.Entry{
		At: at, Time: time.Now(), Client: clientAddr(w, r), Name: r.Question[0].Name, Type: r.Question[0].Qtype,
	}
	at.Logs()
	seen := &observer{ResponseWriter: w}
	rcode, err := p.serve(ctx, seen, r, at)
	if e.Rcode = seen.rcode; !seen.written {
		e.Rcode = rcode
	}
	if q.policy != nil {
		e.Policy, e.View = q.policy.Name, q.policy.ViewName
	}
	if q.pin != nil {
		e.Zone, e.Internal, e.Fallback = matchID(&q.pin.Result), q.pin.Result.Rcode, q.pin.Held
	}
	p.log.Add(e)
	return rcode, err
}
