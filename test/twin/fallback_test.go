package twin

import (
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// special is "the names that public DNS should not see" (SPEC 6), as far as worlds use them.
func special() []string {
	return []string{"local.", "internal.", "test.", "home.arpa.", "10.in-addr.arpa."}
}

// ask is SPEC 2: the whole life of a query.
func (t *twin) ask(q question) answer {
	p := t.choose(q)
	if p == nil || p.View == "" { // untouched
		return t.unchanged(q)
	}
	if q.Chaos { // SPEC 2, after the list
		return answer{rcode: dns.RcodeRefused, ra: q.RD, ede: edeRequired, corner: "other class"}
	}
	if q.Type == dns.TypeAXFR || q.Type == dns.TypeIXFR { // SPEC 8
		return answer{rcode: dns.RcodeRefused, ra: q.RD, ede: edeRequired, corner: "transfer"}
	}
	name := strings.ToLower(q.Name)
	in := t.resolve(p.View, name, q.Type)
	if p.PublicDNS && q.RD && !p.private(name) && t.lacksApex(p.View, name, q.Type) { // SPEC 3
		return t.besideNodata(q, p, in)
	}
	trigger, ok := in.trigger()
	if !ok || !p.allows(trigger) || !q.RD || q.Type == dns.TypeANY {
		return in.reply(q)
	}
	switch trigger {
	case "cname":
		return t.alongChain(q, p, in)
	case "nodata":
		return t.besideNodata(q, p, in)
	}
	if p.private(name) {
		return in.kept(q)
	}
	a := t.unchanged(q)
	if a.empty {
		return failed(q, a.public)
	}
	a.corner = "public on " + trigger
	return a
}

// kept is the internal answer in place of a fallback that a private name forbade.
func (in internal) kept(q question) answer {
	a := in.reply(q)
	a.ede, a.corner = edeRequired, "kept private"
	return a
}

// trigger is the table of SPEC 6.
func (in internal) trigger() (string, bool) {
	switch in.class {
	case refused:
		return "refused", true
	case nxdomain:
		return "nxdomain", true
	case empty:
		return "nodata", true
	case unfinished:
		return "cname", true
	}
	return "", false
}

// allows reports whether the policy falls back on a trigger.
func (p *policy) allows(trigger string) bool {
	set := p.Triggers
	if len(set) == 0 {
		set = []string{"refused", "nxdomain", "cname"}
	}
	return p.PublicDNS && slices.Contains(set, trigger)
}

// private reports whether a name must not be sent out.
func (p *policy) private(name string) bool {
	for _, v := range p.Private {
		if v == "special" && slices.ContainsFunc(special(), func(s string) bool { return below(name, s) }) {
			return true
		}
		if v != "special" && below(name, v) {
			return true
		}
	}
	return false
}

// reply is the internal answer as the client gets it (SPEC 2, after the list).
func (in internal) reply(q question) answer {
	return answer{
		rcode: in.rcode, aa: in.class != refused && !in.referral, ra: q.RD,
		answer: lines(in.answer), authority: lines(in.authority), additional: addresses(in.additional),
		ede: in.ede, corner: in.corner,
	}
}

// public asks public DNS in the client's name. It gives nil for a failure without reply.
func (t *twin) public(q question, name string) (*dns.Msg, asked) {
	req := q.request()
	req.Question[0].Name = name
	return askPublic(t.world.Public, req), asked{strings.ToLower(name), q.Type}
}

// unchanged is the public answer as it came, or the failure to get one.
func (t *twin) unchanged(q question) answer {
	m, sent := t.public(q, q.Name)
	a := answer{public: []asked{sent}, corner: "public"}
	if m == nil {
		a.rcode, a.empty = dns.RcodeServerFailure, true
		return a
	}
	a.read(m)
	return a
}

// failed is the reply to a client whose fallback failed (SPEC 6).
func failed(q question, sent []asked) answer {
	return answer{rcode: dns.RcodeServerFailure, ra: q.RD, ede: edeRequired, public: sent, corner: "fallback failed"}
}

func failure(m *dns.Msg) bool { return m == nil || m.Rcode == dns.RcodeServerFailure }

// alongChain is the trigger cname: the target first, then qname, then the bare chain.
func (t *twin) alongChain(q question, p *policy, in internal) answer {
	if p.private(in.target) {
		return in.kept(q)
	}
	m, sent := t.public(q, in.target)
	if failure(m) {
		return failed(q, []asked{sent})
	}
	if positive(m) {
		return answer{
			rcode: m.Rcode, ra: q.RD, public: []asked{sent}, corner: "chain finished in public",
			answer: lines(append(slices.Clone(in.answer), m.Answer...)),
		}
	}
	bare := in.reply(q)
	bare.public, bare.rcode, bare.corner = []asked{sent}, m.Rcode, "bare chain"
	if p.private(strings.ToLower(q.Name)) {
		kept := in.kept(q)
		kept.public = bare.public
		return kept
	}
	if len(bare.authority) == 0 { // RFC 2308: that of whoever denies the target
		for _, rr := range m.Ns {
			if rr.Header().Rrtype == dns.TypeSOA {
				bare.authority, bare.aa = append(bare.authority, lines([]dns.RR{rr})...), false
			}
		}
	}
	second := t.unchanged(q)
	m, sent = t.public(q, q.Name)
	bare.public = append(bare.public, sent)
	if failure(m) {
		return failed(q, bare.public)
	}
	if positive(m) {
		second.public, second.corner = bare.public, "qname after target"
		return second
	}
	return bare
}

// lacksApex reports whether a name is the apex of a zone whose data have no SOA or NS.
func (t *twin) lacksApex(view, name string, qtype uint16) bool {
	z := t.matching(view, name, qtype)
	if z == nil || z.apex != name {
		return false
	}
	switch qtype {
	case dns.TypeSOA:
		return z.madeUp
	case dns.TypeNS:
		return z.lookup(name, qtype).kind == nodata
	}
	return false
}

// besideNodata is the trigger nodata.
func (t *twin) besideNodata(q question, p *policy, in internal) answer {
	a := in.reply(q)
	if p.private(strings.ToLower(q.Name)) {
		return in.kept(q)
	}
	m, sent := t.public(q, q.Name)
	a.public = []asked{sent}
	if failure(m) {
		a.ede, a.corner = edeRequired, "nodata kept, public failed"
		return a
	}
	if positive(m) {
		a = t.unchanged(q)
		a.corner = "public beside nodata"
		return a
	}
	a.corner = "nodata kept"
	return a
}
