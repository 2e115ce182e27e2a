package resolverpolicy

import (
	"context"
	"time"

	"github.com/coredns/coredns/plugin/metadata"
	"github.com/coredns/coredns/request"
	"github.com/miekg/dns"
	ot "github.com/opentracing/opentracing-go"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
)

// queryInfo is what metadata, the query log and those who look tell of one query: its policy, worked out when somebody
// asks or the query is served, and what came of it. It belongs to the goroutine of
// the query.
type queryInfo struct {
	context.Context
	handler  *ResolverPolicy
	snapshot *model.Snapshot // the one that the query is served with
	w        dns.ResponseWriter
	r        *dns.Msg

	// The policy and what it was chosen for: a plugin in between may rewrite the question.
	policy *model.Policy
	name   string
	qtype  uint16
	chosen bool
	at     time.Time // when the query came, if a policy needed to know

	served bool
	pin    *resolve.Pin // nil if no view was asked

	began  time.Time     // set if the query is observed
	inside time.Duration // until the view had answered, of such a query
}

type infoKey struct{}

// Value returns the queryInfo, or what the parent holds.
func (a *queryInfo) Value(key any) any {
	if _, ok := key.(infoKey); ok {
		return a
	}
	return a.Context.Value(key)
}

// onward is the context of what stands below the policies. A plugin there may send
// queries of its own through the server, such as for the target of a CNAME: those
// must not write into the queryInfo of the query they are for.
type onward struct{ context.Context }

// Value returns what the parent holds, but for the queryInfo.
func (o onward) Value(key any) any {
	if _, ok := key.(infoKey); ok {
		return nil
	}
	return o.Context.Value(key)
}

// onward returns the context for what stands below the policies.
func (a *queryInfo) onward(ctx context.Context) context.Context {
	if a == nil {
		return ctx
	}
	return onward{ctx}
}

// describe returns a context with the metadata of SPEC 8.
func (p *ResolverPolicy) describe(ctx context.Context, state request.Request) context.Context {
	a := &queryInfo{Context: ctx, handler: p, snapshot: p.scope.Load(), w: state.W, r: state.Req}
	for label, value := range map[string]metadata.Func{
		"policy": a.policyName, "view": a.viewName, "zone": a.zone,
		"reference": a.reference, "fallback": a.fallback, "rcode": a.rcode,
	} {
		metadata.SetValueFunc(ctx, pluginName+"/"+label, value)
	}
	return a
}

// info returns what is told of the query, nil if nobody wants to know. The server may have
// tried another block with the context before, whose info is none of this one's.
func (p *ResolverPolicy) info(ctx context.Context) *queryInfo {
	a, ok := ctx.(*queryInfo) // observed, or nobody has wrapped it
	if !ok && p.described {
		a, _ = ctx.Value(infoKey{}).(*queryInfo)
	}
	if a == nil || a.handler != p {
		return nil
	}
	return a
}

// load returns the snapshot that a query is served with: the one place that loads it for
// the query, unless somebody wanted to know its policy before.
func (p *ResolverPolicy) load(a *queryInfo) *model.Snapshot {
	if a != nil {
		return a.snapshot
	}
	return p.scope.Load()
}

// choose returns the query's policy, nil if none matches.
func (a *queryInfo) choose() *model.Policy {
	if a.served || !ours(a.r) {
		return a.policy
	}
	name, qtype := resolve.Question(a.r)
	if !a.chosen || name != a.name || qtype != a.qtype {
		a.policy, _ = a.handler.selectPolicy(a, a.snapshot, a.w, a.r)
		a.name, a.qtype, a.chosen = name, qtype, true
	}
	return a.policy
}

// serve notes what the query was served with. The pin, which may be nil, has its
// result by the time a reply is written.
func (a *queryInfo) serve(policy *model.Policy, pin *resolve.Pin) {
	if a != nil {
		a.policy, a.pin, a.served = policy, pin, true
	}
}

// settle notes that the view has answered.
func (a *queryInfo) settle() {
	if a != nil && !a.began.IsZero() {
		a.inside = time.Since(a.began)
	}
}

func (a *queryInfo) policyName() string {
	if p := a.choose(); p != nil {
		return p.Name
	}
	return ""
}

func (a *queryInfo) viewName() string {
	if p := a.choose(); p != nil {
		return p.ViewName
	}
	return ""
}

func (a *queryInfo) zone() string {
	if a.pin == nil {
		return ""
	}
	return matchID(&a.pin.Result)
}

func (a *queryInfo) reference() string {
	if a.pin == nil {
		return ""
	}
	r := &a.pin.Result
	if r.Source == nil || r.Source == r.Match || r.Outcome == resolve.NXDomain {
		return ""
	}
	return r.Source.ID
}

func (a *queryInfo) fallback() string {
	if a.pin == nil || !a.pin.Held {
		return ""
	}
	return a.pin.Result.Trigger().String()
}

func (a *queryInfo) rcode() string {
	if a.pin == nil {
		return ""
	}
	return dns.RcodeToString[a.pin.Result.Rcode]
}

// matchID returns the ID of the matching zone, "" if there is none.
func matchID(r *resolve.Result) string {
	if r.Match == nil {
		return ""
	}
	return r.Match.ID
}

// tag tells the tracing span of the query, if it has one, what came of it.
func (p *ResolverPolicy) tag(ctx context.Context, policy *model.Policy, pin *resolve.Pin) {
	if !p.traced {
		return
	}
	span := ot.SpanFromContext(ctx)
	if span == nil {
		return
	}
	span.SetTag(pluginName+".policy", policy.Name)
	if pin == nil {
		return
	}
	span.SetTag(pluginName+".view", policy.ViewName)
	span.SetTag(pluginName+".zone", matchID(&pin.Result))
	span.SetTag(pluginName+".outcome", pin.Result.Outcome.String())
	if pin.Held {
		span.SetTag(pluginName+".fallback", pin.Result.Trigger().String())
	}
}
