package reply

import (
	"encoding/binary"
	"net"

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
	packet, ok := appendReply(make([]byte, 0, sizeOf(&m)), socket, r, nil, &m)
	if !ok {
		return nil
	}
	return packet
}

// AppendInternal appends the octets of the reply that Internal sends over UDP, without
// allocating where r has no options and the records are of the usual types. Question is the
// octets of r's question. It reports false, and gives out as it was, where Internal would need
// compression or a cut. Length, unless it is nil, is set to how long the message is for a
// plugin that sees it on its way.
func AppendInternal(out []byte, r *dns.Msg, question []byte, pin *resolve.Pin, length *int) ([]byte, bool) {
	m := message(r, pin, "")
	if length != nil {
		*length = m.Len()
	}
	if packet, ok := appendReply(out, nil, r, question, &m); ok {
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

// appendReply appends the octets of a reply to r, as the server would send them. Those of the
// question may be nil.
func appendReply(out []byte, socket dns.ResponseWriter, r *dns.Msg, question []byte, m *dns.Msg) ([]byte, bool) {
	before := len(out)
	state := request.Request{Req: r, W: socket}
	state.SizeAndDo(m) // the OPT record that a reply owes to the request
	out, ok := appendMessage(out, question, m)
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
// that. It reports false for what is rarer: records of other types than appendRecord knows,
// names with escapes, and extended rcodes.
func appendMessage(out, question []byte, m *dns.Msg) ([]byte, bool) {
	if m.Compress || m.Rcode < 0 || m.Rcode > 0xF {
		return nil, false
	}
	out = appendHeader(out, m)
	ok, qname := true, ""
	if len(m.Question) > 0 {
		qname = m.Question[0].Name
	}
	if out, ok = appendQuestion(out, question, m); !ok {
		return nil, false
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

// appendQuestion appends the question, of which the octets may be known.
func appendQuestion(out, known []byte, m *dns.Msg) (_ []byte, ok bool) {
	if known != nil {
		return append(out, known...), true
	}
	for i := range m.Question {
		q := &m.Question[i]
		if out, ok = appendName(out, q.Name); !ok {
			return nil, false
		}
		out = binary.BigEndian.AppendUint16(out, q.Qtype)
		out = binary.BigEndian.AppendUint16(out, q.Qclass)
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
	bits := uint16(m.Opcode)<<11 | uint16(m.Rcode) | //nolint:gosec // both have four bits
		bit(m.Response, 15) | bit(m.Authoritative, 10) | bit(m.Truncated, 9) | bit(m.RecursionDesired, 8) |
		bit(m.RecursionAvailable, 7) | bit(m.Zero, 6) | bit(m.AuthenticatedData, 5) | bit(m.CheckingDisabled, 4)
	var header [headerLen]byte
	for i, v := range [...]uint16{
		m.Id, bits, uint16(len(m.Question)), uint16(len(m.Answer)), uint16(len(m.Ns)), uint16(len(m.Extra)), //nolint:gosec // as miekg/dns has them
	} {
		binary.BigEndian.PutUint16(header[2*i:], v)
	}
	return append(out, header[:]...)
}

// bit returns a word with one bit, if that is set.
func bit(set bool, at uint) uint16 {
	if set {
		return 1 << at
	}
	return 0
}
