package domain

import (
	"net/netip"
	"strings"
	"testing"
)

func TestReverse(t *testing.T) { // RFC 1035 section 3.5, RFC 3596 section 2.5
	t.Parallel()
	for _, row := range []struct{ in, want string }{
		{"192.0.2.0/24", "2.0.192.in-addr.arpa."},
		{"192.0.0.0/16", "0.192.in-addr.arpa."},
		{"192.0.0.0/8", "192.in-addr.arpa."},
		{"10.0.0.0/8", "10.in-addr.arpa."},
		{"0.0.0.0/0", "in-addr.arpa."},
		{"192.0.2.1/32", "1.2.0.192.in-addr.arpa."},
		{"2001:db8::/32", "8.b.d.0.1.0.0.2.ip6.arpa."},
		{"2001:db8::/36", "0.8.b.d.0.1.0.0.2.ip6.arpa."},
		{"::/0", "ip6.arpa."},
		{"2001:db8::1/128", "1." + strings.Repeat("0.", 23) + "8.b.d.0.1.0.0.2.ip6.arpa."},
	} {
		got, err := Reverse(netip.MustParsePrefix(row.in))
		if got != row.want || err != nil {
			t.Errorf("%s: %q, %v; want %q", row.in, got, err, row.want)
		}
	}
}

func TestReverseOffBoundary(t *testing.T) { // SPEC section 3
	t.Parallel()
	for _, row := range []struct{ in, want string }{
		{"192.0.2.0/23", "192.0.2.0/23 is not on an octet boundary, declare instead: 192.0.2.0/24 192.0.3.0/24"},
		{"192.0.2.128/25", "192.0.2.128/25 is not on an octet boundary; declare 192.0.2.0/24, the zone 2.0.192.in-addr.arpa., or, if that delegates a part of it as RFC 2317 says, the zone by its name, such as 128/25.2.0.192.in-addr.arpa."},
		{"2001:db8::/31", "declare instead: 2001:db8::/32 2001:db9::/32"},
		{"2001:db8::/35", "2001:db8::/35 is not on a nibble boundary, declare instead: 2001:db8::/36 2001:db8:1000::/36"},
		{"192.0.2.1/24", "192.0.2.1/24 has host bits set, write 192.0.2.0/24"},
		{"172.16.0.0/12", "declare instead: 172.16.0.0/16 172.17.0.0/16"},
		{"172.16.0.0/12", " 172.31.0.0/16"},
		{"128.0.0.0/1", " 255.0.0.0/8"},
	} {
		_, err := Reverse(netip.MustParsePrefix(row.in))
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v; want %q", row.in, err, row.want)
		}
	}
}

// TestReverseCovers checks that the prefixes offered are on a boundary and cover
// just what was asked for.
func TestReverseCovers(t *testing.T) {
	t.Parallel()
	for bits := 1; bits < 32; bits++ {
		p := netip.PrefixFrom(netip.MustParseAddr("192.0.2.0"), bits).Masked()
		if bits%8 == 0 || bits > 24 { // RFC 2317 is named then
			continue
		}
		_, err := Reverse(p)
		_, list, _ := strings.Cut(err.Error(), "declare instead: ")
		parts := strings.Fields(list)
		if len(parts) != 1<<(8-bits%8) {
			t.Errorf("%s: %d zones", p, len(parts))
		}
		next := p.Addr()
		for _, part := range parts {
			q := netip.MustParsePrefix(part)
			if q.Addr() != next || !p.Contains(next) {
				t.Fatalf("%s: %s, expected at %s", p, q, next)
			}
			if _, err := Reverse(q); err != nil {
				t.Errorf("%s: %v", p, err)
			}
			next = last(q).Next()
		}
		if p.Contains(next) {
			t.Errorf("%s is not covered from %s on", p, next)
		}
	}
}

// last returns the highest address of an IPv4 prefix.
func last(p netip.Prefix) netip.Addr {
	b := p.Addr().As4()
	for i := p.Bits(); i < 32; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	return netip.AddrFrom4(b)
}
