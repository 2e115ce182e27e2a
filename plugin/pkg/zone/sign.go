package zone

import (
	"cmp"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// hashedEntry is an NSEC3, or a signature of one, while the zone is built.
type hashedEntry struct {
	owner string // canonical
	rr    dns.RR
	place
}

// ofNSEC3 reports whether a record belongs to the hash of a name rather than to a name.
func ofNSEC3(rr dns.RR) bool {
	switch rr := rr.(type) {
	case *dns.NSEC3:
		return true
	case *dns.RRSIG:
		return rr.TypeCovered == dns.TypeNSEC3
	}
	return false
}

// sign notes how proofs are found, in a zone whose data have any.
func (d *draft) sign() {
	if !d.b.signatures && d.b.hashed == nil {
		return
	}
	s := &signed{beside: d.keepHashed()}
	for i := range uint32(d.nodes.len()) {
		// A cut has the parent's NSEC, names below it have none that count.
		if d.rrset(i, dns.TypeNSEC) != nil && !d.occluded(d.nodes.at(i)) {
			s.nsec = append(s.nsec, i)
		}
	}
	d.sort(s.nsec)
	d.hashes(s)
	s.negative = append(s.negative, d.denial[:]...)
	for _, rr := range d.Signatures(d.apex, dns.TypeSOA) { // with the TTL of what they sign, RFC 4034 section 3
		sig := dns.Copy(rr)
		sig.Header().Ttl = d.denying.Hdr.Ttl
		s.negative = append(s.negative, sig)
	}
	d.Zone.signed = s
}

// hashes puts the NSEC3 records of the chain in order that NSEC3PARAM names, or
// without that, of the first one's.
func (d *draft) hashes(s *signed) {
	chain := d.chain()
	if chain == nil || chain.Hash != dns.SHA1 || chain.Iterations > maxIterations {
		return
	}
	s.salt, s.rounds = chain.Salt, chain.Iterations
	at := make(map[string]int)
	for _, e := range d.b.hashed {
		nsec3, ok := e.rr.(*dns.NSEC3)
		if !ok || nsec3.Hash != chain.Hash || nsec3.Iterations != chain.Iterations || !strings.EqualFold(nsec3.Salt, chain.Salt) {
			continue
		}
		if up, ok := domain.Parent(e.owner); !ok || up != d.apex {
			continue
		}
		if _, known := at[e.owner]; !known {
			at[e.owner] = len(s.nsec3)
			hash, _, _ := strings.Cut(e.owner, ".")
			s.nsec3 = append(s.nsec3, hashed{hash: hash, rrs: []dns.RR{e.rr}})
		}
	}
	for _, e := range d.b.hashed {
		if i, ok := at[e.owner]; ok && e.rrtype == dns.TypeRRSIG {
			s.nsec3[i].rrs = append(s.nsec3[i].rrs, e.rr)
		}
	}
	slices.SortFunc(s.nsec3, func(a, b hashed) int { return cmp.Compare(a.hash, b.hash) })
}

// chain returns the parameters of the NSEC3 records that answer.
func (d *draft) chain() *dns.NSEC3PARAM {
	for _, rr := range d.rrset(0, dns.TypeNSEC3PARAM) {
		if p, ok := rr.(*dns.NSEC3PARAM); ok && p.Flags == 0 { // RFC 5155 section 4.1.2
			return p
		}
	}
	for _, e := range d.b.hashed {
		if n, ok := e.rr.(*dns.NSEC3); ok {
			return &dns.NSEC3PARAM{Hash: n.Hash, Iterations: n.Iterations, Salt: n.Salt}
		}
	}
	return nil
}

// keepHashed puts the records that belong to hashes in order, each once.
func (d *draft) keepHashed() (beside []dns.RR) {
	entries := d.b.hashed
	slices.SortStableFunc(entries, func(a, b hashedEntry) int {
		return cmp.Or(cmp.Compare(a.owner, b.owner), cmp.Compare(a.rrtype, b.rrtype))
	})
	entries = slices.CompactFunc(entries, func(a, b hashedEntry) bool {
		return a.owner == b.owner && a.rrtype == b.rrtype && same(a.rr, b.rr)
	})
	d.b.hashed = entries
	for _, e := range entries {
		beside = append(beside, e.rr)
	}
	d.Zone.records += uint32(len(entries))
	return beside
}
