package record

import (
	"fmt"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/zonefile"
)

// FromRR returns the record for one of a zone's, SOA and signatures included. Its TTL is
// that of rr, which is not changed. It fails on a record that cannot be packed.
func FromRR(rr dns.RR) (*Record, error) {
	h := rr.Header()
	name, err := domain.Canonical(h.Name)
	if err != nil {
		return nil, err
	}
	if h.Class != dns.ClassINET {
		return nil, fmt.Errorf("record %q has class %s, only IN is served", name, dns.Class(h.Class))
	}
	rdata, err := zonefile.PackRdata(rr)
	if err != nil {
		return nil, err
	}
	r := &Record{Name: name, Type: h.Rrtype, TTL: h.Ttl, rdata: rdata}
	if _, generic := rr.(*dns.RFC3597); generic || isPlainType(h.Rrtype) { // perhaps one of a known type
		if rr, err = fromWire(*h, rdata); err != nil {
			return nil, fmt.Errorf("record %q %s: %w", name, domain.TypeName(h.Rrtype), err)
		}
	}
	r.Content, err = contentOf(rr, rdata)
	return r, err
}

// isPlainType reports whether the content of a type follows from its rdata at little cost,
// so that it is not stored.
func isPlainType(rrtype uint16) bool {
	switch rrtype {
	case dns.TypeA, dns.TypeAAAA:
		return true
	}
	return isHost(rrtype)
}
