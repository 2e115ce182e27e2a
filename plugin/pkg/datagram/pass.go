package datagram

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"net"

	"github.com/miekg/dns"
)

// serve is what the server of miekg/dns does with a datagram, which its own sockets get from
// it: messages that are none are ignored or refused, all others handled.
func serve(h Handler, w *writer, query []byte) {
	header, ok := headerOf(query)
	if !ok {
		return
	}
	r := new(dns.Msg)
	action := dns.DefaultMsgAcceptFunc(header)
	switch action {
	case dns.MsgIgnore:
		return
	case dns.MsgAccept:
		if r.Unpack(query) == nil {
			if r.IsTsig() != nil {
				w.tsig = dns.ErrSecret // no keys: with the plugin tsig there are no such sockets
			}
			h.ServeDNS(w, r)
			return
		}
	default:
		_ = r.Unpack(query[:headerLen])
	}
	opcode := r.Opcode
	r.SetRcodeFormatError(r)
	r.Zero, r.Answer, r.Ns, r.Extra = false, nil, nil, nil
	if action == dns.MsgRejectNotImplemented {
		r.Opcode, r.Rcode = opcode, dns.RcodeNotImplemented
	}
	_ = w.WriteMsg(r)
}

// headerLen is how many octets the header of a message takes.
const headerLen = 12

// headerOf reads the header of a message (RFC 1035 section 4.1.1).
func headerOf(m []byte) (h dns.Header, ok bool) {
	if len(m) < headerLen {
		return h, false
	}
	for i, field := range []*uint16{&h.Id, &h.Bits, &h.Qdcount, &h.Ancount, &h.Nscount, &h.Arcount} {
		*field = binary.BigEndian.Uint16(m[2*i:])
	}
	return h, true
}

// writer writes the replies to one query. It implements dns.ResponseWriter and
// dns.ConnectionStater, as CoreDNS's own do.
type writer struct {
	conn   *net.UDPConn
	client *net.UDPAddr
	source []byte // ancillary data
	tsig   error
	closed bool
}

var (
	_ dns.ResponseWriter   = (*writer)(nil)
	_ dns.ConnectionStater = (*writer)(nil)
)

var errClosed = errors.New("the writer is closed")

// LocalAddr implements dns.ResponseWriter.
func (w *writer) LocalAddr() net.Addr { return w.conn.LocalAddr() }

// RemoteAddr implements dns.ResponseWriter.
func (w *writer) RemoteAddr() net.Addr { return w.client }

// WriteMsg implements dns.ResponseWriter.
func (w *writer) WriteMsg(m *dns.Msg) error {
	octets, err := m.Pack()
	if err != nil {
		return err
	}
	_, err = w.Write(octets)
	return err
}

// Write implements dns.ResponseWriter.
func (w *writer) Write(octets []byte) (int, error) {
	if w.closed {
		return 0, errClosed
	}
	n, _, err := w.conn.WriteMsgUDP(octets, w.source, w.client)
	return n, err
}

// Close implements dns.ResponseWriter. The socket is not the query's own.
func (w *writer) Close() error {
	if w.closed {
		return errClosed
	}
	w.closed = true
	return nil
}

// TsigStatus implements dns.ResponseWriter.
func (w *writer) TsigStatus() error { return w.tsig }

// TsigTimersOnly implements dns.ResponseWriter.
func (w *writer) TsigTimersOnly(bool) {}

// Hijack implements dns.ResponseWriter.
func (w *writer) Hijack() {}

// ConnectionState implements dns.ConnectionStater: there is no TLS.
func (w *writer) ConnectionState() *tls.ConnectionState { return nil }
