package reply

import (
	"bytes"
	"crypto/tls"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/coredns/coredns/request"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
)

func record(t testing.TB, text string) dns.RR {
	t.Helper()
	rr, err := dns.NewRR(text)
	if err != nil || rr == nil {
		t.Fatalf("%s: %v", text, err)
	}
	switch rr := rr.(type) { // as zones keep them
	case *dns.A:
		rr.A = rr.A.To4()
	}
	return rr
}

// packed are records that are packed here, unpacked some that are left to miekg/dns.
var (
	packed = []string{
		"www.example.org. 300 IN A 192.0.2.1",
		". 0 IN A 192.0.2.2",
		"*.example.org. 4294967295 IN AAAA 2001:db8::1",
		"example.org. 3600 IN SOA ns.example.org. hostmaster.example.org. 1 2 3 4 5",
		"example. 3600 IN SOA . . 4294967295 0 0 0 0",
		"WWW.example.org. 300 IN CNAME www.example.org.",
		"1.2.0.192.in-addr.arpa. 300 IN PTR Www.example.org.",
		"example.org. 300 IN NS .",
		"example.org. 300 IN MX 10 www.example.org.",
		"_sip._tcp.example.org. 300 IN SRV 1 65535 5060 www.example.org.",
		strings.Repeat(strings.Repeat("a", 63)+".", 3) + strings.Repeat("b", 61) + ". 1 IN A 192.0.2.3",
	}
	unpacked = []string{
		`a\.b.example.org. 300 IN A 192.0.2.1`,
		`\000.example.org. 300 IN AAAA 2001:db8::1`,
		`example.org. 3600 IN SOA ns.example.org. a\.b.example.org. 1 2 3 4 5`,
		"www.example.org. 300 IN TXT text",
		`www.example.org. 300 IN CNAME a\.b.example.org.`,
		`_sip._tcp.example.org. 300 IN SRV 1 2 3 a\.b.example.org.`,
		`example.org. 300 IN HTTPS 1 . alpn="h2" ipv4hint=192.0.2.1`,
		`a\.b.example.org. 300 IN TXT text`,
	}
)

// uncompressed returns the octets that miekg/dns gives for a packet's message.
func uncompressed(t *testing.T, packet []byte) []byte {
	t.Helper()
	m := new(dns.Msg)
	if err := m.Unpack(packet); err != nil {
		t.Fatalf("%x: %v", packet, err)
	}
	octets, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

// spelled returns a message in which the question's name has one letter case.
func spelled(m *dns.Msg) *dns.Msg {
	out := *m
	if len(m.Question) > 0 {
		for _, section := range [...]*[]dns.RR{&out.Answer, &out.Ns, &out.Extra} {
			*section = spell(*section, m.Question[0].Name)
		}
	}
	return &out
}

// What appendMessage gives is what miekg/dns gives, but for the letter case of the question's name.
func TestPack(t *testing.T) {
	t.Parallel()
	m := new(dns.Msg)
	check := func(what string, want bool) {
		t.Helper()
		octets, err := spelled(m).Pack()
		if err != nil {
			t.Fatal(err)
		}
		got, ok := appendMessage(nil, nil, m)
		if ok != want || ok && !bytes.Equal(uncompressed(t, got), octets) {
			t.Errorf("%s: it gives %v, %x\nwant %x", what, ok, got, octets)
		}
	}
	check("nothing", true)
	m.SetQuestion("WwW.Example.org.", dns.TypeAAAA)
	for flag, set := range map[string]*bool{
		"QR": &m.Response, "AA": &m.Authoritative, "TC": &m.Truncated, "RD": &m.RecursionDesired, "RA": &m.RecursionAvailable,
		"Z": &m.Zero, "AD": &m.AuthenticatedData, "CD": &m.CheckingDisabled,
	} {
		before := *set
		*set = !before
		check(flag, true)
		*set = before
	}
	for m.Rcode = 0; m.Rcode <= 0xF; m.Rcode++ {
		check("rcode", true)
	}
	m.Rcode = 3
	for m.Opcode = 0; m.Opcode <= 0xF; m.Opcode++ {
		check("opcode", true)
	}
	m.Opcode = 0
	for _, section := range []*[]dns.RR{&m.Answer, &m.Ns, &m.Extra} {
		for _, text := range packed {
			*section = append(*section, record(t, text))
			check(text, true)
		}
	}
	for _, text := range unpacked {
		m.Ns = []dns.RR{record(t, text)}
		check(text, false)
	}
	m.Ns = nil
	m.SetEdns0(1232, true)
	check("EDNS", true)
	m.IsEdns0().Option = []dns.EDNS0{&dns.EDNS0_NSID{Code: dns.EDNS0NSID}}
	check("an option", true)
	m.Extra, m.Compress = nil, true
	check("compression", false)
	m.Compress = false
	m.SetQuestion(`a\.b.`, dns.TypeA)
	check("an escape in the question", false)
	m.Rcode = dns.RcodeBadVers
	if _, ok := appendMessage(nil, nil, m); ok {
		t.Error("an extended rcode is packed")
	}
	m = &dns.Msg{Answer: []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeA}, A: net.IPv4(192, 0, 2, 1)}}}
	check("an address of 16 octets", false)
}

