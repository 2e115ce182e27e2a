package expr

import (
	"net/netip"
	"strconv"
	"strings"
)

// number reads the atom that starts at an offset into a literal.
func (l lexer) number(off int) (literal, *Error) {
	text := l.atom(off)
	at := Span{off, len(text)}
	if first, last, ok := strings.Cut(text, ".."); ok {
		return l.between(at, first, last)
	}
	switch {
	case strings.Contains(text, "/"):
		return l.prefix(at, text)
	case isAddress(text):
		ip, err := l.address(at, text)
		return literal{Span: at, form: formIP, ip: IPRange{From: ip, To: ip}}, err
	}
	n, err := l.integer(at, text)
	return literal{Span: at, form: formInt, num: IntRange{n, n}}, err
}

// between reads a range from its bounds.
func (l lexer) between(at Span, first, last string) (literal, *Error) {
	one := Span{at.Offset, len(first)}
	two := Span{at.end() - len(last), len(last)}
	if !isAddress(first) && !isAddress(last) {
		lit := literal{Span: at, form: formIntRange}
		var err *Error
		if lit.num.From, err = l.integer(one, first); err != nil {
			return lit, err
		}
		if lit.num.To, err = l.integer(two, last); err != nil {
			return lit, err
		}
		if lit.num.From > lit.num.To {
			return lit, l.fail(at, "the range is empty, its first value is above its last")
		}
		return lit, nil
	}
	from, err := l.address(one, first)
	if err != nil {
		return literal{}, err
	}
	to, err := l.address(two, last)
	if err != nil {
		return literal{}, err
	}
	switch {
	case from.BitLen() != to.BitLen():
		err = l.fail(at, "the range mixes IPv4 and IPv6, its bounds must be of one family")
	case to.Less(from):
		err = l.fail(at, "the range is empty, its first address is above its last")
	}
	return literal{Span: at, form: formIPRange, ip: IPRange{From: from, To: to}}, err
}

// prefix reads a CIDR, whose host bits must be zero.
func (l lexer) prefix(at Span, text string) (literal, *Error) {
	host, bits, _ := strings.Cut(text, "/")
	ip, err := l.address(Span{at.Offset, len(host)}, host)
	if err != nil {
		return literal{}, err
	}
	p, perr := netip.ParsePrefix(text)
	if perr != nil {
		n := Span{at.end() - len(bits), len(bits)}
		return literal{}, l.fail(n, "%q is no prefix length, expected a number from 0 to %d", cut(bits, maxRepeated), ip.BitLen())
	}
	if p != p.Masked() {
		return literal{}, l.fail(at, "%s has host bits set, write %s", p, p.Masked())
	}
	return literal{Span: at, form: formPrefix, ip: prefixRange(p)}, nil
}

func (l lexer) address(at Span, text string) (netip.Addr, *Error) {
	ip, err := netip.ParseAddr(text)
	if err != nil || ip.Zone() != "" {
		return netip.Addr{}, l.fail(at, "%q is not an IP address", cut(text, maxRepeated))
	}
	return ip, nil
}

// integer reads a decimal, hexadecimal (0x) or octal (leading 0) number.
func (l lexer) integer(at Span, text string) (int64, *Error) {
	if text == "" {
		return 0, l.fail(at, "a range is written FIRST..LAST, with both ends")
	}
	digits, base := text, 10
	switch {
	case strings.HasPrefix(text, "0x"):
		digits, base = text[2:], 16
	case strings.HasPrefix(text, "0"):
		base = 8
	}
	n, err := strconv.ParseInt(digits, base, 64)
	switch {
	case err == nil && (base == 10 || isHex(digits[0])) && digits[0] != '+':
		return n, nil
	case isRangeError(err):
		return 0, l.fail(at, "%s does not fit in 64 bits", cut(text, maxRepeated))
	case base == 8:
		return 0, l.fail(at, "%q is not an octal number, which its leading 0 makes it", cut(text, maxRepeated))
	}
	return 0, l.fail(at, "%q is not an integer; strings stand in quotes", cut(text, maxRepeated))
}

// isAddress reports whether an atom was meant as an address.
func isAddress(s string) bool { return strings.ContainsAny(s, ".:") }

func isRangeError(err error) bool {
	n, ok := err.(*strconv.NumError)
	return ok && n.Err == strconv.ErrRange
}
