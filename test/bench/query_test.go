package bench

import (
	"fmt"
	"strings"
	"testing"

	"github.com/miekg/dns"
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
	b.Run("file", func(b *testing.B) {
		measureRcode(b, serve(b, stock(dir, file)), "127.0.0.1", "alias.example.org.", dns.RcodeSuccess)
	})
}

// BenchmarkReference is a hit one reference away, which stock file has in the zone itself.
func BenchmarkReference(b *testing.B) {
	dir, file := zoneFile(b, 1_000)
	b.Run("suite", func(b *testing.B) {
		measure(b, serve(b, one(dir, "internalzone example.org "+file+" {\nid base\n}\ninternalzone example.org\nreferencezone example.org base\n"+everyone)),
			"127.0.0.1", "host-5.example.org.")
	})
	b.Run("file", func(b *testing.B) { measure(b, serve(b, stock(dir, file)), "127.0.0.1", "host-5.example.org.") })
}

// BenchmarkMiss is a name that does not exist, beside stock file.
func BenchmarkMiss(b *testing.B) {
	for _, n := range []int{10, 100_000} {
		dir, file := zoneFile(b, n)
		b.Run(fmt.Sprintf("names=%d/suite", n), func(b *testing.B) {
			measureRcode(b, serve(b, one(dir, "internalzone example.org "+file+"\n"+everyone)), "127.0.0.1", "none.example.org.", dns.RcodeNameError)
		})
		b.Run(fmt.Sprintf("names=%d/file", n), func(b *testing.B) {
			measureRcode(b, serve(b, stock(dir, file)), "127.0.0.1", "none.example.org.", dns.RcodeNameError)
		})
	}
}

// BenchmarkPolicies is a hit behind many policies, each for another network, beside
// stock view with as many blocks. The client is the last one's.
func BenchmarkPolicies(b *testing.B) {
	dir, file := zoneFile(b, 10)
	for _, n := range []int{1, 100, 1_000, 10_000} {
		last := n - 1
		client := fmt.Sprintf("10.%d.%d.7", last/250, last%250)
		b.Run(fmt.Sprintf("policies=%d/suite", n), func(b *testing.B) {
			var words strings.Builder
			fmt.Fprintf(&words, "internalzone example.org %s\n", file)
			for i := range n {
				fmt.Fprintf(&words, "dnsview v%d example.org\nresolverpolicy p%d {\ntraffic \"%s\"\nview v%d\n}\n", i, i, byPrefix(i), i)
			}
			measure(b, serve(b, one(dir, words.String())), client, "host-5.example.org.")
		})
		if n > 1_000 {
			continue // 20 ms a query
		}
		b.Run(fmt.Sprintf("policies=%d/view", n), func(b *testing.B) {
			words := "probe.:0 {\nbind 127.0.0.1\nprobe\n}\n"
			for i := range n {
				words += fmt.Sprintf(".:0 {\nbind 127.0.0.1\nroot %s\nview v%d {\nexpr incidr(client_ip(), '10.%d.%d.0/24')\n}\nfile %s example.org\n}\n",
					dir, i, i/250, i%250, file)
			}
			measure(b, serve(b, words), client, "host-5.example.org.")
		})
	}
}
