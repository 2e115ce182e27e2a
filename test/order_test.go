package test

import (
	"slices"
	"strings"
	"testing"

	"github.com/coredns/coredns/core/dnsserver"
)

const orderCorefile = `.:0 {
    bind 127.0.0.1
    internalzone example.org {
        record www A 192.0.2.1
    }
    dnsview office example.org
    resolverpolicy office {
        view office
    }
    cache
    forward . 127.0.0.1:1
}
`

// SPEC 6: the suite refuses to start with a cache above it, as someone's own
// plugin.cfg may have it; a reload into that state keeps what runs.
func TestCacheAbove(t *testing.T) {
	installed := dnsserver.Directives
	t.Cleanup(func() {
		if err := dnsserver.SetDirectives(installed); err != nil {
			t.Error(err)
		}
	})
	running := startFor(t, orderCorefile)

	at := slices.Index(installed, "resolverpolicy")
	above := slices.Insert(slices.DeleteFunc(slices.Clone(installed), func(name string) bool { return name == "cache" }), at, "cache")
	if err := dnsserver.SetDirectives(above); err != nil {
		t.Fatal(err)
	}
	s, err := start(orderCorefile)
	if err == nil {
		s.stop(t)
		t.Fatal("a server with a cache above the suite starts")
	}
	if !strings.Contains(err.Error(), "cache") || !strings.Contains(err.Error(), "resolverpolicy") {
		t.Errorf("the error does not say what stands where: %v", err)
	}
	if err := running.reload(orderCorefile); err == nil {
		t.Error("a reload with a cache above the suite succeeds")
	}
	if !answered(t, running) {
		t.Error("the running server does not answer any more")
	}

	without := strings.Replace(orderCorefile, "    cache\n", "", 1)
	startFor(t, without)
}

// In someone's own plugin.cfg the four may stand in another order. Such a program
// must not start rather than answer wrongly.
func TestOrderOfSuite(t *testing.T) {
	captureLog(t)
	installed := dnsserver.Directives
	t.Cleanup(func() {
		if err := dnsserver.SetDirectives(installed); err != nil {
			t.Error(err)
		}
	})
	at := slices.Index(installed, "resolverpolicy")
	right := installed[at : at+4]
	for _, order := range permutations(right) {
		directives := slices.Clone(installed)
		copy(directives[at:], order)
		if err := dnsserver.SetDirectives(directives); err != nil {
			t.Fatal(err)
		}
		s, err := start(orderCorefile)
		if err == nil {
			s.stop(t)
		}
		if started := err == nil; started != slices.Equal(order, right) {
			t.Errorf("with the order %v: started is %t, error %v", order, started, err)
		}
	}
}

// permutations returns every order of the names.
func permutations(names []string) [][]string {
	if len(names) == 1 {
		return [][]string{names}
	}
	var out [][]string
	for i, first := range names {
		rest := slices.Delete(slices.Clone(names), i, i+1)
		for _, tail := range permutations(rest) {
			out = append(out, append([]string{first}, tail...))
		}
	}
	return out
}
