package zonefile

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// fields reads the rdata of one record field by field; the first error sticks.
type fields struct {
	p    *parser
	typ  uint16
	toks []token
	last token // for errors about what is missing
	err  error
}

// rdata reads the rdata of a record with the header h.
func (p *parser) rdata(h dns.RR_Header, toks []token) (dns.RR, error) {
	f := fields{p: p, typ: h.Rrtype, toks: toks, last: p.toks[len(p.toks)-1]}
	switch {
	case len(toks) == 0 && h.Rrtype == dns.TypeAPL: // it may be empty (RFC 3123 section 4)
		return &dns.APL{Hdr: h}, nil
	case len(toks) == 0:
		return nil, errAt(f.last, "%s has no rdata", domain.TypeName(h.Rrtype))
	case f.isGeneric():
		return f.generic(h)
	case packsItself(h.Rrtype):
		return f.packed(h)
	}
	rr, long := f.common(h), dns.RR(nil)
	if rr == nil {
		long = f.longText(h)
	}
	if rr == nil && long == nil {
		return f.other(h)
	}
	if f.err == nil && len(f.toks) > 0 {
		f.fail(f.toks[0], "has %q behind its rdata", clip(p.text(f.toks[0])))
	}
	if long != nil && f.err == nil {
		return f.settle(long)
	}
	return rr, f.err
}

// common reads the types that make up most zones, and gives nil for all others.
func (f *fields) common(h dns.RR_Header) dns.RR {
	mem := &f.p.mem
	switch h.Rrtype {
	case dns.TypeA:
		rr := mem.a.one()
		rr.Hdr, rr.A = h, f.ipv4()
		return rr
	case dns.TypeAAAA:
		rr := mem.aaaa.one()
		rr.Hdr, rr.AAAA = h, f.ipv6()
		return rr
	case dns.TypeNS:
		rr := mem.ns.one()
		rr.Hdr, rr.Ns = h, f.name("name server")
		return rr
	case dns.TypeCNAME:
		rr := mem.cname.one()
		rr.Hdr, rr.Target = h, f.name("target")
		return rr
	case dns.TypePTR:
		rr := mem.ptr.one()
		rr.Hdr, rr.Ptr = h, f.name("name")
		return rr
	case dns.TypeDNAME:
		return &dns.DNAME{Hdr: h, Target: f.name("target")}
	case dns.TypeMX:
		rr := mem.mx.one()
		rr.Hdr, rr.Preference, rr.Mx = h, f.uint16("preference"), f.name("mail server")
		return rr
	case dns.TypeSRV:
		rr := mem.srv.one()
		rr.Hdr, rr.Priority, rr.Weight = h, f.uint16("priority"), f.uint16("weight")
		rr.Port, rr.Target = f.uint16("port"), f.name("target")
		return rr
	case dns.TypeSOA:
		return f.soa(h)
	case dns.TypeNAPTR:
		return f.naptr(h)
	case dns.TypeLOC:
		return f.loc(h)
	case dns.TypeNID:
		return &dns.NID{Hdr: h, Preference: f.uint16("preference"), NodeID: f.groups("node identifier")}
	case dns.TypeL64:
		return &dns.L64{Hdr: h, Preference: f.uint16("preference"), Locator64: f.groups("locator")}
	}
	return f.commonText(h)
}

func (f *fields) soa(h dns.RR_Header) dns.RR {
	return &dns.SOA{
		Hdr:     h,
		Ns:      f.name("primary name server"),
		Mbox:    f.name("mailbox"),
		Serial:  f.uint32("serial"),
		Refresh: f.period("refresh"),
		Retry:   f.period("retry"),
		Expire:  f.period("expire"),
		Minttl:  f.period("minimum"),
	}
}

func (f *fields) naptr(h dns.RR_Header) dns.RR {
	return &dns.NAPTR{
		Hdr:         h,
		Order:       f.uint16("order"),
		Preference:  f.uint16("preference"),
		Flags:       f.string("flags"),
		Service:     f.string("service"),
		Regexp:      f.string("regular expression"),
		Replacement: f.name("replacement"),
	}
}

