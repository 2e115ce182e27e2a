package zonefile

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// packsItself reports whether the rdata of a type are packed here: miekg/dns takes less
// or more of their notation than the RFCs say, or cannot hold all that is on the wire.
func packsItself(typ uint16) bool {
	switch typ {
	case dns.TypeSVCB, dns.TypeHTTPS, dns.TypeAPL, dns.TypeAMTRELAY:
		return true
	}
	return false
}

// packed reads the rdata of a type that packsItself. The record is one of miekg/dns if
// that means the same on the wire, else it carries its octets (RFC 3597).
func (f *fields) packed(h dns.RR_Header) (dns.RR, error) {
	var octets []byte
	switch h.Rrtype {
	case dns.TypeAPL:
		octets = f.apl()
	case dns.TypeAMTRELAY:
		octets = f.amtrelay()
	default:
		octets = f.svcb()
	}
	if f.err == nil && len(f.toks) > 0 {
		f.fail(f.toks[0], "has %q behind its rdata", clip(f.p.text(f.toks[0])))
	}
	if f.err == nil && len(octets) > 1<<16-1 {
		f.fail(f.last, "has %d octets of rdata, at most 65535 are allowed", len(octets))
	}
	if f.err != nil {
		return nil, f.err
	}
	return f.fromWire(h, octets)
}

// fromWire makes a record of rdata that are valid.
func (f *fields) fromWire(h dns.RR_Header, octets []byte) (dns.RR, error) {
	rr, ok := typed(h, octets)
	if !ok {
		return raw(h, octets), nil
	}
	return rr, f.check(rr)
}

// typed returns a record of miekg/dns for rdata on the wire if it has the same rdata when
// it is packed again.
func typed(h dns.RR_Header, octets []byte) (dns.RR, bool) {
	wired := h
	wired.Name, wired.Rdlength = ".", uint16(len(octets)) //nolint:gosec // bounded by the caller
	rr, end, err := dns.UnpackRRWithHeader(wired, octets, 0)
	if err != nil || end != len(octets) {
		return nil, false
	}
	again := make([]byte, len(octets)+64)
	n, err := dns.PackRR(rr, again, 0, nil, false)
	if err != nil || n != 11+len(octets) || !bytes.HasSuffix(again[:n], octets) {
		return nil, false
	}
	*rr.Header() = h
	return rr, true
}

// appendName reads a name and appends it, uncompressed.
func (f *fields) appendName(to []byte, what string) []byte {
	name := f.name(what)
	if f.err != nil {
		return to
	}
	var room [256]byte
	n, err := dns.PackDomainName(name, room[:], 0, nil, false)
	if err != nil {
		f.fail(f.last, "has a bad %s: %v", what, err)
		return to
	}
	return append(to, room[:n]...)
}

// apl reads address prefixes, whose host bits stay as they are (RFC 3123 section 5).
func (f *fields) apl() (out []byte) {
	for len(f.toks) > 0 && f.err == nil {
		text, t, _ := f.take("prefix")
		item, negated := strings.CutPrefix(string(text), "!")
		family, prefix, found := strings.Cut(item, ":")
		address, length, slashed := strings.Cut(prefix, "/")
		addr, err := netip.ParseAddr(address)
		bits, ok := parseNumber([]byte(length), 128)
		if !found || !slashed || err != nil || !ok || addr.Zone() != "" || family != map[bool]string{true: "1", false: "2"}[addr.Is4()] || int(bits) > addr.BitLen() {
			f.fail(t, "has a bad prefix %q, write for example 1:192.0.2.0/24, or 2: and an IPv6 prefix, with ! before it to leave it out", clip(text))
			return nil
		}
		octets := bytes.TrimRight(addr.AsSlice(), "\x00") // trailing zeros are not sent (section 4)
		size := byte(len(octets))
		if negated {
			size |= 0x80
		}
		out = append(out, 0, family[0]-'0', byte(bits), size)
		out = append(out, octets...)
	}
	return out
}

// amtrelay reads RFC 8777 section 4.3: precedence, whether discovery is optional, the
// type of the relay and the relay.
func (f *fields) amtrelay() []byte {
	out := []byte{byte(f.number("precedence", 255))}
	discovery := byte(f.number("discovery bit", 1)) << 7
	kind := byte(f.number("type of the relay", 127))
	out = append(out, discovery|kind)
	switch kind {
	case dns.AMTRELAYNone:
		if text, t, ok := f.take("relay"); ok && string(text) != "." {
			f.fail(t, "has the relay %q, of the type 0 write .", clip(text))
		}
	case dns.AMTRELAYIPv4:
		return append(out, f.ipv4()...)
	case dns.AMTRELAYIPv6:
		return append(out, f.ipv6()...)
	case dns.AMTRELAYHost:
		return f.appendName(out, "relay")
	default:
		f.fail(f.last, `has a relay of the type %d, known are 0 to 3; write others as \# LENGTH HEX`, kind)
	}
	return out
}

// validWire reports whether rdata of a type that packsItself are well-formed.
func validWire(typ uint16, octets []byte) bool {
	switch typ {
	case dns.TypeAPL:
		for len(octets) > 0 {
			if len(octets) < 4 || len(octets) < 4+int(octets[3]&0x7f) {
				return false
			}
			octets = octets[4+int(octets[3]&0x7f):]
		}
		return true
	case dns.TypeAMTRELAY:
		return len(octets) >= 2 && (octets[1]&0x7f > dns.AMTRELAYHost ||
			len(octets)-2 == map[byte]int{dns.AMTRELAYIPv4: 4, dns.AMTRELAYIPv6: 16}[octets[1]&0x7f] || octets[1]&0x7f == dns.AMTRELAYHost && wireName(octets[2:]) == len(octets)-2)
	}
	if len(octets) < 3 {
		return false
	}
	n := wireName(octets[2:])
	return n > 0 && validParams(octets[2+n:])
}

// wireName returns the octets of the uncompressed name that stands first, 0 for none.
func wireName(octets []byte) int {
	name, end, err := dns.UnpackDomainName(octets, 0)
	if err != nil {
		return 0
	}
	var again [256]byte
	n, err := dns.PackDomainName(name, again[:], 0, nil, false)
	if err != nil || n != end || !bytes.Equal(again[:n], octets[:end]) { // there was a pointer in it
		return 0
	}
	return end
}

// validParams reports whether service parameters are whole and in order (RFC 9460
// section 2.2), and those that are known have values of their form.
func validParams(octets []byte) bool {
	for last := -1; len(octets) > 0; {
		if len(octets) < 4 {
			return false
		}
		key, size := binary.BigEndian.Uint16(octets), int(binary.BigEndian.Uint16(octets[2:]))
		if int(key) <= last || len(octets) < 4+size || !validParam(dns.SVCBKey(key), octets[4:4+size]) {
			return false
		}
		last, octets = int(key), octets[4+size:]
	}
	return true
}
