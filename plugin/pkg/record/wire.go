package record

import (
	"errors"
	"net"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/zonefile"
)

// errRdata is the error for rdata that are not of their type.
var errRdata = errors.New("the rdata are not of their type")

// fromWire returns the record with a header and rdata on the wire. The types that make up
// most zones have a short way: a million of them are made at a start.
func fromWire(h dns.RR_Header, rdata []byte) (dns.RR, error) {
	switch h.Rrtype {
	case dns.TypeA:
		if len(rdata) != net.IPv4len {
			return nil, errRdata
		}
		return &dns.A{Hdr: h, A: net.IP(append([]byte(nil), rdata...))}, nil
	case dns.TypeAAAA:
		if len(rdata) != net.IPv6len {
			return nil, errRdata
		}
		return &dns.AAAA{Hdr: h, AAAA: net.IP(append([]byte(nil), rdata...))}, nil
	case dns.TypeCNAME, dns.TypeNS, dns.TypePTR, dns.TypeDNAME, dns.TypeMX, dns.TypeSRV:
		return hostFromWire(h, rdata)
	case dns.TypeTXT, dns.TypeSPF:
		texts, err := texts(rdata)
		if h.Rrtype == dns.TypeSPF {
			return &dns.SPF{Hdr: h, Txt: texts}, err
		}
		return &dns.TXT{Hdr: h, Txt: texts}, err
	}
	if len(rdata) > maxStored {
		return nil, errRdata
	}
	return zonefile.FromWire(h, rdata), nil
}

// hostFromWire is fromWire for the types that end in one name.
func hostFromWire(h dns.RR_Header, rdata []byte) (dns.RR, error) {
	skip := 0
	switch h.Rrtype {
	case dns.TypeMX:
		skip = 2
	case dns.TypeSRV:
		skip = 6
	}
	if len(rdata) < skip {
		return nil, errRdata
	}
	name, n := nameAt(rdata[skip:])
	if n == 0 || n != len(rdata)-skip {
		return nil, errRdata
	}
	switch h.Rrtype {
	case dns.TypeCNAME:
		return &dns.CNAME{Hdr: h, Target: name}, nil
	case dns.TypeNS:
		return &dns.NS{Hdr: h, Ns: name}, nil
	case dns.TypePTR:
		return &dns.PTR{Hdr: h, Ptr: name}, nil
	case dns.TypeMX:
		return &dns.MX{Hdr: h, Preference: uint16At(rdata, 0), Mx: name}, nil
	case dns.TypeSRV:
		return &dns.SRV{Hdr: h, Priority: uint16At(rdata, 0), Weight: uint16At(rdata, 2), Port: uint16At(rdata, 4), Target: name}, nil
	}
	return &dns.DNAME{Hdr: h, Target: name}, nil
}

func uint16At(octets []byte, i int) uint16 { return uint16(octets[i])<<8 | uint16(octets[i+1]) }

// nameAt returns the uncompressed name that octets start with, and how many of them it
// takes, 0 if there is none.
func nameAt(octets []byte) (string, int) {
	var room [256]byte
	out, plain, i := room[:0], true, 0
	for {
		if i >= len(octets) {
			return "", 0
		}
		n := int(octets[i])
		i++
		if n == 0 {
			break
		}
		if n > 63 || i+n >= len(octets) || i+n >= 255 {
			return "", 0
		}
		for _, c := range octets[i : i+n] {
			plain = plain && plainOctets[c]
		}
		out = append(append(out, octets[i:i+n]...), '.')
		i += n
	}
	switch {
	case i == 1:
		return ".", 1
	case plain:
		return string(out), i
	}
	name, end, err := dns.UnpackDomainName(octets[:i], 0)
	if err != nil || end != i {
		return "", 0
	}
	return name, i
}

// plainOctets are those that stand for themselves in a name.
var plainOctets = func() (is [256]bool) {
	for c := byte('a'); c <= 'z'; c++ {
		is[c], is[c-'a'+'A'] = true, true
	}
	for c := byte('0'); c <= '9'; c++ {
		is[c] = true
	}
	for _, c := range []byte("-_*/") {
		is[c] = true
	}
	return is
}()

// texts returns rdata of character strings in the form of miekg/dns.
func texts(rdata []byte) ([]string, error) {
	if len(rdata) == 0 || len(rdata) > maxStored {
		return nil, errRdata
	}
	count := 0
	for rest := rdata; len(rest) > 0; count++ {
		if len(rest) < 1+int(rest[0]) {
			return nil, errRdata
		}
		rest = rest[1+int(rest[0]):]
	}
	out := make([]string, 0, count)
	for rest := rdata; len(rest) > 0; rest = rest[1+int(rest[0]):] {
		out = append(out, escapedText(rest[1:1+int(rest[0])]))
	}
	return out, nil
}

// escapedText returns octets as a character string in the form of miekg/dns.
func escapedText(octets []byte) string {
	size := len(octets)
	for _, c := range octets {
		switch {
		case c == '"' || c == '\\':
			size++
		case c < ' ' || c > '~':
			size += 3
		}
	}
	if size == len(octets) {
		return string(octets)
	}
	return string(zonefile.AppendEscaped(make([]byte, 0, size), octets))
}
