package test

import (
	"bytes"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/datagram"
)

// fastCorefile has what decides about answers: policies of all kinds, references, aliases,
// wildcards, cuts, names of special use.
const fastCorefile = `.:0 {
	bind 127.0.0.1
	internalzone corp.example {
		id corp
		record "www 300 A 192.0.2.80"
		record "www 300 AAAA 2001:db8::80"
		record "alias 60 CNAME www"
		record "far 60 CNAME www.base.example"
		record "loop CNAME loop"
		record "*.wild A 192.0.2.81"
		record "a.b.c.d TXT 'a text' 'and another'"
		record "@ MX 10 mail"
		record "mail A 192.0.2.25"
		record "cut NS ns.cut"
		record "ns.cut A 192.0.2.53"
		record "_sip._tcp SRV 1 2 5060 www"
	}
	internalzone base.example {
		id base
		record "www A 192.0.2.90"
	}
	internalzone corp.example {
		id common
		record "old A 192.0.2.91"
		record "alias2 CNAME old"
	}
	referencezone corp common {
		nodata
	}
	dnsview office corp base
	dnsview lab base
	resolverpolicy {
		fast_udp
	}
	resolverpolicy lab {
		traffic "dns.src_ip in {127.0.0.64/26}"
		view lab
		fallback public_dns
		private base.example
	}
	resolverpolicy outside {
		traffic "any(dns.domains[*] in {'outside.example'})"
		public
	}
	resolverpolicy office {
		view office
	}
	template ANY ANY {
		answer "{{ .Name }} 60 IN TXT public"
	}
}
`

// recorder is the writer of a query over UDP, as CoreDNS's server has one.
type recorder struct {
	dns.ResponseWriter
	client *net.UDPAddr
	local  *net.UDPAddr
	sent   []byte
}

func (r *recorder) LocalAddr() net.Addr  { return r.local }
func (r *recorder) RemoteAddr() net.Addr { return r.client }
func (r *recorder) TsigStatus() error    { return nil }
func (r *recorder) Write(p []byte) (int, error) {
	r.sent = bytes.Clone(p)
	return len(p), nil
}
func (r *recorder) WriteMsg(m *dns.Msg) error {
	octets, err := m.Pack()
	r.sent = octets
	return err
}

// fastPair is both ways to an answer of one server.
type fastPair struct {
	loop    datagram.Loop
	handler datagram.Handler
	local   netip.AddrPort
	other   []byte // a query
}

func newFastPair(t testing.TB, corefile string) *fastPair {
	t.Helper()
	s, err := start(corefile)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.stop(t) })
	address, err := s.addr("udp", netip.Addr{})
	if err != nil {
		t.Fatal(err)
	}
	p := &fastPair{local: netip.MustParseAddrPort(address)}
	p.handler = servingFast(t, address)
	p.loop = p.handler.Loop(p.local)
	p.other = fastPackets(t)[0]
	return p
}

// compare has a packet answered without the chain, and by it, and reports how they differ. It
// returns false if it is not answered without.
func (p *fastPair) compare(t *testing.T, packet []byte, client netip.Addr) bool {
	t.Helper()
	from := netip.AddrPortFrom(client, 4242)
	p.loop.Read([][]byte{p.other, bytes.Clone(packet), p.other}) // as one of a batch
	got, ok := p.loop.Answer(nil, 1, from)
	if !ok {
		return false
	}
	m := new(dns.Msg)
	if err := m.Unpack(packet); err != nil {
		t.Fatalf("%x is answered, and is no message: %v", packet, err)
	}
	r := &recorder{client: net.UDPAddrFromAddrPort(from), local: net.UDPAddrFromAddrPort(p.local)}
	p.handler.ServeDNS(r, m)
	if want := r.sent; !bytes.Equal(plainOctets(t, got), plainOctets(t, want)) {
		t.Errorf("query %x\nfast_udp %x\nchain    %x\n%v", packet, got, want, m)
	}
	return true
}

// plainOctets returns a message without pointers to names, which the chain's has none of if
// a plugin above may want to see it.
func plainOctets(t *testing.T, octets []byte) []byte {
	t.Helper()
	m := new(dns.Msg)
	if err := m.Unpack(octets); err != nil {
		t.Fatalf("%x: %v", octets, err)
	}
	out, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// fastNames are what the packets of the fuzz target begin with.
var fastNames = strings.Fields(`www.corp.example. WwW.CoRp.example. alias.corp.example. far.corp.example. loop.corp.example. x.wild.corp.example.
	d.corp.example. a.b.c.d.corp.example. corp.example. x.cut.corp.example. _sip._tcp.corp.example. old.corp.example. ALIAS2.corp.example. no.corp.example.
	www.base.example. no.base.example. a.outside.example. elsewhere.example. .`)

func fastPackets(t testing.TB) (packets [][]byte) {
	t.Helper()
	for i, name := range fastNames {
		for _, qtype := range []uint16{dns.TypeA, dns.TypeAAAA, dns.TypeTXT, dns.TypeMX, dns.TypeNS, dns.TypeSOA, dns.TypeCNAME, dns.TypeANY, dns.TypeDS, dns.TypeSRV, dns.TypeAXFR} {
			m := new(dns.Msg).SetQuestion(name, qtype)
			m.Id, m.RecursionDesired, m.CheckingDisabled, m.AuthenticatedData = uint16(i), i%3 > 0, i%5 == 0, i%7 == 0
			if i%2 == 0 {
				m.SetEdns0(uint16(512+100*i), i%4 == 0)
				if i%6 == 0 {
					m.IsEdns0().Option = []dns.EDNS0{&dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: "0011223344556677"}}
				}
			}
			packet, err := m.Pack()
			if err != nil {
				t.Fatal(err)
			}
			packets = append(packets, packet)
		}
	}
	return packets
}

// Every kind of question has the same reply with and without the chain.
func TestFastUDPEqual(t *testing.T) {
	p := newFastPair(t, fastCorefile)
	answered := 0
	packets := fastPackets(t)
	for i, packet := range packets {
		for _, client := range []string{"127.0.0.1", "127.0.0.65"} {
			if p.compare(t, packet, netip.MustParseAddr(client)) {
				answered++
			} else if i%11 == 0 && strings.HasPrefix(fastNames[i/11], "www.") && client == "127.0.0.1" {
				t.Errorf("%s A was not answered", fastNames[i/11])
			}
		}
	}
	if answered < len(packets) {
		t.Errorf("%d of %d were answered", answered, 2*len(packets))
	}
}

// FuzzFastUDP compares both ways on packets of any kind.
func FuzzFastUDP(f *testing.F) {
	for _, packet := range fastPackets(f) {
		f.Add(packet, byte(1))
		f.Add(packet, byte(65))
	}
	p := newFastPair(f, fastCorefile)
	f.Fuzz(func(t *testing.T, packet []byte, host byte) {
		p.compare(t, packet, netip.AddrFrom4([4]byte{127, 0, 0, host}))
	})
}
