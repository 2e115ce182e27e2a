//go:build linux

package datagram

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/sys/unix"
)

func loopbackAddress(t *testing.T) string {
	t.Helper()
	return net.JoinHostPort("127.0.0.1", fmt.Sprint(freePort(t)))
}

// strange are packets that the server of miekg/dns has a way with.
func strange(t *testing.T) map[string][]byte {
	plain := packed(t, "www.example.org.", dns.TypeA, nil)
	rows := map[string][]byte{
		"garbage": bytes.Repeat([]byte{0xff}, 100), "zeros": make([]byte, 60), "letters": []byte("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n"),
		"pointer to itself": append(bytes.Clone(plain[:12]), 0xc0, 0x0c, 0, 1, 0, 1),
		"two questions":     packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.Question = append(m.Question, m.Question[0]) }),
		"no question":       packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.Question = nil }),
		"TSIG":              packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.SetTsig("key.", dns.HmacSHA256, 300, 1) }),
		"octets behind":     append(bytes.Clone(plain), 1, 2, 3),
		"RD, Z, TC":         set(plain, 2, 0x03), "Z": set(plain, 3, 0x70), "rcode": set(plain, 3, 9),
		"OPT, version 9": packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.SetEdns0(1232, true).IsEdns0().SetVersion(9) }),
		"too long":       append(bytes.Clone(plain), make([]byte, 600)...),
	}
	for opcode := range byte(16) {
		rows[fmt.Sprintf("opcode %d", opcode)] = set(plain, 2, opcode<<3)
		rows[fmt.Sprintf("opcode %d, response", opcode)] = set(plain, 2, 0x80|opcode<<3)
	}
	for n := range plain {
		rows[fmt.Sprintf("%d octets", n)] = plain[:n]
	}
	for field := 4; field < 12; field += 2 {
		for _, n := range []byte{0, 1, 2, 3} {
			rows[fmt.Sprintf("header's octet %d is %d", field+1, n)] = set(plain, field+1, n)
		}
		rows[fmt.Sprintf("header's octet %d", field)] = set(plain, field, 0xff)
	}
	return rows
}

