// Package location names the places that queries come from: by the DoH subdomain
// or the server address that a client uses, or by the client's network.
package location

import (
	"net/netip"

	"github.com/gaissmai/bart"

	"github.com/internaldns/internaldns/plugin/pkg/yamlfile"
)

// maxLabel is how many octets a label has at most (RFC 1035 section 2.3.4).
const maxLabel = 63

// labelChars are those of DoH subdomains.
const labelChars = "abcdefghijklmnopqrstuvwxyz0123456789-_"

// Table is the locations of one file. It is immutable and safe for concurrent
// use. A nil Table is empty.
type Table struct {
	size       int
	names      yamlfile.Lines[string] // and the lines they stand in
	clients    bart.Table[string]
	servers    map[netip.Addr]string
	subdomains map[string]string // lower case
}

// Len is the number of locations.
func (t *Table) Len() int {
	if t == nil {
		return 0
	}
	return t.size
}

// Has reports whether a location has the name.
func (t *Table) Has(name string) bool {
	if t == nil {
		return false
	}
	_, ok := t.names[name]
	return ok
}

// Find returns the location of a query: that of the DoH subdomain, in any case,
// else that of the server address, else that of the longest prefix that holds the
// client's address. What is not known of a query is "" or the zero Addr.
func (t *Table) Find(client, server netip.Addr, subdomain string) (name string, ok bool) {
	if t == nil {
		return "", false
	}
	if name, ok = t.bySubdomain(subdomain); ok {
		return name, true
	}
	if name, ok = t.servers[server.Unmap()]; ok {
		return name, true
	}
	return t.clients.Lookup(client.Unmap())
}

func (t *Table) bySubdomain(label string) (string, bool) {
	if label == "" || len(label) > maxLabel {
		return "", false
	}
	var buf [maxLabel]byte
	lower := buf[:len(label)]
	for i := range lower {
		lower[i] = toLower(label[i])
	}
	name, ok := t.subdomains[string(lower)]
	return name, ok
}

// toLower is for labels, where only ASCII has cases (RFC 4343).
func toLower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
