package zonefile

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// maxWire is room for a record of 64 KiB of rdata, firstWire for most.
const (
	maxWire   = 1<<16 + 512
	firstWire = 1 << 10
)

// understood reports whether miekg/dns reads and packs the rdata of a type. It
// packs an NXT as if it were an NSEC, and has no text for NULL.
func understood(typ uint16) bool {
	_, ok := dns.TypeToRR[typ]
	return ok && typ != dns.TypeNXT && typ != dns.TypeNULL
}

// other reads the rdata of a type that miekg/dns knows. Its parser takes digits
// and base64 as they come, so the record is packed and unpacked; what it says
// afterwards is what it says on the wire.
func (f *fields) other(h dns.RR_Header) (dns.RR, error) {
	if !understood(h.Rrtype) {
		return nil, errAt(f.last, `%s has no notation of its own, write its rdata as \# LENGTH HEX`, domain.TypeName(h.Rrtype))
	}
	line, err := f.line()
	if err != nil {
		return nil, err
	}
	zp := dns.NewZoneParser(strings.NewReader(line), f.p.origin, "")
	zp.SetDefaultTTL(0)
	rr, ok := zp.Next()
	if !ok || rr == nil {
		return nil, f.explain(zp.Err())
	}
	*rr.Header() = h
	if err := f.names(reflect.ValueOf(rr).Elem()); err != nil {
		return nil, err
	}
	complete(rr)
	out, err := f.settle(rr)
	if err == nil && h.Rrtype == dns.TypeNSEC3 && !strings.EqualFold(out.(*dns.NSEC3).NextDomain, rr.(*dns.NSEC3).NextDomain) {
		return nil, errAt(f.last, "NSEC3 has a bad next hashed owner, it does not end as its length asks")
	}
	return out, err
}

// line writes the rdata as one line, with its escapes checked.
func (f *fields) line() (string, error) {
	var b strings.Builder
	b.WriteString(". 0 IN " + domain.TypeName(f.typ))
	for i, t := range f.toks {
		text := f.p.text(t)
		if err := checkEscapes(text); err != nil {
			return "", errAt(t, "%s: %v", domain.TypeName(f.typ), err)
		}
		if _, ok := parseType(text); !ok && i >= firstType(f.typ) { // miekg/dns overlooks what stands before a number
			return "", errAt(t, "%s lists %q, which is not a type, unknown types are written TYPE0 to TYPE65535", domain.TypeName(f.typ), clip(text))
		}
		if i == 0 || !f.glued(f.toks[i-1], t) {
			b.WriteByte(' ')
		}
		if t.quoted {
			b.WriteString(`"` + string(text) + `"`)
		} else {
			b.WriteString(mnemonic(f.typ, i, string(text)))
		}
	}
	// A field that is missing is then read as an end of line, which none can be;
	// at the end of the text it would be read as empty.
	b.WriteString("\n\n\n")
	return b.String(), nil
}

// firstType returns the index of the word from which on rdata is a list of types.
func firstType(typ uint16) int {
	switch typ {
	case dns.TypeNSEC:
		return 1
	case dns.TypeCSYNC:
		return 2
	case dns.TypeNSEC3:
		return 5
	}
	return math.MaxInt
}

// glued reports whether two tokens are the key and the quoted value of an SVCB parameter.
func (f *fields) glued(key, value token) bool {
	return (f.typ == dns.TypeSVCB || f.typ == dns.TypeHTTPS) &&
		!key.quoted && value.quoted && key.to+1 == value.from && f.p.text(key)[key.to-key.from-1] == '='
}

// explain words an error of the parser of miekg/dns without its own position.
func (f *fields) explain(err error) error {
	text := ""
	if perr, ok := errors.AsType[*dns.ParseError](err); ok {
		text = strings.TrimPrefix(perr.Error(), "dns: ")
		text = text[:max(strings.LastIndex(text, " at line: "), 0)]
		text = strings.TrimPrefix(strings.TrimSuffix(strings.TrimSuffix(text, `: "\n"`), `: " "`), ": ")
	}
	if text == "" || text == ":" {
		text = "it ends too early"
	}
	return errAt(f.last, "%s has bad rdata: %s", domain.TypeName(f.typ), clip([]byte(text)))
}

// complete adds what the parser of miekg/dns leaves to others: the types that a record
// lists are written in any order and packed in theirs (RFC 4034 sections 4.1.2 and 4.2),
// and it knows the length of a SHA-1 hash only.
func complete(rr dns.RR) {
	switch rr := rr.(type) {
	case *dns.NSEC:
		slices.Sort(rr.TypeBitMap)
	case *dns.CSYNC:
		slices.Sort(rr.TypeBitMap)
	case *dns.NSEC3:
		slices.Sort(rr.TypeBitMap)
		rr.HashLength = uint8(min(len(rr.NextDomain)*5/8, 255)) //nolint:gosec // bounded
	}
}

