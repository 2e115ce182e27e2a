package expr

import "net/netip"

// Source gives the values of the fields while a Program runs. Each method takes
// a field's index in the Schema and is only called for fields of its type; ok is
// false for a value that is not there. The slices stay the Source's; a Program
// only reads them, and only during Match or Explain. Two calls for one field
// during one Match give the same value.
type Source interface {
	String(field int) (v string, ok bool)
	Int(field int) (v int64, ok bool)
	// IP gives an address without zone. An IPv4-mapped IPv6 address counts as IPv6:
	// unmap it first.
	IP(field int) (v netip.Addr, ok bool)
	// Strings gives a member of an array of records with a place for every record; ""
	// stands for a member that a record lacks, which is a missing value.
	Strings(field int) (v []string, ok bool)
	Ints(field int) (v []int64, ok bool)
	IPs(field int) (v []netip.Addr, ok bool)
	// Map gives the array under one key of a map of arrays.
	Map(field int, key string) (v []string, ok bool)
}

// Lists resolves `in $name` while an expression is compiled. If it also has a
// method Names() []string, messages about unknown lists name the nearest; with a method
// Literal(field int, text string) string, a literal that is compared as a whole with a
// field stands for what that returns.
type Lists interface {
	List(name string) (List, bool)
}

// List is a set of values under a name. A Program keeps the List and asks it on
// every evaluation, so its content may change while its Type stays. It is asked
// from many goroutines at once, only through the method of its Type.
//
// A List that normalizes its texts as the fields with Field.Lower need it, and what
// the function lower gives, has a method Exact() List, too: the texts as written,
// for all other values.
type List interface {
	Type() Type // String, Int or IP; the zero Type, which fits any, if it is not known
	HasString(v string) bool
	HasInt(v int64) bool
	HasIP(v netip.Addr) bool
}
