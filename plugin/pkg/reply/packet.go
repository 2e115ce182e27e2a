package reply

import (
	"encoding/binary"
	"net"
	"slices"
	"strings"

	"github.com/coredns/coredns/request"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/resolve"
)

// maxPacket is the size up to which the server sends a message over UDP without
// compressing its names, whatever the family of addresses (see Scrub in CoreDNS's
// package request).
const maxPacket = 1220

// packetOf packs the reply that Internal sends to a socket, as the server would; nil
// if that needs compression or a cut, or is not of the usual kind. A message goes over
// its records four times, three of them to measure their length, and lives on the
// heap; here it does neither. Not inlined: its frame is gone before the way to the
// socket begins, where the stack of the query would have to grow for it.
//
//go:noinline
func packetOf(socket dns.ResponseWriter, r *dns.Msg, pin *resolve.Pin, note string) []byte {
	m := message(r, pin, note)
	packet, ok := appendReply(make([]byte, 0, sizeOf(&m)), socket, r, &m)
	if !ok {
		return nil
	}
	return packet
}

// AppendInternal appends the octets of the reply that Internal sends over UDP, without
// allocating where r has no options and the records are of the usual types. It reports
// false, and gives out as it was, where Internal would need compression or a cut. Length,
// unless it is nil, is set to how long the message is for a plugin that sees it on its way.
func AppendInternal(out []byte, r *dns.Msg, pin *resolve.Pin, length *int) ([]byte, bool) {
	m := message(r, pin, "")
	if length != nil {
		*length = m.Len()
	}
	if packet, ok := appendReply(out, nil, r, &m); ok {
		return packet, true
	}
	return appendOther(out, r, respelled(m, r))
}

// appendOther appends the octets of a reply to r with records or names of less usual kinds,
// which has its OPT record.
func appendOther(out []byte, r, m *dns.Msg) ([]byte, bool) {
	if m.Len() > room(r) {
		return out, false
	}
	octets, err := m.PackBuffer(out[len(out):cap(out)])
	if err != nil {
		return out, false
	}
	return append(out, octets...), true
}

// appendReply appends the octets of a reply to r, as the server would send them.
func appendReply(out []byte, socket dns.ResponseWriter, r, m *dns.Msg) ([]byte, bool) {
	before := len(out)
	state := request.Request{Req: r, W: socket}
	state.SizeAndDo(m) // the OPT record that a reply owes to the request
	out, ok := appendMessage(out, m)
	return out, ok && len(out)-before <= room(r)
}

// socketOf returns the writer of a plain UDP query if only the server's own wrapper
// stands before it, else nil: any other one wants to see the message. Of the
// writers that come with UDP, that of QUIC is told apart by its TLS state.
func socketOf(w dns.ResponseWriter) dns.ResponseWriter {
	server, ok := w.(*request.ScrubWriter)
	if !ok {
		return nil
	}
	if _, ok := server.RemoteAddr().(*net.UDPAddr); !ok {
		return nil
	}
	if socket, ok := server.ResponseWriter.(dns.ConnectionStater); !ok || socket.ConnectionState() != nil {
		return nil
	}
	return server.ResponseWriter
}

// room returns how many octets the sender of r takes (RFC 6891 section 6.2.5), as far
// as a packet goes.
func room(r *dns.Msg) int {
	size := dns.MinMsgSize
	if opt := r.IsEdns0(); opt != nil {
		size = max(size, int(opt.UDPSize()))
	}
	return min(size, maxPacket)
}

// pointer is a compressed name that points to the question's, which follows the header
// (RFC 1035 section 4.1.4).
const pointer = 0xC000 | headerLen

const headerLen = 12

// appendMessage appends the octets of a message to nothing or to what is none of it. Of its
// names only those of the question's own are compressed, whose letter case they have by
// that. It reports false for what is rarer: other types of records than addresses, SOA and
// OPT, names with escapes, and extended rcodes.
func appendMessage(out []byte, m *dns.Msg) ([]byte, bool) {
	if m.Compress || m.Rcode < 0 || m.Rcode > 0xF {
		return nil, false
	}
	out = appendHeader(out, m)
	ok, qname := true, ""
	for i := range m.Question {
		q := &m.Question[i]
		if i == 0 {
			qname = q.Name
		}
		if out, ok = appendName(out, q.Name); !ok {
			return nil, false
		}
		out = binary.BigEndian.AppendUint16(out, q.Qtype)
		out = binary.BigEndian.AppendUint16(out, q.Qclass)
	}
	for _, section := range [...][]dns.RR{m.Answer, m.Ns, m.Extra} {
		for _, rr := range section {
			if out, ok = appendRecord(out, rr, qname); !ok {
				return nil, false
			}
		}
	}
	return out, true
}

