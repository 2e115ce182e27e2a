package zone

import (
	"testing"
	"unsafe"
)

// What a lookup reads lies on as few cache lines as it can: a node on half a line, an
// address with its name on two that lie side by side, and the parts of a small zone
// from the beginning of one.
func TestLayout(t *testing.T) {
	const line, header = 64, 8 // the runtime's octets before an object of this size
	var s start
	for name, c := range map[string]struct{ got, want uintptr }{
		"size of a node":         {unsafe.Sizeof(node{}), line / 2},
		"size of an A record":    {unsafe.Sizeof(recordA{}), line * 3 / 2},
		"size of an AAAA record": {unsafe.Sizeof(recordAAAA{}), line * 3 / 2},
		"the size class filled":  {header + unsafe.Sizeof(s), 1792},
		"a lookup's part begins": {(header + unsafe.Offsetof(s.Zone.tree) + unsafe.Offsetof(s.tree.nodes) + unsafe.Offsetof(s.tree.nodes.first)) % line, 0},
		"and ends where":         {header + unsafe.Sizeof(s.Zone), header + unsafe.Offsetof(s.slots)},
		"slots begin on a line":  {(header + unsafe.Offsetof(s.slots)) % line, 0},
		"text begins on a line":  {(header + unsafe.Offsetof(s.text)) % line, 0},
		"nodes begin on a line":  {(header + unsafe.Offsetof(s.nodes)) % line, 0},
		"addresses begin on one": {(header + unsafe.Offsetof(s.a)) % line, 0},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", name, c.got, c.want)
		}
	}
}
