package requestinfo

import (
	"crypto/x509"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/category"
	"github.com/internaldns/internaldns/plugin/pkg/identity"
	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// inlineCategories is how many numbers of categories fit without an allocation.
const inlineCategories = 8

// Info is who sends one query; it implements model.Facts. It belongs to one
// goroutine, and its exported fields are set before the first value is asked for.
type Info struct {
	Sources *Sources
	Places  model.Places // of the snapshot; nil if it has none
	Addr    netip.Addr   // the client's address
	Server  netip.Addr   // the address the query arrived at; invalid if unknown
	Name    string       // qname, canonical
	Request *dns.Msg     // for Sources.Geo

	// Host is the host of a DoH request, or the server name a DoT or DoQ client
	// asked for in its TLS handshake (RFC 6066 section 3); "" over other transports.
	Host string
	// Certificate is the client's, verified against the block's authorities; nil
	// without one.
	Certificate *x509.Certificate
	// Email says who asks in place of a certificate, where there is no connection.
	Email string

	// What is worked out once, so that all policies see the same state of a table.
	known     bool // whether who is
	who       *identity.Identity
	placed    bool // whether place is
	place     string
	located   bool // whether country and continent are
	country   string
	continent string
	content   categories
	security  categories
}

// categories are the numbers under which qname is listed.
type categories struct {
	known   bool
	numbers []int64
	room    [inlineCategories]int64
}

// String returns the value of a string field; it implements model.Facts.
func (c *Info) String(field int) (string, bool) {
	switch field {
	case model.FieldDoHSubdomain:
		return c.subdomain()
	case model.FieldLocation:
		return c.location()
	case model.FieldCountry:
		c.locate()
		return c.country, c.country != ""
	case model.FieldContinent:
		c.locate()
		return c.continent, c.continent != ""
	}
	who := c.identity()
	if who == nil {
		return "", false
	}
	switch field {
	case model.FieldEmail:
		return who.Email, who.Email != ""
	case model.FieldName:
		return who.Name, who.Name != ""
	}
	return "", false
}

// Strings returns the value of an array of strings; it implements model.Facts.
func (c *Info) Strings(field int) ([]string, bool) {
	who := c.identity()
	if who == nil {
		return nil, false
	}
	switch field {
	case model.FieldGroupIDs:
		return who.GroupIDs(), true
	case model.FieldGroupNames:
		return who.GroupNames(), true
	case model.FieldGroupEmails:
		return who.GroupEmails(), true
	case model.FieldClaimTexts:
		return who.ClaimTexts(), true
	case model.FieldPosture:
		return who.Posture, true
	}
	return nil, false
}

// Ints returns the value of an array of integers; it implements model.Facts.
func (c *Info) Ints(field int) ([]int64, bool) {
	switch field {
	case model.FieldContentCategory:
		return c.content.of(c.Name, c.Sources.Content), true
	case model.FieldSecurityCategory:
		return c.security.of(c.Name, c.Sources.Security), true
	}
	return nil, false
}

// Map returns the value under a key; it implements model.Facts.
func (c *Info) Map(field int, key string) ([]string, bool) {
	who := c.identity()
	if who == nil {
		return nil, false
	}
	entries := who.Attributes
	if field == model.FieldClaims {
		entries = who.Claims
	}
	values, ok := entries[key]
	return values, ok
}

// identity returns who asks, nil if nobody knows: the certificate's owner, completed
// by what the identity file says of the same mail address, else whom the file
// knows by the client's address. A certificate is the stronger proof.
func (c *Info) identity() *identity.Identity {
	if c.known {
		return c.who
	}
	c.known = true
	table := c.Sources.Identities.Load()
	var owner *identity.Identity
	switch {
	case c.Certificate != nil:
		owner = identity.FromCertificate(c.Certificate)
	case c.Email != "":
		owner = identity.New(identity.Identity{Email: strings.ToLower(c.Email)})
	default:
		c.who = table.ByAddr(c.Addr)
	}
	if owner != nil {
		c.who = owner.With(table.ByEmail(owner.Email))
	}
	return c.who
}

// subdomain returns the first label of the host asked for, if that is a name.
func (c *Info) subdomain() (string, bool) {
	label, _, _ := strings.Cut(c.Host, ".")
	label, _, _ = strings.Cut(label, ":")
	if label == "" || label[0] == '[' || isAddr(c.Host) {
		return "", false
	}
	return strings.ToLower(label), true
}

// isAddr reports whether a host, perhaps with a port, is an IPv4 address.
func isAddr(host string) bool {
	if last := host[len(host)-1]; last < '0' || last > '9' {
		return false
	}
	host, _, _ = strings.Cut(host, ":")
	_, err := netip.ParseAddr(host)
	return err == nil
}

// location returns the place the query comes from: one of the block's file, else one that
// was made while it serves.
func (c *Info) location() (string, bool) {
	if !c.placed {
		c.placed = true
		subdomain, _ := c.subdomain()
		found := false
		if c.place, found = c.Sources.Locations.Load().Find(c.Addr, c.Server, subdomain); !found && c.Places != nil {
			c.place, _ = c.Places.Find(c.Addr, c.Server, subdomain)
		}
	}
	return c.place, c.place != ""
}

// Location returns the name of the place the query comes from, "" if it is not known.
func (c *Info) Location() string {
	name, _ := c.location()
	return name
}

// At has the query come from a place that is known already.
func (c *Info) At(place string) { c.place, c.placed = place, true }

// locate asks where the client's address is, once.
func (c *Info) locate() {
	if c.located || c.Sources.Geo == nil {
		return
	}
	c.located = true
	c.country, c.continent = c.Sources.Geo(c.Addr, c.Request)
}

// of returns the numbers under which the tables hold qname, ascending.
func (c *categories) of(qname string, tables []*atomic.Pointer[category.Table]) []int64 {
	if c.known {
		return c.numbers
	}
	found := c.room[:0]
	for _, table := range tables {
		found = table.Load().Find(qname, found)
	}
	if len(tables) > 1 {
		slices.Sort(found)
		found = slices.Compact(found)
	}
	c.known, c.numbers = true, found
	return found
}
