package list

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
)

// CLOUDFLARE-API 6.2: what is a value of each kind, and which mean the same.
func TestKindParse(t *testing.T) {
	for _, tt := range []struct {
		kind       Kind
		text, want string // "" if it is none
	}{
		{Domain, "WWW.Example.org.", "www.example.org"},
		{Domain, "bücher.example", "xn--bcher-kva.example"},
		{Domain, "*.example.org", ""},
		{Domain, "a..b", ""},
		{Domain, "0.0.0.0 ads.example", ""},
		{Domain, "a@example.org", ""},
		{Email, "Alice@Example.org", "alice@example.org"},
		{Email, "alice", ""},
		{Email, "a@b@c", ""},
		{Email, "a b@example.org", ""},
		{IP, "192.0.2.1", "192.0.2.1/32"},
		{IP, "192.0.2.0/24", "192.0.2.0/24"},
		{IP, "2001:DB8::/32", "2001:db8::/32"},
		{IP, "192.0.2.1/24", ""},
		{IP, "::ffff:192.0.2.1", ""},
		{IP, "fe80::1%eth0", ""},
		{IP, "office", ""},
		{Category, "067", "67"},
		{Category, "-1", ""},
		{Category, "games", ""},
		{URL, "https://Example.org/Path", "https://Example.org/Path"},
		{URL, "example.org", ""},
		{Serial, "C02 XYZ*", "C02 XYZ*"},
		{Device, "1f0c", "1f0c"},
		{AAGUID, "f8a011f3-8c0a-4d15-8006-17111f9edc7d", "f8a011f3-8c0a-4d15-8006-17111f9edc7d"},
		{Location, "Office", "Office"},
	} {
		got, err := tt.kind.Parse(tt.text)
		if (err != nil) != (tt.want == "") || err == nil && got != tt.want {
			t.Errorf("%s %q: %q, %v, want %q", tt.kind, tt.text, got, err, tt.want)
		}
	}
}

// A list of values that never change has the type of its kind, and none while it is empty.
func TestOf(t *testing.T) {
	for kind, values := range map[Kind][]string{Domain: {"A.example", "b.example"}, IP: {"192.0.2.0/24", "2001:db8::1"}, Category: {"7"}, Location: {"Office"}} {
		l := Of(kind, slices.Values(values))
		if l.Type() != kind.Type() || l.Len() != len(values) {
			t.Errorf("%s: type %s, %d values", kind, l.Type(), l.Len())
		}
		if empty := Of(kind, slices.Values([]string(nil))); empty.Type() != 0 || empty.Len() != 0 {
			t.Errorf("%s: an empty list has type %s", kind, empty.Type())
		}
		all := slices.Sorted(l.All())
		if len(all) != len(values) {
			t.Errorf("%s: %q", kind, all)
		}
	}
	names := Of(Domain, slices.Values([]string{"A.example"}))
	if exact := names.Exact(); !names.HasString("a.example") || exact.HasString("a.example") || !exact.HasString("A.example") {
		t.Error("a name is not found as it is written, and in lower case")
	}
	nets := Of(IP, slices.Values([]string{"192.0.2.0/24"}))
	if !nets.HasIP(netip.MustParseAddr("192.0.2.9")) || nets.HasIP(netip.MustParseAddr("198.51.100.1")) {
		t.Error("an address is not found by its network")
	}
	if n := Of(Category, slices.Values([]string{"7"})); !n.HasInt(7) || n.HasInt(8) || n.Kind() != Category || n.Type() != expr.Int {
		t.Error("a number is not found")
	}
}
