package datagram

import (
	"bytes"
	"maps"
	"strings"
	"testing"

	"github.com/coredns/coredns/plugin/pkg/edns"
	"github.com/miekg/dns"
)

// packed returns a query as a client sends it, after a change.
func packed(t testing.TB, name string, qtype uint16, change func(*dns.Msg)) []byte {
	t.Helper()
	m := new(dns.Msg).SetQuestion(name, qtype)
	m.Id = 0x1234
	if change != nil {
		change(m)
	}
	octets, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

// withOption gives a query an OPT record with one option.
func withOption(o dns.EDNS0) func(*dns.Msg) {
	return func(m *dns.Msg) { m.SetEdns0(1232, true).IsEdns0().Option = []dns.EDNS0{o} }
}

// cut returns a packet without its last octets.
func cut(packet []byte, last int) []byte { return packet[:len(packet)-last] }

// set returns a packet with one octet changed.
func set(packet []byte, at int, to byte) []byte {
	packet = bytes.Clone(packet)
	packet[at] = to
	return packet
}

// row is a packet and whether it is taken.
type row struct {
	packet []byte
	want   bool
}

// readTable tells of kinds of packets whether the loops take them.
func readTable(t testing.TB) map[string]row {
	plain := packed(t, "www.example.org.", dns.TypeA, nil)
	opt := packed(t, "www.example.org.", dns.TypeA, func(m *dns.Msg) { m.SetEdns0(1232, true) })
	long := strings.Repeat(strings.Repeat("a", 63)+".", 3) + strings.Repeat("b", 61) + "."
	rows := map[string]row{
		"plain":               {plain, true},
		"root":                {packed(t, ".", dns.TypeNS, nil), true},
		"mixed case":          {packed(t, "wWw.ExAmple.ORG.", dns.TypeAAAA, nil), true},
		"longest name":        {packed(t, long, dns.TypeA, nil), true},
		"flags":               {packed(t, "a.", 65280, func(m *dns.Msg) { m.RecursionDesired, m.CheckingDisabled, m.AuthenticatedData = false, true, true }), true},
		"EDNS":                {opt, true},
		"EDNS without DO":     {packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.SetEdns0(0, false) }), true},
		"cookie":              {packed(t, "a.", dns.TypeA, withOption(&dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: "0011223344556677"})), true},
		"padding":             {packed(t, "a.", dns.TypeA, withOption(&dns.EDNS0_PADDING{Padding: make([]byte, 40)})), true},
		"NSID":                {packed(t, "a.", dns.TypeA, withOption(&dns.EDNS0_NSID{Code: dns.EDNS0NSID})), !edns.SupportedOption(dns.EDNS0NSID)},
		"client subnet":       {packed(t, "a.", dns.TypeA, withOption(&dns.EDNS0_SUBNET{Code: dns.EDNS0SUBNET, Family: 1, SourceNetmask: 24, Address: []byte{192, 0, 2, 0}})), false},
		"unknown option":      {packed(t, "a.", dns.TypeA, withOption(&dns.EDNS0_LOCAL{Code: 65001, Data: []byte{1}})), false},
		"option too long":     {set(packed(t, "a.", dns.TypeA, withOption(&dns.EDNS0_PADDING{Padding: make([]byte, 4)})), 32, 9), false},
		"half an option":      {set(cut(packed(t, "a.", dns.TypeA, withOption(&dns.EDNS0_PADDING{Padding: make([]byte, 4)})), 6), 29, 2), false},
		"EDNS version 1":      {packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.SetEdns0(1232, false).IsEdns0().SetVersion(1) }), false},
		"extended rcode":      {set(opt, len(plain)+5, 1), false},
		"OPT has an owner":    {set(opt, len(plain), 1), false},
		"OPT cut":             {cut(opt, 1), false},
		"OPT not counted":     {set(opt, 11, 0), false},
		"counted, but no OPT": {set(plain, 11, 1), false},
		"another record": {packed(t, "a.", dns.TypeA, func(m *dns.Msg) {
			m.Extra = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeA, Class: 1}, A: make([]byte, 4)}}
		}), false},
		"two OPT":       {packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.SetEdns0(1232, true); m.Extra = append(m.Extra, m.Extra[0]) }), false},
		"TSIG":          {packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.SetTsig("key.", dns.HmacSHA256, 300, 1) }), false},
		"octets behind": {append(bytes.Clone(plain), 0), false},
	}
	maps.Copy(rows, strangeRows(t, plain))
	return rows
}

