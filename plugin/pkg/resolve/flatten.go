package resolve

import (
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// MaxLinks is how many CNAMEs and DNAMEs are followed for one query (SPEC 4).
const MaxLinks = 16

// chain is the aliases followed so far.
type chain struct {
	owner   string   // qname
	records []dns.RR // as a classic answer shows them
	first   int      // how many of records make the first link
	proofs  []dns.RR // that wildcards on the way were right
	links   int
	ttl     uint32      // lowest so far
	target  string      // canonical name the last link leads to
	shown   string      // the same as the last link spells it
	last    *model.Zone // the last zone of the view that matched a name of the chain
}

// flatten follows the alias in f and fills in r: the records of the final target
// under qname, or the chain itself where SPEC 4 asks for it.
func (p *Pin) flatten(r *Result, f *found, qname string) {
	c := chain{owner: qname, ttl: ^uint32(0), target: qname, shown: p.spelled(qname), last: f.match}
	classic := describesZone(r.Type) || !f.source.Flatten
	if p.Trace != nil {
		p.Trace.shown(f, r.Type)
	}
	var next found // not the loop's own, which would be one on the heap for each link
	for {
		fits := c.add(&f.ans)
		if classic || r.Type == dns.TypeCNAME || r.Type == dns.TypeANY {
			p.signLink(&c, f)
		}
		r.Links = c.links
		if p.Trace != nil {
			p.Trace.link(f, &c, fits)
		}
		switch {
		case !fits:
			r.Outcome, r.Rcode, r.Answer = TooLong, dns.RcodeYXDomain, clip(c.records)
			return
		case r.Type == dns.TypeCNAME || r.Type == dns.TypeANY:
			r.Outcome, r.Answer = Success, clip(c.records) // the CNAME a DNAME made up
			return
		case c.links > MaxLinks || c.loops():
			if p.Trace != nil {
				p.Trace.circle(&c)
			}
			r.Outcome, r.Answer = Loop, c.records[:c.first:c.first]
			return
		}
		next = p.findTarget(&c, r.Type)
		if next.match != nil {
			c.last = next.match
		}
		f = &next
		r.Hops = max(r.Hops, f.hops)
		if f.ans.Kind != zone.CNAME && f.ans.Kind != zone.DNAME {
			break
		}
	}
	p.land(r, f, &c, classic)
}

// findTarget searches the view for the chain's target, then the references of
// the last zone of the view that the chain went through. [C]
func (p *Pin) findTarget(c *chain, qtype uint16) found {
	if p.Trace != nil {
		p.Trace.search(ForTarget, c.target, qtype, nil)
	}
	f := p.find(c.target, qtype)
	if f.nothing() && c.last != nil && c.last != f.match {
		if p.Trace != nil {
			p.Trace.search(ForReferences, c.target, qtype, c.last)
		}
		p.follow(c.last, c.target, qtype, &f)
	}
	return f
}

// add appends the link in ans and reports false if the name it leads to is too long.
func (c *chain) add(ans *zone.Answer) bool {
	rr := ans.RRs[0]
	c.ttl = min(c.ttl, rr.Header().Ttl)
	c.links++
	cname, ok := rr.(*dns.CNAME)
	if !ok {
		c.records = appendNew(c.records, rr) // one DNAME may redirect twice
		cname = synthesize(rr.(*dns.DNAME), c.shown)
	} else if ans.Wildcard {
		cname = &dns.CNAME{Hdr: cname.Hdr, Target: cname.Target}
		cname.Hdr.Name = c.shown
	}
	target, err := domain.Canonical(cname.Target)
	if err != nil {
		return false
	}
	c.target, c.shown = target, cname.Target
	c.records = append(c.records, cname)
	if c.links == 1 {
		c.first = len(c.records)
	}
	return true
}

// loops reports whether the last link leads back to a name of the chain.
func (c *chain) loops() bool {
	return slices.ContainsFunc(c.records, func(rr dns.RR) bool {
		return rr.Header().Rrtype == dns.TypeCNAME && strings.EqualFold(rr.Header().Name, c.target)
	})
}

// synthesize makes the CNAME by which a DNAME redirects name (RFC 6672 section 3.1).
func synthesize(d *dns.DNAME, name string) *dns.CNAME {
	target := name // its own prefix under the root
	if d.Hdr.Name != domain.Root {
		target = name[:len(name)-len(d.Hdr.Name)]
	}
	if d.Target != domain.Root {
		target += d.Target
	}
	return &dns.CNAME{
		Hdr:    dns.RR_Header{Name: name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: d.Hdr.Ttl},
		Target: target,
	}
}

// land fills in r by what was found at the end of the chain.
func (p *Pin) land(r *Result, f *found, c *chain, classic bool) {
	if f.source != nil {
		r.Source = f.source
	}
	switch f.ans.Kind {
	case zone.Success:
		r.Outcome = Success
		if classic {
			r.Answer = clip(appendNew(appendNew(c.records, owned(f.ans, c.shown)...), p.signatures(f, c.shown, r.Type)...))
			r.Authority = clip(appendNew(c.proofs, p.proofs(f, c.target)...))
		} else {
			r.Answer = renamed(f.ans.RRs, c.owner, c.ttl)
		}
		r.Additional = p.additional(r.Answer, r.Type)
	case zone.Delegation:
		r.Outcome, r.Answer = Referral, clip(c.records)
		r.Authority, r.Additional = join(join(f.ans.RRs, p.proofs(f, c.target)), c.proofs), p.signHosts(f)
	case zone.NXDomain:
		r.Outcome, r.Answer, r.Target = Unfinished, clip(c.records), c.target
		r.Authority = clip(c.proofs)
		if z := f.denier(); z != nil {
			r.Rcode = dns.RcodeNameError // RFC 6604 section 3
			r.Authority = p.denyTarget(f, c, classic)
		}
	default:
		r.Outcome = NoData
		if classic {
			r.Answer, r.Authority = clip(c.records), p.denyTarget(f, c, true)
		} else {
			r.Authority = p.deny(r.Match)
		}
	}
}

// signLink adds the signatures of the link that was followed last, and what proves that
// a wildcard was right to answer.
func (p *Pin) signLink(c *chain, f *found) {
	rrtype, name := uint16(dns.TypeCNAME), c.records[len(c.records)-1].Header().Name
	if f.ans.Kind == zone.DNAME {
		rrtype, name = dns.TypeDNAME, f.ans.RRs[0].Header().Name
	}
	c.records = appendNew(c.records, p.signatures(f, name, rrtype)...)
	if f.ans.Wildcard {
		c.proofs = appendNew(c.proofs, p.proofs(f, strings.ToLower(name))...)
	}
	if c.links == 1 {
		c.first = len(c.records)
	}
}

// denyTarget returns the authority section by which the target of a chain is denied.
func (p *Pin) denyTarget(f *found, c *chain, classic bool) []dns.RR {
	if !classic {
		return p.deny(f.denier())
	}
	return clip(appendNew(p.denial(f, c.target), c.proofs...))
}

// denier returns the internal zone whose SOA denies the name, nil if it lies in none.
func (f *found) denier() *model.Zone {
	if f.match != nil {
		return f.match
	}
	return f.source
}

// renamed copies records under the owner of the alias, with the lowest TTL of the way.
func renamed(rrs []dns.RR, owner string, ttl uint32) []dns.RR {
	for _, rr := range rrs {
		ttl = min(ttl, rr.Header().Ttl)
	}
	out := make([]dns.RR, len(rrs))
	for i, rr := range rrs {
		out[i] = under(rr, owner)
		out[i].Header().Ttl = ttl
	}
	return out
}

// under returns a copy of a record under another owner. Addresses share their octets with
// the record: both are read-only.
func under(rr dns.RR, owner string) dns.RR {
	switch shared := rr.(type) {
	case *dns.A:
		rr = &dns.A{Hdr: shared.Hdr, A: shared.A}
	case *dns.AAAA:
		rr = &dns.AAAA{Hdr: shared.Hdr, AAAA: shared.AAAA}
	default:
		rr = dns.Copy(rr)
	}
	rr.Header().Name = owner
	return rr
}

// describesZone reports whether a type describes zones: flattened, an alias of
// such a type would look like a zone cut (SPEC 4).
func describesZone(qtype uint16) bool {
	switch qtype {
	case dns.TypeSOA, dns.TypeNS, dns.TypeDS, dns.TypeDNSKEY, dns.TypeDNAME,
		dns.TypeRRSIG, dns.TypeNSEC, dns.TypeNSEC3:
		return true
	}
	return false
}

// appendNew appends the records that are not in the list yet.
func appendNew(list []dns.RR, rrs ...dns.RR) []dns.RR {
	for _, rr := range rrs {
		if !slices.Contains(list, rr) {
			list = append(list, rr)
		}
	}
	return list
}

// clip drops the spare capacity of a list that is handed out.
func clip(rrs []dns.RR) []dns.RR { return rrs[:len(rrs):len(rrs)] }
