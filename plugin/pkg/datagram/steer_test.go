//go:build linux

package datagram

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/miekg/dns"
	"golang.org/x/net/bpf"
)

// CoreDNS's socket gets all that is no plain query, the loops all others.
func TestSteering(t *testing.T) {
	plain := packed(t, "www.example.org.", dns.TypeA, nil)
	padded := func(octets int) []byte {
		m := packed(t, "a.", dns.TypeA, withOption(&dns.EDNS0_PADDING{}))
		return packed(t, "a.", dns.TypeA, withOption(&dns.EDNS0_PADDING{Padding: make([]byte, octets-len(m))}))
	}
	rows := map[string]struct {
		packet []byte
		want   int
	}{
		"plain":          {plain, byLoop},
		"EDNS":           {packed(t, "www.example.org.", dns.TypeA, func(m *dns.Msg) { m.SetEdns0(1232, true) }), byLoop},
		"root":           {packed(t, ".", dns.TypeNS, nil), byLoop},
		"512 octets":     {padded(512), byLoop},
		"513 octets":     {padded(513), byOther},
		"1400 octets":    {padded(1400), byOther},
		"passed":         {packed(t, "p.example.org.", dns.TypeA, nil), byHandler},
		"TSIG":           {packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.SetTsig("key.", dns.HmacSHA256, 300, 1) }), byHandler},
		"response":       {packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.Response = true }), byOther},
		"notify":         {packed(t, "a.", dns.TypeSOA, func(m *dns.Msg) { m.Opcode = dns.OpcodeNotify }), byOther},
		"update":         {packed(t, "a.", dns.TypeSOA, func(m *dns.Msg) { m.Opcode = dns.OpcodeUpdate }), byOther},
		"no question":    {packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.Question = nil }), byOther},
		"two questions":  {packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.Question = append(m.Question, m.Question[0]) }), byOther},
		"ANCOUNT":        {set(plain, 7, 1), byOther},
		"NSCOUNT":        {set(plain, 9, 1), byOther},
		"ARCOUNT 2":      {set(plain, 11, 2), byOther},
		"ARCOUNT 256":    {set(plain, 10, 1), byOther},
		"QDCOUNT 257":    {set(plain, 4, 1), byOther},
		"empty":          {nil, byOther},
		"half a header":  {plain[:11], byOther},
		"name cut":       {plain[:20], byHandlerFormErr},
		"header, no end": {plain[:12], byHandler},
	}
	for _, host := range []string{"127.0.0.1", "::1"} {
		address := net.JoinHostPort(host, fmt.Sprint(freePort(t)))
		other(t, address)
		serving(t, address, Config{Others: 1, Loops: 3}, new(fake))
		conn := client(t, "", address)
		for name, row := range rows {
			for id := range uint16(7) {
				packet := bytes.Clone(row.packet)
				if len(packet) > 2 {
					binary.BigEndian.PutUint16(packet, id)
				}
				if got := int(asked(t, conn, packet)[3] & 0xf); got != row.want {
					t.Errorf("%s, %s, ID %d: answered by %s, want %s", host, name, id, dns.RcodeToString[got], dns.RcodeToString[row.want])
				}
			}
		}
	}
}

// byHandlerFormErr is the rcode of what the server itself answers.
const byHandlerFormErr = dns.RcodeFormatError

// A client has one socket of each loop, chosen by its address; the loops share all queries.
func TestBuckets(t *testing.T) {
	const loops = 4
	for _, host := range []string{"127.0.0.1", "::1"} {
		address := net.JoinHostPort(host, fmt.Sprint(freePort(t)))
		other(t, address)
		f := new(fake)
		serving(t, address, Config{Others: 1, Loops: loops}, f)
		for port := range 5 {
			conn := client(t, "", address)
			for id := range uint16(40) {
				packet := packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.Id = id + uint16(1000*port) })
				if got := asked(t, conn, packet)[3]; got != byLoop {
					t.Fatalf("%s: answered by %s", host, dns.RcodeToString[int(got)])
				}
			}
		}
		used := f.used()
		if len(used) != loops {
			t.Errorf("%s: one client has %d sockets of %d loops", host, len(used), loops)
		}
		for _, l := range used {
			total := 0
			for id, n := range l.ids {
				total += n
				for other := range l.ids {
					if id%loops != other%loops {
						t.Fatalf("%s: a socket has the IDs %d and %d", host, id, other)
					}
				}
			}
			if total != 200/loops {
				t.Errorf("%s: a loop has %d of 200 queries", host, total)
			}
		}
	}
}

