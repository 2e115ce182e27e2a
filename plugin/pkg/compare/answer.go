package compare

import (
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
)

// Answer is one side of a change.
type Answer struct {
	Policy string `json:"policy,omitempty"` // of a recorded query: the one that matched
	// Status is the rcode, or NODATA, REFERRAL, UNFINISHED (a CNAME that leads out of
	// the view) and LOOP where the rcode does not say it all; PUBLIC for the public
	// path and RESOLVERS for a policy's own.
	Status string `json:"status"`
	// Asks is the name that the fallback asks public DNS for, in place of the answer.
	Asks    string   `json:"asks,omitempty"`
	Records []string `json:"records"`
}

// answer is what a client gets, as far as it is known without asking anyone.
type answer struct {
	route  resolve.Route
	policy *model.Policy // nil for the public path without a policy
	named  bool          // the policy is part of the answer's description
	result resolve.Result
	asked  string // name that public DNS is asked for, empty if none is
}

// settle returns the answer of one policy for an internal result.
func settle(pin *resolve.Pin, p *model.Policy, r resolve.Result, q question) answer {
	pin.Policy, pin.CanFallBack = p, resolve.CanFallBack(true, q.rrtype)
	a := answer{route: resolve.ToView, policy: p}
	pin.Result = r
	if !pin.Settle() {
		if first, _ := pin.Asks(q.name); !first.Private {
			a.asked = first.Name
		}
	}
	a.result = r
	return a
}

// positive reports whether the client gets records.
func (a *answer) positive() bool {
	return a.route == resolve.ToView && a.asked == "" && a.result.Outcome == resolve.Success
}

// known reports whether there is an internal answer to look at.
func (a *answer) known() bool { return a.route == resolve.ToView }

// kindOf tells how an answer changes.
func kindOf(before, after *resolve.Pin, old, now *answer) Kind {
	switch {
	case old.positive() && !now.positive():
		return Removed
	case !old.positive() && now.positive():
		return Added
	case same(before, after, old, now):
		return Same
	case old.status() == now.status() && old.asked == now.asked || old.positive():
		return Changed
	}
	return Rcode
}

// same reports whether a client sees no difference but for the SOA of a negative
// answer: its serial changes with the zone.
func same(before, after *resolve.Pin, old, now *answer) bool {
	if old.route != now.route || old.asked != now.asked || old.known() && old.status() != now.status() {
		return false
	}
	if old.route == resolve.ToResolvers && old.policy.Name != now.policy.Name {
		return false
	}
	if !old.known() || old.asked != "" && len(old.result.Answer)+len(now.result.Answer) == 0 {
		return true
	}
	x, y := &old.result, &now.result
	if x.Outcome == resolve.Success && len(x.Answer) == 1 && len(y.Answer) == 1 && madeUp(before, x) && madeUp(after, y) {
		return sameRR(withoutSerial(x.Answer[0]), withoutSerial(y.Answer[0]))
	}
	if !sameRRs(x.Answer, y.Answer) {
		return false
	}
	return x.Outcome != resolve.Referral || sameRRs(x.Authority, y.Authority) && sameRRs(x.Additional, y.Additional)
}

// madeUp reports whether an answer is a synthesized SOA, whose serial is the
// modification time of a file.
func madeUp(pin *resolve.Pin, r *resolve.Result) bool {
	return r.Type == dns.TypeSOA && r.Source != nil && pin.Snapshot.Data(r.Source).Synthesized()
}

func withoutSerial(rr dns.RR) dns.RR {
	soa, ok := dns.Copy(rr).(*dns.SOA)
	if !ok {
		return rr
	}
	soa.Serial = 0
	return soa
}

func sameRR(a, b dns.RR) bool { return a.Header().Ttl == b.Header().Ttl && dns.IsDuplicate(a, b) }

// sameRRs compares records without regard to their order.
func sameRRs(a, b []dns.RR) bool {
	if len(a) != len(b) {
		return false
	}
	if slices.EqualFunc(a, b, sameRR) {
		return true
	}
	return slices.Equal(sorted(a), sorted(b))
}

func sorted(rrs []dns.RR) []string {
	out := texts(rrs)
	slices.Sort(out)
	return out
}

// texts returns records in presentation form, on one line each.
func texts(rrs []dns.RR) []string {
	out := make([]string, len(rrs))
	for i, rr := range rrs {
		out[i] = strings.ReplaceAll(rr.String(), "\t", " ")
	}
	return out
}

// status is the answer's status in a word.
func (a *answer) status() string {
	switch a.route {
	case resolve.ToPublic:
		return "PUBLIC"
	case resolve.ToResolvers:
		return "RESOLVERS"
	case resolve.ToNobody:
		return dns.RcodeToString[dns.RcodeRefused]
	}
	switch a.result.Outcome {
	case resolve.NoData, resolve.Referral, resolve.Loop:
		return strings.ToUpper(a.result.Outcome.String())
	case resolve.Unfinished:
		if a.result.Rcode == dns.RcodeSuccess {
			return strings.ToUpper(a.result.Outcome.String())
		}
	}
	return dns.RcodeToString[a.result.Rcode]
}

// words puts the answer into words.
func (a *answer) words() Answer {
	out := Answer{Status: a.status(), Asks: a.asked, Records: []string{}}
	if a.named && a.policy != nil {
		out.Policy = a.policy.Name
	}
	if !a.known() {
		return out
	}
	out.Records = append(out.Records, texts(a.result.Answer)...)
	if a.result.Outcome == resolve.Referral {
		out.Records = append(out.Records, texts(a.result.Authority)...)
		out.Records = append(out.Records, texts(a.result.Additional)...)
	}
	return out
}
