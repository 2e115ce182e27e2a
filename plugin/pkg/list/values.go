package list

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/gaissmai/bart"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

const (
	maxEntries  = 10_000_000 // of one list
	maxLine     = 1 << 16    // octets of one line
	maxReported = 100        // problems of one file
	maxRanges   = 1000       // of numbers in one list
)

// values is the content of a list file: one type of value. It is immutable once
// read.
type values struct {
	typ      expr.Type // String, Int or IP; none while the list is empty
	size     int
	names    map[string]bool     // in lower case and Punycode; whether a line has just that
	texts    map[string]struct{} // as the other lines have them
	numbers  map[int64]struct{}
	ranges   []expr.IntRange // of numbers; a few, they are not searched
	prefixes *bart.Lite
}

// readValues reads one value a line; # begins a comment. The first value decides
// the type of all: a number, an address or CIDR, else a name.
func readValues(r io.Reader, file, object string) (*values, problem.List) {
	v := &values{names: make(map[string]bool), texts: make(map[string]struct{}), numbers: make(map[int64]struct{}), prefixes: new(bart.Lite)}
	var problems problem.List
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 4096), maxLine)
	number, errs, repeated, odd := 0, 0, 0, 0
	for lines.Scan() {
		number++
		text, _, _ := strings.Cut(lines.Text(), "#")
		if text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff")); text == "" {
			continue
		}
		pos := problem.Pos{File: file, Line: number}
		fresh, err := v.add(text)
		switch {
		case err != nil && errs == maxReported:
			problems.Errorf(problem.ListEntryDoubtful, pos, object, "more problems follow, they are not listed")
			return v, problems
		case err != nil:
			errs++
			problems.Errorf(problem.ListEntryDoubtful, pos, object, "%s", err)
		case v.typ == expr.String && foreign(text) != "":
			if odd++; odd <= maxReported {
				problems.Warnf(problem.ListEntryDoubtful, pos, object, "%q is one value as it stands; it looks like %s", text, foreign(text))
			}
		case !fresh:
			if repeated++; repeated <= maxReported {
				problems.Warnf(problem.ListEntryRepeated, pos, object, "%s is in the list already", text)
			}
		case v.size > maxEntries:
			problems.Errorf(problem.ListEntryRepeated, pos, object, "the list has more than %d entries", maxEntries)
			return v, problems
		}
	}
	if more := repeated - maxReported; more > 0 {
		problems.Warnf(problem.ListEntryRepeated, problem.Pos{File: file}, object, "%d more values are in the list already, they are not listed", more)
	}
	if more := odd - maxReported; more > 0 {
		problems.Warnf(problem.ListEntryDoubtful, problem.Pos{File: file}, object, "%d more lines look like another format, they are not listed", more)
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		problems.Errorf(problem.ListInvalid, problem.Pos{File: file, Line: number + 1}, object, "the line is longer than %d octets; a list holds one value a line", maxLine)
	case err != nil:
		problems.Errorf(problem.ListInvalid, problem.Pos{File: file, Line: number + 1}, object, "%s", err)
	}
	return v, problems
}

// foreign names the format that a line looks like if it is not that of a list, with
// what to write instead; "" if it may be a value.
func foreign(text string) string {
	first, rest, several := strings.Cut(strings.ReplaceAll(text, "\t", " "), " ")
	_, err := netip.ParseAddr(first)
	switch {
	case several && err == nil:
		return "a line of a hosts file; write the name alone, " + strings.TrimSpace(rest)
	case strings.HasPrefix(text, "||"), strings.HasPrefix(text, "@@"), strings.HasPrefix(text, "!"), strings.HasSuffix(text, "^"):
		return "a filter rule of an ad blocker; write the name alone, " + strings.Trim(text, "|@!^ ")
	case strings.Contains(text, "://"):
		_, host, _ := strings.Cut(text, "://")
		host, _, _ = strings.Cut(host, "/")
		return "a URL; write the name in it alone, " + host
	case strings.ContainsAny(text, ",;\"|") || text[0] == '\'':
		return "a table of comma-separated values; a list holds one value a line, without quotes and commas"
	}
	return ""
}

// add takes one value and reports whether it is new.
func (v *values) add(text string) (fresh bool, err error) {
	if v.typ == 0 {
		v.typ = typeOf(text)
	}
	switch v.typ {
	case expr.Int:
		fresh, err = v.addNumber(text)
	case expr.IP:
		fresh, err = v.addPrefix(text)
	default:
		fresh, err = v.addName(text)
	}
	if fresh {
		v.size++
	}
	return fresh, err
}

// typeOf guesses the type of a list by its first value, or the first bound of a range.
func typeOf(text string) expr.Type {
	first, _, _ := strings.Cut(text, "..")
	if _, err := strconv.ParseInt(first, 10, 64); err == nil {
		return expr.Int
	}
	host := first
	if end := strings.IndexAny(first, "/-"); end >= 0 {
		host = first[:end]
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return expr.IP
	}
	return expr.String
}

