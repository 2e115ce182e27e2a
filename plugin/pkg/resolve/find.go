package resolve

import (
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// found is what the search for one name came to: SPEC 2, steps 3 to 5.
type found struct {
	match  *model.Zone // the view's matching zone, nil if none
	source *model.Zone // the zone ans comes from; with no record, the last one searched that could hold the name
	ans    zone.Answer // Kind NXDomain, ENT or NoData if there is no record
	hops   int         // references followed in a row, at most
}

// nothing reports whether no record ended the search. An ENT counts as nothing:
// a reference may hold records there.
func (f *found) nothing() bool { return f.ans.Kind == zone.NXDomain || f.ans.Kind == zone.ENT }

// Match returns the zone that answers for qname: the longest match, or for qtype
// DS at its apex the parent zone if the view holds it (RFC 4035 section 3.1.4.1).
func (p *Pin) Match(qname string, qtype uint16) *model.Zone {
	z := p.View.Match(qname)
	if qtype == dns.TypeDS && z != nil && z.Apex == qname {
		if parent := p.View.MatchParent(qname); parent != nil {
			z = parent
		}
	}
	if p.Trace != nil {
		p.Trace.matched(p.View, qname, z)
	}
	return z
}

// own searches the matching zone, and sets f, which is empty, to what it finds.
func (p *Pin) own(f *found, match *model.Zone, qname string, qtype uint16) {
	f.match, f.source = match, match
	f.ans = p.Snapshot.Data(match).Lookup(qname, qtype)
	if p.Trace != nil {
		p.Trace.lookup(match, qname, qtype, &f.ans)
	}
}

// goesOn reports whether the matching zone's reference is to be searched.
func (f *found) goesOn(qname string, qtype uint16) bool {
	chain := f.match.Chain()
	if len(chain) == 0 {
		return false
	}
	if f.ans.Kind != zone.NoData {
		return f.nothing()
	}
	return chain[0].NoData && !f.ownType(qname, qtype)
}

// ownType reports whether the matching zone answers for the type alone: with
// merging by type, SOA and NS at the apex still are the zone's own.
func (f *found) ownType(qname string, qtype uint16) bool {
	return qname == f.match.Apex && (qtype == dns.TypeSOA || qtype == dns.TypeNS)
}

// find searches the view for one name: its matching zone and that zone's references.
func (p *Pin) find(qname string, qtype uint16) (f found) {
	if match := p.Match(qname, qtype); match != nil {
		p.own(&f, match, qname, qtype)
		p.references(qname, qtype, &f)
	}
	return f
}

// references searches the references of the matching zone if they are to be, and
// updates f by what is found.
func (p *Pin) references(qname string, qtype uint16, f *found) {
	if f.goesOn(qname, qtype) {
		p.follow(f.match, qname, qtype, f)
	} else if p.Trace != nil {
		p.Trace.stays(f, qname, qtype)
	}
}

// follow searches the references of from, and updates f by what it finds. An
// unrelated zone holds nothing, and the chain goes on.
func (p *Pin) follow(from *model.Zone, qname string, qtype uint16, f *found) {
	last := f.ans.Kind // of the zone just searched
	for i, ref := range from.Chain() {
		if last == zone.NoData && !ref.NoData {
			if p.Trace != nil {
				p.Trace.barred(from, i)
			}
			return
		}
		unrelated := !domain.IsSubdomain(ref.To.Apex, qname)
		if p.Trace != nil {
			p.Trace.hop(from, i, last, unrelated)
		}
		f.hops = max(f.hops, i+1)
		last = zone.NXDomain
		if unrelated {
			continue
		}
		ans := p.Snapshot.Data(ref.To).Lookup(qname, qtype)
		if p.Trace != nil {
			p.Trace.lookup(ref.To, qname, qtype, &ans)
		}
		switch ans.Kind {
		case zone.Delegation, zone.DNAME:
			if covers(ans.Owner, from) || covers(ans.Owner, f.match) {
				if p.Trace != nil {
					p.Trace.ignored(ref.To, &ans, from, f.match)
				}
				continue
			}
			f.source, f.ans = ref.To, ans
			return
		case zone.Success, zone.CNAME:
			f.source, f.ans = ref.To, ans
			return
		}
		last = ans.Kind
		f.merge(ref.To, ans)
	}
	if p.Trace != nil {
		p.Trace.exhausted(from)
	}
}

// covers reports whether a cut or DNAME of a referenced zone lies at or above the
// apex of z: then it speaks of z itself, and must not turn its misses into
// referrals (SPEC 2.5).
func covers(owner string, z *model.Zone) bool {
	return z != nil && domain.IsSubdomain(owner, z.Apex)
}

// merge keeps the strongest of the negative outcomes: a name that exists in any
// zone of the chain exists (SPEC 2.7).
func (f *found) merge(z *model.Zone, ans zone.Answer) {
	if f.source == nil {
		f.source, f.ans = z, ans
		return
	}
	if rank(ans.Kind) > rank(f.ans.Kind) {
		f.source, f.ans = z, ans
	}
}

// rank orders the negative kinds.
func rank(k zone.Kind) int {
	switch k {
	case zone.ENT:
		return 1
	case zone.NoData:
		return 2
	}
	return 0
}
