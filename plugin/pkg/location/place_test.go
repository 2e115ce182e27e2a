package location

import (
	"net/netip"
	"testing"
)

func prefixes(texts ...string) (out []netip.Prefix) {
	for _, t := range texts {
		out = append(out, netip.MustParsePrefix(t))
	}
	return out
}

func TestPlaces(t *testing.T) {
	p := NewPlaces([]Place{
		{Name: "office", Networks: prefixes("192.0.2.0/24", "2001:db8::/32"), MaxTTL: 600},
		{Name: "desk", Networks: prefixes("192.0.2.7/32"), Subdomain: "desk"},
		{Name: "roaming", Subdomain: "ab12", Reaching: prefixes("198.51.100.0/24"), MaxTTL: 60},
		{Name: "others", Default: true, MaxTTL: 30},
	}, 0)
	for _, tt := range []struct {
		client, subdomain, want string
		maxTTL                  uint32
	}{
		{"192.0.2.1", "", "office", 600},
		{"::ffff:192.0.2.1", "", "office", 600},
		{"2001:db8::1", "", "office", 600},
		{"192.0.2.7", "", "desk", 0},
		{"203.0.113.1", "DESK", "desk", 0},
		{"198.51.100.1", "ab12", "roaming", 60},
		{"192.0.2.1", "ab12", "office", 600},
		{"203.0.113.1", "nothing", "others", 30},
	} {
		got, ok := p.Find(netip.MustParseAddr(tt.client), netip.Addr{}, tt.subdomain)
		if !ok || got != tt.want || p.MaxTTL(got) != tt.maxTTL {
			t.Errorf("%s %s: %q %d, want %q %d", tt.client, tt.subdomain, got, p.MaxTTL(got), tt.want, tt.maxTTL)
		}
	}
	if !p.Bounded() || p.MaxTTL("elsewhere") != 0 {
		t.Error("a place of which nothing is known has a bound")
	}
	none := NewPlaces(nil, 60)
	if name, ok := none.Find(netip.MustParseAddr("192.0.2.1"), netip.Addr{}, ""); ok || name != "" || !none.Bounded() || none.MaxTTL("") != 60 {
		t.Error("without places there is one, or the account has no bound")
	}
	if NewPlaces([]Place{{Name: "x"}}, 0).Bounded() {
		t.Error("there is a bound")
	}
}

func TestParseNetwork(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.1": "192.0.2.1/32", "192.0.2.0/24": "192.0.2.0/24", "2001:db8::1": "2001:db8::1/128",
		"192.0.2.1/24": "", "::ffff:192.0.2.1": "", "::ffff:192.0.2.0/120": "", "fe80::1%eth0": "", "office": "",
	} {
		n, err := ParseNetwork(text)
		if (err != nil) != (want == "") || err == nil && n.String() != want {
			t.Errorf("%q: %s, %v, want %q", text, n, err, want)
		}
	}
}