// fail keeps the first error.
func (f *fields) fail(t token, format string, args ...any) {
	if f.err == nil {
		f.err = errAt(t, domain.TypeName(f.typ)+" "+format, args...)
	}
}

// take returns the next field, which must not be quoted.
func (f *fields) take(what string) ([]byte, token, bool) {
	if f.err != nil {
		return nil, token{}, false
	}
	if len(f.toks) == 0 {
		f.fail(f.last, "lacks its %s", what)
		return nil, token{}, false
	}
	t := f.toks[0]
	f.toks = f.toks[1:]
	if t.quoted {
		f.fail(t, "has its %s in quotes, write it without", what)
		return nil, t, false
	}
	return f.p.text(t), t, true
}

func (f *fields) name(what string) string {
	text, t, ok := f.take(what)
	if !ok {
		return ""
	}
	name, err := f.p.name(text)
	if err != nil {
		f.fail(t, "has a bad %s: %v", what, err)
	}
	return name
}

func (f *fields) number(what string, most uint64) uint64 {
	text, t, ok := f.take(what)
	if !ok {
		return 0
	}
	n, ok := parseNumber(text, most)
	if !ok {
		f.fail(t, "has a bad %s %q, write a number from 0 to %d", what, clip(text), most)
	}
	return n
}

func (f *fields) uint16(what string) uint16 { return uint16(f.number(what, 1<<16-1)) }
func (f *fields) uint32(what string) uint32 { return uint32(f.number(what, 1<<32-1)) }

func (f *fields) period(what string) uint32 {
	text, t, ok := f.take(what)
	if !ok {
		return 0
	}
	n, ok := parsePeriod(text)
	if !ok {
		f.fail(t, "has a bad %s %q, write seconds or a sum such as 1h30m of w, d, h, m and s", what, clip(text))
	}
	return n
}

// ipv4 reads four decimal octets without leading zeros.
func (f *fields) ipv4() []byte {
	text, t, ok := f.take("address")
	if !ok {
		return nil
	}
	addr := f.p.mem.octets.take(4)
	if !parseIPv4(text, addr) {
		f.fail(t, "has %q, which is not an IPv4 address", clip(text))
	}
	return addr
}

func parseIPv4(text []byte, addr []byte) bool {
	n, digits, part := 0, 0, 0
	for _, c := range text {
		switch {
		case c >= '0' && c <= '9':
			if digits > 0 && n == 0 {
				return false
			}
			n, digits = n*10+int(c-'0'), digits+1
			if n > 255 {
				return false
			}
		case c == '.' && digits > 0 && part < 3:
			addr[part] = byte(n)
			part, n, digits = part+1, 0, 0
		default:
			return false
		}
	}
	if part != 3 || digits == 0 {
		return false
	}
	addr[3] = byte(n)
	return true
}

// groups reads four groups of hexadecimal digits, each of up to four (RFC 6742
// sections 2.1.2 and 2.3.2). miekg/dns wants all four and overlooks what follows.
func (f *fields) groups(what string) uint64 {
	text, t, ok := f.take(what)
	if !ok {
		return 0
	}
	parts, n := strings.Split(string(text), ":"), uint64(0)
	ok = len(parts) == 4
	for _, part := range parts {
		group, err := strconv.ParseUint(part, 16, 16)
		ok = ok && err == nil && len(part) <= 4
		n = n<<16 | group
	}
	if !ok {
		f.fail(t, "has a bad %s %q, write four groups of up to four hexadecimal digits, such as 14:4fff:ff20:ee64", what, clip(text))
	}
	return n
}

func (f *fields) ipv6() []byte {
	text, t, ok := f.take("address")
	if !ok {
		return nil
	}
	ip, err := netip.ParseAddr(string(text))
	if err != nil || !ip.Is6() || ip.Zone() != "" {
		f.fail(t, "has %q, which is not an IPv6 address", clip(text))
		return nil
	}
	octets := ip.As16()
	addr := f.p.mem.octets.take(16)
	copy(addr, octets[:])
	return addr
}
