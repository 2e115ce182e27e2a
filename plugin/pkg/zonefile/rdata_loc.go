package zonefile

import (
	"bytes"

	"github.com/miekg/dns"
)

// Units and limits of RFC 1876 sections 2 and 3.
const (
	locDegree   = 3_600_000     // thousandths of a second of arc
	locMinute   = 60_000        // the same
	locSeaLevel = 100_000_00    // centimetres between the lowest altitude and 0
	locHighest  = 1<<32 - 1     // centimetres above the lowest altitude
	locWidest   = 90_000_000_00 // centimetres
)

// loc reads a location (RFC 1876 section 3). The parser of miekg/dns rounds
// seconds through floating point and wants all of an angle's parts or one.
func (f *fields) loc(h dns.RR_Header) dns.RR {
	rr := &dns.LOC{Hdr: h, Size: 0x12, HorizPre: 0x16, VertPre: 0x13} // 1 m, 10 km, 10 m
	rr.Latitude = f.angle("latitude", 90, 'N', 'S')
	rr.Longitude = f.angle("longitude", 180, 'E', 'W')
	rr.Altitude = f.altitude()
	for _, part := range []struct {
		to   *uint8
		what string
	}{{&rr.Size, "size"}, {&rr.HorizPre, "horizontal precision"}, {&rr.VertPre, "vertical precision"}} {
		if len(f.toks) > 0 {
			*part.to = f.extent(part.what)
		}
	}
	return rr
}

// angle reads degrees, minutes, seconds and a direction; minutes and seconds may be missing.
func (f *fields) angle(what string, most uint64, plus, minus byte) uint32 {
	angle := f.number(what, most) * locDegree
	for _, part := range []struct {
		unit, most uint64
		places     int
	}{{locMinute, 59, 0}, {1, locMinute - 1, 3}} {
		if len(f.toks) == 0 || f.err != nil || f.isLetter(f.toks[0], plus, minus) {
			break
		}
		text, t, _ := f.take(what)
		n, ok := decimal(text, part.places, part.most)
		if !ok {
			f.fail(t, "has a bad %s %q, write DEGREES [MINUTES [SECONDS]] %c or %c with up to three decimals of a second", what, clip(text), plus, minus)
		}
		angle += n * part.unit
	}
	_, t, ok := f.take(what + "'s direction")
	switch {
	case !ok:
		return 0
	case !f.isLetter(t, plus, minus):
		f.fail(t, "has %q as its %s's direction, write %c or %c", clip(f.p.text(t)), what, plus, minus)
	case angle > most*locDegree:
		f.fail(t, "has a %s of more than %d degrees", what, most)
	case f.isLetter(t, minus, minus):
		return uint32(dns.LOC_EQUATOR - angle)
	}
	return uint32(dns.LOC_EQUATOR + angle)
}

// isLetter reports whether a word is one of two letters, in either case.
func (f *fields) isLetter(t token, a, b byte) bool {
	text := f.p.text(t)
	return !t.quoted && len(text) == 1 && (text[0]&^0x20 == a || text[0]&^0x20 == b)
}

// altitude reads metres above the sea, in centimetres above the lowest altitude.
func (f *fields) altitude() uint32 {
	text, t, ok := f.take("altitude")
	if !ok {
		return 0
	}
	digits, below := bytes.CutPrefix(text, []byte("-"))
	most := uint64(locHighest - locSeaLevel)
	if below {
		most = locSeaLevel
	} else {
		digits = bytes.TrimPrefix(text, []byte("+"))
	}
	n, ok := metres(digits, most)
	if !ok {
		f.fail(t, "has a bad altitude %q, write metres from -100000.00 to 42849672.95", clip(text))
	}
	if below {
		return uint32(locSeaLevel - n)
	}
	return uint32(locSeaLevel + n)
}

// extent reads metres into a digit and a power of ten of centimetres.
func (f *fields) extent(what string) uint8 {
	text, t, ok := f.take(what)
	if !ok {
		return 0
	}
	n, ok := metres(text, locWidest)
	if !ok {
		f.fail(t, "has a bad %s %q, write metres from 0.00 to 90000000.00", what, clip(text))
	}
	power := uint8(0)
	for ; n >= 10; n /= 10 {
		power++
	}
	return uint8(n)<<4 | power
}

// metres reads metres with up to two decimals, and perhaps an m, as centimetres.
func metres(text []byte, most uint64) (uint64, bool) {
	if n := len(text); n > 0 && text[n-1]|0x20 == 'm' {
		text = text[:n-1]
	}
	return decimal(text, 2, most)
}

// decimal reads a number with up to so many decimal places, in units of the last place.
func decimal(text []byte, places int, most uint64) (uint64, bool) {
	whole, part, _ := bytes.Cut(text, []byte("."))
	if len(part) > places || len(whole)+len(part) == 0 {
		return 0, false
	}
	digits := append(bytes.Clone(whole), part...)
	for range places - len(part) {
		digits = append(digits, '0')
	}
	return parseNumber(digits, most)
}
