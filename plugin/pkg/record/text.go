package record

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/miekg/dns"
)

// maxString is how long one character string is (RFC 1035 section 3.3).
const maxString = 255

// isText reports whether the content of a type is character strings, kept as they are sent.
func isText(rrtype uint16) bool { return rrtype == dns.TypeTXT || rrtype == dns.TypeSPF }

// textRdata returns the rdata for the content of a TXT.
func textRdata(content string) ([]byte, error) {
	texts, err := parseText(content)
	if err != nil {
		return nil, err
	}
	var rdata []byte
	for _, text := range texts {
		for first := true; first || len(text) > 0; first = false {
			n := min(len(text), maxString)
			rdata = append(append(rdata, byte(n)), text[:n]...)
			text = text[n:]
		}
	}
	return rdata, nil
}

// isQuoted reports whether the content of a TXT is quoted strings, and not one raw string.
func isQuoted(content string) bool {
	return len(content) >= 2 && content[0] == '"' && content[len(content)-1] == '"'
}

// parseText returns the strings that the content of a TXT stands for, of any length.
func parseText(content string) ([][]byte, error) {
	if content == "" {
		return nil, errors.New(`a text is needed; for an empty one write ""`)
	}
	if !isQuoted(content) {
		return [][]byte{[]byte(content)}, nil
	}
	var texts [][]byte
	for rest := content; rest != ""; rest = strings.TrimLeft(rest, " \t") {
		if rest[0] != '"' {
			return nil, fmt.Errorf(`%q stands outside of the quotes, write \" for a quote within a text`, clip(rest))
		}
		text, after, err := quoted(rest[1:])
		if err != nil {
			return nil, err
		}
		texts, rest = append(texts, text), after
	}
	return texts, nil
}

// quoted reads up to the closing quote, and gives what stands behind it.
func quoted(rest string) (text []byte, after string, err error) {
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; c {
		case '"':
			return text, rest[i+1:], nil
		case '\\':
			octet, used, ok := escaped(rest[i+1:])
			if !ok {
				return nil, "", errors.New(`a backslash stands before a character, or three digits from 000 to 255`)
			}
			text = append(text, octet)
			i += used
		default:
			text = append(text, c)
		}
	}
	return nil, "", errors.New("a quote is not closed")
}

// escaped reads what stands behind a backslash (RFC 1035 section 5.1).
func escaped(rest string) (octet byte, used int, ok bool) {
	if rest == "" {
		return 0, 0, false
	}
	if rest[0] < '0' || rest[0] > '9' {
		return rest[0], 1, true
	}
	if len(rest) < 3 {
		return 0, 0, false
	}
	n, err := strconv.ParseUint(rest[:3], 10, 8)
	return byte(n), 3, err == nil
}

// plainText returns the octets that a text in the form of miekg/dns stands for.
func plainText(text string) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '\\' {
			if octet, used, ok := escaped(text[i+1:]); ok {
				c, i = octet, i+used
			}
		}
		out = append(out, c)
	}
	return out
}

// appendQuoted appends octets in quotes, in the notation of master files. Characters that
// can be read stand as they are, others as the octets they are made of.
func appendQuoted(to, octets []byte) []byte {
	to = append(to, '"')
	for len(octets) > 0 {
		c, size := utf8.DecodeRune(octets)
		switch {
		case c == '"' || c == '\\':
			to = append(to, '\\', byte(c))
		case c == utf8.RuneError && size <= 1 || !unicode.IsPrint(c):
			for _, octet := range octets[:size] {
				to = append(to, '\\', '0'+octet/100, '0'+octet/10%10, '0'+octet%10)
			}
		default:
			to = append(to, octets[:size]...)
		}
		octets = octets[size:]
	}
	return append(to, '"')
}

// textContent returns rdata of character strings as quoted strings; ok is false if they
// are none.
func textContent(rdata []byte) (content string, ok bool) {
	var out []byte
	for rest := rdata; len(rest) > 0; {
		n := int(rest[0])
		if len(rest) < 1+n {
			return "", false
		}
		if out != nil {
			out = append(out, ' ')
		}
		out = appendQuoted(out, rest[1:1+n])
		rest = rest[1+n:]
	}
	return string(out), len(rdata) > 0
}
