package record

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// Order is how a list is sorted. The zero value is by type.
type Order struct {
	by   key
	desc bool
}

// key is what a list is sorted by.
type key uint8

const (
	byType key = iota
	byName
	byContent
	byTTL
	byProxied // no record is proxied: all are equal
)

var keys = map[string]key{"": byType, "type": byType, "name": byName, "content": byContent, "ttl": byTTL, "proxied": byProxied}

// ParseOrder reads the parameters order and direction of a list call.
func ParseOrder(q url.Values) (Order, problem.List) {
	var problems problem.List
	by, ok := keys[strings.ToLower(q.Get("order"))]
	if !ok {
		problems.Errorf(problem.FilterInvalid, problem.Pos{}, `parameter "order"`,
			"%q is none of type, name, content, ttl and proxied", clip(q.Get("order")))
	}
	direction := strings.ToLower(q.Get("direction"))
	if direction != "" && direction != "asc" && direction != "desc" {
		problems.Errorf(problem.FilterInvalid, problem.Pos{}, `parameter "direction"`, "%q is neither asc nor desc", clip(direction))
	}
	return Order{by: by, desc: direction == "desc"}, problems
}

// Compare returns how two records stand to each other, 0 only for one record. Those that
// the order does not tell apart stand by type, name, content and ID, in any direction.
func (o Order) Compare(a, b *Record) int {
	first := 0
	switch o.by {
	case byType:
		first = compareTypes(a, b)
	case byName:
		first = strings.Compare(a.Name, b.Name)
	case byContent:
		first = strings.Compare(a.Content, b.Content)
	case byTTL:
		first = cmp.Compare(a.TTL, b.TTL)
	}
	if o.desc {
		first = -first
	}
	if first != 0 {
		return first
	}
	if first = compareTypes(a, b); first != 0 {
		return first
	}
	return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Content, b.Content), strings.Compare(a.ID, b.ID))
}

// Group is what an order tells stored records by before it comes to their names.
type Group struct {
	ttl    uint32
	rrtype uint16
}

// Grouped reports whether Group, the name and Compare among records of one name are all
// that the order needs: no record has to be decoded to find its place.
func (o Order) Grouped() bool { return o.by != byContent }

// NamesDown reports whether names stand in descending order.
func (o Order) NamesDown() bool { return o.by == byName && o.desc }

// Group returns the group of a stored record.
func (o Order) Group(l *Look) Group {
	switch o.by {
	case byName:
		return Group{}
	case byTTL:
		return Group{l.TTL, l.Type}
	}
	return Group{0, l.Type}
}

// CompareGroups returns how two groups stand to each other.
func (o Order) CompareGroups(a, b Group) int {
	first := cmp.Compare(a.ttl, b.ttl)
	if o.by == byType {
		first = strings.Compare(domain.TypeName(a.rrtype), domain.TypeName(b.rrtype))
	}
	if o.desc {
		first = -first
	}
	return cmp.Or(first, strings.Compare(domain.TypeName(a.rrtype), domain.TypeName(b.rrtype)))
}

// compareTypes compares types as they are shown.
func compareTypes(a, b *Record) int {
	if a.Type == b.Type {
		return 0
	}
	return strings.Compare(domain.TypeName(a.Type), domain.TypeName(b.Type))
}
