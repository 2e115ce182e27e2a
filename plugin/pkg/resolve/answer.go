package resolve

import (
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// Refuse is the result for a query that no zone of the view matches. [C]
func (p *Pin) Refuse() Result { return Result{Outcome: Refused, Rcode: dns.RcodeRefused} }

// Gone is the result for a query whose view no longer exists. [C]
func (p *Pin) Gone() Result { return Result{Outcome: ViewGone, Rcode: dns.RcodeServerFailure} }

// Own answers from the matching zone. It reports false if the zone holds nothing
// for the name and its references have to be followed.
func (p *Pin) Own(match *model.Zone, qname string, qtype uint16) (Result, bool) {
	f := p.own(match, qname, qtype)
	if f.goesOn(qname, qtype) {
		return Result{}, false
	}
	return p.finish(&f, qname, qtype), true
}

// Referenced answers from the references of the matching zone, or denies the name.
func (p *Pin) Referenced(match *model.Zone, qname string, qtype uint16) Result {
	f := p.own(match, qname, qtype)
	if f.goesOn(qname, qtype) {
		p.follow(match, qname, qtype, &f)
	}
	return p.finish(&f, qname, qtype)
}

// Answer takes all the steps at once, as the chain of plugins does one by one.
func (p *Pin) Answer(qname string, qtype uint16) Result {
	if p.View == nil {
		return p.Gone()
	}
	match := p.Match(qname, qtype)
	if match == nil {
		return p.Refuse()
	}
	return p.Referenced(match, qname, qtype)
}

// finish makes the result of what was found for qname, following aliases.
func (p *Pin) finish(f *found, qname string, qtype uint16) Result {
	r := Result{Match: f.match, Source: f.source, Hops: f.hops, Type: qtype}
	switch f.ans.Kind {
	case zone.CNAME, zone.DNAME:
		p.flatten(&r, f, qname)
	case zone.Success:
		r.Outcome = Success
		r.Answer = owned(f.ans, qname)
		r.Additional = p.additional(r.Answer, qtype)
	case zone.Delegation:
		r.Outcome = Referral
		r.Authority, r.Additional = f.ans.RRs, f.ans.Extra
	case zone.NXDomain:
		r.Outcome, r.Rcode = NXDomain, dns.RcodeNameError
		r.Authority = p.Snapshot.Data(f.match).Negative()
	default:
		r.Outcome = NoData
		r.Authority = p.Snapshot.Data(f.match).Negative()
	}
	return r
}

// owned gives the records of an answer under the name asked for: a wildcard's
// records are copied, all others are shared (RFC 4592 section 3.3.1).
func owned(ans zone.Answer, name string) []dns.RR {
	if !ans.Wildcard {
		return ans.RRs
	}
	out := make([]dns.RR, len(ans.RRs))
	for i, rr := range ans.RRs {
		out[i] = dns.Copy(rr)
		out[i].Header().Name = name
	}
	return out
}
