package bench

import (
	"context"
	"testing"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/miekg/dns"
)

// maxAllocations is what the suite's four handlers may allocate for a hit.
const maxAllocations = 4

// TestHitAllocations holds that line: what the whole way of a hit allocates, less
// what it does where a handler above the suite answers.
func TestHitAllocations(t *testing.T) {
	dir, file := zoneFile(t, 100)
	server := serve(t, one(dir, "internalzone example.org "+file+"\n"+everyone))
	ctx := context.WithValue(context.Background(), dnsserver.Key{}, server)
	w := newDiscard("127.0.0.1")
	count := func(name string) float64 {
		r := new(dns.Msg).SetQuestion(name, dns.TypeA)
		return testing.AllocsPerRun(1000, func() { server.ServeDNS(ctx, w, r) })
	}
	own := count("host-5.example.org.")
	if w.last == nil || len(w.last.Answer) != 1 {
		t.Fatalf("no hit: %v", w.last)
	}
	if own -= count(prepared.Question[0].Name); own > maxAllocations {
		t.Errorf("%v allocations in the suite's handlers, at most %d are allowed", own, maxAllocations)
	}
	t.Logf("%v allocations", own)
}
