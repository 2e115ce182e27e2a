package zone

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

var (
	errEmptyRdata = errors.New("they are empty")
	errWrongType  = errors.New("they are of another type than the record")
	errNoIPv4     = errors.New("an IPv4 address is needed")
	errNoIPv6     = errors.New("an IPv6 address is needed")
)

// maxRecord bounds a record on the wire: owner, header and rdata.
const maxRecord = 255 + 10 + 65535

// rdata checks and normalizes the data of a record whose owner is canonical; it
// may give another record than it got. Names keep the letter case they are written
// in (RFC 4343 section 4). The common types have a short way, all others go through
// the wire form, which bad base64 and the like do not survive.
func (b *Builder) rdata(rr dns.RR) (dns.RR, error) {
	hdr := rr.Header()
	switch rr := rr.(type) {
	case *dns.A:
		ip := rr.A.To4()
		if ip == nil {
			return nil, errNoIPv4
		}
		return b.addrs.addA(*hdr, ip), fits(hdr, dns.TypeA)
	case *dns.AAAA:
		if len(rr.AAAA) != 16 {
			return nil, errNoIPv6
		}
		return b.addrs.addAAAA(*hdr, rr.AAAA), fits(hdr, dns.TypeAAAA)
	case *dns.NS:
		if plain(rr.Ns) {
			return rr, errors.Join(qualified(&rr.Ns), fits(hdr, dns.TypeNS))
		}
	case *dns.CNAME:
		if plain(rr.Target) {
			return rr, errors.Join(qualified(&rr.Target), fits(hdr, dns.TypeCNAME))
		}
	case *dns.DNAME:
		if plain(rr.Target) {
			return rr, errors.Join(qualified(&rr.Target), fits(hdr, dns.TypeDNAME))
		}
	case *dns.MX:
		if plain(rr.Mx) {
			return rr, errors.Join(qualified(&rr.Mx), fits(hdr, dns.TypeMX))
		}
	case *dns.SRV:
		if plain(rr.Target) {
			return rr, errors.Join(qualified(&rr.Target), fits(hdr, dns.TypeSRV))
		}
	case *dns.PTR:
		if plain(rr.Ptr) {
			return rr, errors.Join(qualified(&rr.Ptr), fits(hdr, dns.TypePTR))
		}
	case *dns.SOA:
		if plain(rr.Ns) && plain(rr.Mbox) {
			return rr, errors.Join(qualified(&rr.Ns), qualified(&rr.Mbox), fits(hdr, dns.TypeSOA))
		}
	}
	back, err := b.roundTrip(rr)
	if isUnknown(rr) && b.losesOctets(rr, back, err) {
		return rr, nil
	}
	if err != nil {
		return nil, err
	}
	if isUnknown(rr) && !isUnknown(back) { // the \# form of a known type (RFC 3597 section 5)
		return b.rdata(back)
	}
	return back, nil
}

// losesOctets reports whether the record that miekg/dns makes of rdata given in octets
// does not mean the same on the wire. Such are kept as they are: package zonefile has
// looked at them.
func (b *Builder) losesOctets(rr, back dns.RR, err error) bool {
	switch rr.Header().Rrtype {
	case dns.TypeSVCB, dns.TypeHTTPS, dns.TypeAPL, dns.TypeAMTRELAY:
	default:
		return false
	}
	n, failed := b.pack(rr)
	if failed != nil {
		return false
	}
	if err != nil {
		return true
	}
	octets := slices.Clone(b.wire[:n])
	n, failed = b.pack(back)
	return failed != nil || !bytes.Equal(b.wire[:n], octets)
}

// isUnknown reports whether rr is in the form of RFC 3597.
func isUnknown(rr dns.RR) bool {
	_, ok := rr.(*dns.RFC3597)
	return ok
}

// fits checks that the type in a header is the one of its record.
func fits(hdr *dns.RR_Header, want uint16) error {
	if hdr.Rrtype != want {
		return errWrongType
	}
	return nil
}

// plain reports whether a name has no escapes, which have several spellings.
func plain(name string) bool { return strings.IndexByte(name, '\\') < 0 }

// qualified checks a plain name of rdata, which keeps its letter case.
func qualified(name *string) error {
	_, err := domain.Canonical(*name)
	*name = dns.Fqdn(*name)
	return err
}

// roundTrip packs and unpacks a record, which gives it one fixed form.
func (b *Builder) roundTrip(rr dns.RR) (dns.RR, error) {
	hdr := *rr.Header()
	n, err := b.pack(rr)
	if err != nil {
		return nil, err
	}
	back, _, err := dns.UnpackRR(b.wire[:n], 0)
	if err != nil {
		return nil, reason(err)
	}
	if back.Header().Rdlength == 0 && !mayBeEmpty(hdr.Rrtype) {
		return nil, errEmptyRdata
	}
	back.Header().Name = hdr.Name
	return back, nil
}

// pack puts the wire form of rr into b.wire.
func (b *Builder) pack(rr dns.RR) (int, error) {
	if b.wire == nil {
		b.wire = make([]byte, 1024)
	}
	n, err := dns.PackRR(rr, b.wire, 0, nil, false)
	if err != nil && len(b.wire) < maxRecord {
		b.wire = make([]byte, maxRecord)
		n, err = dns.PackRR(rr, b.wire, 0, nil, false)
	}
	if err != nil {
		return 0, reason(err)
	}
	return n, nil
}

// reason strips the library's own name off its error.
func reason(err error) error {
	return fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "dns: "))
}

// mayBeEmpty reports whether records of a type may have no data at all: APL
// (RFC 3123 section 4), NULL and types that are unknown here (RFC 3597).
func mayBeEmpty(t uint16) bool {
	_, known := dns.TypeToRR[t]
	return !known || t == dns.TypeAPL || t == dns.TypeNULL
}
