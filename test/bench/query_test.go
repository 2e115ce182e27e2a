package bench

import (
	"fmt"
	"strings"
	"testing"
)

// stock is a block that answers example.org with the plugin file.
func stock(dir, file string) string {
	return fmt.Sprintf(`.:0 {
		bind 127.0.0.1
		root %s
		probe
		file %s example.org
	}`, dir, file)
}

// one is a block of the suite with the words of the caller in it.
func one(dir, words string) string {
	return fmt.Sprintf(".:0 {\nbind 127.0.0.1\nroot %s\nprobe\n%s\n}\n", dir, words)
}

const everyone = "dnsview all example.org\nresolverpolicy all {\nview all\n}\n"

// BenchmarkHit is a hit in zones of several sizes, beside stock file.
func BenchmarkHit(b *testing.B) {
	for _, n := range []int{10, 1_000, 100_000} {
		dir, file := zoneFile(b, n)
		b.Run(fmt.Sprintf("names=%d/suite", n), func(b *testing.B) {
			measure(b, serve(b, one(dir, "internalzone example.org "+file+"\n"+everyone)), "127.0.0.1", "host-5.example.org.")
		})
		b.Run(fmt.Sprintf("names=%d/file", n), func(b *testing.B) {
			measure(b, serve(b, stock(dir, file)), "127.0.0.1", "host-5.example.org.")
		})
	}
}

// BenchmarkAlias is a flattened CNAME, beside the CNAME answer of stock file.
func BenchmarkAlias(b *testing.B) {
	dir, file := zoneFile(b, 1_000)
	b.Run("suite", func(b *testing.B) {
		measure(b, serve(b, one(dir, "internalzone example.org "+file+"\n"+everyone)), "127.0.0.1", "alias.example.org.")
	})
	b.Run("reference", func(b *testing.B) {
		measure(b, serve(b, one(dir, "internalzone example.org "+file+" {\nid base\n}\ninternalzone example.org\nreferencezone example.org base\n"+everyone)),
			"127.0.0.1", "host-5.example.org.")
	})
}

// BenchmarkPolicies is a hit behind many policies, each for another network.
func BenchmarkPolicies(b *testing.B) {
	dir, file := zoneFile(b, 10)
	for _, n := range []int{1, 100, 10_000} {
		var words strings.Builder
		fmt.Fprintf(&words, "internalzone example.org %s\n", file)
		for i := range n {
			fmt.Fprintf(&words, "dnsview v%d example.org\nresolverpolicy p%d {\ntraffic \"dns.src_ip in {10.%d.%d.0/24}\"\nview v%d\n}\n", i, i, i/250, i%250, i)
		}
		b.Run(fmt.Sprintf("policies=%d/suite", n), func(b *testing.B) {
			last := n - 1
			measure(b, serve(b, one(dir, words.String())), fmt.Sprintf("10.%d.%d.7", last/250, last%250), "host-5.example.org.")
		})
	}
}
