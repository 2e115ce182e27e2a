package zone

import (
	"fmt"
	"net"
	"runtime"
	"strconv"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// hosts makes n A records of distinct owners, as a parser would.
func hosts(n int) []dns.RR {
	rrs := make([]dns.RR, n)
	for i := range rrs {
		rrs[i] = &dns.A{
			Hdr: dns.RR_Header{Name: hostName(i), Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 300},
			A:   net.IPv4(192, 0, 2, byte(i)),
		}
	}
	return rrs
}

func hostName(i int) string { return "host" + strconv.Itoa(1_000_000+i) + ".example.org." }

func buildOf(tb testing.TB, rrs []dns.RR) *Zone {
	tb.Helper()
	b := NewBuilder(Options{Apex: "example.org."})
	for i, rr := range rrs {
		b.Add(rr, problem.Pos{File: "db.example", Line: i + 1})
	}
	z, list := b.Build()
	if z == nil {
		tb.Fatal(list)
	}
	return z
}

func BenchmarkLookup(b *testing.B) {
	for _, n := range []int{10, 100_000, 1_000_000} {
		z := buildOf(b, hosts(n))
		ask := make([]string, 1<<14)
		for i := range ask {
			ask[i] = hostName(i * 7919 % n)
		}
		b.Run(fmt.Sprintf("hit/%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if z.Lookup(ask[i%len(ask)], dns.TypeA).Kind != Success {
					b.Fatal("no hit")
				}
			}
		})
		for i := range ask {
			ask[i] = "no" + ask[i]
		}
		b.Run(fmt.Sprintf("miss/%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if z.Lookup(ask[i%len(ask)], dns.TypeA).Kind != NXDomain {
					b.Fatal("no miss")
				}
			}
		})
	}
	z := buildOf(b, hosts(100))
	b.Run("deep miss", func(b *testing.B) {
		for b.Loop() {
			z.Lookup("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.example.org.", dns.TypeA)
		}
	})
}

// BenchmarkBuild reports, beside the time, what a record keeps in memory.
func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{10, 1_000_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			var z *Zone
			for b.Loop() {
				b.StopTimer()
				rrs := hosts(n)
				b.StartTimer()
				z = buildOf(b, rrs)
			}
			b.ReportMetric(residentBytes(z, n), "B/record")
			runtime.KeepAlive(z)
		})
	}
}

// residentBytes measures the heap with one more zone of n hosts and without.
func residentBytes(_ *Zone, n int) float64 {
	copies := max(1, 100_000/n)
	zones := make([]*Zone, copies)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range zones {
		b := NewBuilder(Options{Apex: "example.org."})
		for i, rr := range hosts(n) {
			b.Add(rr, problem.Pos{File: "db.example", Line: i + 1})
		}
		zones[i], _ = b.Build()
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(zones)
	return float64(after.HeapAlloc-before.HeapAlloc) / float64(n*copies)
}
