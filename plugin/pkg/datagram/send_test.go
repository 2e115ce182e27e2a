//go:build linux

package datagram

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/sys/unix"
)

// socketsOf returns the sockets of an address.
func socketsOf(address string) []*socket {
	groups.mu.Lock()
	defer groups.mu.Unlock()
	return groups.byAddress[address].sockets
}

// burst has a client send queries of two lengths which come to the loops as one batch, and
// returns the queries by ID.
func burst(t *testing.T, conn *net.UDPConn, address string) map[uint16][]byte {
	t.Helper()
	for _, s := range socketsOf(address) {
		s.busy.Lock() // the first query is a batch of its own, behind which the others wait
	}
	queries := make(map[uint16][]byte)
	for id := range uint16(41) {
		packet := packed(t, []string{"a.", "www.example.org."}[id%2], dns.TypeA, func(m *dns.Msg) { m.Id = id })
		queries[id] = packet
		if _, err := conn.Write(packet); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range socketsOf(address) {
		s.busy.Unlock()
	}
	return queries
}

// replies returns how many messages of the kernel replies came as, each of which is checked.
func replies(t *testing.T, conn *net.UDPConn, queries map[uint16][]byte) (messages int) {
	t.Helper()
	buffer, control := make([]byte, 1<<16), make([]byte, 64)
	for len(queries) > 0 {
		if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		n, c, _, _, err := conn.ReadMsgUDP(buffer, control)
		if err != nil {
			t.Fatalf("%d replies are missing: %v", len(queries), err)
		}
		messages++
		length := segmentOf(t, control[:c])
		if length == 0 {
			length = n
		}
		for rest := buffer[:n]; len(rest) > 0; rest = rest[min(length, len(rest)):] {
			reply := rest[:min(length, len(rest))]
			id := uint16(reply[0])<<8 | uint16(reply[1])
			want := bytes.Clone(queries[id])
			delete(queries, id)
			if len(want) > 0 {
				want[2], want[3] = want[2]|0x80, byLoop
			}
			if !bytes.Equal(reply, want) {
				t.Fatalf("reply %x, want %x", reply, want)
			}
		}
	}
	return messages
}

// segmentOf returns how long the datagrams are that the kernel has put together again.
func segmentOf(t *testing.T, control []byte) int {
	t.Helper()
	all, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if c.Header.Level == unix.IPPROTO_UDP && c.Header.Type == unix.UDP_GRO {
			return int(c.Data[0]) | int(c.Data[1])<<8
		}
	}
	return 0
}

// set sets an option of a socket.
func setOption(t *testing.T, conn *net.UDPConn, level, option, value int) {
	t.Helper()
	raw, err := conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), level, option, value) }); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Skipf("the kernel has no option %d: %v", option, err)
	}
}

// Replies of one length to one client go through the kernel as one message, on sockets with
// and without an address, and come from the address asked.
func TestSegments(t *testing.T) {
	for bind, hosts := range map[string][]string{
		"127.0.0.1": {"127.0.0.1"}, "0.0.0.0": {"127.0.0.1", "127.0.0.2"}, "": {"127.0.0.3", "::1"}, "::1": {"::1"},
	} {
		port := fmt.Sprint(freePort(t))
		address := net.JoinHostPort(bind, port)
		serving(t, address, Config{Loops: 1}, new(fake))
		for _, host := range hosts {
			conn := client(t, "", net.JoinHostPort(host, port))
			setOption(t, conn, unix.IPPROTO_UDP, unix.UDP_GRO, 1)
			// The first reply, one length, the other one.
			if n := replies(t, conn, burst(t, conn, address)); n > 5 {
				t.Errorf("%q, %s: the replies are %d messages", bind, host, n)
			}
		}
	}
}

// Replies to several clients in one batch are told apart.
func TestSegmentsOfClients(t *testing.T) {
	address := loopbackAddress(t)
	serving(t, address, Config{Loops: 1}, new(fake))
	var conns []*net.UDPConn
	for range 3 {
		conns = append(conns, client(t, "", address))
	}
	for _, s := range socketsOf(address) {
		s.busy.Lock()
	}
	asked := make([]map[uint16][]byte, len(conns))
	for id := range uint16(45) {
		of := int(id) % len(conns)
		if asked[of] == nil {
			asked[of] = make(map[uint16][]byte)
		}
		packet := packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.Id = id })
		asked[of][id] = packet
		if _, err := conns[of].Write(packet); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range socketsOf(address) {
		s.busy.Unlock()
	}
	for i, conn := range conns {
		replies(t, conn, asked[i])
	}
}

// What the kernel does not send in segments goes out one by one: it takes none without
// checksums.
func TestSegmentsRefused(t *testing.T) {
	address := loopbackAddress(t)
	serving(t, address, Config{Loops: 1}, new(fake))
	for _, s := range socketsOf(address) {
		setOption(t, s.conn, unix.SOL_SOCKET, unix.SO_NO_CHECK, 1)
	}
	conn := client(t, "", address)
	setOption(t, conn, unix.IPPROTO_UDP, unix.UDP_GRO, 1)
	queries := burst(t, conn, address)
	if want, n := len(queries), replies(t, conn, queries); n != want {
		t.Errorf("%d messages for %d replies", n, want)
	}
}

// batchOf is the calls of a socket with replies to so many datagrams of one client, each of a
// length.
func batchOf(t *testing.T, count, length int) *calls {
	t.Helper()
	conn := client(t, "", loopbackAddress(t))
	c, err := newCalls(conn, false)
	if err != nil {
		t.Fatal(err)
	}
	c.segmented = true
	for i := range count {
		c.in[i].Namelen = unix.SizeofSockaddrInet4
		c.reply(i, append(c.room(), strings.Repeat("x", length)...))
	}
	return c
}

// A message is no longer than the kernel takes, and no segment is of another length.
func TestSegmentsLimit(t *testing.T) {
	for length, want := range map[int]int{12: 1, 512: 1, maxMessage / batch: 1, maxMessage/batch + 1: 2, maxReply: 2} {
		c := batchOf(t, batch, length)
		total := 0
		n := c.arrange()
		for i := range c.messages[:n] {
			segments := int(c.messages[i].Iovlen)
			if segments*length > maxMessage {
				t.Errorf("%d segments of %d octets", segments, length)
			}
			total += segments
		}
		if n != want || total != batch {
			t.Errorf("%d replies of %d octets are %d messages with %d segments, want %d", batch, length, n, total, want)
		}
	}
}

// A device that cannot cut messages is asked once.
func TestSegmentsUnfit(t *testing.T) {
	c := batchOf(t, 10, 100)
	var sent []int
	c.send = func(uintptr) bool {
		segments := int(c.next[0].Iovlen)
		sent = append(sent, segments)
		c.count, c.err = 1, nil
		if segments > 1 {
			c.count, c.err = 0, unix.EIO
		}
		return true
	}
	c.flush()
	if len(sent) != 11 || sent[0] != 10 || c.segmented {
		t.Errorf("messages of %d segments, segmented %t", sent, c.segmented)
	}
	for i := range 3 {
		c.reply(i, append(c.room(), "reply"...))
	}
	sent = nil
	if c.flush(); len(sent) != 3 {
		t.Errorf("messages of %d segments", sent)
	}
}
