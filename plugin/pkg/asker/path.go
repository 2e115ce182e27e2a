package asker

import (
	"slices"

	"github.com/coredns/coredns/plugin"
	"github.com/coredns/coredns/plugin/forward"

	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// Upstream is a plugin below the suite. The tags are its form in an explanation.
type Upstream struct {
	Plugin    string   `json:"plugin"`
	Addresses []string `json:"addresses,omitempty"` // of forward, in no certain order
}

// Below returns the plugins of a block that stand below the suite, in order.
func Below(b *scope.Block) []plugin.Handler {
	at := 0
	for i, h := range b.Handlers {
		if slices.Contains(scope.Directives(), h.Name()) {
			at = i + 1
		}
	}
	return b.Handlers[at:]
}

// PublicPath returns what stands below the suite, in order.
func PublicPath(b *scope.Block) []Upstream {
	out := []Upstream{}
	for _, h := range Below(b) {
		u := Upstream{Plugin: h.Name()}
		if f, ok := h.(*forward.Forward); ok {
			for _, p := range f.List() {
				u.Addresses = append(u.Addresses, p.Addr())
			}
		}
		out = append(out, u)
	}
	return out
}

// HasPublicPath reports whether a plugin stands below the suite that can answer: a
// fallback needs one. It is true if the plugins are not known.
func HasPublicPath(b *scope.Block) bool {
	passive := []string{"cache", "header", "dnssec", "minimal", "transfer", "dynupdate", "loop", "sign"}
	return b.Handlers == nil || slices.ContainsFunc(Below(b), func(h plugin.Handler) bool { return !slices.Contains(passive, h.Name()) })
}