// sizeOf returns room for a message of records with names as long as those asked for.
func sizeOf(m *dns.Msg) int {
	const record, slack = 10 + net.IPv6len, 32
	size, name := headerLen+slack, 0
	for i := range m.Question {
		name = len(m.Question[i].Name) + 1
		size += name + 4
	}
	return size + (len(m.Answer)+len(m.Ns)+len(m.Extra))*(name+record)
}

// appendHeader appends the header (RFC 1035 section 4.1.1).
func appendHeader(out []byte, m *dns.Msg) []byte {
	bits := uint16(m.Opcode)<<11 | uint16(m.Rcode) //nolint:gosec // both have four bits
	for _, flag := range [...]struct {
		set bool
		bit uint16
	}{
		{m.Response, 1 << 15}, {m.Authoritative, 1 << 10}, {m.Truncated, 1 << 9}, {m.RecursionDesired, 1 << 8},
		{m.RecursionAvailable, 1 << 7}, {m.Zero, 1 << 6}, {m.AuthenticatedData, 1 << 5}, {m.CheckingDisabled, 1 << 4},
	} {
		if flag.set {
			bits |= flag.bit
		}
	}
	for _, v := range [...]uint16{
		m.Id, bits, uint16(len(m.Question)), uint16(len(m.Answer)), uint16(len(m.Ns)), uint16(len(m.Extra)), //nolint:gosec // as miekg/dns has them
	} {
		out = binary.BigEndian.AppendUint16(out, v)
	}
	return out
}

// appendName appends a name in presentation form, fully qualified. One with escapes
// is not taken.
func appendName(out []byte, name string) ([]byte, bool) {
	if strings.IndexByte(name, '\\') >= 0 || name == "" {
		return nil, false
	}
	if name == "." {
		return append(out, 0), true
	}
	// Each dot gives its place to the length of the label after it, the last one to
	// the root's.
	label := len(out)
	out = append(append(out, 0), name...)
	for i := label + 1; i < len(out); i++ {
		if out[i] == '.' {
			out[label], label = byte(i-label-1), i
		}
	}
	out[label] = 0
	return out, true
}

// appendRecord appends a record of a type that most answers are made of.
func appendRecord(out []byte, rr dns.RR, qname string) ([]byte, bool) {
	ok := true
	switch rr := rr.(type) {
	case *dns.A:
		if out, ok = appendOwner(out, &rr.Hdr, qname, net.IPv4len); !ok || len(rr.A) != net.IPv4len {
			return nil, false
		}
		return append(out, rr.A...), true
	case *dns.AAAA:
		if out, ok = appendOwner(out, &rr.Hdr, qname, net.IPv6len); !ok || len(rr.AAAA) != net.IPv6len {
			return nil, false
		}
		return append(out, rr.AAAA...), true
	case *dns.SOA:
		return appendSOA(out, rr, qname)
	case *dns.OPT:
		if len(rr.Option) > 0 {
			return appendOPT(out, rr)
		}
		return appendOwner(out, &rr.Hdr, qname, 0)
	}
	return nil, false
}

// appendOPT appends an OPT record with options. It is the message's own, while of records
// that are shared miekg/dns would write the length.
func appendOPT(out []byte, opt *dns.OPT) ([]byte, bool) {
	start := len(out)
	out = slices.Grow(out, dns.Len(opt))
	end, err := dns.PackRR(opt, out[:cap(out)], start, nil, false)
	if err != nil {
		return nil, false
	}
	return out[:end], true
}

// appendOwner appends what comes before the record data.
func appendOwner(out []byte, hdr *dns.RR_Header, qname string, rdlength uint16) ([]byte, bool) {
	if same := hdr.Name == qname || len(hdr.Name) == len(qname) && strings.EqualFold(hdr.Name, qname); same && len(qname) > 1 {
		out = binary.BigEndian.AppendUint16(out, pointer)
	} else {
		var ok bool
		if out, ok = appendName(out, hdr.Name); !ok {
			return nil, false
		}
	}
	out = binary.BigEndian.AppendUint16(out, hdr.Rrtype)
	out = binary.BigEndian.AppendUint16(out, hdr.Class)
	out = binary.BigEndian.AppendUint32(out, hdr.Ttl)
	return binary.BigEndian.AppendUint16(out, rdlength), true
}

func appendSOA(out []byte, rr *dns.SOA, qname string) ([]byte, bool) {
	out, ok := appendOwner(out, &rr.Hdr, qname, 0)
	if !ok {
		return nil, false
	}
	start := len(out)
	for _, name := range [...]string{rr.Ns, rr.Mbox} {
		if out, ok = appendName(out, name); !ok {
			return nil, false
		}
	}
	for _, v := range [...]uint32{rr.Serial, rr.Refresh, rr.Retry, rr.Expire, rr.Minttl} {
		out = binary.BigEndian.AppendUint32(out, v)
	}
	binary.BigEndian.PutUint16(out[start-2:], uint16(len(out)-start)) //nolint:gosec // two names and twenty octets
	return out, true
}
