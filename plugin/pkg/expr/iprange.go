package expr

import "net/netip"

// prefixRange is the addresses of a prefix without host bits.
func prefixRange(p netip.Prefix) IPRange {
	return IPRange{From: p.Addr(), To: lastOf(p), Prefix: p}
}

// lastOf is the last address of a prefix.
func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < 8*len(b); i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	last, _ := netip.AddrFromSlice(b)
	return last
}

// String writes the range as expressions do.
func (r IPRange) String() string {
	switch {
	case r.Prefix.IsValid():
		return r.Prefix.String()
	case r.From == r.To:
		return r.From.String()
	}
	return r.From.String() + ".." + r.To.String()
}

// Contains reports whether an address lies in the range.
func (r IPRange) Contains(ip netip.Addr) bool {
	return ip.BitLen() == r.From.BitLen() && r.From.Compare(ip) <= 0 && ip.Compare(r.To) <= 0
}

// Prefixes returns the fewest prefixes that together are the range, in order.
func (r IPRange) Prefixes() []netip.Prefix {
	var out []netip.Prefix
	for from := r.From; from.IsValid() && from.Compare(r.To) <= 0; {
		p := netip.PrefixFrom(from, from.BitLen())
		for p.Bits() > 0 {
			up := netip.PrefixFrom(from, p.Bits()-1)
			if up.Masked().Addr() != from || lastOf(up).Compare(r.To) > 0 {
				break
			}
			p = up
		}
		out = append(out, p)
		from = lastOf(p).Next() // the zero Addr after the last of the family
	}
	return out
}
