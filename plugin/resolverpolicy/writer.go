package resolverpolicy

import "github.com/miekg/dns"

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
