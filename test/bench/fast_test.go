package bench

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/datagram"
	"github.com/internaldns/internaldns/plugin/resolverpolicy"
)

// BenchmarkFastUDP is a query of fast_udp from octets to octets, without the sockets: names
// in random order, so that data are not in the processor's cache if they are many.
func BenchmarkFastUDP(b *testing.B) {
	const many = 100_000
	for _, row := range []struct {
		name     string
		names    int // of the zone
		question string
		rcode    int
	}{
		{"hit/names=10", 10, "host-%d.example.org.", dns.RcodeSuccess},
		{"hit/names=100000", many, "host-%d.example.org.", dns.RcodeSuccess},
		{"nxdomain/names=100000", many, "none-%d.example.org.", dns.RcodeNameError},
		{"alias", 10, "alias.example.org.", dns.RcodeSuccess},
	} {
		b.Run(row.name, func(b *testing.B) {
			dir, file := zoneFile(b, row.names)
			loop := fastLoop(b, fmt.Sprintf(".:0 {\nbind 127.0.0.1\nroot %s\nunder\ninternalzone example.org %s\n%sresolverpolicy {\nfast_udp\n}\n}\n",
				dir, file, everyone))
			var queries [][]byte
			for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(row.names) {
				name := row.question
				if name != "alias.example.org." {
					name = fmt.Sprintf(name, i)
				}
				query, err := new(dns.Msg).SetQuestion(name, dns.TypeA).Pack()
				if err != nil {
					b.Fatal(err)
				}
				queries = append(queries, query)
			}
			measureLoop(b, loop, queries, row.rcode)
		})
	}
}

// batch is how many queries come together where many come.
const batch = 20

// measureLoop asks a loop the queries in turn, after a try with the first.
func measureLoop(b *testing.B, loop datagram.Loop, queries [][]byte, rcode int) {
	b.Helper()
	client := netip.MustParseAddrPort("127.0.0.1:1000")
	room := make([]byte, 0, 1280)
	loop.Read(queries[:1])
	out, ok := loop.Answer(room, 0, client)
	if m := new(dns.Msg); !ok || m.Unpack(out) != nil || m.Rcode != rcode {
		b.Fatalf("answered %t: %x", ok, out)
	}
	b.ReportAllocs()
	at, size := 0, min(len(queries), batch)
	for i := 0; b.Loop(); i++ {
		if i%size == 0 {
			if at += size; at+size > len(queries) {
				at = 0
			}
			loop.Read(queries[at : at+size])
		}
		loop.Answer(room, i%size, client)
		if i%size == size-1 {
			loop.Sent(size, 0)
		}
	}
}

// fastLoop starts a Corefile with fast_udp and returns one of its loops.
func fastLoop(tb testing.TB, corefile string) datagram.Loop {
	tb.Helper()
	start(tb, corefile)
	policies := underneath.Handler("resolverpolicy").(*resolverpolicy.ResolverPolicy)
	handler := policies.Datagrams(&dnsserver.Server{Addr: "dns://:1053"})
	if handler == nil {
		tb.Fatal("fast_udp is off")
	}
	return handler.Loop(netip.MustParseAddrPort("127.0.0.1:53"))
}
