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
	Trace    *Trace // nil while serving

	// CanFallBack tells whether the query itself allows a fallback (SPEC 6: not
	// without RD, not for ANY and transfers).
	CanFallBack bool

	// DO tells whether the client wants DNSSEC records (RFC 3225).
	DO bool

	// Result is the outcome, worked out by the handlers of the chain on the query's
	// own goroutine, and read by the plugins above when that returns.
	Result Result
	// Held tells that Result was not written because the fallback takes over.
	Held bool

	asked string // as the message has it
	qname string // the same, canonical
}

// pinned is a context that carries a pin without a second allocation.
type pinned struct {
	context.Context
	pin Pin
}

type pinKey struct{}

// Value returns the pin, or what the parent holds.
func (c *pinned) Value(key any) any {
	if _, ok := key.(pinKey); ok {
		return &c.pin
	}
	return c.Context.Value(key)
}

// With returns a context that carries an empty pin, and where it stands there. The
// caller fills it in before the context is handed on.
func With(ctx context.Context) (context.Context, *Pin) {
	c := &pinned{Context: ctx}
	return c, &c.pin
}

// From returns the pin of ctx if it was set in scope, else nil.
func From(ctx context.Context, scope any) *Pin {
	var pin *Pin
	if own, ok := ctx.(*pinned); ok { // nobody has wrapped it
		pin = &own.pin
	} else {
		pin, _ = ctx.Value(pinKey{}).(*Pin)
	}
	if pin == nil || pin.Scope != scope {
		return nil
	}
	return pin
}

// WantsDNSSEC reports whether a query has the bit DO.
func WantsDNSSEC(r *dns.Msg) bool {
	opt := r.IsEdns0()
	return opt != nil && opt.Do()
}

// Question returns the canonical qname and the qtype of a query. The name is made
// canonical once, as long as the question stays the same.
func (p *Pin) Question(r *dns.Msg) (qname string, qtype uint16) {
	q := &r.Question[0]
	if q.Name != p.asked || p.asked == "" {
		p.asked, p.qname = q.Name, strings.ToLower(q.Name)
	}
	return p.qname, q.Qtype
}

// SetQuestion sets the question's name as the message has it, and the same canonical, for who
// knows both.
func (p *Pin) SetQuestion(asked, canonical string) { p.asked, p.qname = asked, canonical }

// spelled returns a canonical name as the question spells it, if that asks for it.
func (p *Pin) spelled(name string) string {
	if p.qname == name {
		return p.asked
	}
	return name
}

// Question returns the canonical qname and the qtype of a query, whose name has
// the presentation form of miekg/dns.
func Question(r *dns.Msg) (qname string, qtype uint16) {
	q := &r.Question[0]
	return strings.ToLower(q.Name), q.Qtype
}
