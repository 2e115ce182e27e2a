//go:build linux

package datagram

import (
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coredns/coredns/plugin/pkg/edns"
	"github.com/coredns/coredns/plugin/pkg/reuseport"
	"github.com/miekg/dns"
)

// Who answered stands in the reply's rcode.
const (
	byLoop    = dns.RcodeRefused
	byHandler = dns.RcodeNameError
	byOther   = dns.RcodeServerFailure
)

// fake is a Handler that notes what comes to it.
type fake struct {
	held    chan struct{} // passed queries wait until it is closed; nil for none
	entered atomic.Int64
	left    atomic.Int64
	dropped atomic.Int64
	tsig    atomic.Int64 // queries with a TSIG record that was refused

	mu    sync.Mutex
	loops []*fakeLoop
}

func (f *fake) Loop(local netip.AddrPort) Loop {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := &fakeLoop{of: f, local: local, clients: make(map[netip.Addr]int), ids: make(map[uint16]int)}
	f.loops = append(f.loops, l)
	return l
}

func (f *fake) ServeDNS(w dns.ResponseWriter, r *dns.Msg) {
	f.entered.Add(1)
	if f.held != nil {
		<-f.held
	}
	if w.TsigStatus() != nil {
		f.tsig.Add(1)
	}
	_ = w.WriteMsg(new(dns.Msg).SetRcode(r, byHandler))
	f.left.Add(1)
}

func (f *fake) Dropped() { f.dropped.Add(1) }

// used returns the loops that have answered something.
func (f *fake) used() []*fakeLoop {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.loops), func(l *fakeLoop) bool { return len(l.clients) == 0 })
}

// fakeLoop answers what Query reads, but for names that begin with p.
type fakeLoop struct {
	of      *fake
	local   netip.AddrPort
	queries [][]byte
	query   Query
	stopped chan struct{} // the loop waits for it; nil for none

	clients              map[netip.Addr]int // by of.mu
	ids                  map[uint16]int
	sentAnswered, passed int
}

func (l *fakeLoop) Read(queries [][]byte) { l.queries = queries }

func (l *fakeLoop) Answer(out []byte, i int, client netip.AddrPort) ([]byte, bool) {
	query := l.queries[i]
	r, ok := l.query.Read(query, edns.SupportedOption)
	if !ok || l.query.Name[0] == 'p' {
		return out, false
	}
	l.of.mu.Lock()
	l.clients[client.Addr()]++
	l.ids[r.Id]++
	stopped := l.stopped
	l.of.mu.Unlock()
	if stopped != nil {
		<-stopped
	}
	out = append(out, query...)
	out[2] |= 0x80
	out[3] = byLoop
	return out, true
}

func (l *fakeLoop) Sent(answered, passed int) {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	l.sentAnswered += answered
	l.passed += passed
}

// freePort returns a port that nobody has on all addresses.
func freePort(t *testing.T) int {
	t.Helper()
	conn, err := net.ListenPacket("udp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	return conn.LocalAddr().(*net.UDPAddr).Port
}

// other is a socket of the address that stands for CoreDNS's, and answers everything.
func other(t *testing.T, address string) net.PacketConn {
	t.Helper()
	conn, err := reuseport.ListenPacket("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	var answering sync.WaitGroup
	answering.Go(func() {
		for buffer := make([]byte, 1<<16); ; {
			n, client, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			reply := slices.Grow(buffer[:n], headerLen)[:max(n, headerLen)]
			reply[2] |= 0x80
			reply[3] = byOther
			_, _ = conn.WriteTo(reply, client)
		}
	})
	t.Cleanup(func() { _ = conn.Close(); answering.Wait() })
	return conn
}

// serving has a fake handler serve an address for the time of the test.
func serving(t *testing.T, address string, c Config, f *fake) {
	t.Helper()
	if err := Serve(address, c, f); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { Release(address, f) })
}

// client is a connected socket, which takes replies from the address it asks alone.
func client(t *testing.T, from, to string) *net.UDPConn {
	t.Helper()
	var d net.Dialer
	if from != "" {
		d.LocalAddr = &net.UDPAddr{IP: net.ParseIP(from)}
	}
	conn, err := d.Dial("udp", to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn.(*net.UDPConn)
}

// asked sends a packet and returns the reply.
func asked(t *testing.T, conn *net.UDPConn, packet []byte) []byte {
	t.Helper()
	if _, err := conn.Write(packet); err != nil {
		t.Fatal(err)
	}
	reply, err := received(conn, 10*time.Second)
	if err != nil {
		t.Fatalf("%x: %v", packet, err)
	}
	return reply
}

func received(conn *net.UDPConn, within time.Duration) ([]byte, error) {
	if err := conn.SetReadDeadline(time.Now().Add(within)); err != nil {
		return nil, err
	}
	reply := make([]byte, 4096)
	n, err := conn.Read(reply)
	if err == nil && n < headerLen {
		err = fmt.Errorf("a reply of %d octets", n)
	}
	return reply[:n], err
}

// until waits for a condition.
func until(t *testing.T, what string, true func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !true(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 20 s", what)
		}
	}
}
