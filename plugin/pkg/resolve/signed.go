package resolve

import (
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// This file adds what zones that were signed elsewhere have for a query with DO
// (RFC 4035 section 3.1, RFC 5155 section 7.2). Flattened answers have none of it:
// nobody signed them.

// signatures returns the RRSIG records of the RRset of a type in f, under the name that
// the answer shows it by.
func (p *Pin) signatures(f *found, name string, rrtype uint16) []dns.RR {
	if !p.DO || f.source == nil || rrtype == dns.TypeANY || rrtype == dns.TypeRRSIG {
		return nil
	}
	data := p.Snapshot.Data(f.source)
	if !data.Signed() {
		return nil
	}
	sigs := data.Signatures(strings.ToLower(f.ans.Owner), rrtype)
	return owned(zone.Answer{RRs: sigs, Wildcard: f.ans.Wildcard}, name)
}

// signHosts returns the addresses of a referral, and the signatures of those that are
// no glue.
func (p *Pin) signHosts(f *found) []dns.RR {
	hosts := f.ans.Extra
	if !p.DO || !p.Snapshot.Data(f.source).Signed() {
		return hosts
	}
	var out []dns.RR
	for i, rr := range hosts {
		out = append(out, rr)
		h := rr.Header()
		if i+1 < len(hosts) && hosts[i+1].Header().Rrtype == h.Rrtype && hosts[i+1].Header().Name == h.Name {
			continue // the last of its RRset is followed by the signatures
		}
		host := found{source: f.source, ans: p.Snapshot.Data(f.source).Lookup(strings.ToLower(h.Name), h.Rrtype)}
		if host.ans.Kind == zone.Success {
			out = append(out, p.signatures(&host, h.Name, h.Rrtype)...)
		}
	}
	return clip(out)
}

// proofs returns the records by which the zone of f proves what the answer for a name
// says. Once references were followed no single zone can prove it.
func (p *Pin) proofs(f *found, name string) []dns.RR {
	if !p.DO || f.source == nil || f.hops > 0 {
		return nil
	}
	return p.Snapshot.Data(f.source).Prove(&f.ans, name)
}

// denial returns the authority section by which f denies a name or a type: the SOA, and
// for a query with DO its signatures and the proof.
func (p *Pin) denial(f *found, name string) []dns.RR {
	z := f.denier()
	soa := p.deny(z)
	if !p.DO || f.hops > 0 || f.source != z {
		return soa
	}
	data := p.Snapshot.Data(z)
	if !data.Signed() {
		return soa
	}
	return slices.Concat(data.SignedNegative(), data.Prove(&f.ans, name))
}

// join appends records to a section that is shared.
func join(section, more []dns.RR) []dns.RR {
	if len(more) == 0 {
		return section
	}
	return slices.Concat(section, more)
}
