package model

import (
	"net/netip"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// inlineDomains is how many parents of a name fit into a Query without allocation.
const inlineDomains = 12

// Query is what the expressions of SPEC 7 look at. It belongs to one goroutine
// and must not be copied after its first use.
type Query struct {
	Name   string // qname, canonical
	Type   uint16
	Client Client
	Tried  int // policies whose expressions Snapshot.Select looked at

	// At is when the query came. If it is zero, the first policy that needs it reads
	// Clock, if that is set, and no other does.
	At    time.Time
	Clock func() time.Time

	domains []string // worked out when first asked for
	buf     [inlineDomains]string
	servers [1]netip.Addr
}

// now returns when the query came, the same for all policies.
func (q *Query) now() time.Time {
	if q.At.IsZero() && q.Clock != nil {
		q.At = q.Clock()
	}
	return q.At
}

// String returns the value of a string field; it implements expr.Source.
func (q *Query) String(field int) (string, bool) {
	switch field {
	case FieldFQDN:
		return domain.NoDot(q.Name), true
	case FieldType:
		return domain.TypeName(q.Type), true
	}
	if q.Client.Facts == nil {
		return "", false
	}
	return q.Client.Facts.String(field)
}

// Strings returns the value of an array of strings; it implements expr.Source.
func (q *Query) Strings(field int) ([]string, bool) {
	switch {
	case field == FieldDomains:
		return q.parents(), true
	case q.Client.Facts == nil:
		return nil, false
	}
	return q.Client.Facts.Strings(field)
}

// IP returns the value of an address; it implements expr.Source.
func (q *Query) IP(field int) (netip.Addr, bool) {
	if field != FieldSrcIP {
		return netip.Addr{}, false
	}
	return q.Client.Addr, q.Client.Addr.IsValid()
}

// IPs returns the value of an array of addresses; it implements expr.Source.
func (q *Query) IPs(field int) ([]netip.Addr, bool) {
	if field != FieldResolvedIP || !q.Client.Server.IsValid() {
		return nil, false
	}
	q.servers[0] = q.Client.Server
	return q.servers[:], true
}

// Int returns the value of an integer field, of which there is none.
func (q *Query) Int(int) (int64, bool) { return 0, false }

// Ints returns the value of an array of integers; it implements expr.Source.
func (q *Query) Ints(field int) ([]int64, bool) {
	if q.Client.Facts == nil {
		return nil, false
	}
	return q.Client.Facts.Ints(field)
}

// Map returns the value under a key; it implements expr.Source.
func (q *Query) Map(field int, key string) ([]string, bool) {
	if q.Client.Facts == nil {
		return nil, false
	}
	return q.Client.Facts.Map(field, key)
}

// parents returns qname and every parent down to the TLD, without final dots.
func (q *Query) parents() []string {
	if q.domains != nil || q.Name == domain.Root {
		return q.domains
	}
	q.domains = q.buf[:0]
	for name := q.Name; name != domain.Root; name, _ = domain.Parent(name) {
		q.domains = append(q.domains, domain.NoDot(name))
	}
	return q.domains
}
