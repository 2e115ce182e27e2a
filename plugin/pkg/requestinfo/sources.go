// Package requestinfo tells who sends a query: the values of the selectors that stand
// neither in the message nor in its addresses. A server block declares where they
// come from; nothing is looked up before a policy's expression asks for it.
package requestinfo

import (
	"net/netip"
	"sync/atomic"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/category"
	"github.com/internaldns/internaldns/plugin/pkg/identity"
	"github.com/internaldns/internaldns/plugin/pkg/location"
)

// Sources are what one server block has to tell clients apart. Each is optional.
// The slices and Geo do not change after the load; the tables they lead to are
// replaced while serving. Safe for concurrent use.
type Sources struct {
	Identities atomic.Pointer[identity.Table]
	Locations  atomic.Pointer[location.Table]
	Content    []*atomic.Pointer[category.Table] // one for each file
	Security   []*atomic.Pointer[category.Table]

	// Geo gives the ISO codes of the country and the continent of an address, "" for
	// what is not known. The request may say more of its origin (RFC 7871).
	Geo func(addr netip.Addr, request *dns.Msg) (country, continent string)
}
