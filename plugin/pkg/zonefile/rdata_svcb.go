package zonefile

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/miekg/dns"
)

// param is a service parameter, its value as on the wire.
type param struct {
	key   dns.SVCBKey
	value []byte
}

const invalidKey = 65535 // RFC 9460 section 14.3.2

// svcb reads RFC 9460 section 2.1: priority, target and parameters in any order.
func (f *fields) svcb() []byte {
	out := binary.BigEndian.AppendUint16(nil, f.uint16("priority"))
	out = f.appendName(out, "target")
	var params []param
	for len(f.toks) > 0 && f.err == nil {
		t := f.toks[0]
		p, err := f.param()
		if err == nil && slices.ContainsFunc(params, func(q param) bool { return q.key == p.key }) {
			err = fmt.Errorf("has the parameter %s twice", p.key)
		}
		if err != nil {
			f.fail(t, "%v", err)
			return nil
		}
		params = append(params, p)
	}
	slices.SortFunc(params, func(a, b param) int { return cmp.Compare(a.key, b.key) })
	for _, p := range params {
		out = binary.BigEndian.AppendUint16(out, uint16(p.key))
		out = binary.BigEndian.AppendUint16(out, uint16(len(p.value))) //nolint:gosec // a record has at most 65535 octets
		out = append(out, p.value...)
	}
	return out
}

// param reads one parameter: KEY, KEY=VALUE or KEY="VALUE".
func (f *fields) param() (param, error) {
	t := f.toks[0]
	f.toks = f.toks[1:]
	if t.quoted {
		return param{}, errors.New("has a quoted string where a parameter is due")
	}
	name, text, valued := bytes.Cut(f.p.text(t), []byte("="))
	if len(f.toks) > 0 && f.glued(t, f.toks[0]) {
		text = f.p.text(f.toks[0])
		f.toks = f.toks[1:]
	}
	key, numbered, ok := paramKey(string(name))
	if !ok {
		return param{}, fmt.Errorf("has an unknown parameter %q, write unknown ones as key0 to key65534", clip(name))
	}
	octets, ok := decode(nil, text)
	if !ok {
		return param{}, fmt.Errorf("has a bad value of %s: %v", key, checkEscapes(text))
	}
	if numbered { // the value is what stands on the wire (section 2.1)
		if !validParam(key, octets) {
			return param{}, fmt.Errorf("has a bad value of %s, which %s stands for", key, clip(name))
		}
		return param{key, octets}, nil
	}
	value, err := paramValue(key, octets, valued)
	if err != nil {
		return param{}, fmt.Errorf("has a bad value of %s: %w", key, err)
	}
	return param{key, value}, nil
}

// paramKey returns the parameter of a name, and whether that is a number.
func paramKey(name string) (key dns.SVCBKey, numbered, ok bool) {
	if digits, found := strings.CutPrefix(name, "key"); found {
		n, err := strconv.ParseUint(digits, 10, 16)
		if err == nil && n != invalidKey && strconv.FormatUint(n, 10) == digits {
			return dns.SVCBKey(n), true, true
		}
		return 0, true, false
	}
	for n := range dns.SVCBKey(64) {
		if n.String() == name && !strings.HasPrefix(name, "key") {
			return n, false, true
		}
	}
	return 0, false, false
}

var (
	errNoValue = errors.New("it takes no value")
	errNoList  = errors.New("a list has no empty item and does not end in a comma")
)

