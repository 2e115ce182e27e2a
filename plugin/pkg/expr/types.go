package expr

// Type is the type of a field, a value or a list item. Types are compared with ==.
type Type uint16

// The scalar types. The zero Type is no type.
const (
	Bool   Type = 1 + iota
	Int         // 64 bits, signed
	String      // any bytes
	IP          // an IPv4 or IPv6 address; the families never compare equal
)

// A type is a scalar in the low four bits, wrapped in layers of two bits each,
// the outermost lowest.
const (
	scalarBits = 4
	scalarMask = 1<<scalarBits - 1
	layerMask  = 3 << scalarBits
	arrayLayer = 1 << scalarBits
	mapLayer   = 2 << scalarBits
)

// ArrayOf is the type of arrays whose elements have type elem.
func ArrayOf(elem Type) Type { return elem.wrap(arrayLayer) }

// MapOf is the type of maps from string to elem.
func MapOf(elem Type) Type { return elem.wrap(mapLayer) }

// Elem is the type of the elements of an array or map, and the zero Type for a scalar.
func (t Type) Elem() Type {
	if t&layerMask == 0 {
		return 0
	}
	return t&scalarMask | t>>scalarBits>>2<<scalarBits
}

// String names the type as messages do.
func (t Type) String() string {
	switch {
	case t.isArray():
		return "array of " + t.Elem().String()
	case t.isMap():
		return "map of " + t.Elem().String()
	}
	switch t {
	case Bool:
		return "boolean"
	case Int:
		return "integer"
	case String:
		return "string"
	case IP:
		return "ip"
	}
	return "no type"
}

func (t Type) wrap(layer Type) Type {
	return t&scalarMask | t>>scalarBits<<scalarBits<<2 | layer
}

func (t Type) isArray() bool { return t&layerMask == arrayLayer }
func (t Type) isMap() bool   { return t&layerMask == mapLayer }

// declarable reports whether a field may have the type: one that Source can give.
func (t Type) declarable() bool {
	switch t {
	case Int, String, IP, ArrayOf(Int), ArrayOf(String), ArrayOf(IP), MapOf(ArrayOf(String)):
		return true
	}
	return false
}
