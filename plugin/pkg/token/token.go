// Package token says what the bearer of a token may do: permission groups with
// Cloudflare's names, resources they are granted on, and conditions of time and
// address. It reads no clock and knows no HTTP.
//
// Only the SHA-256 of a token is kept. The token itself is shown once, when it is
// made or rolled.
package token

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/netip"
	"time"
)

// Hash is the SHA-256 of a token's text.
type Hash [sha256.Size]byte

// HashOf returns the hash of a token's text, of any form and length.
func HashOf(text string) Hash { return sha256.Sum256([]byte(text)) }

// Equal reports whether two hashes are the same, in constant time.
func (h Hash) Equal(other Hash) bool { return subtle.ConstantTimeCompare(h[:], other[:]) == 1 }

// MarshalText writes the hash in hexadecimal digits.
func (h Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText reads hexadecimal digits.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(h)) {
		return errHash
	}
	if _, err := hex.Decode(h[:], text); err != nil {
		return errHash
	}
	return nil
}

var errHash = errors.New("a hash has 64 hexadecimal digits")

// Status is what the owner of a token made of it.
type Status string

// The statuses of a token. StatusExpired is never set, but what State tells of an
// active token whose time is over.
const (
	StatusActive   Status = "active"
	StatusDisabled Status = "disabled"
	StatusExpired  Status = "expired"
)

// Token is a token without its text. Immutable once it is stored; the slices it
// holds are read-only. Safe for concurrent use.
type Token struct {
	ID        string     `json:"id"` // 32 hexadecimal digits
	Name      string     `json:"name"`
	Status    Status     `json:"status"`
	IssuedOn  time.Time  `json:"issued_on"`
	Modified  time.Time  `json:"modified_on"`
	NotBefore *time.Time `json:"not_before,omitempty"`
	ExpiresOn *time.Time `json:"expires_on,omitempty"`
	Condition *Condition `json:"condition,omitempty"`
	Policies  []Policy   `json:"policies"`
}

// Condition restricts where a token may be used from.
type Condition struct {
	RequestIP *RequestIP `json:"request_ip,omitempty"`
}

// RequestIP holds the prefixes that a request must come from, if there are any,
// and those that it must not come from.
type RequestIP struct {
	In    []Prefix `json:"in,omitempty"`
	NotIn []Prefix `json:"not_in,omitempty"`
}

// Prefix is an address or a CIDR in JSON.
type Prefix struct{ netip.Prefix }

// UnmarshalText reads an address or a CIDR. Bits of the host are dropped.
func (p *Prefix) UnmarshalText(text []byte) error {
	if addr, err := netip.ParseAddr(string(text)); err == nil {
		p.Prefix = netip.PrefixFrom(addr.Unmap().WithZone(""), addr.Unmap().BitLen())
		return nil
	}
	prefix, err := netip.ParsePrefix(string(text))
	if err != nil {
		return err
	}
	p.Prefix = prefix.Masked()
	return nil
}

// allows reports whether a request may come from addr.
func (c *Condition) allows(addr netip.Addr) bool {
	if c == nil || c.RequestIP == nil {
		return true
	}
	addr = addr.Unmap().WithZone("")
	if len(c.RequestIP.In) > 0 && !contains(c.RequestIP.In, addr) {
		return false
	}
	return !contains(c.RequestIP.NotIn, addr)
}

func contains(prefixes []Prefix, addr netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// State returns the token's status at a time.
func (t *Token) State(now time.Time) Status {
	if t.Status == StatusActive && t.ExpiresOn != nil && !now.Before(*t.ExpiresOn) {
		return StatusExpired
	}
	return t.Status
}

// Usable reports whether the token may be used at a time by a client at an address.
func (t *Token) Usable(now time.Time, client netip.Addr) bool {
	return t.State(now) == StatusActive && (t.NotBefore == nil || !now.Before(*t.NotBefore)) && t.Condition.allows(client)
}
