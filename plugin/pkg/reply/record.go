package reply

import (
	"encoding/binary"
	"net"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

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
	case *dns.CNAME:
		return appendHost(out, &rr.Hdr, qname, nil, rr.Target)
	case *dns.PTR:
		return appendHost(out, &rr.Hdr, qname, nil, rr.Ptr)
	case *dns.NS:
		return appendHost(out, &rr.Hdr, qname, nil, rr.Ns)
	case *dns.MX:
		return appendHost(out, &rr.Hdr, qname, []uint16{rr.Preference}, rr.Mx)
	case *dns.SRV:
		return appendHost(out, &rr.Hdr, qname, []uint16{rr.Priority, rr.Weight, rr.Port}, rr.Target)
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
	var fields [10]byte
	binary.BigEndian.PutUint16(fields[0:], hdr.Rrtype)
	binary.BigEndian.PutUint16(fields[2:], hdr.Class)
	binary.BigEndian.PutUint32(fields[4:], hdr.Ttl)
	binary.BigEndian.PutUint16(fields[8:], rdlength)
	return append(out, fields[:]...), true
}

// appendHost appends a record whose data are numbers and the name of a host.
func appendHost(out []byte, hdr *dns.RR_Header, qname string, numbers []uint16, host string) ([]byte, bool) {
	out, ok := appendOwner(out, hdr, qname, 0)
	if !ok {
		return nil, false
	}
	start := len(out)
	for _, v := range numbers {
		out = binary.BigEndian.AppendUint16(out, v)
	}
	out, ok = appendName(out, host)
	return setLength(out, start), ok
}

// appendSOA appends an SOA record.
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
	return setLength(out, start), true
}

// setLength writes how long the data are that begin at start.
func setLength(out []byte, start int) []byte {
	if len(out) > start {
		binary.BigEndian.PutUint16(out[start-2:], uint16(len(out)-start)) //nolint:gosec // some numbers and two names
	}
	return out
}