// paramValue returns the value on the wire for the octets of one in presentation form.
func paramValue(key dns.SVCBKey, octets []byte, valued bool) ([]byte, error) {
	switch key {
	case dns.SVCB_NO_DEFAULT_ALPN, dns.SVCB_OHTTP:
		if valued {
			return nil, errNoValue
		}
		return nil, nil
	case dns.SVCB_MANDATORY:
		return mandatory(octets)
	case dns.SVCB_ALPN:
		return alpn(octets)
	case dns.SVCB_PORT:
		port, ok := parseNumber(octets, 1<<16-1)
		if !ok {
			return nil, errors.New("write a number from 0 to 65535")
		}
		return binary.BigEndian.AppendUint16(nil, uint16(port)), nil
	case dns.SVCB_IPV4HINT, dns.SVCB_IPV6HINT:
		return hint(octets, key == dns.SVCB_IPV4HINT)
	case dns.SVCB_ECHCONFIG:
		ech, err := base64.StdEncoding.Strict().DecodeString(string(octets))
		if err == nil && len(ech) == 0 {
			err = errors.New("it is empty")
		}
		return ech, err
	case dns.SVCB_DOHPATH:
		return octets, dohpath(octets)
	}
	return octets, nil
}

// mandatory returns the numbers of parameters, in order (RFC 9460 section 8).
func mandatory(octets []byte) ([]byte, error) {
	var keys []dns.SVCBKey
	for _, name := range strings.Split(string(octets), ",") {
		key, _, ok := paramKey(name)
		if !ok {
			return nil, fmt.Errorf("there is no parameter %q", clip([]byte(name)))
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var out []byte
	for _, key := range keys {
		out = binary.BigEndian.AppendUint16(out, uint16(key))
	}
	return out, nil
}

// alpn returns protocol names, each with its length before it. In the list a comma and a
// backslash have one before them if they stand for themselves (RFC 9460 appendix A.1).
func alpn(octets []byte) (out []byte, err error) {
	start := len(out)
	out = append(out, 0)
	for i := 0; i <= len(octets); i++ {
		if i == len(octets) || octets[i] == ',' {
			size := len(out) - start - 1
			if size == 0 || size > 255 {
				return nil, errNoList
			}
			out[start] = byte(size)
			if start = len(out); i < len(octets) {
				out = append(out, 0)
			}
			continue
		}
		if octets[i] == '\\' && i+1 < len(octets) {
			i++
		}
		out = append(out, octets[i])
	}
	return out, nil
}

// hint returns addresses of one family.
func hint(octets []byte, v4 bool) (out []byte, err error) {
	for _, text := range strings.Split(string(octets), ",") {
		addr, err := netip.ParseAddr(text)
		switch {
		case text == "":
			return nil, errNoList
		case err != nil || addr.Zone() != "" || addr.Is4() != v4:
			return nil, fmt.Errorf("%q is no address of its family", clip([]byte(text)))
		}
		out = append(out, addr.AsSlice()...)
	}
	return out, nil
}

// queryVariable is the variable that a URI template of DoH has (RFC 8484 section 4.1).
var queryVariable = regexp.MustCompile(`\{[^{}]*\bdns\b[^{}]*\}`)

// dohpath holds RFC 9461 section 5.
func dohpath(octets []byte) error {
	switch {
	case len(octets) == 0 || octets[0] != '/' || !utf8.Valid(octets):
		return errors.New("write a path that begins with a slash, such as /dns-query{?dns}")
	case !queryVariable.Match(octets):
		return errors.New("it lacks the variable dns of a URI template, write for example /dns-query{?dns}")
	}
	return nil
}

// validParam reports whether a value on the wire has the form of its parameter.
func validParam(key dns.SVCBKey, value []byte) bool {
	switch key {
	case dns.SVCB_NO_DEFAULT_ALPN, dns.SVCB_OHTTP:
		return len(value) == 0
	case dns.SVCB_MANDATORY:
		return len(value) > 0 && len(value)%2 == 0
	case dns.SVCB_ALPN:
		rest := value
		for len(rest) > 0 && rest[0] > 0 && len(rest) > int(rest[0]) {
			rest = rest[1+int(rest[0]):]
		}
		return len(value) > 0 && len(rest) == 0
	case dns.SVCB_PORT:
		return len(value) == 2
	case dns.SVCB_IPV4HINT:
		return len(value) > 0 && len(value)%4 == 0
	case dns.SVCB_IPV6HINT:
		return len(value) > 0 && len(value)%16 == 0
	case dns.SVCB_DOHPATH:
		return dohpath(value) == nil
	}
	return key != invalidKey
}
