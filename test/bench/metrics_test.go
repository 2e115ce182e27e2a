package bench

import (
	"fmt"
	"testing"

	_ "github.com/coredns/coredns/plugin/metrics" // what scrapes the suite's counters

	"github.com/internaldns/internaldns/test/loopback"
)

// BenchmarkMetrics is a hit, an alias and a reference with the plugin prometheus
// in the block. What of it the suite's own counters cost is BenchmarkMeter of
// plugin/resolverpolicy: at most a twentieth of a hit.
func BenchmarkMetrics(b *testing.B) {
	dir, file := zoneFile(b, 1_000)
	port := loopback.Port(b)
	with := fmt.Sprintf("prometheus 127.0.0.1:%d\n", port)
	zone := "internalzone example.org " + file + "\n" + everyone
	for _, c := range []struct{ name, words, ask string }{
		{"hit", zone, "host-5.example.org."},
		{"alias", zone, "alias.example.org."},
		{"reference", "internalzone example.org " + file + " {\nid base\n}\ninternalzone example.org\nreferencezone example.org base\n" + everyone, "host-5.example.org."},
	} {
		b.Run(c.name+"/prometheus", func(b *testing.B) { measure(b, serve(b, one(dir, with+c.words)), "127.0.0.1", c.ask) })
		b.Run(c.name+"/alone", func(b *testing.B) { measure(b, serve(b, one(dir, c.words)), "127.0.0.1", c.ask) })
	}
}
