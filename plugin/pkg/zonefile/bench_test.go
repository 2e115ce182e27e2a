package zonefile

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/coredns/coredns/plugin/file"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// aZone makes a zone of n A records with owners of their own.
func aZone(n int) []byte {
	var b bytes.Buffer
	b.WriteString("$TTL 300\n@ IN SOA ns.example.org. hostmaster.example.org. 1 7200 3600 1209600 300\n@ IN NS ns\n")
	for i := range n {
		fmt.Fprintf(&b, "host-%07d\tIN\tA\t192.0.%d.%d\n", i, i>>8&255, i&255)
	}
	return b.Bytes()
}

// BenchmarkParse reads a million A records, and reads them with the parser of
// CoreDNS's file plugin in the same run: x/stock is the time as a share of its.
func BenchmarkParse(b *testing.B) {
	const n = 1_000_000
	text := aZone(n)
	var stock time.Duration
	b.ReportAllocs()
	for b.Loop() {
		count := 0
		problems := Parse(bytes.NewReader(text), Options{Origin: "example.org."}, func(dns.RR, problem.Pos) { count++ })
		if count != n+2 || problems != nil {
			b.Fatalf("%d records, problems %v", count, problems)
		}
		b.StopTimer()
		stock += stockParse(b, text)
		b.StartTimer()
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(b.Elapsed())/float64(stock), "x/stock")
}

func stockParse(b *testing.B, text []byte) time.Duration {
	b.Helper()
	runtime.GC()
	start := time.Now()
	if _, err := file.Parse(bytes.NewReader(text), "example.org.", "bench", 0); err != nil {
		b.Fatal(err)
	}
	took := time.Since(start)
	runtime.GC()
	return took
}

// BenchmarkParseMemory keeps a million A records and reports what one takes.
func BenchmarkParseMemory(b *testing.B) {
	const n = 1_000_000
	text := aZone(n)
	for b.Loop() {
		records := make([]dns.RR, 0, n+2)
		before := heap()
		Parse(bytes.NewReader(text), Options{Origin: "example.org."}, func(rr dns.RR, _ problem.Pos) { records = append(records, rr) })
		b.ReportMetric(float64(heap()-before)/n, "B/record")
		runtime.KeepAlive(records)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
