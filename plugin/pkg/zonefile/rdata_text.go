package zonefile

import (
	"github.com/miekg/dns"
)

// maxText is how long a text without a length octet may be: miekg/dns packs 1025
// octets at most, escapes written out.
const maxText = 1024

// commonText reads the types made of character strings alone, and gives nil for
// all others. miekg/dns would split strings that are too long and join words.
func (f *fields) commonText(h dns.RR_Header) dns.RR {
	switch h.Rrtype {
	case dns.TypeTXT:
		rr := f.p.mem.txt.one()
		rr.Hdr, rr.Txt = h, f.strings()
		return rr
	case dns.TypeSPF:
		return &dns.SPF{Hdr: h, Txt: f.strings()}
	case dns.TypeAVC:
		return &dns.AVC{Hdr: h, Txt: f.strings()}
	case dns.TypeNINFO:
		return &dns.NINFO{Hdr: h, ZSData: f.strings()}
	case dns.TypeRESINFO:
		return &dns.RESINFO{Hdr: h, Txt: f.strings()}
	case dns.TypeHINFO:
		return &dns.HINFO{Hdr: h, Cpu: f.string("CPU"), Os: f.string("OS")}
	case dns.TypeISDN:
		address := f.string("address")
		if len(f.toks) == 0 && f.err == nil { // see known
			octets, _ := decode(nil, []byte(address))
			return raw(h, append([]byte{byte(len(octets))}, octets...))
		}
		return &dns.ISDN{Hdr: h, Address: address, SubAddress: f.string("subaddress")}
	case dns.TypeGPOS: // RFC 1712 section 3: three strings, which BIND writes in quotes
		return &dns.GPOS{Hdr: h, Longitude: f.string("longitude"), Latitude: f.string("latitude"), Altitude: f.string("altitude")}
	case dns.TypeX25:
		return &dns.X25{Hdr: h, PSDNAddress: f.string("address")}
	}
	return nil
}

// longText reads the types that end in one text without a length of its own (RFC 7553
// section 4.5, RFC 8659 section 4.1), and gives nil for all others. miekg/dns would
// split the text at 255 octets.
func (f *fields) longText(h dns.RR_Header) dns.RR {
	switch h.Rrtype {
	case dns.TypeURI:
		return &dns.URI{Hdr: h, Priority: f.uint16("priority"), Weight: f.uint16("weight"), Target: f.text("target")}
	case dns.TypeCAA:
		rr := &dns.CAA{Hdr: h, Flag: uint8(f.number("flag", 1<<8-1))}
		tag, _, _ := f.take("tag")
		rr.Tag, rr.Value = string(tag), f.text("value")
		return rr
	}
	return nil
}

// strings reads all character strings that are left.
func (f *fields) strings() []string {
	out := f.p.mem.strings.take(len(f.toks))
	for i := range out {
		out[i] = f.string("text")
	}
	if size := f.size(out); f.err == nil && size > 1<<16-1 {
		f.fail(f.last, "has %d octets of rdata, at most 65535 are allowed", size)
	}
	return out
}

// size returns the octets of character strings on the wire.
func (f *fields) size(texts []string) int {
	n := 0
	for _, s := range texts {
		n++
		for i := 0; i < len(s); i++ {
			if s[i] == '\\' {
				_, used, _ := unescape([]byte(s[i+1 : min(i+4, len(s))]))
				i += used
			}
			n++
		}
	}
	return n
}

// string reads a character string, quoted or not, into the form that miekg/dns
// gives to unpacked ones.
func (f *fields) string(what string) string { return f.limited(what, 255) }

// text is string for a text that has no length octet before it.
func (f *fields) text(what string) string { return f.limited(what, maxText) }

func (f *fields) limited(what string, most int) string {
	if f.err != nil {
		return ""
	}
	if len(f.toks) == 0 {
		f.fail(f.last, "lacks its %s", what)
		return ""
	}
	t := f.toks[0]
	f.toks = f.toks[1:]
	text := f.p.text(t)
	if !printable(text) {
		octets, ok := decode(f.p.scratch[:0], text)
		f.p.scratch = octets
		if !ok {
			f.fail(t, "has a bad %s: %v", what, checkEscapes(text))
			return ""
		}
		if f.tooLong(t, len(octets), most) {
			return ""
		}
		text = AppendEscaped(nil, octets)
	} else if f.tooLong(t, len(text), most) {
		return ""
	}
	return f.p.mem.names.put(text, "")
}

func (f *fields) tooLong(t token, octets, most int) bool {
	switch {
	case octets <= most:
		return false
	case most == maxText:
		f.fail(t, "has a text of %d octets, at most %d can be read", octets, maxText)
	default:
		f.fail(t, "has a character string of %d octets, at most 255 are allowed, split it into several", octets)
	}
	return true
}

// printable reports whether text stands for itself.
func printable(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// decode appends the octets that text stands for, and fails on a bad escape.
func decode(to, text []byte) ([]byte, bool) {
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '\\' {
			octet, used, ok := unescape(text[i+1:])
			if !ok {
				return to, false
			}
			c, i = octet, i+used
		}
		to = append(to, c)
	}
	return to, true
}

// AppendEscaped appends octets as a character string in presentation form, as miekg/dns
// has it, without quotes.
func AppendEscaped(to, octets []byte) []byte {
	for _, c := range octets {
		switch {
		case c == '"' || c == '\\':
			to = append(to, '\\', c)
		case c < ' ' || c > '~':
			to = append(to, '\\', '0'+c/100, '0'+c/10%10, '0'+c%10)
		default:
			to = append(to, c)
		}
	}
	return to
}