// FuzzPack reads a message, and packs what it can of it as miekg/dns does.
func FuzzPack(f *testing.F) {
	for _, text := range append(packed, unpacked...) {
		m := new(dns.Msg).SetQuestion("www.example.org.", dns.TypeA)
		m.Answer = []dns.RR{record(f, text)}
		m.SetEdns0(4096, false)
		octets, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(octets)
	}
	f.Fuzz(func(t *testing.T, octets []byte) {
		m := new(dns.Msg)
		if m.Unpack(octets) != nil {
			return
		}
		got, ok := appendMessage(nil, nil, m)
		if !ok {
			return
		}
		want, err := spelled(m).Pack()
		if err != nil || new(dns.Msg).Unpack(want) != nil { // of types that miekg/dns packs and does not read
			return
		}
		if !bytes.Equal(uncompressed(t, got), want) {
			t.Errorf("%v\nit gives %x\nPack %x", m, got, want)
		}
	})
}

// socket is the server's writer of one query: what came to it, and how.
type socket struct {
	dns.ResponseWriter
	remote net.Addr
	tls    *tls.ConnectionState
	packet []byte
	msg    *dns.Msg
}

func (s *socket) RemoteAddr() net.Addr                  { return s.remote }
func (s *socket) ConnectionState() *tls.ConnectionState { return s.tls }
func (s *socket) WriteMsg(m *dns.Msg) error             { s.msg = m; return nil }
func (s *socket) Write(p []byte) (int, error)           { s.packet = p; return len(p), nil }

// wrapped is a writer of somebody else's, which knows no TLS.
type wrapped struct{ dns.ResponseWriter }

func answered(records ...dns.RR) *resolve.Pin {
	return &resolve.Pin{Policy: new(model.Policy), Result: resolve.Result{Outcome: resolve.Success, Answer: records}}
}

// sending is a query, the writer it came with, and whether its answer is sent as a
// packet.
type sending struct {
	r      *dns.Msg
	socket socket
	wrap   func(r *dns.Msg, s *socket) dns.ResponseWriter // nil: as the server does
	answer []dns.RR
	packet bool
}

func asked(size uint16, options ...dns.EDNS0) *dns.Msg {
	r := new(dns.Msg).SetQuestion("www.example.org.", dns.TypeA)
	if size > 0 {
		r.SetEdns0(size, true)
		r.IsEdns0().Option = options
	}
	return r
}

func sendings(t *testing.T) map[string]sending {
	t.Helper()
	a := []dns.RR{record(t, packed[0])}
	var large []dns.RR
	for range 30 {
		large = append(large, a...)
	}
	cookie := &dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: "0011223344556677"}
	return map[string]sending{
		"plain":            {r: asked(0), answer: a, packet: true},
		"EDNS":             {r: asked(1232), answer: a, packet: true},
		"unknown option":   {r: asked(1232, cookie), answer: a, packet: true},
		"other type":       {r: asked(0), answer: []dns.RR{record(t, unpacked[0])}},
		"large":            {r: asked(0), answer: large},
		"large, with room": {r: asked(1232), answer: large, packet: true},
		"larger still":     {r: asked(4096), answer: slices.Repeat(large, 3)},
		"small size":       {r: asked(100), answer: large[:10], packet: true},
		"TCP":              {r: asked(0), socket: socket{remote: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}, answer: a},
		"QUIC":             {r: asked(0), socket: socket{tls: new(tls.ConnectionState)}, answer: a},
		"a plugin above": {r: asked(0), answer: a, wrap: func(r *dns.Msg, s *socket) dns.ResponseWriter {
			return wrapped{request.NewScrubWriter(r, s)}
		}},
		"a writer below": {r: asked(0), answer: a, wrap: func(r *dns.Msg, s *socket) dns.ResponseWriter {
			return request.NewScrubWriter(r, wrapped{s})
		}},
		"no server": {r: asked(0), answer: a, wrap: func(_ *dns.Msg, s *socket) dns.ResponseWriter { return s }},
	}
}