// waiting returns what has come to a socket.
func waiting(t *testing.T, conn *net.UDPConn) (replies [][]byte) {
	t.Helper()
	raw, err := conn.SyscallConn()
	if err = errors.Join(err, conn.SetReadDeadline(time.Time{})); err != nil {
		t.Fatal(err)
	}
	for buffer := make([]byte, 4096); ; {
		n, failed := 0, error(nil)
		err := raw.Read(func(fd uintptr) bool {
			n, _, failed = unix.Recvfrom(int(fd), buffer, unix.MSG_DONTWAIT)
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
		if failed != nil {
			return replies
		}
		replies = append(replies, bytes.Clone(buffer[:n]))
	}
}

// Whatever comes to the sockets has the reply that the server of miekg/dns gives, which has
// those of CoreDNS.
func TestLikeMiekg(t *testing.T) {
	f := new(fake)
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	real := &dns.Server{PacketConn: conn, Handler: f, TsigSecret: map[string]string{}}
	ended := make(chan error)
	go func() { ended <- real.ActivateAndServe() }()

	address := loopbackAddress(t)
	serving(t, address, Config{Loops: 2}, f) // no others: everything comes to these sockets
	last := packed(t, "p.last.", dns.TypeA, nil)
	theirs, ours := make(map[string]*net.UDPConn), make(map[string]*net.UDPConn)
	for name, packet := range strange(t) {
		theirs[name], ours[name] = client(t, "", conn.LocalAddr().String()), client(t, "", address)
		for _, c := range []*net.UDPConn{theirs[name], ours[name]} {
			if _, err := c.Write(packet); err != nil {
				t.Fatal(err)
			}
		}
		asked(t, client(t, "", conn.LocalAddr().String()), last) // the one before is taken
	}
	if err := real.Shutdown(); err != nil { // waits for its handlers
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	Release(address, f)
	if n := f.tsig.Load(); n != 2 {
		t.Errorf("%d queries have a TSIG record that is refused, want one of each server", n)
	}
	replied := 0
	for name, c := range theirs {
		want, got := waiting(t, c), waiting(t, ours[name])
		if len(want) != len(got) || len(got) > 0 && !sameReply(got[0], want[0]) {
			t.Errorf("%s:\ngot  %x\nwant %x", name, got, want)
		}
		replied += len(want)
	}
	if replied == 0 {
		t.Error("nothing had a reply")
	}
}

// sameReply compares but for who answered a query that is fine.
func sameReply(got, want []byte) bool {
	if got[3]&0xf == byLoop && want[3]&0xf == byHandler {
		return len(got) == len(want) && bytes.Equal(got[:2], want[:2]) && bytes.Equal(got[4:], want[4:])
	}
	return bytes.Equal(got, want)
}

// On a socket without an address replies come from the one asked.
func TestWildcard(t *testing.T) {
	for _, bind := range []string{"", "0.0.0.0", "::"} {
		port := fmt.Sprint(freePort(t))
		address := net.JoinHostPort(bind, port)
		f := new(fake)
		serving(t, address, Config{Loops: 2}, f)
		for _, host := range []string{"127.0.0.1", "127.0.0.2", "127.9.8.7", "::1"} {
			conn := client(t, "", net.JoinHostPort(host, port))
			for name, want := range map[string]byte{"a.": byLoop, "p.": byHandler} {
				if got := asked(t, conn, packed(t, name, dns.TypeA, nil))[3] & 0xf; got != want {
					t.Errorf("%q, %s: answered by %s", bind, name, dns.RcodeToString[int(got)])
				}
			}
			many := make(map[uint16]bool) // in one batch
			for id := range uint16(100) {
				if _, err := conn.Write(packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.Id = id })); err != nil {
					t.Fatal(err)
				}
			}
			for len(many) < 100 {
				reply, err := received(conn, 10*time.Second)
				if err != nil {
					t.Fatalf("%q, %s: %d of 100 replies: %v", bind, host, len(many), err)
				}
				many[uint16(reply[0])<<8|uint16(reply[1])] = true
			}
		}
	}
}

// releasing reports whether sockets are being closed.
func releasing() bool {
	if !groups.mu.TryLock() {
		return true
	}
	groups.mu.Unlock()
	return false
}

// Release returns when queries that were passed on are answered, and the answers arrive.
func TestReleaseWaits(t *testing.T) {
	f := &fake{held: make(chan struct{})}
	address := loopbackAddress(t)
	serving(t, address, Config{Loops: 1}, f)
	conn := client(t, "", address)
	const queries = 20
	for id := range uint16(queries) {
		if _, err := conn.Write(packed(t, "p.", dns.TypeA, func(m *dns.Msg) { m.Id = id })); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "queries under way", func() bool { return f.entered.Load() == queries })
	released := make(chan struct{})
	go func() { Release(address, f); close(released) }()
	until(t, "Release has begun", releasing)
	for range 1000 {
		select {
		case <-released:
			t.Fatal("released with queries under way")
		default:
			runtime.Gosched()
		}
	}
	close(f.held)
	<-released
	if n := f.left.Load(); n != queries {
		t.Errorf("released when %d of %d queries were answered", n, queries)
	}
	if got := waiting(t, conn); len(got) != queries {
		t.Errorf("%d of %d replies arrived", len(got), queries)
	}
}

// What waits at the sockets when they are closed is answered.
func TestReleaseDrains(t *testing.T) {
	f := new(fake)
	address := loopbackAddress(t)
	serving(t, address, Config{Loops: 1}, f)
	conn := client(t, "", address)
	asked(t, conn, packed(t, "a.", dns.TypeA, nil))
	l, stopped := f.used()[0], make(chan struct{})
	f.mu.Lock()
	l.stopped = stopped
	f.mu.Unlock()
	const queries = 3 * batch
	for range queries {
		if _, err := conn.Write(packed(t, "a.", dns.TypeA, nil)); err != nil {
			t.Fatal(err)
		}
	}
	released := make(chan struct{})
	go func() { Release(address, f); close(released) }()
	until(t, "Release has begun", releasing)
	close(stopped)
	<-released
	if got := waiting(t, conn); len(got) != queries {
		t.Errorf("%d of %d replies arrived", len(got), queries)
	}
	if l.sentAnswered != queries+1 || l.passed != 0 {
		t.Errorf("%d answered, %d passed", l.sentAnswered, l.passed)
	}
}

// What waits at a socket without an address is answered from the addresses asked, though
// families take turns in the room for datagrams.
func TestReleaseDrainsWildcard(t *testing.T) {
	f := new(fake)
	port := fmt.Sprint(freePort(t))
	address := net.JoinHostPort("", port)
	serving(t, address, Config{Loops: 1}, f)
	groups.mu.Lock()
	g := groups.byAddress[address]
	groups.mu.Unlock()
	for _, s := range g.sockets {
		s.busy.Lock() // the loops take one batch and wait
	}
	if err := steer(g.sockets[0].conn, toOthers()); err != nil { // all by one queue
		t.Fatal(err)
	}
	const each = 56
	var conns []*net.UDPConn
	for i := range 4 { // fewer than the kernel has room for
		host := []string{"127.0.0.2", "::1"}[i%2]
		conn := client(t, "", net.JoinHostPort(host, port))
		for range each {
			if _, err := conn.Write(packed(t, "a.", dns.TypeA, nil)); err != nil {
				t.Fatal(err)
			}
		}
		conns = append(conns, conn)
	}
	released := make(chan struct{})
	go func() { Release(address, f); close(released) }()
	until(t, "Release has begun", releasing)
	for _, s := range g.sockets {
		s.drain()
		s.busy.Unlock()
	}
	<-released
	for i, conn := range conns {
		if got := waiting(t, conn); len(got) != each {
			t.Errorf("client %d: %d of %d replies", i, len(got), each)
		}
	}
}

// constant asks one question after another until it is told to stop, and counts.
type constant struct {
	stop        atomic.Bool
	sent, asked atomic.Int64
	running     sync.WaitGroup
}

// load starts clients, half of which ask what loops do not answer.
func load(t *testing.T, address string, clients int) *constant {
	c := new(constant)
	for i := range clients {
		name := "a."
		if i%2 > 0 {
			name = "p."
		}
		conn := client(t, fmt.Sprintf("127.0.0.%d", i+2), address)
		c.running.Go(func() {
			for id := uint16(0); !c.stop.Load(); id++ {
				c.sent.Add(1)
				if _, err := conn.Write(packed(t, name, dns.TypeA, func(m *dns.Msg) { m.Id = id })); err != nil {
					t.Error(err)
					return
				}
				reply, err := received(conn, 10*time.Second)
				if err != nil || uint16(reply[0])<<8|uint16(reply[1]) != id {
					t.Errorf("%s, ID %d: %x, %v", name, id, reply, err)
					return
				}
				c.asked.Add(1)
			}
		})
	}
	return c
}

// end stops the clients and reports what they lost.
func (c *constant) end(t *testing.T) {
	t.Helper()
	c.stop.Store(true)
	c.running.Wait()
	if c.sent.Load() != c.asked.Load() {
		t.Errorf("%d of %d queries were answered", c.asked.Load(), c.sent.Load())
	}
	t.Logf("%d queries", c.sent.Load())
}

// more returns when so many queries more are answered.
func (c *constant) more(t *testing.T, n int64) {
	t.Helper()
	before := c.asked.Load()
	until(t, "queries are answered", func() bool { return t.Failed() || c.asked.Load() >= before+n })
}

// A handler takes over from another, and nothing is lost.
func TestHandOver(t *testing.T) {
	address := loopbackAddress(t)
	f := new(fake)
	if err := Serve(address, Config{Loops: 2}, f); err != nil {
		t.Fatal(err)
	}
	l := load(t, address, 6)
	for range 100 {
		next := new(fake)
		if err := Serve(address, Config{Loops: 2}, next); err != nil {
			t.Fatal(err)
		}
		if Serving(address) != next {
			t.Error("another handler serves")
		}
		Release(address, f)
		entered := f.entered.Load()
		if left := f.left.Load(); left != entered {
			t.Errorf("%d of %d queries were answered when the handler was released", left, entered)
		}
		l.more(t, 20)
		if f.entered.Load() != entered {
			t.Error("a handler is used after its release")
		}
		f = next
	}
	l.end(t)
	Release(address, f)
	if Serving(address) != nil {
		t.Error("somebody serves still")
	}
}

// Sockets are opened and closed beside CoreDNS's, and nothing is lost.
func TestOpenAndClose(t *testing.T) {
	address := loopbackAddress(t)
	other(t, address)
	l := load(t, address, 6)
	var answered int
	for range 60 {
		f := new(fake)
		if err := Serve(address, Config{Others: 1, Loops: 2}, f); err != nil {
			t.Fatal(err)
		}
		l.more(t, 20)
		Release(address, f)
		l.more(t, 5)
		answered += len(f.used())
		if left, entered := f.left.Load(), f.entered.Load(); left != entered {
			t.Errorf("%d of %d queries were answered when the handler was released", left, entered)
		}
	}
	l.end(t)
	if answered == 0 {
		t.Error("no loop had a query")
	}
}
