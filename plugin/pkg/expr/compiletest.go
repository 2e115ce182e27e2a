package expr

import (
	"net/netip"
	"strings"
)

// stringTest compiles what a comparison asks of a string.
func stringTest(e Expr) func(string) bool {
	switch e := e.(type) {
	case *Compare:
		return ordering(e.Op, e.Right.Str)
	case *In:
		return inStrings(e.Set.Strings)
	case *InList:
		return e.List.HasString
	case *Match:
		pattern := e.Pattern
		switch e.Op {
		case OpContains:
			return func(v string) bool { return strings.Contains(v, pattern) }
		case OpMatches:
			return e.re.MatchString
		}
		w, _ := parseWildcard(pattern, e.Op == OpWildcard) // checked before
		return w.match
	}
	return nil
}

// intTest compiles what a comparison asks of an integer.
func intTest(e Expr) func(int64) bool {
	switch e := e.(type) {
	case *Compare:
		if mask := e.Right.Int; e.Op == OpBitAnd {
			return func(v int64) bool { return v&mask != 0 }
		}
		return ordering(e.Op, e.Right.Int)
	case *In:
		return inIntegers(e.Set.Ints)
	case *InList:
		return e.List.HasInt
	}
	return nil
}

// ipTest compiles what a comparison asks of an address.
func ipTest(e Expr) func(netip.Addr) bool {
	switch e := e.(type) {
	case *Compare:
		return ipOrdering(e.Op, e.Right.IP)
	case *In:
		return inAddresses(e.Set.IPs)
	case *InList:
		return e.List.HasIP
	}
	return nil
}

// ordering compiles a comparison of integers, or of strings byte by byte.
func ordering[T string | int64](op Op, w T) func(T) bool {
	switch op {
	case OpEqual:
		return func(v T) bool { return v == w }
	case OpNotEqual:
		return func(v T) bool { return v != w }
	case OpGreaterEqual:
		return func(v T) bool { return v >= w }
	case OpLessEqual:
		return func(v T) bool { return v <= w }
	case OpGreater:
		return func(v T) bool { return v > w }
	}
	return func(v T) bool { return v < w }
}

// ipOrdering compiles a comparison of addresses, which are ordered within their family.
func ipOrdering(op Op, w netip.Addr) func(netip.Addr) bool {
	bits := w.BitLen()
	switch op {
	case OpEqual:
		return func(v netip.Addr) bool { return v == w }
	case OpNotEqual:
		return func(v netip.Addr) bool { return v != w }
	case OpGreaterEqual:
		return func(v netip.Addr) bool { return v.BitLen() == bits && v.Compare(w) >= 0 }
	case OpLessEqual:
		return func(v netip.Addr) bool { return v.BitLen() == bits && v.Compare(w) <= 0 }
	case OpGreater:
		return func(v netip.Addr) bool { return v.BitLen() == bits && v.Compare(w) > 0 }
	}
	return func(v netip.Addr) bool { return v.BitLen() == bits && v.Compare(w) < 0 }
}
