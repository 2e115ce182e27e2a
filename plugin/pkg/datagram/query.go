package datagram

import (
	"encoding/binary"
	"hash/maphash"

	"github.com/miekg/dns"
)

// Query reads plain queries into a message that is used again for the next one. It belongs
// to one goroutine.
type Query struct {
	// Name is the canonical form of the question's name.
	Name string

	msg      dns.Msg
	question [1]dns.Question
	opt      dns.OPT
	extra    [1]dns.RR
	names    names
	text     [maxText]byte
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
// or those that keep reports true for; these are left out. The message is good until the next call, and shared with nobody.
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
	n := 0
	for {
		if len(from) == 0 {
			return nil, false
		}
		length := int(from[0])
		from = from[1:]
		if length == 0 {
			break
		}
		if length > 63 || length > len(from) || n+length+1 > maxText {
			return nil, false
		}
		for _, b := range from[:length] {
			if !plain(b) {
				return nil, false
			}
			q.text[n] = b
			if 'A' <= b && b <= 'Z' {
				b += 'a' - 'A'
			}
			q.lower[n] = b
			n++
		}
		q.text[n], q.lower[n] = '.', '.'
		n++
		from = from[length:]
	}
	if n == 0 {
		q.question[0].Name, q.Name = ".", "."
		return from, true
	}
	q.Name = q.names.of(q.lower[:n])
	if q.question[0].Name = q.Name; string(q.text[:n]) != q.Name {
		q.question[0].Name = string(q.text[:n])
	}
	return from, true
}

// plain reports whether an octet of a label stands for itself in presentation form.
func plain(b byte) bool {
	switch b {
	case '.', ' ', '\'', '@', ';', '(', ')', '"', '\\':
		return false
	}
	return ' ' < b && b <= '~'
}

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

// names keeps strings of the names last asked for, so that those asked for again need no
// new one.
type names struct {
	seed  maphash.Seed
	known [1 << 10]known
}

// known is a name with its hash, so that one that is another is not looked at.
type known struct {
	hash uint64
	name string
}

func (n *names) of(name []byte) string {
	if n.seed == (maphash.Seed{}) {
		n.seed = maphash.MakeSeed()
	}
	hash := maphash.Bytes(n.seed, name)
	k := &n.known[hash%uint64(len(n.known))]
	if k.hash != hash || k.name != string(name) {
		*k = known{hash, string(name)}
	}
	return k.name
}
