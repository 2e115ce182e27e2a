package resolverpolicy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	clog "github.com/coredns/coredns/plugin/pkg/log"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/reply"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/telemetry"
)

var log = clog.NewWithPlugin(pluginName)

// fallBack takes a query whose internal result was held back to public DNS
// (SPEC 6). The context is the one without a pin.
func (p *ResolverPolicy) fallBack(ctx context.Context, w dns.ResponseWriter, r *dns.Msg, pin *resolve.Pin, meter *telemetry.PolicyMeter) (int, error) {
	f := &fallback{handler: p, meter: meter, ctx: ctx, w: w, r: r, pin: pin}
	qname, _ := pin.Question(r)
	f.first, f.second = pin.Asks(qname)
	if f.first.Private {
		pin.Held = false // the internal answer stands
		return f.keep(f.first)
	}
	switch pin.Result.Trigger() {
	case model.OnCNAME:
		return f.target()
	case model.OnNoData, model.OnApex:
		return f.otherTypes()
	}
	if pin.Policy.Reenter {
		return f.whole()
	}
	return f.pass()
}

// fallback is one query on its way to public DNS.
type fallback struct {
	handler *ResolverPolicy
	meter   *telemetry.PolicyMeter
	ctx     context.Context
	w       dns.ResponseWriter
	r       *dns.Msg
	pin     *resolve.Pin
	first   resolve.Ask // what is asked for
	second  resolve.Ask // and what if public DNS has nothing for that
}

// pass has public DNS answer the client itself.
func (f *fallback) pass() (int, error) {
	if !f.enter() {
		return f.failed(errBusy)
	}
	public := verify(f.w, f.r)
	rcode, err := scope.Next(pluginName, f.handler.Next, f.ctx, public, f.r)
	if !public.answered(rcode) {
		f.leave(err, dns.RcodeServerFailure)
		return f.failed(cmp.Or(err, public.err()))
	}
	f.leave(nil, public.rcode)
	f.recovered()
	f.count(public.rcode)
	return rcode, err
}

// whole asks public DNS for the question, and sends the answer if it leads to no name
// of the view.
func (f *fallback) whole() (int, error) {
	public, err := f.ask(f.r.Copy())
	if public == nil {
		return f.failed(err)
	}
	f.count(public.Rcode)
	if f.reentered(nil, public) {
		return dns.RcodeSuccess, nil
	}
	_ = f.w.WriteMsg(public)
	return dns.RcodeSuccess, nil
}

// reentered sends what the view has for the name that a public answer leads to, after
// the records before it, and reports whether there is such a name (SPEC 6).
func (f *fallback) reentered(before []dns.RR, public *dns.Msg) bool {
	if !f.pin.Policy.Reenter || len(public.Question) == 0 {
		return false
	}
	q := public.Question[0]
	chain, inside, ok := f.pin.Reenter(public.Answer, q.Name, q.Qtype)
	if ok {
		_, _ = reply.Reentered(f.w, f.r, before, chain, &inside)
	}
	return ok
}

// target asks for the name that the internal CNAME chain ends in, then for qname,
// and else returns the chain with the target's rcode.
func (f *fallback) target() (int, error) {
	request := f.r.Copy()
	request.Question[0].Name = f.first.Name
	public, err := f.ask(request)
	switch {
	case public == nil:
		return f.failed(err)
	case f.reentered(f.pin.Result.Answer, public):
		f.count(public.Rcode)
		return dns.RcodeSuccess, nil
	case Answers(public):
		f.count(public.Rcode)
		return reply.Merged(f.w, f.r, f.pin, public)
	case f.second.Private:
		f.count(public.Rcode) // the target was asked for
		return f.keep(f.second)
	}
	byName, err := f.ask(f.r.Copy())
	switch {
	case byName == nil:
		return f.failed(err)
	case f.reentered(nil, byName):
		f.count(byName.Rcode)
		return dns.RcodeSuccess, nil
	case Answers(byName):
		f.count(byName.Rcode)
		_ = f.w.WriteMsg(byName)
		return dns.RcodeSuccess, nil
	}
	f.count(public.Rcode)
	return reply.Chain(f.w, f.r, f.pin, public)
}