// names makes the names within rdata valid and absolute.
func (f *fields) names(v reflect.Value) error {
	for i := range v.NumField() {
		field, tag := v.Field(i), v.Type().Field(i).Tag.Get("dns")
		switch {
		case v.Type().Field(i).Anonymous && field.Kind() == reflect.Struct:
			if err := f.names(field); err != nil {
				return err
			}
		case tag != "domain-name" && tag != "cdomain-name":
		case field.Kind() == reflect.String:
			if err := f.fixName(field); err != nil {
				return err
			}
		case field.Kind() == reflect.Slice:
			for j := range field.Len() {
				if err := f.fixName(field.Index(j)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (f *fields) fixName(v reflect.Value) error {
	name, err := f.p.name([]byte(v.String()))
	if err != nil {
		return errAt(f.last, "%s has a bad name: %v", domain.TypeName(f.typ), err)
	}
	v.SetString(name)
	return nil
}

// settle packs a record and gives what is unpacked from that.
func (f *fields) settle(rr dns.RR) (dns.RR, error) {
	n, err := f.pack(rr)
	if err != nil {
		return nil, errAt(f.last, "%s has rdata that cannot be packed: %s", domain.TypeName(f.typ), strings.TrimPrefix(err.Error(), "dns: "))
	}
	out, end, err := dns.UnpackRR(f.p.wire[:n], 0)
	if err != nil || end != n {
		return nil, errAt(f.last, "%s has rdata that is not valid", domain.TypeName(f.typ))
	}
	again := make([]byte, n+1)
	if m, err := dns.PackRR(out, again, 0, nil, false); err != nil || !bytes.Equal(again[:m], f.p.wire[:n]) {
		return nil, errAt(f.last, "%s has rdata that is not valid", domain.TypeName(f.typ))
	}
	if !sameBase64(reflect.ValueOf(rr).Elem(), reflect.ValueOf(out).Elem()) {
		return nil, errAt(f.last, "%s has bad base64, it does not end as its length asks", domain.TypeName(f.typ))
	}
	out.Header().Name = rr.Header().Name
	out.Header().Rdlength = 0
	return out, f.check(out)
}

// pack packs a record into the parser's room, which grows once: few records need it all,
// and many parsers read one record only.
func (f *fields) pack(rr dns.RR) (int, error) {
	if f.p.wire == nil {
		f.p.wire = make([]byte, firstWire)
	}
	n, err := dns.PackRR(rr, f.p.wire, 0, nil, false)
	if err != nil && len(f.p.wire) < maxWire {
		f.p.wire = make([]byte, maxWire)
		n, err = dns.PackRR(rr, f.p.wire, 0, nil, false)
	}
	return n, err
}

func (f *fields) check(rr dns.RR) error {
	if err := check(rr); err != nil {
		return errAt(f.last, "%s %v", domain.TypeName(f.typ), err)
	}
	return nil
}

// isGeneric reports whether the rdata are in the notation of RFC 3597 section 5. In
// a TXT `\#` may be a text, and is unless a number follows, as BIND has it.
func (f *fields) isGeneric() bool {
	if f.toks[0].quoted || string(f.p.text(f.toks[0])) != `\#` {
		return false
	}
	if f.typ != dns.TypeTXT {
		return true
	}
	if len(f.toks) == 1 || f.toks[1].quoted {
		return false
	}
	_, ok := parseNumber(f.p.text(f.toks[1]), 1<<32-1)
	return ok
}

// generic reads rdata in the notation of RFC 3597 section 5, for any type.
func (f *fields) generic(h dns.RR_Header) (dns.RR, error) {
	f.toks = f.toks[1:]
	size := int(f.number("length", 1<<16-1))
	var digits []byte
	for len(f.toks) > 0 && f.err == nil {
		text, _, _ := f.take("hexadecimal digits")
		digits = append(digits, text...)
	}
	if f.err != nil {
		return nil, f.err
	}
	octets := make([]byte, hex.DecodedLen(len(digits)))
	if _, err := hex.Decode(octets, digits); err != nil {
		return nil, errAt(f.last, `%s has bad hexadecimal digits behind \#: %v`, domain.TypeName(f.typ), err)
	}
	if len(octets) != size {
		return nil, errAt(f.last, `%s has %d octets of rdata behind \# but states %d`, domain.TypeName(f.typ), len(octets), size)
	}
	if !understood(h.Rrtype) {
		return raw(h, octets), nil
	}
	return f.known(h, octets)
}

// raw makes a record that carries its rdata as it is on the wire.
func raw(h dns.RR_Header, octets []byte) dns.RR {
	return &dns.RFC3597{Hdr: h, Rdata: hex.EncodeToString(octets)}
}

// known makes a record of a known type from its rdata on the wire.
func (f *fields) known(h dns.RR_Header, octets []byte) (dns.RR, error) {
	invalid := errAt(f.last, `%s cannot have the rdata behind \#`, domain.TypeName(f.typ))
	if len(octets) == 0 {
		if h.Rrtype == dns.TypeAPL {
			return &dns.APL{Hdr: h}, nil
		}
		return nil, invalid
	}
	if h.Rrtype == dns.TypeISDN && len(octets) == 1+int(octets[0]) { // dns.ISDN would add an empty subaddress
		return raw(h, octets), nil
	}
	// Rdata packed anew shows a compressed name, which RFC 3597 section 4 rules out.
	rr, ok := typed(h, octets)
	switch {
	case !ok && packsItself(h.Rrtype) && validWire(h.Rrtype, octets):
		return raw(h, octets), nil
	case !ok:
		return nil, invalid
	}
	if f.names(reflect.ValueOf(rr).Elem()) != nil {
		return nil, invalid
	}
	return rr, f.check(rr)
}
