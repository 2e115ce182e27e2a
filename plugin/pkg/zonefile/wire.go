package zonefile

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// Rdata returns the rdata of a record as text that reads back to the same octets. Rdata
// without a text of its own are in RFC 3597 notation. It fails on a record that cannot be
// packed.
func Rdata(rr dns.RR) (string, error) {
	text := strings.TrimPrefix(rr.String(), rr.Header().String())
	switch rr := rr.(type) {
	case *dns.A, *dns.AAAA, *dns.NS, *dns.CNAME, *dns.PTR, *dns.MX, *dns.SRV, *dns.SOA:
		return text, nil
	case *dns.RFC3597:
		return strings.TrimRight(fmt.Sprintf(`\# %d %s`, len(rr.Rdata)/2, rr.Rdata), " "), nil
	}
	packed, err := PackRdata(rr)
	if err != nil {
		return "", err
	}
	line := fmt.Sprintf(". 0 IN %s %s", domain.TypeName(rr.Header().Rrtype), text)
	if back, err := ParseRecord(line, Options{}); err == nil {
		if again, err := PackRdata(back); err == nil && bytes.Equal(again, packed) {
			return text, nil
		}
	}
	return fmt.Sprintf(`\# %d %s`, len(packed), hex.EncodeToString(packed)), nil
}

// PackRdata returns the rdata of a record on the wire, without compression. It fails on
// what miekg/dns cannot pack.
func PackRdata(rr dns.RR) ([]byte, error) {
	h := rr.Header()
	fail := func(err error) ([]byte, error) {
		return nil, fmt.Errorf("record %q %s cannot be packed: %w", h.Name, domain.TypeName(h.Rrtype), err)
	}
	wire := make([]byte, dns.Len(rr)+256) // the length of escapes is a guess
	n, err := dns.PackRR(rr, wire, 0, nil, false)
	if err != nil {
		wire = make([]byte, maxWire)
		if n, err = dns.PackRR(rr, wire, 0, nil, false); err != nil {
			return fail(err)
		}
	}
	var owner [256]byte
	skip, err := dns.PackDomainName(h.Name, owner[:], 0, nil, false)
	if err != nil {
		return fail(err)
	}
	return wire[skip+10 : n : n], nil
}

// FromWire returns the record with a header and rdata on the wire, at most 65535 octets
// of it: one of the types of miekg/dns if that means the same, and can be written, and one
// of RFC 3597 otherwise. It does not judge the rdata.
func FromWire(h dns.RR_Header, rdata []byte) dns.RR {
	if understood(h.Rrtype) {
		if rr, ok := typed(h, rdata); ok {
			return rr
		}
	}
	return raw(h, rdata)
}
