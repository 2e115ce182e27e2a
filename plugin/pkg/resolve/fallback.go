package resolve

import (
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// Route is where a policy sends a query.
type Route uint8

// The routes.
const (
	ToPublic    Route = iota // no policy, or one that says `public`: the public path, unchanged
	ToResolvers              // the policy's own resolvers
	ToView                   // the policy's view
	ToNobody                 // a zone transfer, refused (SPEC 8)
)

// RouteOf returns the way of a query whose policy is p, nil for none.
func RouteOf(p *model.Policy, qtype uint16) Route {
	switch {
	case p == nil || p.Action == model.UsePublic:
		return ToPublic
	case qtype == dns.TypeAXFR || qtype == dns.TypeIXFR:
		return ToNobody
	case p.Action == model.UseResolvers:
		return ToResolvers
	}
	return ToView
}

// CanFallBack reports whether the query itself allows a fallback: not without
// RD, and not for ANY (SPEC 6).
func CanFallBack(recursionDesired bool, qtype uint16) bool {
	return recursionDesired && qtype != dns.TypeANY
}

// Decision is whether a result is sent, or public DNS asked instead.
type Decision uint8

// The decisions.
const (
	NoTrigger  Decision = iota // the outcome triggers no fallback
	NotChosen                  // the policy's fallback does not name the trigger
	NotAllowed                 // the query does not allow a fallback
	FallBack                   // public DNS is asked
)

// Decide tells whether the policy's fallback takes a result (SPEC 6).
func (p *Pin) Decide(r *Result) Decision {
	trigger := r.Trigger()
	switch {
	case trigger == 0:
		return NoTrigger
	case trigger != model.OnApex && !p.Policy.Fallback.Has(trigger):
		return NotChosen
	case !p.CanFallBack:
		return NotAllowed
	}
	return FallBack
}

// Settle reports whether the result has to be written: false means that the
// policy's fallback asks public DNS instead.
func (p *Pin) Settle() bool {
	p.Held = p.Decide(&p.Result) == FallBack
	return !p.Held
}

// Reenter follows the CNAMEs of a public answer from qname to the first name that the
// view has, by its longest zone and that one's references, and gives the CNAMEs up to
// there and the view's result for that name; ok is false if they lead to none. The
// pin's own result stays as it is.
func (p *Pin) Reenter(answer []dns.RR, qname string, qtype uint16) (chain []dns.RR, r Result, ok bool) {
	for range MaxLinks {
		i := slices.IndexFunc(answer, func(rr dns.RR) bool {
			_, ok := rr.(*dns.CNAME)
			return ok && strings.EqualFold(rr.Header().Name, qname)
		})
		if i < 0 {
			return nil, Result{}, false
		}
		cname := answer[i].(*dns.CNAME)
		chain = append(chain, cname)
		target, err := domain.Canonical(cname.Target)
		if err != nil {
			return nil, Result{}, false
		}
		qname = target
		inside := *p
		inside.asked, inside.qname = cname.Target, qname // as the chain spells it
		if f := inside.find(qname, qtype); f.match != nil && !f.nothing() {
			inside.finish(&f, qname, qtype)
			return chain, inside.Result, true
		}
	}
	return nil, Result{}, false
}

// Ask is a name that a fallback sends to public DNS.
type Ask struct {
	Name string // canonical
	// Private tells that the policy keeps the name: it is not sent, and the internal
	// answer is returned.
	Private bool
}

// Asks returns what the fallback of a held result asks for, in order. The second
// name is asked for only if public DNS has nothing for the first; it is empty but
// for the trigger `cname` (SPEC 6).
func (p *Pin) Asks(qname string) (first, second Ask) {
	own := Ask{Name: qname, Private: p.Policy.Private(qname)}
	if p.Result.Trigger() != model.OnCNAME {
		return own, Ask{}
	}
	return Ask{Name: p.Result.Target, Private: p.Policy.Private(p.Result.Target)}, own
}