// otherTypes asks for a type that the internal name lacks; only records count,
// for the name itself exists.
func (f *fallback) otherTypes() (int, error) {
	public, err := f.ask(f.r.Copy())
	switch {
	case public == nil:
		f.note(err)
		f.count(dns.RcodeServerFailure)
		what := "the name without this type"
		if f.pin.Result.Apex {
			what = "no such record of its own for the zone"
		}
		return reply.Internal(f.w, f.r, f.pin, fmt.Sprintf("view %q has %s, and public DNS could not be asked", f.pin.View.Name, what))
	case f.reentered(nil, public):
		f.count(public.Rcode)
		return dns.RcodeSuccess, nil
	case Answers(public):
		f.count(public.Rcode)
		_ = f.w.WriteMsg(public)
		return dns.RcodeSuccess, nil
	}
	f.count(public.Rcode)
	return reply.Internal(f.w, f.r, f.pin, "")
}

// ask sends a request down the public path and waits for its answer, nil if that
// failed or is a SERVFAIL.
func (f *fallback) ask(request *dns.Msg) (*dns.Msg, error) {
	if !f.enter() {
		return nil, errBusy
	}
	c := &capture{ResponseWriter: f.w}
	_, err := scope.Next(pluginName, f.handler.Next, f.ctx, c, request)
	if c.msg != nil {
		f.leave(nil, c.msg.Rcode)
	} else {
		f.leave(err, dns.RcodeServerFailure)
	}
	switch {
	case c.msg == nil || c.msg.Rcode == dns.RcodeServerFailure:
		return nil, err
	case !repliesTo(c.msg, request):
		return nil, errReply
	}
	f.recovered()
	return c.msg, nil
}

// Answers reports whether a public reply holds records of the type asked for, or
// was cut short before it could: the client then asks again over TCP.
func Answers(m *dns.Msg) bool {
	if m.Truncated {
		return true
	}
	if m.Rcode != dns.RcodeSuccess || len(m.Question) == 0 {
		return false
	}
	for _, rr := range m.Answer {
		if rr.Header().Rrtype == m.Question[0].Qtype {
			return true
		}
	}
	return false
}

// keep sends the internal answer because a name is private to the policy.
func (f *fallback) keep(ask resolve.Ask) (int, error) {
	f.meter.Kept()
	return reply.Internal(f.w, f.r, f.pin, reply.PrivateNote(ask.Name, f.pin.Policy))
}

// errReply is what is wrong with a reply that is none to the question. The forward
// plugin makes a FORMERR of such.
var errReply = errors.New("the reply is not one to the question")

// errBusy is why a query is not sent to public DNS while that does not answer.
var errBusy = errors.New("public DNS does not answer, and enough queries wait for it")

// enter asks for a place among the queries that wait for public DNS.
func (f *fallback) enter() bool { return f.handler.breaker.enter(time.Now()) }

// leave gives the place back. A SERVFAIL may come from a cache below, and tells neither
// that public DNS answers nor that it does not.
func (f *fallback) leave(err error, rcode int) {
	switch {
	case err != nil:
		f.handler.breaker.leave(unanswered)
	case rcode == dns.RcodeServerFailure:
		f.handler.breaker.leave(undecided)
	default:
		f.handler.breaker.leave(answered)
	}
}

// failed answers SERVFAIL: the internal answer would be cached as the truth.
func (f *fallback) failed(err error) (int, error) {
	f.note(err)
	f.count(dns.RcodeServerFailure)
	if errors.Is(err, errBusy) {
		return reply.Failure(f.w, f.r, dns.RcodeServerFailure, dns.ExtendedErrorCodeNoReachableAuthority, errBusy.Error())
	}
	return reply.Failure(f.w, f.r, dns.RcodeServerFailure, dns.ExtendedErrorCodeNoReachableAuthority,
		fmt.Sprintf("view %q has no answer and public DNS could not be asked", f.pin.View.Name))
}

// publicDNS names the public path in the log.
const publicDNS = "public DNS"

// note logs that the public path began to fail, and counts a query that was not sent. The reply is written by us, so
// the error cannot be handed up to the errors plugin.
func (f *fallback) note(err error) {
	if errors.Is(err, errBusy) {
		f.meter.Shed()
		return
	}
	if err != nil {
		f.handler.lost(f.pin.Policy, publicDNS, f.r, err)
	}
}

// recovered logs that the public path works again.
func (f *fallback) recovered() { f.handler.found(f.pin.Policy, publicDNS) }

func (f *fallback) count(rcode int) {
	f.meter.Public(f.pin.Result.Trigger(), rcode)
}
