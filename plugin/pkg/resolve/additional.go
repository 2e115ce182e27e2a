package resolve

import (
	"slices"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// maxTargets bounds the names whose addresses are added to one answer.
const maxTargets = 16

// additional returns the addresses of the hosts an answer names, as far as the view
// knows them (RFC 1035 section 3.3, RFC 2782, RFC 9460 section 4.1). An alias, which
// no target should be (RFC 2181 section 10.3), is flattened as it would be if a client
// asked for it, but for name servers: resolvers follow those by themselves.
func (p *Pin) additional(answer []dns.RR, qtype uint16) []dns.RR {
	switch qtype {
	case dns.TypeNS, dns.TypeMX, dns.TypeSRV, dns.TypeSVCB, dns.TypeHTTPS:
	default:
		return nil
	}
	var out []dns.RR
	var seen []string
	for _, rr := range answer {
		host := target(rr)
		name, err := domain.Canonical(host)
		if err != nil || name == domain.Root || len(seen) == maxTargets || slices.Contains(seen, name) {
			continue
		}
		seen = append(seen, name)
		for _, t := range [...]uint16{dns.TypeA, dns.TypeAAAA} {
			out = append(out, p.addresses(rr, name, t)...)
		}
	}
	return clip(out)
}

// addresses returns the addresses of one type of the host that rr names. Those of
// the root's servers are given even where they are glue below a cut: a resolver
// that primes itself depends on them (RFC 9609 section 4).
func (p *Pin) addresses(rr dns.RR, host string, qtype uint16) []dns.RR {
	if p.Trace != nil {
		p.Trace.search(ForAdditional, host, qtype, nil)
	}
	f := p.find(host, qtype)
	switch {
	case f.ans.Kind == zone.Success:
		return join(owned(f.ans, host), p.signatures(&f, host, qtype))
	case (f.ans.Kind == zone.CNAME || f.ans.Kind == zone.DNAME) && f.source.Flatten && rr.Header().Rrtype != dns.TypeNS:
		r := Result{Match: f.match, Type: qtype}
		if p.flatten(&r, &f, host); r.Outcome == Success {
			return r.Answer
		}
	case f.ans.Kind == zone.Delegation && rr.Header().Name == domain.Root && rr.Header().Rrtype == dns.TypeNS:
		glue := p.Snapshot.Data(f.source).Glue(host, qtype)
		if p.Trace != nil {
			p.Trace.glue(f.source, host, glue)
		}
		return glue
	}
	return nil
}

// target returns the name of the host a record points at, "" for none.
func target(rr dns.RR) string {
	switch rr := rr.(type) {
	case *dns.SVCB:
		return ownTarget(rr)
	case *dns.HTTPS:
		return ownTarget(&rr.SVCB)
	}
	return zone.Host(rr)
}

// ownTarget returns the target of a service binding, where "." in service mode
// stands for the owner (RFC 9460 section 2.5.2).
func ownTarget(rr *dns.SVCB) string {
	if rr.Target == domain.Root && rr.Priority > 0 {
		return rr.Hdr.Name
	}
	return rr.Target
}
