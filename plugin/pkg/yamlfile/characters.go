package yamlfile

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// printable reports whether a file is UTF-8 of the characters that YAML allows
// (YAML 1.2 section 5.1). The library would not tell the line.
func (f *File) printable(text []byte) bool {
	line := 1
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == '\n':
			line++
		case r == utf8.RuneError && size == 1:
			f.fail(line, "the octet 0x%02x is not allowed, the file must be UTF-8", text[i])
			return false
		case !isPrintable(r) && (r != '\ufeff' || i > 0):
			f.fail(line, "the character %U is not allowed", r)
			return false
		}
		i += size
	}
	return true
}

func isPrintable(r rune) bool {
	switch {
	case r < 0x20:
		return r == '\t' || r == '\n' || r == '\r'
	case r < 0xa0:
		return r < 0x7f || r == 0x85
	}
	return r != 0xfeff && r != 0xfffe && r != 0xffff
}

// unescape writes out the characters that JSON escapes in ways that the library
// does not know: a slash, and a pair of surrogates (RFC 8259 section 7). It leaves
// a text that is not JSON as it is.
func unescape(text []byte) []byte {
	if !bytes.Contains(text, []byte(`\/`)) && !bytes.Contains(text, []byte(`\u`)) || !json.Valid(text) {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			out = append(out, text[i])
			continue
		}
		if r := utf16.DecodeRune(escapedAt(text, i), escapedAt(text, i+6)); r != utf8.RuneError {
			out = utf8.AppendRune(out, r)
			i += 11
			continue
		}
		i++ // valid JSON has a character after the backslash
		if text[i] != '/' {
			out = append(out, '\\')
		}
		out = append(out, text[i])
	}
	return out
}

// escapedAt returns the value of an escape \uXXXX, or 0.
func escapedAt(text []byte, i int) rune {
	if i+6 > len(text) || text[i] != '\\' || text[i+1] != 'u' {
		return 0
	}
	n, err := strconv.ParseUint(string(text[i+2:i+6]), 16, 16)
	if err != nil {
		return 0
	}
	return rune(n)
}
