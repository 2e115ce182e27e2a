package model

import (
	"strconv"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// SpecialNames returns the names of `private special`: what public DNS should not
// see. Reverse zones of the private, shared, loopback and link-local addresses
// are those of RFC 6303 and RFC 6761; the others stand beside their source.
func SpecialNames() []string {
	names := []string{
		"localhost.", "invalid.", "test.", "example.", // RFC 6761
		"local.",     // RFC 6762
		"home.arpa.", // RFC 8375
		"internal.",  // reserved by ICANN for private use in 2024
		"onion.",     // RFC 7686
		"alt.",       // RFC 9476
		"10.in-addr.arpa.", "168.192.in-addr.arpa.",
		"127.in-addr.arpa.", "254.169.in-addr.arpa.", "0.in-addr.arpa.",
		"d.f.ip6.arpa.", "c.f.ip6.arpa.", // fc00::/7
		strings.Repeat("0.", 32) + "ip6.arpa.", "1." + strings.Repeat("0.", 31) + "ip6.arpa.", // :: and ::1
		"8.e.f.ip6.arpa.", "9.e.f.ip6.arpa.", "a.e.f.ip6.arpa.", "b.e.f.ip6.arpa.", // fe80::/10
	}
	for i := 16; i <= 31; i++ {
		names = append(names, strconv.Itoa(i)+".172.in-addr.arpa.")
	}
	for i := 64; i <= 127; i++ { // RFC 7793
		names = append(names, strconv.Itoa(i)+".100.in-addr.arpa.")
	}
	return names
}

// nameSet holds names and everything below them.
type nameSet map[string]struct{}

func newNameSet(names []string) nameSet {
	if len(names) == 0 {
		return nil
	}
	set := make(nameSet, len(names))
	for _, n := range names {
		set[n] = struct{}{}
	}
	return set
}

// covers reports whether name, which is canonical, is at or below a name of the set.
func (s nameSet) covers(name string) bool {
	if len(s) == 0 {
		return false
	}
	for ok := true; ok; name, ok = domain.Parent(name) {
		if _, found := s[name]; found {
			return true
		}
	}
	return false
}
