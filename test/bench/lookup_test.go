package bench

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/coredns/coredns/plugin/file"
	"github.com/coredns/coredns/request"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
	"github.com/internaldns/internaldns/plugin/pkg/zonefile"
)

// sample is how many different names a benchmark asks for in turn: more than fit
// into the nearest caches of the processor.
const sample = 1 << 14

// shapes are the zones of BenchmarkLookup: where host i stands below the apex.
var shapes = map[string]func(i int) string{
	"flat": func(i int) string { return fmt.Sprintf("host-%d", i) },
	"deep": func(i int) string { return fmt.Sprintf("host-%d.rack-%d.room-%d.site-%d", i, i/10, i/200, i/4000) },
}

// BenchmarkLookup is the search of a zone alone, beside stock file.
func BenchmarkLookup(b *testing.B) {
	for _, n := range []int{100, 100_000, 1_000_000} {
		for _, shape := range []string{"flat", "deep"} {
			host := shapes[shape]
			var text strings.Builder
			text.WriteString("$TTL 1h\n@ SOA ns hostmaster 1 2h 30m 2w 5m\n@ NS ns\nns A 192.0.2.53\n*.wild A 192.0.2.99\n")
			for i := range n {
				fmt.Fprintf(&text, "%s A 192.0.2.%d\n", host(i), i%250)
			}
			suite, stock := suiteZone(b, text.String()), stockZone(b, text.String())
			ask := func(format string) []string {
				names := make([]string, sample)
				for i := range names {
					names[i] = fmt.Sprintf(format, host(i*7919%n)) + ".example.org."
				}
				return names
			}
			if shape == "deep" {
				lookUp(b, fmt.Sprintf("deep/names=%d", n), suite, stock, ask("%s"), dns.RcodeSuccess)
				continue
			}
			lookUp(b, fmt.Sprintf("hit/names=%d", n), suite, stock, ask("%s"), dns.RcodeSuccess)
			lookUp(b, fmt.Sprintf("nxdomain/names=%d", n), suite, stock, ask("no-%s"), dns.RcodeNameError)
			lookUp(b, fmt.Sprintf("wildcard/names=%d", n), suite, stock, ask("%s.wild"), dns.RcodeSuccess)
		}
	}
}

func lookUp(b *testing.B, name string, suite *zone.Zone, stock *file.Zone, ask []string, rcode int) {
	b.Run(name+"/suite", func(b *testing.B) {
		b.ReportAllocs()
		want := zone.Success
		if rcode == dns.RcodeNameError {
			want = zone.NXDomain
		}
		for i := 0; b.Loop(); i++ {
			if a := suite.Lookup(ask[i%sample], dns.TypeA); a.Kind != want {
				b.Fatal(ask[i%sample], a)
			}
		}
	})
	b.Run(name+"/file", func(b *testing.B) {
		want := file.Success
		if rcode == dns.RcodeNameError {
			want = file.NameError
		}
		states := make([]request.Request, sample)
		for i := range states {
			states[i] = request.Request{Req: new(dns.Msg).SetQuestion(ask[i], dns.TypeA), W: new(discard)}
		}
		ctx := context.Background()
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, _, _, result := stock.Lookup(ctx, states[i%sample], ask[i%sample]); result != want {
				b.Fatal(ask[i%sample], result)
			}
		}
	})
}

func suiteZone(tb testing.TB, text string) *zone.Zone {
	tb.Helper()
	z, err := buildZone(text)
	if err != nil {
		tb.Fatal(err)
	}
	return z
}

// buildZone reads a zone example.org as the suite does.
func buildZone(text string) (*zone.Zone, error) {
	builder := zone.NewBuilder(zone.Options{Apex: "example.org."})
	problems := zonefile.Parse(strings.NewReader(text), zonefile.Options{Origin: "example.org.", File: "zone"},
		func(rr dns.RR, pos problem.Pos) { builder.Add(rr, pos) })
	z, more := builder.Build()
	return z, append(problems, more...).Err()
}

func stockZone(tb testing.TB, text string) *file.Zone {
	tb.Helper()
	z, err := file.Parse(strings.NewReader(text), "example.org.", "zone", 0)
	if err != nil {
		tb.Fatal(err)
	}
	return z
}
