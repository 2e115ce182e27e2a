package differential

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/miekg/dns"
)

// Bounds of one exchange. They only end one that has gone wrong.
const (
	answerWithin = 3 * time.Second
	attempts     = 3
)

// link is one worker's connections to a server.
type link struct {
	server server
	udp    net.Conn
	tcp    net.Conn // nil until needed; servers close idle ones
	buffer []byte
}

func newLink(s server) (*link, error) {
	conn, err := net.Dial("udp", s.udp)
	if err != nil {
		return nil, err
	}
	return &link{server: s, udp: conn, buffer: make([]byte, dns.MaxMsgSize)}, nil
}

func (l *link) close() {
	l.udp.Close()
	if l.tcp != nil {
		l.tcp.Close()
	}
}

// message makes the query of a question.
func (q question) message(id uint16) *dns.Msg {
	m := &dns.Msg{MsgHdr: dns.MsgHdr{Id: id, RecursionDesired: q.rd},
		Question: []dns.Question{{Name: q.name, Qtype: q.kind, Qclass: dns.ClassINET}}}
	if q.edns > 0 {
		m.SetEdns0(q.edns, q.do)
	}
	return m
}

// ask sends a packed query and gives the answer, asking again over TCP when UDP has
// no room; size is that of the UDP answer, 0 without one.
func (l *link) ask(query []byte, tcp bool) (m *dns.Msg, size int, err error) {
	for range attempts {
		if !tcp {
			m, size, err = l.overUDP(query)
		}
		if tcp || err == nil && m.Truncated {
			m, err = l.overTCP(query)
		}
		if err == nil {
			return m, size, nil
		}
	}
	return nil, 0, fmt.Errorf("%s: %w", l.server.name, err)
}

func (l *link) overUDP(query []byte) (m *dns.Msg, size int, err error) {
	octets, err := l.exchange(query)
	if err != nil {
		return nil, 0, err
	}
	m = new(dns.Msg)
	return m, len(octets), m.Unpack(octets)
}

// exchange sends a packed query over UDP and gives the octets of the answer, good until the
// next exchange.
func (l *link) exchange(query []byte) ([]byte, error) {
	if err := l.udp.SetDeadline(time.Now().Add(answerWithin)); err != nil {
		return nil, err
	}
	if _, err := l.udp.Write(query); err != nil {
		return nil, err
	}
	for {
		n, err := l.udp.Read(l.buffer)
		if err != nil {
			return nil, err
		}
		if n < 2 || l.buffer[0] != query[0] || l.buffer[1] != query[1] {
			continue // a late answer to an earlier attempt
		}
		return l.buffer[:n], nil
	}
}

func (l *link) overTCP(query []byte) (*dns.Msg, error) {
	if l.tcp == nil {
		conn, err := net.DialTimeout("tcp", l.server.tcp, answerWithin)
		if err != nil {
			return nil, err
		}
		l.tcp = conn
	}
	m, err := exchangeStream(l.tcp, query, l.buffer)
	if err != nil {
		l.tcp.Close()
		l.tcp = nil
	}
	return m, err
}

func exchangeStream(conn net.Conn, query, buffer []byte) (*dns.Msg, error) {
	if err := conn.SetDeadline(time.Now().Add(answerWithin)); err != nil {
		return nil, err
	}
	framed := binary.BigEndian.AppendUint16(make([]byte, 0, len(query)+2), uint16(len(query)))
	if _, err := conn.Write(append(framed, query...)); err != nil {
		return nil, err
	}
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(conn, buffer[:n]); err != nil {
		return nil, err
	}
	if n < 2 || buffer[0] != query[0] || buffer[1] != query[1] {
		return nil, errors.New("answer to another query")
	}
	m := new(dns.Msg)
	return m, m.Unpack(buffer[:n])
}
