package zone

import (
	"net"
	"testing"
	"unsafe"

	"github.com/miekg/dns"
)

// What a lookup reads lies on as few cache lines as it can: a node on half a line, an
// address with its name on two that lie side by side, and the parts of a small zone
// from the beginning of one.
func TestLayout(t *testing.T) {
	t.Parallel()
	const line, header = 64, 8 // the runtime's octets before an object of this size
	var s start
	for name, c := range map[string]struct{ got, want uintptr }{
		"size of a node":            {unsafe.Sizeof(node{}), line / 2},
		"size of an A record":       {unsafe.Sizeof(recordA{}), line * 3 / 2},
		"size of an AAAA record":    {unsafe.Sizeof(recordAAAA{}), line * 3 / 2},
		"the size class filled":     {header + unsafe.Sizeof(s), 1792},
		"what a lookup begins with": {header + unsafe.Offsetof(s.tree.nodes) + unsafe.Sizeof([2]uintptr{}), line},
		"slots begin on a line":     {(header + unsafe.Offsetof(s.slots)) % line, 0},
		"text begins on a line":     {(header + unsafe.Offsetof(s.text)) % line, 0},
		"nodes begin on a line":     {(header + unsafe.Offsetof(s.nodes)) % line, 0},
		"addresses begin on one":    {(header + unsafe.Offsetof(s.a)) % line, 0},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", name, c.got, c.want)
		}
	}
}

// The name of an address lies beside it, if it is the address added last: the room of
// another would be overwritten.
func TestRoomForNames(t *testing.T) {
	t.Parallel()
	var s addresses
	hdr := dns.RR_Header{Name: "a.", Class: dns.ClassINET}
	a, aaaa := s.addA(hdr, net.IPv4(192, 0, 2, 1).To4()), s.addAAAA(hdr, net.ParseIP("2001:db8::1"))
	if &s.text(a)[0] != &s.a[0].text[0] || &s.text(aaaa)[0] != &s.aaaa[0].text[0] {
		t.Error("the room is not beside the record")
	}
	s.addA(hdr, net.IPv4(192, 0, 2, 2).To4())
	s.addAAAA(hdr, net.ParseIP("2001:db8::2"))
	for _, rr := range []dns.RR{a, aaaa, &dns.A{Hdr: hdr}, &dns.AAAA{Hdr: hdr}, &dns.TXT{Hdr: hdr}} {
		if s.text(rr) != nil {
			t.Errorf("%T has room for a name, though it was not added last", rr)
		}
	}
}
