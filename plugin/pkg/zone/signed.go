package zone

import (
	"cmp"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// maxIterations bounds the hash iterations of NSEC3 for which proofs are looked for:
// each negative answer costs them several times over (RFC 9276 section 3.2).
const maxIterations = 500

// signed is what only a zone that was signed elsewhere has: how its NSEC or NSEC3
// records are found. Immutable.
type signed struct {
	negative []dns.RR // as Zone.Negative, with the signatures of the SOA
	nsec     []uint32 // the nodes that own an NSEC, in canonical order
	nsec3    []hashed // by hash
	beside   []dns.RR // NSEC3 records and their signatures, as they are written
	salt     string
	rounds   uint16
}

// hashed is an NSEC3 with its signatures. Its owner is no name of the zone, but the
// hash of one (RFC 5155 section 7.2.8).
type hashed struct {
	hash string // base32hex, lower case
	rrs  []dns.RR
}

// Signed reports whether the zone has signatures or proofs to show.
func (z *Zone) Signed() bool { return z.signed != nil }

// SignedNegative is Negative with the signatures of the SOA.
func (z *Zone) SignedNegative() []dns.RR {
	if z.signed == nil {
		return z.Negative()
	}
	return z.signed.negative
}

// Signatures returns the RRSIG records of an RRset. owner is canonical, and may be a
// wildcard.
func (z *Zone) Signatures(owner string, rrtype uint16) (out []dns.RR) {
	i, ok := z.find(owner)
	if !ok {
		return nil
	}
	for _, rr := range z.rrset(i, dns.TypeRRSIG) {
		if sig, ok := rr.(*dns.RRSIG); ok && sig.TypeCovered == rrtype {
			out = append(out, rr)
		}
	}
	return out
}

// Prove returns the DS, NSEC and NSEC3 records with their signatures by which the zone
// proves what an answer of Lookup says beside its records: that a wildcard was right,
// that a name or type does not exist (RFC 4035 section 3.1.3, RFC 5155 section 7.2), or
// that a zone cut is signed or not. It is empty if the data lack them.
func (z *Zone) Prove(a *Answer, qname string) []dns.RR {
	if z.signed == nil {
		return nil
	}
	p := proof{zone: z, signed: z.signed}
	owner := strings.ToLower(a.Owner)
	switch a.Kind {
	case Delegation:
		p.cut(owner)
	case NXDomain:
		p.denied(qname)
	case NoData, ENT:
		if a.Wildcard {
			p.wildcardNoData(qname, owner)
		} else {
			p.noData(owner)
		}
	case Success, CNAME:
		if a.Wildcard {
			p.expanded(qname, owner)
		}
	}
	return p.rrs
}

// proof collects the records of one proof, each once.
type proof struct {
	zone *Zone
	*signed
	rrs []dns.RR
}

func (p *proof) add(rrs []dns.RR) {
	for _, rr := range rrs {
		if !slices.Contains(p.rrs, rr) {
			p.rrs = append(p.rrs, rr)
		}
	}
}

// cut tells whether the child zone is signed (RFC 4035 section 3.1.4.1, RFC 5155
// section 7.2.7).
func (p *proof) cut(owner string) {
	if i, ok := p.zone.find(owner); ok {
		if ds := p.zone.rrset(i, dns.TypeDS); ds != nil {
			p.add(ds)
			p.add(p.zone.Signatures(owner, dns.TypeDS))
			return
		}
	}
	p.noData(owner)
}

// noData proves that a name lacks a type (RFC 4035 section 3.1.3.1, RFC 5155 sections
// 7.2.3 and 7.2.4). An empty non-terminal has no NSEC of its own, and one is shown that
// leads past it.
func (p *proof) noData(owner string) {
	switch {
	case p.nsec3 == nil:
		p.add(p.before(owner, true))
	case !p.match(owner): // opted out
		p.closestEncloser(owner)
	}
}

// denied proves that a name does not exist, nor a wildcard for it (RFC 4035 section
// 3.1.3.2, RFC 5155 section 7.2.2).
func (p *proof) denied(qname string) {
	if p.nsec3 != nil {
		encloser := p.closestEncloser(qname)
		p.cover(wildcardOf(encloser))
		return
	}
	i, ok := p.zone.encloser(qname)
	if !ok {
		return
	}
	p.add(p.before(qname, false))
	p.add(p.before(wildcardOf(strings.ToLower(p.zone.nodes.at(i).name())), false))
}

// expanded proves that a wildcard was the closest match (RFC 4035 section 3.1.3.3, RFC
// 5155 section 7.2.6).
func (p *proof) expanded(qname, wildcard string) {
	if p.nsec3 == nil {
		p.add(p.before(qname, false))
		return
	}
	p.cover(nextCloser(qname, parentOf(wildcard)))
}

// wildcardNoData proves that a wildcard was the closest match and lacks the type (RFC
// 4035 section 3.1.3.4, RFC 5155 section 7.2.5).
func (p *proof) wildcardNoData(qname, wildcard string) {
	if p.nsec3 == nil {
		p.add(p.before(qname, false))
		p.add(p.before(wildcard, true))
		return
	}
	p.match(parentOf(wildcard))
	p.cover(nextCloser(qname, parentOf(wildcard)))
	p.match(wildcard)
}

// closestEncloser proves the closest provable encloser of a name, and that the name
// one label longer does not exist (RFC 5155 section 7.2.1). It returns the encloser.
func (p *proof) closestEncloser(name string) string {
	encloser := name
	for encloser != p.zone.apex {
		encloser = parentOf(encloser)
		if p.match(encloser) {
			break
		}
	}
	if encloser != name {
		p.cover(nextCloser(name, encloser))
	}
	return encloser
}

// match adds the NSEC3 of a name and reports whether there is one.
func (p *proof) match(name string) bool {
	i, ok := p.search(name)
	if ok {
		p.add(p.nsec3[i].rrs)
	}
	return ok
}

// cover adds the NSEC3 whose interval holds the hash of a name.
func (p *proof) cover(name string) {
	i, ok := p.search(name)
	if !ok {
		i-- // the one before; the last one's interval goes on at the first
	}
	if i < 0 {
		i = len(p.nsec3) - 1
	}
	p.add(p.nsec3[i].rrs)
}

// search finds where the NSEC3 of a name stands, or would.
func (p *proof) search(name string) (int, bool) {
	hash := strings.ToLower(dns.HashName(name, dns.SHA1, p.rounds, p.salt))
	return slices.BinarySearchFunc(p.nsec3, hash, func(h hashed, want string) int { return cmp.Compare(h.hash, want) })
}

// before returns the NSEC of the last owner before a name, or, if at is set, of the name
// itself if it has one, with its signatures.
func (p *proof) before(name string, at bool) []dns.RR {
	if len(p.nsec) == 0 {
		return nil
	}
	want := p.zone.key(name)
	i, found := slices.BinarySearchFunc(p.nsec, want, func(node uint32, want string) int {
		return cmp.Compare(p.zone.key(p.zone.nodes.at(node).name()), want)
	})
	if !found || !at {
		i = (i - 1 + len(p.nsec)) % len(p.nsec)
	}
	owner := strings.ToLower(p.zone.nodes.at(p.nsec[i]).name())
	return append(slices.Clip(p.zone.rrset(p.nsec[i], dns.TypeNSEC)), p.zone.Signatures(owner, dns.TypeNSEC)...)
}

// key returns a text that sorts as a name of the zone does (RFC 4034 section 6.1).
func (z *Zone) key(name string) string {
	var text strings.Builder
	var starts [maxLabels]uint16
	z.sortKey(&text, strings.ToLower(name), &starts)
	return text.String()
}

// parentOf returns the name one label up, the root for itself.
func parentOf(name string) string {
	if up, ok := domain.Parent(name); ok {
		return up
	}
	return name
}

func wildcardOf(encloser string) string {
	if encloser == domain.Root {
		return "*."
	}
	return "*." + encloser
}

// nextCloser returns the name one label longer than an ancestor of name, on the way to
// it (RFC 5155 section 1.3).
func nextCloser(name, ancestor string) string {
	for up := parentOf(name); up != ancestor && up != name; up = parentOf(name) {
		name = up
	}
	return name
}
