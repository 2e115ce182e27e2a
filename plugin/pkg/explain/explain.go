// Package explain tells why a query gets its answer. It takes the query through
// the same steps that serve it, with a trace, and words what they did: nothing of
// the rules is written a second time here.
package explain

import (
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/reply"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
)

// udpSize is the buffer size of the request that is made up; it has no influence
// on what is explained.
const udpSize = 1232

// Query is what is asked, and by whom. The class is IN, the opcode QUERY: others
// take the public path. The zero values of the flags are those of dig's default.
type Query struct {
	Name             string // in presentation form, a missing final dot is added
	Type             uint16
	Client           model.Client
	Time             time.Time // when it comes, for policies that are not always in force
	NoRecursion      bool      // RD is clear
	CheckingDisabled bool      // CD is set
	DNSSEC           bool      // DO is set
	NoEDNS           bool      // without OPT there is no extended error in the answer
}

// request makes the message that such a client sends.
func (q *Query) request() *dns.Msg {
	name := dns.Fqdn(q.Name)
	if canonical, err := domain.Canonical(name); err == nil && !strings.EqualFold(canonical, name) {
		name = canonical // it was written with other escapes than a message would give
	}
	r := new(dns.Msg)
	r.RecursionDesired, r.CheckingDisabled = !q.NoRecursion, q.CheckingDisabled
	r.Question = []dns.Question{{Name: name, Qtype: q.Type, Qclass: dns.ClassINET}}
	if !q.NoEDNS {
		r.SetEdns0(udpSize, q.DNSSEC)
	}
	return r
}

// Explain takes a query through the snapshot. It asks nobody, and is safe for
// concurrent use as far as the facts of the query's client are.
func Explain(s *model.Snapshot, q Query) *Explanation {
	r := q.request()
	qname, qtype := resolve.Question(r)
	x := &Explanation{Version: Version, Generation: s.Generation, Query: Asked{
		Name: r.Question[0].Name, Type: domain.TypeName(qtype),
		Client: address(q.Client.Addr), Server: address(q.Client.Server),
		RecursionDesired: r.RecursionDesired, CheckingDisabled: r.CheckingDisabled,
	}}
	policy := x.choose(s, &model.Query{Name: qname, Type: qtype, Client: q.Client, At: q.Time})
	switch resolve.RouteOf(policy, qtype) {
	case resolve.ToPublic:
		x.Route = "public"
	case resolve.ToResolvers:
		x.Route = "resolvers"
	case resolve.ToNobody:
		x.Route = "refused"
		x.answer(reply.NoTransfer(r, policy), false)
	case resolve.ToView:
		x.Route = "view"
		x.resolve(r, &resolve.Pin{
			Snapshot: s, Policy: policy, View: policy.View, Trace: new(resolve.Trace),
			CanFallBack: resolve.CanFallBack(r.RecursionDesired, qtype), DO: resolve.WantsDNSSEC(r),
		})
	}
	return x
}

// resolve takes the query through the view of its policy.
func (x *Explanation) resolve(r *dns.Msg, pin *resolve.Pin) {
	x.View = &View{Name: pin.Policy.ViewName, Gone: pin.View == nil}
	if pin.View != nil {
		x.View.Zones = len(pin.View.Zones)
	}
	qname, qtype := pin.Question(r)
	pin.Answer(qname, qtype)
	send := pin.Settle()
	x.Searches = searches(pin.Trace)
	x.Result = resultOf(&pin.Result)
	x.Fallback = &Decided{Trigger: pin.Result.Trigger().String(), Decision: decisions[pin.Decide(&pin.Result)]}
	if send {
		x.answer(reply.Message(r, pin, ""), false)
		return
	}
	first, second := pin.Asks(qname)
	x.Fallback.add(first, qtype)
	if first.Private {
		x.Fallback.Decision = "private"
		x.answer(reply.Message(r, pin, reply.PrivateNote(first.Name, pin.Policy)), false)
		return
	}
	if second.Name != "" {
		x.Fallback.add(second, qtype)
	}
	x.answer(reply.Message(r, pin, ""), true)
}

// decisions are the words of resolve.Decision.
var decisions = [...]string{
	resolve.NoTrigger:  "no_trigger",
	resolve.NotChosen:  "not_chosen",
	resolve.NotAllowed: "not_allowed",
	resolve.FallBack:   "ask",
}

func (d *Decided) add(a resolve.Ask, qtype uint16) {
	d.Asks = append(d.Asks, Ask{Name: a.Name, Type: domain.TypeName(qtype), Private: a.Private})
}

func resultOf(r *resolve.Result) *Result {
	out := &Result{
		Outcome: r.Outcome.String(), Rcode: dns.RcodeToString[r.Rcode],
		References: r.Hops, Aliases: r.Links, Target: r.Target,
	}
	if r.Match != nil {
		out.Match = r.Match.ID
	}
	if r.Source != nil {
		out.Source = r.Source.ID
	}
	return out
}

func address(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}
