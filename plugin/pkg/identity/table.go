package identity

import (
	"net/netip"
	"strings"

	"github.com/gaissmai/bart"
)

// Table is the identities of one file. It is immutable and safe for concurrent
// use. A nil Table is empty.
type Table struct {
	size    int
	clients bart.Table[*Identity]
	emails  map[string]*Identity
}

// Len is the number of identities.
func (t *Table) Len() int {
	if t == nil {
		return 0
	}
	return t.size
}

// ByAddr returns the identity of the longest prefix that holds an address, or nil.
func (t *Table) ByAddr(addr netip.Addr) *Identity {
	if t == nil {
		return nil
	}
	i, _ := t.clients.Lookup(addr.Unmap())
	return i
}

// ByEmail returns the identity with a mail address in any case, or nil. It
// allocates only if the address has upper-case letters.
func (t *Table) ByEmail(email string) *Identity {
	if t == nil || email == "" {
		return nil
	}
	return t.emails[strings.ToLower(email)]
}
