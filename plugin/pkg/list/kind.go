package list

import (
	"fmt"
	"iter"
	"net/netip"
	"strconv"
	"strings"

	"github.com/gaissmai/bart"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/expr"
)

// Kind is what the values of a list are, in Cloudflare's words.
type Kind string

// The kinds of lists.
const (
	Serial   Kind = "SERIAL"
	URL      Kind = "URL"
	Domain   Kind = "DOMAIN"
	Email    Kind = "EMAIL"
	IP       Kind = "IP"
	Category Kind = "CATEGORY"
	Location Kind = "LOCATION"
	Device   Kind = "DEVICE"
	AAGUID   Kind = "AAGUID"
)

// Kinds returns all kinds.
func Kinds() []Kind {
	return []Kind{Serial, URL, Domain, Email, IP, Category, Location, Device, AAGUID}
}

// Type returns the type of the kind's values in expressions.
func (k Kind) Type() expr.Type {
	switch k {
	case IP:
		return expr.IP
	case Category:
		return expr.Int
	}
	return expr.String
}

// Parse reads a value of the kind. Values that mean the same have one canonical form.
func (k Kind) Parse(text string) (canonical string, err error) {
	switch k {
	case Domain:
		return parseDomain(text)
	case Email:
		local, host, ok := strings.Cut(text, "@")
		if !ok || local == "" || host == "" || strings.ContainsAny(text, " \t<>\"") || strings.Contains(host, "@") {
			return "", fmt.Errorf("%q is no mail address such as alice@example.org", text)
		}
		return strings.ToLower(text), nil
	case IP:
		p, err := parsePrefix(text)
		return p.String(), err
	case Category:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return "", fmt.Errorf("%q is no number of a category", text)
		}
		return strconv.FormatInt(n, 10), nil
	case URL:
		scheme, rest, ok := strings.Cut(text, "://")
		if !ok || scheme == "" || rest == "" || strings.ContainsAny(text, " \t") {
			return "", fmt.Errorf("%q is no URL such as https://www.example.org/", text)
		}
	}
	return text, nil
}

func parseDomain(text string) (string, error) {
	if strings.Contains(text, "*") {
		return "", fmt.Errorf("%q: %w", text, errWildcard)
	}
	if format := foreign(text); format != "" {
		return "", fmt.Errorf("%q looks like %s", text, format)
	}
	if strings.ContainsAny(text, "@/ ") {
		return "", fmt.Errorf("%q is no domain name", text)
	}
	name, err := domain.Parse(text)
	return domain.NoDot(name), err
}

// Of returns a list of values that never change, which are those of a kind.
func Of(k Kind, texts iter.Seq[string]) *List {
	v := &values{names: make(map[string]bool), texts: make(map[string]struct{}), numbers: make(map[int64]struct{}), prefixes: new(bart.Lite)}
	for text := range texts {
		canonical, err := k.Parse(text)
		if err != nil {
			continue // it was looked at when it came
		}
		v.put(k, canonical, text)
		v.size++
	}
	l := New()
	if v.size > 0 { // an empty list has any type
		l.typ, v.typ = k.Type(), k.Type()
	}
	l.values.Store(v)
	return l
}

// put takes a value that a kind has in canonical form.
func (v *values) put(k Kind, canonical, text string) {
	switch k.Type() {
	case expr.IP:
		v.prefixes.Insert(netip.MustParsePrefix(canonical))
	case expr.Int:
		n, _ := strconv.ParseInt(canonical, 10, 64)
		v.numbers[n] = struct{}{}
	default:
		lower := strings.ToLower(canonical)
		v.names[lower] = v.names[lower] || lower == text
		if lower != text {
			v.texts[text] = struct{}{}
		}
	}
}

// Kind tells what the list's values look like.
func (l *List) Kind() Kind {
	switch l.typ {
	case expr.IP:
		return IP
	case expr.Int:
		return Category
	}
	for name := range l.values.Load().names {
		if strings.Contains(name, "@") {
			return Email
		}
	}
	return Domain
}

// Len returns how many values there are.
func (l *List) Len() int { return l.values.Load().size }

// All yields the values, in no order: names in lower case and Punycode.
func (l *List) All() iter.Seq[string] {
	v := l.values.Load()
	return func(yield func(string) bool) {
		for name := range v.names {
			if !yield(name) {
				return
			}
		}
		for n := range v.numbers {
			if !yield(strconv.FormatInt(n, 10)) {
				return
			}
		}
		for _, r := range v.ranges {
			if !yield(fmt.Sprintf("%d..%d", r.From, r.To)) {
				return
			}
		}
		if v.prefixes != nil {
			v.prefixes.All()(yieldPrefix(yield))
		}
	}
}

// yieldPrefix has addresses be written as such.
func yieldPrefix(yield func(string) bool) func(netip.Prefix) bool {
	return func(p netip.Prefix) bool {
		if p.IsSingleIP() {
			return yield(p.Addr().String())
		}
		return yield(p.String())
	}
}
