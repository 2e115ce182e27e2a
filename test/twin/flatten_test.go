package twin

import (
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// class is what an internal answer is to the fallback (SPEC 6).
type class int

const (
	refused    class = iota // no zone of the view matches
	nxdomain                // and no alias in the answer
	empty                   // NODATA or ENT, flattened or not
	unfinished              // ends in an alias that leads nowhere
	settled                 // everything that is never a trigger
)

// internal is the answer of the view, before the policy's fallback.
type internal struct {
	class             class
	rcode             int
	referral          bool // AA clear
	answer, authority []dns.RR
	additional        []dns.RR
	glue              *zone  // of a referral: the zone that holds the cut
	target            string // of an unfinished chain
	corner            string
	ede               edeRule
}

// describesZones lists the types that get the classic answer at an alias (SPEC 4).
func describesZones(t uint16) bool {
	switch t {
	case dns.TypeSOA, dns.TypeNS, dns.TypeDS, dns.TypeDNSKEY, dns.TypeDNAME, dns.TypeRRSIG, dns.TypeNSEC, dns.TypeNSEC3:
		return true
	}
	return false
}

// resolve is SPEC 2.3 to 2.7 for a view.
func (t *twin) resolve(viewName, name string, qtype uint16) internal {
	a := t.decide(viewName, name, qtype)
	a.answer = once(a.answer)
	if qtype != dns.TypeANY || a.glue != nil { // left open: addresses beside ANY
		a.additional = t.additional(viewName, a)
	}
	return a
}

// decide works out everything but the additional section.
func (t *twin) decide(viewName, name string, qtype uint16) internal {
	s := t.search(viewName, name, qtype, nil)
	if s.matched == nil { // SPEC 2.3
		return internal{class: refused, rcode: dns.RcodeRefused, ede: edeRequired, corner: "refused"}
	}
	switch s.kind {
	case records:
		return internal{class: settled, answer: s.rrs, corner: "records" + s.where()}
	case cut:
		return internal{class: settled, referral: true, authority: s.rrs, glue: s.zone, corner: "referral" + s.where()}
	case alias:
		return t.flatten(viewName, name, qtype, s)
	case redirected:
		if qtype == dns.TypeCNAME || qtype == dns.TypeANY { // decided: the redirection itself is the answer
			c, target := substitute(s.rrs[0].(*dns.DNAME), name)
			if tooLong(target) {
				return overflow(s.rrs)
			}
			return internal{class: settled, answer: []dns.RR{s.rrs[0], c}, corner: "redirection itself"}
		}
		return t.flatten(viewName, name, qtype, s)
	}
	return negative(s, s.matched, nil)
}

// negative is SPEC 2.7 for the search of a name, below the chain that led there.
func negative(s searched, authority *zone, chain []dns.RR) internal {
	a := internal{class: nxdomain, rcode: dns.RcodeNameError, answer: chain, authority: authority.denial(), corner: "nxdomain"}
	if s.kind == nodata || s.exists {
		a.class, a.rcode, a.corner = empty, dns.RcodeSuccess, "nodata"
	}
	if chain != nil {
		a.corner += " of a chain"
	}
	return a
}

// denial returns the SOA with the negative TTL (RFC 2308 section 3).
func (z *zone) denial() []dns.RR {
	soa := dns.Copy(z.at(z.apex, dns.TypeSOA)[0])
	soa.Header().Ttl = z.negativeTTL
	return []dns.RR{soa}
}

// flatten is SPEC 4, from the first alias on.
func (t *twin) flatten(viewName, qname string, qtype uint16, s searched) internal {
	first := s
	classic := !first.zone.flatten || describesZones(qtype)
	var chain []dns.RR
	seen := map[string]bool{}
	name, last := qname, s.matched
	for links := 1; s.kind == alias || s.kind == redirected; links++ {
		link, target := s.link(name)
		if tooLong(target) {
			return overflow(append(chain, s.rrs...))
		}
		chain = append(chain, link...)
		seen[name] = true
		if links > 16 || seen[target] {
			return internal{class: settled, answer: firstAlias(chain), ede: edeRequired, corner: "loop"}
		}
		name = target
		s = t.search(viewName, name, qtype, last)
		if s.matched != nil {
			last = s.matched
		}
	}
	switch {
	case s.kind == records && classic:
		return internal{class: settled, answer: append(chain, s.rrs...), corner: "classic chain" + s.where()}
	case s.kind == records:
		return internal{class: settled, answer: lowest(chain, renamed(s.rrs, qname)), corner: "flattened" + s.where()}
	case s.kind == cut:
		return internal{class: settled, answer: chain, authority: s.rrs, glue: s.zone, corner: "chain to a cut"}
	case (s.kind == nodata || s.exists) && classic:
		return negative(s, s.holder, chain)
	case s.kind == nodata || s.exists:
		return negative(s, first.matched, nil)
	case s.holder == nil: // in no internal zone
		return internal{class: unfinished, answer: chain, target: name, corner: "chain that leaves"}
	}
	a := negative(s, s.holder, chain) // RFC 6604
	a.class, a.target = unfinished, name
	return a
}

// where tells for the count of corners how the search ended.
func (s searched) where() string {
	if s.zone == s.matched {
		return ""
	}
	return " by reference"
}

// additional is SPEC 2, after the list: the addresses of the names that the answer
// or the referral points to, as far as the view holds them.
func (t *twin) additional(viewName string, a internal) []dns.RR {
	var out []dns.RR
	seen := map[string]bool{}
	for _, rr := range slices.Concat(a.answer, a.authority) {
		target := ""
		switch rr := rr.(type) {
		case *dns.MX:
			target = rr.Mx
		case *dns.NS:
			target = rr.Ns
		case *dns.SRV:
			target = rr.Target
		case *dns.HTTPS:
			target = rr.Target
		}
		if target == "" || seen[target] {
			continue
		}
		seen[target] = true
		for _, qtype := range []uint16{dns.TypeA, dns.TypeAAAA} {
			s := t.search(viewName, target, qtype, nil)
			switch {
			case a.glue != nil:
				out = append(out, a.glue.at(target, qtype)...)
			case s.kind == records:
				out = append(out, s.rrs...)
			case (s.kind == alias || s.kind == redirected) && s.zone.flatten && rr.Header().Rrtype != dns.TypeNS: // what a client that asks gets
				if f := t.flatten(viewName, target, qtype, s); f.class == settled && f.rcode == dns.RcodeSuccess {
					out = append(out, only(f.answer, qtype)...)
				}
			case s.kind == cut && rr.Header().Rrtype == dns.TypeNS && rr.Header().Name == ".": // left open: glue, for priming (RFC 8109)
				out = append(out, s.zone.at(target, qtype)...)
			}
		}
	}
	return out
}

// only returns the records of one type.
func only(rrs []dns.RR, qtype uint16) (out []dns.RR) {
	for _, rr := range rrs {
		if rr.Header().Rrtype == qtype {
			out = append(out, rr)
		}
	}
	return out
}

// link returns the records of one step of a chain and where it leads.
func (s searched) link(name string) ([]dns.RR, string) {
	if c, ok := s.rrs[0].(*dns.CNAME); ok {
		return s.rrs, c.Target
	}
	c, target := substitute(s.rrs[0].(*dns.DNAME), name)
	return []dns.RR{s.rrs[0], c}, target
}

// substitute makes the CNAME of a DNAME (RFC 6672 section 3.1, its TTL 3.1 too).
func substitute(d *dns.DNAME, name string) (*dns.CNAME, string) {
	prefix := strings.TrimSuffix(name, d.Hdr.Name)
	if d.Hdr.Name == "." {
		prefix = name
	}
	target := strings.TrimSuffix(prefix, ".") + "." + strings.TrimPrefix(d.Target, ".")
	return &dns.CNAME{
		Hdr:    dns.RR_Header{Name: name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: d.Hdr.Ttl},
		Target: target,
	}, target
}

// tooLong reports a name over 255 octets (RFC 1035 section 2.3.4; no name here is escaped).
func tooLong(name string) bool { return len(name)+1 > 255 }

// overflow is the answer where a DNAME makes too long a name (RFC 6672 section 2.2):
// what led there and the DNAME.
func overflow(chain []dns.RR) internal {
	return internal{class: settled, rcode: dns.RcodeYXDomain, answer: chain, ede: edeAllowed, corner: "name too long"}
}

// firstAlias cuts a chain after its first CNAME. A DNAME above it stays, or the
// CNAME would be data that no zone holds.
func firstAlias(chain []dns.RR) []dns.RR {
	if chain[0].Header().Rrtype == dns.TypeDNAME {
		return chain[:2]
	}
	return chain[:1]
}

// lowest returns an RRset the lowest TTL along the chain (SPEC 4).
func lowest(chain, rrs []dns.RR) []dns.RR {
	for _, rr := range rrs {
		for _, link := range chain {
			rr.Header().Ttl = min(rr.Header().Ttl, link.Header().Ttl)
		}
	}
	return rrs
}