// errHyphen says how a range is written.
func errHyphen(text string) error {
	first, last, _ := strings.Cut(text, "-")
	return fmt.Errorf("%q: a range is written %s..%s", text, strings.TrimSpace(first), strings.TrimSpace(last))
}

// addNumber takes a number or a range of them.
func (v *values) addNumber(text string) (bool, error) {
	if first, last, ok := strings.Cut(text, ".."); ok {
		return v.addNumbers(text, first, last)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil && strings.Contains(text[1:], "-") && typeOf(text[:1]) == expr.Int {
		return false, errHyphen(text)
	}
	if err != nil {
		return false, fmt.Errorf("%q is not a number; a list holds one type of value, and this one began with a number", text)
	}
	_, known := v.numbers[n]
	v.numbers[n] = struct{}{}
	return !known, nil
}

func (v *values) addNumbers(text, first, last string) (bool, error) {
	from, err := strconv.ParseInt(first, 10, 64)
	to, other := strconv.ParseInt(last, 10, 64)
	switch {
	case err != nil || other != nil:
		return false, fmt.Errorf("%q is no range of numbers, which is written FIRST..LAST", text)
	case from > to:
		return false, fmt.Errorf("the range %s is empty, its first number is above its last", text)
	}
	r := expr.IntRange{From: from, To: to}
	if slices.Contains(v.ranges, r) {
		return false, nil
	}
	if len(v.ranges) == maxRanges {
		return false, fmt.Errorf("more than %d ranges of numbers in one list", maxRanges)
	}
	v.ranges = append(v.ranges, r)
	return true, nil
}

// hasNumber reports whether a number is among the values.
func (v *values) hasNumber(n int64) bool {
	if _, ok := v.numbers[n]; ok {
		return true
	}
	for _, r := range v.ranges {
		if r.From <= n && n <= r.To {
			return true
		}
	}
	return false
}

// addPrefix takes an address, a CIDR or a range of addresses.
func (v *values) addPrefix(text string) (bool, error) {
	if first, last, ok := strings.Cut(text, ".."); ok {
		return v.addAddresses(text, first, last)
	}
	if strings.Contains(text, "-") {
		return false, errHyphen(text)
	}
	p, err := parsePrefix(text)
	if err != nil {
		return false, err
	}
	known := v.prefixes.Get(p)
	v.prefixes.Insert(p)
	return !known, nil
}

func (v *values) addAddresses(text, first, last string) (fresh bool, err error) {
	from, err := netip.ParseAddr(first)
	to, other := netip.ParseAddr(last)
	switch {
	case err != nil || other != nil || from.Zone() != "" || to.Zone() != "":
		return false, fmt.Errorf("%q is no range of addresses, which is written FIRST..LAST", text)
	case from.BitLen() != to.BitLen() || from.Is4In6() || to.Is4In6():
		return false, fmt.Errorf("the range %s mixes IPv4 and IPv6", text)
	case to.Less(from):
		return false, fmt.Errorf("the range %s is empty, its first address is above its last", text)
	}
	for _, p := range (expr.IPRange{From: from, To: to}).Prefixes() {
		fresh = fresh || !v.prefixes.Get(p)
		v.prefixes.Insert(p)
	}
	return fresh, nil
}

// parsePrefix reads an address or a CIDR without host bits.
func parsePrefix(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" {
		if addr.Is4In6() {
			return netip.Prefix{}, fmt.Errorf("%s is an IPv4 address, write %s", addr, addr.Unmap())
		}
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	switch {
	case err != nil:
		return p, fmt.Errorf("%q is neither an address nor a CIDR; a list holds one type of value", text)
	case p.Addr().Is4In6():
		return p, fmt.Errorf("%s is an IPv4 network, write it as one", p)
	case p != p.Masked():
		return p, fmt.Errorf("%s has host bits set, write %s", p, p.Masked())
	}
	return p, nil
}

var errWildcard = errors.New(`a list holds names without wildcards; to match all names below one, list the name and write: any(dns.domains[*] in $list)`)

// addName takes a name, or any other text such as a mail address as it stands.
func (v *values) addName(text string) (bool, error) {
	name := text
	switch {
	case strings.Contains(text, "*"):
		return false, fmt.Errorf("%q: %w", text, errWildcard)
	case strings.ContainsAny(text, "@ /"):
		name = strings.ToLower(text)
	default:
		canonical, err := domain.Parse(text)
		if err != nil {
			return false, err
		}
		name = domain.NoDot(canonical)
	}
	written, known := v.names[name]
	v.names[name] = written || name == text
	if name != text {
		v.texts[text] = struct{}{}
	}
	return !known, nil
}

// written reports whether a line of the file is the text.
func (v *values) written(text string) bool {
	_, other := v.texts[text]
	return other || v.names[text]
}