// strangeRows are packets that are messages of other kinds, or none.
func strangeRows(t testing.TB, plain []byte) map[string]row {
	return map[string]row{
		"class CH":               {packed(t, "a.", dns.TypeTXT, func(m *dns.Msg) { m.Question[0].Qclass = dns.ClassCHAOS }), false},
		"class ANY":              {packed(t, "a.", dns.TypeTXT, func(m *dns.Msg) { m.Question[0].Qclass = dns.ClassANY }), false},
		"response":               {packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.Response = true }), false},
		"notify":                 {packed(t, "a.", dns.TypeSOA, func(m *dns.Msg) { m.Opcode = dns.OpcodeNotify }), false},
		"AA":                     {packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.Authoritative = true }), false},
		"TC":                     {packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.Truncated = true }), false},
		"Z":                      {packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.Zero = true }), false},
		"rcode":                  {packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.Rcode = 1 }), false},
		"no question":            {packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.Question = nil }), false},
		"two questions":          {packed(t, "a.", dns.TypeA, func(m *dns.Msg) { m.Question = append(m.Question, m.Question[0]) }), false},
		"answer":                 {set(plain, 7, 1), false},
		"authority":              {set(plain, 9, 1), false},
		"empty":                  {nil, false},
		"half a header":          {plain[:11], false},
		"header only":            {plain[:12], false},
		"name not ended":         {plain[:20], false},
		"label beyond":           {set(plain, 12, 40), false},
		"no type":                {cut(plain, 4), false},
		"half a class":           {cut(plain, 1), false},
		"pointer in place":       {append(bytes.Clone(plain[:12]), 0xc0, 0x0c, 0, 1, 0, 1), false},
		"label type 0x40":        {set(plain, 12, 0x43), false},
		"escape: dot":            {packed(t, `a\.b.`, dns.TypeA, nil), false},
		"escape: octet":          {packed(t, `a\000b.`, dns.TypeA, nil), false},
		"escape: not ASCII":      {packed(t, `a\200b.`, dns.TypeA, nil), false},
		"escape: space":          {packed(t, `a\ b.`, dns.TypeA, nil), false},
		"escape: at":             {packed(t, `a\@b.`, dns.TypeA, nil), false},
		"no escape: * _ - / $ %": {packed(t, `*._a-b/$%.`, dns.TypeA, nil), true},
	}
}

// What is taken is the same as miekg/dns has it, but for the options that are left out.
func TestRead(t *testing.T) {
	q := new(Query)
	for name, row := range readTable(t) {
		if _, got := q.Read(row.packet, edns.SupportedOption); got != row.want {
			t.Errorf("%s: taken is %t: %x", name, got, row.packet)
		}
		sameAsMiekg(t, q, row.packet)
	}
}

// sameAsMiekg holds a query that is taken against miekg/dns.
func sameAsMiekg(t *testing.T, q *Query, packet []byte) {
	t.Helper()
	before := bytes.Clone(packet)
	got, ok := q.Read(packet, edns.SupportedOption)
	if !bytes.Equal(before, packet) {
		t.Errorf("%x is changed to %x", before, packet)
	}
	if !ok {
		return
	}
	want := new(dns.Msg)
	if err := want.Unpack(packet); err != nil {
		t.Errorf("%x is taken, and miekg/dns does not: %v", packet, err)
		return
	}
	if got.MsgHdr != want.MsgHdr || len(want.Question) != 1 || len(got.Question) != 1 || got.Question[0] != want.Question[0] {
		t.Errorf("%x\ngot  %v\nwant %v", packet, got, want)
		return
	}
	if end := headerLen + len(q.Question); !bytes.Equal(q.Question, packet[headerLen:end]) || end != questionEnd(t, packet) {
		t.Errorf("%x: question %x", packet, q.Question)
	}
	if lower := strings.ToLower(want.Question[0].Name); q.Name != lower {
		t.Errorf("canonical name %q, want %q", q.Name, lower)
	}
	if len(want.Answer)+len(want.Ns) > 0 || len(got.Answer)+len(got.Ns) > 0 || len(got.Extra) != len(want.Extra) {
		t.Errorf("%x\ngot  %v\nwant %v", packet, got, want)
		return
	}
	g, w := got.IsEdns0(), want.IsEdns0()
	if (g == nil) != (w == nil) || g != nil && g.Hdr != w.Hdr {
		t.Errorf("%x\ngot  %v\nwant %v", packet, g, w)
	}
	if w != nil {
		for _, o := range w.Option {
			if edns.SupportedOption(o.Option()) {
				t.Errorf("%x is taken without the option %d", packet, o.Option())
			}
		}
	}
}

// questionEnd returns where the question of a packet ends.
func questionEnd(t *testing.T, packet []byte) int {
	t.Helper()
	_, end, err := dns.UnpackDomainName(packet, headerLen)
	if err != nil {
		t.Fatal(err)
	}
	return end + 4
}

// A message is not changed by the one before it.
func TestReadAgain(t *testing.T) {
	q := new(Query)
	rows := readTable(t)
	for _, first := range rows {
		for name, second := range rows {
			q.Read(first.packet, edns.SupportedOption)
			if _, got := q.Read(second.packet, edns.SupportedOption); got != second.want {
				t.Errorf("%s: taken is %t behind %x", name, got, first.packet)
			}
			sameAsMiekg(t, q, second.packet)
		}
	}
}

func TestReadAllocatesNothing(t *testing.T) {
	q := new(Query)
	packets := [][]byte{
		packed(t, "www.example.org.", dns.TypeA, nil), packed(t, ".", dns.TypeNS, nil), packed(t, "wWw.example.org.", dns.TypeA, nil),
		packed(t, "mail.example.org.", dns.TypeMX, withOption(&dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: "0011223344556677"})),
	}
	for _, packet := range packets {
		if n := testing.AllocsPerRun(100, func() {
			if _, ok := q.Read(packet, edns.SupportedOption); !ok {
				t.Error("not taken")
			}
		}); n != 0 {
			t.Errorf("%v allocations for %x", n, packet)
		}
	}
}

// FuzzRead holds whatever is taken against miekg/dns.
func FuzzRead(f *testing.F) {
	for _, row := range readTable(f) {
		f.Add(row.packet)
	}
	q := new(Query)
	f.Fuzz(func(t *testing.T, packet []byte) { sameAsMiekg(t, q, packet) })
}
