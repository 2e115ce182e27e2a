// Package resolve takes a query from its policy to its internal answer: matching
// zone, record, references, CNAME flattening and the choice of a fallback. The
// steps are functions on a Pin; the plugins call one each, explain calls all.
//
// Nothing here touches a socket or a message.
package resolve

import (
	"context"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// Pin is what a policy settled for one query: every later step, CNAME targets
// included, uses this view of this generation. [C] All but Result is immutable.
type Pin struct {
	Scope    any // identity of the server block; a pin of another block is ignored
	Snapshot *model.Snapshot
	Policy   *model.Policy
	View     *model.View

	// CanFallBack tells whether the query itself allows a fallback (SPEC 6: not
	// without RD, not for ANY and transfers).
	CanFallBack bool

	// Result is the outcome, set once by the handler that answers, on the
	// query's own goroutine, and read by the plugins above when that returns.
	Result Result
	// Held tells that Result was not written because the fallback takes over.
	Held bool
}

// Settle records the result and reports whether it has to be written: false
// means that the policy's fallback asks public DNS instead.
func (p *Pin) Settle(r Result) bool {
	p.Result = r
	p.Held = p.CanFallBack && p.Policy.Fallback.Has(r.Trigger())
	return !p.Held
}

// pinned is a context that carries a pin without a second allocation.
type pinned struct {
	context.Context
	pin Pin
}

type pinKey struct{}

// Value gives the pin, or what the parent holds.
func (c *pinned) Value(key any) any {
	if _, ok := key.(pinKey); ok {
		return &c.pin
	}
	return c.Context.Value(key)
}

// With gives a context that carries pin, and where it stands there.
func With(ctx context.Context, pin Pin) (context.Context, *Pin) {
	c := &pinned{Context: ctx, pin: pin}
	return c, &c.pin
}

// From gives the pin of ctx if it was set in scope, else nil.
func From(ctx context.Context, scope any) *Pin {
	pin, ok := ctx.Value(pinKey{}).(*Pin)
	if !ok || pin.Scope != scope {
		return nil
	}
	return pin
}

// Question gives the canonical qname and the qtype of a query, whose name has
// the presentation form of miekg/dns.
func Question(r *dns.Msg) (qname string, qtype uint16) {
	q := &r.Question[0]
	return strings.ToLower(q.Name), q.Qtype
}
