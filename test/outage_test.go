package test

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// shedTotal sums up the queries that were not sent to a public DNS that is silent.
func shedTotal(t *testing.T) float64 {
	t.Helper()
	return total(t, "coredns_resolverpolicy_fallbacks_shed_total")
}

// TestSilentUpstream holds that while public DNS is silent, queries do not pile up for
// it, and every internal question is answered.
func TestSilentUpstream(t *testing.T) {
	muteLog(t)
	s := besides(t, startStandIn(t, "silent"), "max_connect_attempts 1\nread_timeout 200ms")
	address, err := s.addr("udp", netip.Addr{})
	if err != nil {
		t.Fatal(err)
	}
	before := shedTotal(t)
	stop := make(chan struct{})
	var load sync.WaitGroup
	for range 4 {
		load.Go(func() { flood(t, address, stop) })
	}
	asked := 0
	for deadline := time.Now().Add(time.Minute); shedTotal(t)-before < 100 || asked < 200; asked++ {
		if time.Now().After(deadline) {
			t.Fatalf("%v queries were answered at once", shedTotal(t)-before)
		}
		client := dns.Client{Timeout: 20 * time.Second}
		r, _, err := client.Exchange(new(dns.Msg).SetQuestion("www.corp.example.", dns.TypeA), address)
		if err != nil || len(r.Answer) != 1 {
			t.Fatalf("an internal answer was lost: %v, %v", r, err)
		}
	}
	// What is shed says so.
	client := dns.Client{Timeout: 20 * time.Second}
	for i := 0; ; i++ {
		request := new(dns.Msg).SetQuestion(fmt.Sprintf("%d.example.org.", i), dns.TypeA).SetEdns0(1232, false)
		r, _, err := client.Exchange(request, address)
		if err != nil || r.Rcode != dns.RcodeServerFailure || r.IsEdns0() == nil || len(r.IsEdns0().Option) != 1 {
			t.Fatalf("%v, %v", r, err)
		}
		if text := r.IsEdns0().Option[0].String(); strings.Contains(text, "enough queries wait for it") {
			break
		}
	}
	close(stop)
	load.Wait()
}

// flood sends questions that need public DNS, without waiting for answers.
func flood(t *testing.T, address string, stop <-chan struct{}) {
	conn, err := dns.Dial("udp", address)
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		case <-tick.C:
			name := fmt.Sprintf("host-%d.%s.example.net.", i, conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr())
			_ = conn.WriteMsg(new(dns.Msg).SetQuestion(name, dns.TypeA)) // lost or not
		}
	}
}

// TestMalformedOPT holds that two OPT records, or one that is not at the root, are
// FORMERR (RFC 6891 section 6.1.1).
func TestMalformedOPT(t *testing.T) {
	s := besides(t, startStandIn(t, "live"), "")
	opt := func(owner string) dns.RR {
		return &dns.OPT{Hdr: dns.RR_Header{Name: owner, Rrtype: dns.TypeOPT, Class: 1232}}
	}
	for name, c := range map[string]struct {
		extra []dns.RR
		rcode int
	}{
		"none":        {nil, dns.RcodeSuccess},
		"one":         {[]dns.RR{opt(".")}, dns.RcodeSuccess},
		"two":         {[]dns.RR{opt("."), opt(".")}, dns.RcodeFormatError},
		"not at root": {[]dns.RR{opt("example.")}, dns.RcodeFormatError},
	} {
		for _, network := range []string{"udp", "tcp"} {
			address, err := s.addr(network, netip.Addr{})
			if err != nil {
				t.Fatal(err)
			}
			request := new(dns.Msg).SetQuestion("www.corp.example.", dns.TypeA)
			request.Extra = c.extra
			client := dns.Client{Net: network, Timeout: 20 * time.Second}
			r, _, err := client.Exchange(request, address)
			if err != nil || r.Rcode != c.rcode || r.Id != request.Id {
				t.Errorf("%s over %s: %v, %v; want %s", name, network, r, err, dns.RcodeToString[c.rcode])
			}
		}
	}
}