// A packet is sent where it is what the server would send, and nowhere else.
func TestSendPacket(t *testing.T) {
	t.Parallel()
	for name, c := range sendings(t) {
		t.Run(name, func(t *testing.T) {
			if c.socket.remote == nil {
				c.socket.remote = &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}
			}
			var w dns.ResponseWriter = request.NewScrubWriter(c.r, &c.socket)
			if c.wrap != nil {
				w = c.wrap(c.r, &c.socket)
			}
			reference := c.r.Copy()
			if _, err := Internal(w, c.r, answered(c.answer...), ""); err != nil {
				t.Fatal(err)
			}
			if (c.socket.packet != nil) != c.packet || (c.socket.msg != nil) == c.packet {
				t.Fatalf("packet %x, message %v", c.socket.packet, c.socket.msg)
			}
			if !c.packet {
				return
			}
			// What the server's wrapper makes of the message.
			other := &socket{remote: c.socket.remote}
			_ = request.NewScrubWriter(reference, other).WriteMsg(Message(reference, answered(c.answer...), ""))
			if want, err := other.msg.Pack(); err != nil || !bytes.Equal(want, uncompressed(t, c.socket.packet)) {
				t.Errorf("packet\n%x, want\n%x (%v)", c.socket.packet, want, err)
			}
		})
	}
}

// A hit allocates its packet and nothing else.
func TestPacketAllocations(t *testing.T) {
	r := new(dns.Msg).SetQuestion("www.example.org.", dns.TypeA)
	w := request.NewScrubWriter(r, &socket{remote: &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}})
	pin := answered(record(t, packed[0]))
	if n := testing.AllocsPerRun(100, func() { _, _ = Internal(w, r, pin, "") }); n != 1 {
		t.Errorf("%v allocations, want 1", n)
	}
}

func BenchmarkInternal(b *testing.B) {
	r := new(dns.Msg).SetQuestion("www.example.org.", dns.TypeA)
	pin := answered(record(b, packed[0]))
	s := &packing{socket{remote: &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}}}
	for name, w := range map[string]dns.ResponseWriter{
		"packet":  request.NewScrubWriter(r, s),
		"message": wrapped{request.NewScrubWriter(r, s)},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = Internal(w, r, pin, "")
			}
		})
	}
}

// packing packs messages, as the server's writer does.
type packing struct{ socket }

func (p *packing) WriteMsg(m *dns.Msg) error {
	_, err := m.Pack()
	return err
}

// questionOf returns the octets of a query's question, as its client sent them.
func questionOf(t *testing.T, r *dns.Msg) []byte {
	t.Helper()
	octets, err := (&dns.Msg{Question: r.Question}).Pack()
	if err != nil {
		t.Fatal(err)
	}
	return octets[headerLen:]
}

// AppendInternal gives the octets of every reply that needs neither compression nor a cut, and
// changes no record.
func TestAppendInternal(t *testing.T) {
	t.Parallel()
	for _, text := range append(slices.Clone(packed), unpacked...) {
		rr := record(t, text)
		before := dns.Copy(rr)
		for _, size := range []uint16{0, 1232} {
			r, reference := asked(size), asked(size)
			reference.Id = r.Id
			length := 0
			got, ok := AppendInternal(make([]byte, 0, 64), r, questionOf(t, r), answered(rr), &length)
			s := &socket{remote: &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}}
			m := Message(reference, answered(rr), "")
			wantLength := m.Len()
			_ = request.NewScrubWriter(reference, s).WriteMsg(m)
			want, err := s.msg.Pack()
			if err != nil || !ok || !bytes.Equal(uncompressed(t, got), want) || length != wantLength {
				t.Errorf("%s: %t, %d octets %x\nwant %d octets %x (%v)", text, ok, length, got, wantLength, want, err)
			}
		}
		if !dns.IsDuplicate(rr, before) || *rr.Header() != *before.Header() {
			t.Errorf("%v has become %v", before, rr)
		}
	}
	if out, ok := AppendInternal([]byte{}, asked(0), nil, answered(slices.Repeat([]dns.RR{record(t, unpacked[1])}, 40)...), nil); ok || len(out) > 0 {
		t.Errorf("what does not fit is %x", out)
	}
}
