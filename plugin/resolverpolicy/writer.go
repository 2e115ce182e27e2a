package resolverpolicy

import (
	"strings"

	"github.com/coredns/coredns/plugin"
	"github.com/miekg/dns"
)

// repliesTo reports whether m is a reply to r that may be handed on. FORMERR is not: it
// would speak of the client's query, which was fine.
func repliesTo(m, r *dns.Msg) bool {
	if !m.Response || m.Rcode == dns.RcodeFormatError || len(m.Question) > 1 {
		return false
	}
	if len(m.Question) == 0 {
		return m.Rcode != dns.RcodeSuccess
	}
	q, asked := m.Question[0], r.Question[0]
	return q.Qtype == asked.Qtype && q.Qclass == asked.Qclass && strings.EqualFold(q.Name, asked.Name)
}

// capture keeps the reply instead of sending it.
type capture struct {
	dns.ResponseWriter
	msg *dns.Msg
}

// WriteMsg implements the dns.ResponseWriter interface.
func (c *capture) WriteMsg(m *dns.Msg) error {
	c.msg = m
	return nil
}

// Write implements the dns.ResponseWriter interface.
func (c *capture) Write(buf []byte) (int, error) {
	m := new(dns.Msg)
	if err := m.Unpack(buf); err != nil {
		return 0, err
	}
	c.msg = m
	return len(buf), nil
}

// observer lets the reply pass and notes its rcode.
type observer struct {
	dns.ResponseWriter
	written bool
	rcode   int
}

// WriteMsg implements the dns.ResponseWriter interface.
func (o *observer) WriteMsg(m *dns.Msg) error {
	o.written, o.rcode = true, m.Rcode
	return o.ResponseWriter.WriteMsg(m)
}

// Write implements the dns.ResponseWriter interface. The rcode is the low half of
// the fourth octet (RFC 1035 section 4.1.1).
func (o *observer) Write(buf []byte) (int, error) {
	if len(buf) > 3 {
		o.written, o.rcode = true, int(buf[3]&0xf)
	}
	return o.ResponseWriter.Write(buf)
}

// verifier is an observer that lets a reply pass only if it is one to the request.
type verifier struct {
	observer
	request *dns.Msg
	refused bool // a reply was not let through
}

// verify makes a verifier of the replies to r that are to go to w.
func verify(w dns.ResponseWriter, r *dns.Msg) *verifier {
	return &verifier{observer: observer{ResponseWriter: w}, request: r}
}

// answered reports whether the client has an answer, or gets one by the rcode that the
// plugins below returned.
func (v *verifier) answered(rcode int) bool {
	return v.written || !v.refused && plugin.ClientWrite(rcode)
}

// err returns why nothing was written, nil if there is no reason of its own.
func (v *verifier) err() error {
	if v.refused {
		return errReply
	}
	return nil
}

// WriteMsg implements the dns.ResponseWriter interface.
func (v *verifier) WriteMsg(m *dns.Msg) error {
	if !repliesTo(m, v.request) {
		v.refused = true
		return nil
	}
	return v.observer.WriteMsg(m)
}

// Write implements the dns.ResponseWriter interface.
func (v *verifier) Write(buf []byte) (int, error) {
	if len(buf) > 3 && (buf[2]&0x80 == 0 || buf[3]&0xf == dns.RcodeFormatError) {
		v.refused = true
		return len(buf), nil
	}
	return v.observer.Write(buf)
}
