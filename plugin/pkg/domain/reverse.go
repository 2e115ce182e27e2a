package domain

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Reverse returns the reverse zone of a prefix whose length is a multiple of 8
// (IPv4, RFC 1035 section 3.5) or 4 (IPv6, RFC 3596 section 2.5). For any other
// prefix the error lists the zones that together cover it.
func Reverse(p netip.Prefix) (string, error) {
	if p != p.Masked() {
		return "", fmt.Errorf("%s has host bits set, write %s", p, p.Masked())
	}
	step, boundary := 4, "a nibble"
	if p.Addr().Is4() {
		step, boundary = 8, "an octet"
	}
	if p.Addr().Is4() && p.Bits() > 24 && p.Bits() < 32 {
		return "", smallReverse(p)
	}
	if over := p.Bits() % step; over != 0 {
		return "", fmt.Errorf("%s is not on %s boundary, declare instead: %s", p, boundary, strings.Join(split(p, step-over), " "))
	}
	return reverse(p, step), nil
}

// smallReverse is the error for a part of an IPv4 network of 256 addresses, which has
// no zone of its own but by delegation (RFC 2317).
func smallReverse(p netip.Prefix) error {
	network := netip.PrefixFrom(p.Addr(), 24).Masked()
	zone := reverse(network, 8)
	return fmt.Errorf("%s is not on an octet boundary; declare %s, the zone %s, or, if that delegates a part of it as RFC 2317 says, the zone by its name, such as %d/%d.%s",
		p, network, zone, p.Addr().As4()[3], p.Bits(), zone)
}

// split lists the prefixes on the next boundary, more bits further down.
func split(p netip.Prefix, more int) []string {
	bits := p.Bits() + more
	out := make([]string, 0, 1<<more)
	addr := p.Addr().AsSlice()
	for i := range 1 << more {
		a := append([]byte(nil), addr...)
		a[(bits-1)/8] |= byte(i << ((8 - bits%8) % 8))
		ip, _ := netip.AddrFromSlice(a)
		out = append(out, netip.PrefixFrom(ip, bits).String())
	}
	return out
}

func reverse(p netip.Prefix, step int) string {
	var labels []string
	for _, octet := range p.Addr().AsSlice() {
		if step == 8 {
			labels = append(labels, strconv.Itoa(int(octet)))
			continue
		}
		labels = append(labels, strconv.FormatUint(uint64(octet>>4), 16), strconv.FormatUint(uint64(octet&15), 16))
	}
	var b strings.Builder
	for i := p.Bits()/step - 1; i >= 0; i-- {
		b.WriteString(labels[i])
		b.WriteByte('.')
	}
	if step == 8 {
		b.WriteString("in-addr.arpa.")
	} else {
		b.WriteString("ip6.arpa.")
	}
	return b.String()
}

// ParseZone reads a zone's name as people write it: a name, or a CIDR for its
// reverse zone.
func ParseZone(s string) (string, error) {
	if prefix, err := netip.ParsePrefix(s); err == nil {
		return Reverse(prefix)
	}
	return Parse(s)
}
