//go:build linux

package test

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/net/ipv4"
)

// floodSpan is how long a flood lasts: a short run, or with INTERNALDNS_LONG set the one that
// the project promises.
func floodSpan() time.Duration {
	if os.Getenv("INTERNALDNS_LONG") != "" {
		return 30 * time.Second
	}
	return 2 * time.Second
}

// udpFlood sends queries from one address as fast as it can until it is told to stop, and reads
// what comes back only to count.
type udpFlood struct {
	stop           chan struct{}
	running        sync.WaitGroup
	sent, answered atomic.Int64
}

func startFlood(t *testing.T, from, to string) *udpFlood {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.UDPAddr{IP: net.ParseIP(from)}}
	conn, err := d.Dial("udp", to)
	if err != nil {
		t.Fatal(err)
	}
	f := &udpFlood{stop: make(chan struct{})}
	f.running.Go(func() { f.send(t, ipv4.NewPacketConn(conn.(*net.UDPConn))) })
	f.running.Go(func() { f.count(ipv4.NewPacketConn(conn.(*net.UDPConn))) })
	f.running.Go(func() { <-f.stop; _ = conn.Close() })
	return f
}

func (f *udpFlood) send(t *testing.T, conn *ipv4.PacketConn) {
	const many = 64
	packets := make([]ipv4.Message, many)
	for i := range packets {
		m := new(dns.Msg).SetQuestion("www.example.org.", dns.TypeA)
		m.Id = uint16(i)
		octets, err := m.Pack()
		if err != nil {
			t.Error(err)
			return
		}
		packets[i].Buffers = [][]byte{octets}
	}
	for {
		n, err := conn.WriteBatch(packets, 0)
		select {
		case <-f.stop:
			return
		default:
		}
		if err == nil {
			f.sent.Add(int64(n))
		}
	}
}

func (f *udpFlood) count(conn *ipv4.PacketConn) {
	replies := make([]ipv4.Message, 64)
	for i := range replies {
		replies[i].Buffers = [][]byte{make([]byte, 512)}
	}
	for {
		n, err := conn.ReadBatch(replies, 0)
		if err != nil {
			return
		}
		f.answered.Add(int64(n))
	}
}

func (f *udpFlood) end() {
	close(f.stop)
	f.running.Wait()
}

// mostTries is how often one question is asked: an eighth of all clients share the flooder's
// queue, where most is dropped.
const mostTries = 40

// patient asks one question after another, and each again when there is no answer for a while.
type patient struct {
	asked, again int
	most         int   // tries of one question
	each         []int // how often each client asked again, the most first
	took         []time.Duration
}

func (p *patient) ask(t *testing.T, from, to string, stop <-chan struct{}) {
	d := net.Dialer{LocalAddr: &net.UDPAddr{IP: net.ParseIP(from)}}
	client := dns.Client{Timeout: 250 * time.Millisecond, Dialer: &d}
	conn, err := client.Dial(to)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = conn.Close() }()
	for {
		select {
		case <-stop:
			return
		default:
		}
		m, began := new(dns.Msg).SetQuestion("www.example.org.", dns.TypeA), time.Now()
		for tries := 1; ; tries++ {
			r, _, err := client.ExchangeWithConn(m, conn)
			if err == nil && len(r.Answer) == 1 {
				p.most = max(p.most, tries)
				break
			}
			if p.again++; tries == mostTries {
				t.Errorf("%s: no answer to question %d after %d tries: %v", from, p.asked, tries, err)
				return
			}
		}
		p.asked++
		p.took = append(p.took, time.Since(began))
	}
}

// others asks from so many addresses for a while, and returns what they saw.
func others(t *testing.T, to string, clients int, during func()) (all patient) {
	t.Helper()
	stop := make(chan struct{})
	seen := make([]patient, clients)
	var running sync.WaitGroup
	for i := range seen {
		running.Go(func() { seen[i].ask(t, fmt.Sprintf("127.0.0.%d", i+3), to, stop) })
	}
	during()
	close(stop)
	running.Wait()
	for _, p := range seen {
		all.asked += p.asked
		all.again += p.again
		all.each = append(all.each, p.again)
		all.most = max(all.most, p.most)
		all.took = append(all.took, p.took...)
	}
	slices.Sort(all.took)
	slices.SortFunc(all.each, func(a, b int) int { return b - a })
	return all
}

func (p *patient) String() string {
	if len(p.took) == 0 {
		return "nothing asked"
	}
	return fmt.Sprintf("%d questions, %d asked again (by client %d, at most %d tries), median %v, 99 %% %v", p.asked, p.again, p.each, p.most, p.took[len(p.took)/2], p.took[len(p.took)*99/100])
}

func inUse() (heap uint64, goroutines int) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse, runtime.NumGoroutine()
}

// A source that floods gets what is left; all others get their answers, memory and goroutines
// are bounded, and afterwards all is as before.
func TestFastUDPFlood(t *testing.T) {
	s := startFor(t, fmt.Sprintf(fastBlock, ".:0", ""))
	address := s.hosts(t)[0]
	servingFast(t, address)
	const clients = 16
	span := floodSpan()
	quiet := others(t, address, clients, func() { <-time.After(span / 4) })
	heap, goroutines := inUse()
	taken := fastQueries(t, "answered")
	var f *udpFlood
	var high uint64
	most := 0
	loud := others(t, address, clients, func() {
		f = startFlood(t, "127.0.0.2", address)
		for end := time.Now().Add(span); time.Now().Before(end); {
			<-time.After(span / 20) // looks at memory now and then
			h, g := inUse()
			high, most = max(high, h), max(most, g)
		}
		f.end()
	})
	t.Logf("without the flood: %v", &quiet)
	t.Logf("with the flood:    %v", &loud)
	t.Logf("flood: %.0f/s sent, %.0f/s answered, server %.0f/s, heap %d KiB after %d, goroutines %d after %d", float64(f.sent.Load())/span.Seconds(),
		float64(f.answered.Load())/span.Seconds(), (fastQueries(t, "answered")-taken)/span.Seconds(), high>>10, heap>>10, most, goroutines)
	if f.sent.Load() < 1000 || loud.asked < clients {
		t.Errorf("%d queries are no flood, or %d questions too few", f.sent.Load(), loud.asked)
	}
	// Most of it is of the few that share the flooder's queues; the others may see the machine stall.
	if few := loud.each[0] + loud.each[1] + loud.each[2] + loud.each[3]; loud.again > loud.asked/100 || few < loud.again/2 {
		t.Errorf("%d of %d questions were asked again, by client %d", loud.again, loud.asked, loud.each)
	}
	if high > heap+64<<20 || most > goroutines+8*clients {
		t.Errorf("heap %d after %d octets, goroutines %d after %d", high, heap, most, goroutines)
	}
	if !eventually(func() bool { h, g := inUse(); return h < heap+8<<20 && g <= goroutines+clients }) {
		h, g := inUse()
		t.Errorf("afterwards %d octets and %d goroutines, before %d and %d", h, g, heap, goroutines)
	}
	after := others(t, address, clients, func() { <-time.After(span / 4) })
	t.Logf("afterwards:        %v", &after)
	if after.again > 0 {
		t.Errorf("afterwards %d questions were asked again", after.again)
	}
}
