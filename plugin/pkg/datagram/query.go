package datagram

import (
	"encoding/binary"
	"strings"
	"unsafe"

	"github.com/miekg/dns"
)

// Query reads plain queries into a message that is used again for the next one. It belongs
// to one goroutine. What it gives is good until the next call, strings included: who keeps
// a name copies it.
type Query struct {
	// Name is the canonical form of the question's name.
	Name string
	// Question is the octets of the question, as they came.
	Question []byte

	msg      dns.Msg
	question [1]dns.Question
	opt      dns.OPT
	extra    [1]dns.RR
	text     [maxText]byte // the name as it was asked for, if that is not canonical
	lower    [maxText]byte
}

// maxText is how long a name without escapes is in presentation form at most (RFC 1035
// section 3.1).
const maxText = 254

// optLen is how many octets an OPT record without options takes (RFC 6891 section 6.1.2).
const optLen = 11

// Read reads a query of class IN that has nothing but a question and perhaps an OPT record of
// version 0. It reports false for every other message, for names that have escapes in
// presentation form, and for an OPT record with other options than NSID, cookies and padding,
// or those that keep reports true for; these are left out.
func (q *Query) Read(packet []byte, keep func(option uint16) bool) (*dns.Msg, bool) {
	h, ok := headerOf(packet)
	// RD, AD and CD may be set; of the others a reply has its own or none.
	if !ok || h.Bits&^(1<<8|1<<5|1<<4) != 0 || h.Qdcount != 1 || h.Ancount != 0 || h.Nscount != 0 || h.Arcount > 1 {
		return nil, false
	}
	rest, ok := q.readName(packet[headerLen:])
	if !ok || len(rest) < 4 {
		return nil, false
	}
	qtype, class := binary.BigEndian.Uint16(rest), binary.BigEndian.Uint16(rest[2:])
	rest = rest[4:]
	q.Question = packet[headerLen : len(packet)-len(rest)]
	if class != dns.ClassINET {
		return nil, false
	}
	q.msg.Extra = nil
	if h.Arcount == 1 {
		if rest, ok = q.readOPT(rest, keep); !ok {
			return nil, false
		}
		q.extra[0] = &q.opt
		q.msg.Extra = q.extra[:]
	}
	if len(rest) > 0 {
		return nil, false
	}
	q.msg.MsgHdr = dns.MsgHdr{
		Id: h.Id, RecursionDesired: h.Bits&(1<<8) != 0, AuthenticatedData: h.Bits&(1<<5) != 0, CheckingDisabled: h.Bits&(1<<4) != 0,
	}
	q.question[0].Qtype, q.question[0].Qclass = qtype, class
	q.msg.Question = q.question[:]
	return &q.msg, true
}

// readName reads the question's name, and returns what follows it.
func (q *Query) readName(from []byte) (rest []byte, ok bool) {
	n, differs := 0, byte(0)
	for rest = from; ; {
		if len(rest) == 0 {
			return nil, false
		}
		length := int(rest[0])
		rest = rest[1:]
		if length == 0 {
			break
		}
		if length > 63 || length > len(rest) || n+length+1 > maxText {
			return nil, false
		}
		label, lower := rest[:length], q.lower[n:n+length]
		for i, b := range label {
			c := canonical[b]
			if c == 0 {
				return nil, false
			}
			lower[i] = c
			differs |= b ^ c
		}
		n += length
		q.lower[n] = '.'
		n++
		rest = rest[length:]
	}
	if n == 0 {
		q.question[0].Name, q.Name = ".", "."
		return rest, true
	}
	q.Name = textOf(q.lower[:n])
	q.question[0].Name = q.Name
	if differs != 0 {
		q.question[0].Name = q.asWritten(from, n)
	}
	return rest, true
}

// asWritten returns the name that readName has read, of n octets, in the letter case it has in
// the packet.
func (q *Query) asWritten(from []byte, n int) string {
	copy(q.text[:n], q.lower[:n])
	for at := 0; at < n; at += int(from[at]) + 1 {
		copy(q.text[at:], from[at+1:at+1+int(from[at])])
	}
	return textOf(q.text[:n])
}

// textOf returns octets as a string, without a copy.
func textOf(octets []byte) string { return unsafe.String(unsafe.SliceData(octets), len(octets)) }

// canonical has for each octet of a label the one of its canonical form (RFC 4343), and 0
// for those that do not stand for themselves in presentation form.
var canonical = func() (table [256]byte) {
	for b := byte('!'); b <= '~'; b++ {
		switch {
		case strings.IndexByte(`.'@;()"\`, b) >= 0:
		case 'A' <= b && b <= 'Z':
			table[b] = b + 'a' - 'A'
		default:
			table[b] = b
		}
	}
	return table
}()

// readOPT reads an OPT record, and returns what follows it.
func (q *Query) readOPT(from []byte, keep func(uint16) bool) (rest []byte, ok bool) {
	if len(from) < optLen || from[0] != 0 || binary.BigEndian.Uint16(from[1:]) != dns.TypeOPT {
		return nil, false
	}
	ttl, options := binary.BigEndian.Uint32(from[5:]), int(binary.BigEndian.Uint16(from[9:]))
	if ttl>>16 != 0 || options > len(from)-optLen { // an extended rcode, or another version
		return nil, false
	}
	q.opt = dns.OPT{Hdr: dns.RR_Header{
		Name: ".", Rrtype: dns.TypeOPT, Class: binary.BigEndian.Uint16(from[3:]), Ttl: ttl, Rdlength: uint16(options), //nolint:gosec // two octets
	}}
	rest = from[optLen+options:]
	for from = from[optLen : optLen+options]; len(from) > 0; {
		if len(from) < 4 {
			return nil, false
		}
		code, length := binary.BigEndian.Uint16(from), int(binary.BigEndian.Uint16(from[2:]))
		if length > len(from)-4 || !opaque(code) || keep(code) {
			return nil, false
		}
		from = from[4+length:]
	}
	return rest, true
}

// opaque reports whether miekg/dns takes an option whatever it holds.
func opaque(option uint16) bool {
	return option == dns.EDNS0NSID || option == dns.EDNS0COOKIE || option == dns.EDNS0PADDING
}