// Clients are spread over the sockets, neighbours and networks alike.
func TestBucketsSpread(t *testing.T) {
	address := net.JoinHostPort("127.0.0.1", fmt.Sprint(freePort(t)))
	other(t, address)
	f := new(fake)
	serving(t, address, Config{Others: 1, Loops: 1}, f)
	const clients = 64
	for i := range clients {
		from := fmt.Sprintf("127.0.0.%d", i+2)
		if i >= clients/2 {
			from = fmt.Sprintf("127.%d.0.1", i)
		}
		asked(t, client(t, from, address), packed(t, "a.", dns.TypeA, nil))
	}
	used := f.used()
	if len(used) != buckets {
		t.Errorf("%d of %d sockets are used", len(used), buckets)
	}
	for _, l := range used {
		if len(l.clients) > clients/2 {
			t.Errorf("%d of %d clients share a socket", len(l.clients), clients)
		}
	}
}

// A program that is refused is an error of its kind; a group that the kernel spreads by
// itself, as it does then, answers everything.
func TestUnsteered(t *testing.T) {
	address := net.JoinHostPort("127.0.0.1", fmt.Sprint(freePort(t)))
	other(t, address)
	serving(t, address, Config{Others: 1, Loops: 2}, new(fake))
	groups.mu.Lock()
	first := groups.byAddress[address].sockets[0].conn
	groups.mu.Unlock()
	if err := steer(first, []bpf.Instruction{bpf.TAX{}}); !errors.Is(err, ErrUnsteered) {
		t.Errorf("a program without an end: %v", err)
	}
	if err := steer(first, []bpf.Instruction{bpf.RetConstant{Val: 1 << 20}}); err != nil {
		t.Fatal(err)
	}
	by := make(map[byte]int)
	for range 60 {
		conn := client(t, "", address)
		by[asked(t, conn, packed(t, "a.", dns.TypeA, nil))[3]&0xf]++
		by[asked(t, conn, packed(t, "a.", dns.TypeSOA, func(m *dns.Msg) { m.Opcode = dns.OpcodeNotify }))[3]&0xf]++
	}
	if by[byLoop] == 0 || by[byHandler] == 0 || by[byLoop]+by[byHandler]+by[byOther] != 120 {
		t.Errorf("answers by rcode: %v", by)
	}
}

// A query that the kernel gives to a socket after its loop has ended is answered.
func TestLate(t *testing.T) {
	for _, bind := range []string{"127.0.0.1", ""} {
		address := net.JoinHostPort(bind, fmt.Sprint(freePort(t)))
		other(t, address)
		f := new(fake)
		g, err := open(address, Config{Others: 1, Loops: 1}, f)
		if err != nil {
			t.Fatal(err)
		}
		conn := client(t, "", net.JoinHostPort("127.0.0.1", fmt.Sprint(g.sockets[0].local.Port())))
		g.drain()
		for _, to := range []uint32{1, buckets} {
			if err := steer(g.sockets[0].conn, []bpf.Instruction{bpf.RetConstant{Val: to}}); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"a.", "p."} {
				if _, err := conn.Write(packed(t, name, dns.TypeA, nil)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := steer(g.sockets[0].conn, toOthers()); err != nil {
			t.Fatal(err)
		}
		g.close()
		if got := waiting(t, conn); len(got) != 4 {
			t.Errorf("%q: %d of 4 replies", address, len(got))
		}
		if entered, left := f.entered.Load(), f.left.Load(); entered != 2 || left != 2 {
			t.Errorf("%q: %d of %d queries were answered when the sockets were closed", address, left, entered)
		}
	}
}
