package expr

import (
	"errors"
	"fmt"
	"strings"
)

// wildcard is a parsed pattern in which * stands for any bytes. It is immutable.
type wildcard struct {
	parts []string // the literal text around the stars: one part more than stars
	fold  bool     // ASCII letters match in either case; the parts are lower case
}

// parseWildcard reads a pattern: \* is a star, \\ a backslash, all else itself.
func parseWildcard(pattern string, fold bool) (wildcard, error) {
	w := wildcard{fold: fold}
	var part strings.Builder
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		switch {
		case c == '*' && i > 0 && pattern[i-1] == '*' && part.Len() == 0 && len(w.parts) > 0:
			return w, errors.New("the wildcard contains **, one * stands for any characters already")
		case c == '*':
			w.parts = append(w.parts, part.String())
			part.Reset()
			continue
		case c == '\\':
			i++
			if i == len(pattern) || pattern[i] != '*' && pattern[i] != '\\' {
				return w, fmt.Errorf(`\ in a wildcard stands only before * and \; in a quoted string write it twice, as in "\\*"`)
			}
			c = pattern[i]
		}
		part.WriteByte(c)
	}
	w.parts = append(w.parts, part.String())
	if fold {
		for i, p := range w.parts {
			w.parts[i] = lowerASCII(p)
		}
	}
	return w, nil
}

// match reports whether all of v matches.
func (w wildcard) match(v string) bool {
	first, last := w.parts[0], w.parts[len(w.parts)-1]
	if len(w.parts) == 1 {
		return len(v) == len(first) && w.prefix(v, first)
	}
	if len(v) < len(first)+len(last) || !w.prefix(v, first) || !w.prefix(v[len(v)-len(last):], last) {
		return false
	}
	v = v[len(first) : len(v)-len(last)]
	for _, part := range w.parts[1 : len(w.parts)-1] {
		i := w.index(v, part)
		if i < 0 {
			return false
		}
		v = v[i+len(part):]
	}
	return true
}

// index finds part in v.
func (w wildcard) index(v, part string) int {
	if !w.fold {
		return strings.Index(v, part)
	}
	for i := 0; i+len(part) <= len(v); i++ {
		if w.prefix(v[i:], part) {
			return i
		}
	}
	return -1
}

// prefix reports whether v starts with part.
func (w wildcard) prefix(v, part string) bool {
	if !w.fold {
		return strings.HasPrefix(v, part)
	}
	if len(v) < len(part) {
		return false
	}
	for i := range len(part) {
		if lowerByte(v[i]) != part[i] {
			return false
		}
	}
	return true
}

func lowerByte(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func upperByte(c byte) byte {
	if c >= 'a' && c <= 'z' {
		c -= 'a' - 'A'
	}
	return c
}

// lowerASCII makes ASCII letters lower case and gives s itself if there are none to change.
func lowerASCII(s string) string { return mapBytes(s, lowerByte) }

// upperASCII makes ASCII letters upper case and gives s itself if there are none to change.
func upperASCII(s string) string { return mapBytes(s, upperByte) }

func mapBytes(s string, f func(byte) byte) string {
	for i := range len(s) {
		if f(s[i]) == s[i] {
			continue
		}
		b := []byte(s)
		for ; i < len(b); i++ {
			b[i] = f(b[i])
		}
		return string(b)
	}
	return s
}
