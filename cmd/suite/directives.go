// Package suite puts the suite's plugins in their place in CoreDNS's order. The
// server, the tool and the tests of the assembled server share it, so that all of
// them see the same order.
package suite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/coredns/coredns/core/dnsserver"

	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// Version is the version of the suite, apart from that of CoreDNS.
const Version = scope.Version

// anchor is the stock directive above which the suite stands: answers of a view
// must not enter a cache that another view can read.
const anchor = "cache"

// order is the suite's own directives in order of execution.
func order() []string {
	return append([]string{scope.AccountDirective}, scope.Directives()...)
}

// Directives returns the stock directives, in their order, with those of the suite
// inserted. It fails if the place for them is missing or they are there already.
func Directives(stock []string) ([]string, error) {
	at := slices.Index(stock, anchor)
	if at < 0 {
		return nil, fmt.Errorf("directive %q is missing, the suite has to stand just above it; found: %s", anchor, strings.Join(stock, " "))
	}
	for _, name := range order() {
		if slices.Contains(stock, name) {
			return nil, fmt.Errorf("directive %q is in the list already", name)
		}
	}
	return slices.Insert(slices.Clone(stock), at, order()...), nil
}

// Install puts the suite's directives into the process-wide list of CoreDNS. Call
// it once, before the first server starts.
func Install() error {
	directives, err := Directives(dnsserver.Directives)
	if err != nil {
		return err
	}
	return dnsserver.SetDirectives(directives)
}
