package expr

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"
)

// few is how many items a set may have to be searched one by one.
const few = 4

// inStrings compiles a set of strings.
func inStrings(set []string) func(string) bool {
	if len(set) <= few {
		return func(v string) bool {
			for _, s := range set {
				if v == s {
					return true
				}
			}
			return false
		}
	}
	index := make(map[string]struct{}, len(set))
	for _, s := range set {
		index[s] = struct{}{}
	}
	return func(v string) bool { _, ok := index[v]; return ok }
}

// interval is the values between two, both included.
type interval[T any] struct{ from, to T }

// merged sorts intervals and joins those that overlap.
func merged[T any](in []interval[T], compare func(a, b T) int) []interval[T] {
	slices.SortFunc(in, func(a, b interval[T]) int { return compare(a.from, b.from) })
	var out []interval[T]
	for _, r := range in {
		if last := len(out) - 1; last >= 0 && compare(r.from, out[last].to) <= 0 {
			if compare(r.to, out[last].to) > 0 {
				out[last].to = r.to
			}
			continue
		}
		out = append(out, r)
	}
	return slices.Clip(out)
}

// inOrdered searches merged intervals of numbers.
func inOrdered[T uint32 | int64](set []interval[T], v T) bool {
	low, high := 0, len(set)
	for low < high {
		mid := int(uint(low+high) / 2)
		switch {
		case v < set[mid].from:
			high = mid
		case v > set[mid].to:
			low = mid + 1
		default:
			return true
		}
	}
	return false
}

// inIntegers compiles a set of integers.
func inIntegers(ranges []IntRange) func(int64) bool {
	in := make([]interval[int64], len(ranges))
	for i, r := range ranges {
		in[i] = interval[int64]{r.From, r.To}
	}
	set := merged(in, cmp.Compare[int64])
	return func(v int64) bool { return inOrdered(set, v) }
}

// wide is an IPv6 address as a number.
type wide struct{ high, low uint64 }

func (w wide) compare(x wide) int {
	if c := cmp.Compare(w.high, x.high); c != 0 {
		return c
	}
	return cmp.Compare(w.low, x.low)
}

func wideOf(ip netip.Addr) wide {
	b := ip.As16()
	return wide{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

func numberOf(ip netip.Addr) uint32 {
	b := ip.As4()
	return binary.BigEndian.Uint32(b[:])
}

// inAddresses compiles a set of addresses.
func inAddresses(ranges []IPRange) func(netip.Addr) bool {
	var in4 []interval[uint32]
	var in6 []interval[wide]
	for _, r := range ranges {
		if r.From.Is4() {
			in4 = append(in4, interval[uint32]{numberOf(r.From), numberOf(r.To)})
			continue
		}
		in6 = append(in6, interval[wide]{wideOf(r.From), wideOf(r.To)})
	}
	set4, set6 := merged(in4, cmp.Compare[uint32]), merged(in6, wide.compare)
	return func(ip netip.Addr) bool {
		if ip.Is4() {
			return inOrdered(set4, numberOf(ip))
		}
		if len(set6) == 0 || !ip.Is6() {
			return false
		}
		return inWide(set6, wideOf(ip))
	}
}

// inWide is inOrdered for IPv6.
func inWide(set []interval[wide], v wide) bool {
	low, high := 0, len(set)
	for low < high {
		mid := int(uint(low+high) / 2)
		switch {
		case v.compare(set[mid].from) < 0:
			high = mid
		case v.compare(set[mid].to) > 0:
			low = mid + 1
		default:
			return true
		}
	}
	return false
}
