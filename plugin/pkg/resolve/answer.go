package resolve

import (
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// Gone sets the result for a query whose view no longer exists. [C]
func (p *Pin) Gone() { p.Result = Result{Outcome: ViewGone, Rcode: dns.RcodeServerFailure} }

// Matched finds the matching zone of the question. It reports false if no zone of
// the view matches, and then sets the result for that. [C]
func (p *Pin) Matched(qname string, qtype uint16) bool {
	p.Result = Result{Match: p.Match(qname, qtype)}
	if p.Result.Match == nil {
		p.Result = Result{Outcome: Refused, Rcode: dns.RcodeRefused}
		return false
	}
	return true
}

// Own answers from the matching zone, which Matched has found. It reports false if
// the zone holds nothing for the name and its references have to be followed.
func (p *Pin) Own(qname string, qtype uint16) bool {
	var f found
	p.own(&f, p.Result.Match, qname, qtype)
	if f.goesOn(qname, qtype) {
		return false
	}
	p.finish(&f, qname, qtype)
	return true
}

// Referenced answers from the references of the matching zone, which Matched has
// found, or denies the name.
func (p *Pin) Referenced(qname string, qtype uint16) {
	var f found
	p.own(&f, p.Result.Match, qname, qtype)
	p.references(qname, qtype, &f)
	p.finish(&f, qname, qtype)
}

// Answer takes all the steps at once, as the chain of plugins does one by one, and
// gives a copy of the result.
func (p *Pin) Answer(qname string, qtype uint16) Result {
	if p.View == nil {
		p.Gone()
		return p.Result
	}
	if p.Trace != nil {
		p.Trace.search(ForQuestion, qname, qtype, nil)
	}
	if p.Matched(qname, qtype) {
		p.Referenced(qname, qtype)
	}
	return p.Result
}

// finish sets the result by what was found for qname, following aliases.
func (p *Pin) finish(f *found, qname string, qtype uint16) {
	r := &p.Result
	*r = Result{Match: f.match, Source: f.source, Hops: f.hops, Type: qtype}
	r.Apex = (qtype == dns.TypeSOA || qtype == dns.TypeNS) && p.publicApex(f, qname, qtype)
	switch f.ans.Kind {
	case zone.CNAME, zone.DNAME:
		p.flatten(r, f, qname)
	case zone.Success:
		r.Outcome = Success
		r.Answer = owned(f.ans, qname)
		r.Additional = p.additional(r.Answer, qtype)
		r.Answer = join(r.Answer, p.signatures(f, qname, qtype))
		r.Authority = p.proofs(f, qname)
	case zone.Delegation:
		r.Outcome = Referral
		r.Authority, r.Additional = join(f.ans.RRs, p.proofs(f, qname)), p.signHosts(f)
	case zone.NXDomain:
		r.Outcome, r.Rcode = NXDomain, dns.RcodeNameError
		r.Authority = p.denial(f, qname)
	default:
		r.Outcome = NoData
		r.Authority = p.denial(f, qname)
	}
}

// publicApex reports whether public DNS is asked for the SOA or NS of the matching zone,
// whose data have none: any fallback does that, unless the name is private (SPEC 3).
func (p *Pin) publicApex(f *found, qname string, qtype uint16) bool {
	if qname != f.match.Apex || f.source != f.match || p.Policy == nil || p.Policy.Fallback == 0 || p.Policy.Private(qname) {
		return false
	}
	return f.ans.Kind == zone.NoData ||
		qtype == dns.TypeSOA && f.ans.Kind == zone.Success && p.Snapshot.Data(f.match).Synthesized()
}

// deny returns the authority section by which z denies a name or a type.
func (p *Pin) deny(z *model.Zone) []dns.RR {
	if p.Trace != nil {
		p.Trace.denial(z)
	}
	return p.Snapshot.Data(z).Negative()
}

// owned returns the records of an answer under the name asked for: a wildcard's
// records are copied, all others are shared (RFC 4592 section 3.3.1).
func owned(ans zone.Answer, name string) []dns.RR {
	if !ans.Wildcard {
		return ans.RRs
	}
	out := make([]dns.RR, len(ans.RRs))
	for i, rr := range ans.RRs {
		out[i] = under(rr, name)
	}
	return out
}
