package token

import "slices"

// Permission is one right, such as to read DNS records. A Write includes the Read
// of the same.
type Permission uint8

// The permissions, each a pair of reading and writing.
const (
	ZoneRead Permission = iota
	ZoneWrite
	DNSRead
	DNSWrite
	ZoneDNSSettingsRead
	ZoneDNSSettingsWrite
	AccountDNSSettingsRead
	AccountDNSSettingsWrite
	DNSViewRead
	DNSViewWrite
	AccountSettingsRead
	AccountSettingsWrite
	ZeroTrustRead
	ZeroTrustWrite
	APITokensRead
	APITokensWrite
	ResolverPoliciesRead
	ResolverPoliciesWrite
	ListsRead
	ListsWrite
	LocationsRead
	LocationsWrite

	permissions // how many there are
)

// Permissions returns all permissions.
func Permissions() []Permission {
	out := make([]Permission, permissions)
	for i := range out {
		out[i] = Permission(i)
	}
	return out
}

// write reports whether a permission is to write.
func (p Permission) write() bool { return p&1 == 1 }

// includes reports whether who has p has q.
func (p Permission) includes(q Permission) bool {
	if p == q || p.write() && p-1 == q {
		return true
	}
	// Zero Trust is the group that Cloudflare had before it told these apart.
	switch q {
	case ResolverPoliciesRead, ListsRead, LocationsRead:
		return p == ZeroTrustRead || p == ZeroTrustWrite
	case ResolverPoliciesWrite, ListsWrite, LocationsWrite:
		return p == ZeroTrustWrite
	}
	return false
}

// Scope is what kind of resource a permission group is granted on.
type Scope string

// The scopes, in Cloudflare's words.
const (
	ScopeAccount Scope = "com.cloudflare.api.account"
	ScopeZone    Scope = "com.cloudflare.api.account.zone"
)

// Group is a permission group of Cloudflare's API, which here is one Permission.
type Group struct {
	ID         string
	Name       string
	Scope      Scope
	Permission Permission
	other      []string // further names of it
}

// Groups returns the permission groups, in the order of the permissions. The ids
// of those that Cloudflare has are Cloudflare's, since tools write them into their
// configuration. (CLOUDFLARE-API 6.6.)
func Groups() []Group {
	return []Group{
		{ID: "c8fed203ed3043cba015a93ad1616f1f", Name: "Zone Read", Scope: ScopeZone, Permission: ZoneRead},
		{ID: "e6d2666161e84845a636613608cee8d5", Name: "Zone Write", Scope: ScopeZone, Permission: ZoneWrite, other: []string{"Zone Edit"}},
		{ID: "82e64a83756745bbbb1c9c2701bf816b", Name: "DNS Read", Scope: ScopeZone, Permission: DNSRead},
		{ID: "4755a26eedb94da69e1066d98aa820be", Name: "DNS Write", Scope: ScopeZone, Permission: DNSWrite, other: []string{"DNS Edit"}},
		{ID: "0a6cfe8cd3ed445e918579e2fb13087b", Name: "Zone DNS Settings Read", Scope: ScopeZone, Permission: ZoneDNSSettingsRead, other: []string{"DNS Settings Read"}},
		{ID: "c4df38be41c247b3b4b7702e76eadae0", Name: "Zone DNS Settings Write", Scope: ScopeZone, Permission: ZoneDNSSettingsWrite, other: []string{"Zone DNS Settings Edit", "DNS Settings Write", "DNS Settings Edit"}},
		{ID: "cfa964bcdafc4ab39704e7476154e41b", Name: "Account DNS Settings Read", Scope: ScopeAccount, Permission: AccountDNSSettingsRead},
		{ID: "dc44f27f48ab405392a5f69fe822bd01", Name: "Account DNS Settings Write", Scope: ScopeAccount, Permission: AccountDNSSettingsWrite, other: []string{"Account DNS Settings Edit"}},
		{ID: "95d69e8d6d5144bfb0923667355d9f11", Name: "DNS View Read", Scope: ScopeAccount, Permission: DNSViewRead, other: []string{"DNS Views Read"}},
		{ID: "5b7aedd821a548b9bf5a2acabbce98c7", Name: "DNS View Write", Scope: ScopeAccount, Permission: DNSViewWrite, other: []string{"DNS View Edit", "DNS Views Write", "DNS Views Edit"}},
		{ID: "c1fde68c7bcc44588cbb6ddbc16d6480", Name: "Account Settings Read", Scope: ScopeAccount, Permission: AccountSettingsRead},
		{ID: "1af1fa2adc104452b74a9a3364202f20", Name: "Account Settings Write", Scope: ScopeAccount, Permission: AccountSettingsWrite, other: []string{"Account Settings Edit"}},
		{ID: "3f376c8e6f764a938b848bd01c8995c4", Name: "Zero Trust Read", Scope: ScopeAccount, Permission: ZeroTrustRead},
		{ID: "b33f02c6f7284e05a6f20741c0bb0567", Name: "Zero Trust Write", Scope: ScopeAccount, Permission: ZeroTrustWrite, other: []string{"Zero Trust Edit"}},
		{ID: "1d0000000000000000000000000000a1", Name: "Account API Tokens Read", Scope: ScopeAccount, Permission: APITokensRead, other: []string{"API Tokens Read"}},
		{ID: "5bc3f8b21c554832afc660159ab75fa4", Name: "Account API Tokens Write", Scope: ScopeAccount, Permission: APITokensWrite, other: []string{"Account API Tokens Edit", "API Tokens Write", "API Tokens Edit"}},
		{ID: "1d0000000000000000000000000000b1", Name: "Resolver Policies Read", Scope: ScopeAccount, Permission: ResolverPoliciesRead},
		{ID: "1d0000000000000000000000000000b2", Name: "Resolver Policies Write", Scope: ScopeAccount, Permission: ResolverPoliciesWrite, other: []string{"Resolver Policies Edit"}},
		{ID: "1d0000000000000000000000000000c1", Name: "Lists Read", Scope: ScopeAccount, Permission: ListsRead},
		{ID: "1d0000000000000000000000000000c2", Name: "Lists Write", Scope: ScopeAccount, Permission: ListsWrite, other: []string{"Lists Edit"}},
		{ID: "1d0000000000000000000000000000d1", Name: "Locations Read", Scope: ScopeAccount, Permission: LocationsRead},
		{ID: "1d0000000000000000000000000000d2", Name: "Locations Write", Scope: ScopeAccount, Permission: LocationsWrite, other: []string{"Locations Edit"}},
	}
}

// GroupByID returns the group of an id.
func GroupByID(id string) (Group, bool) {
	return findGroup(func(g Group) bool { return g.ID == id })
}

// GroupByName returns the group of a name, of the API ("DNS Write") or of the
// dashboard ("DNS Edit").
func GroupByName(name string) (Group, bool) {
	return findGroup(func(g Group) bool { return g.Name == name || slices.Contains(g.other, name) })
}

// group returns the group of a permission.
func (p Permission) group() Group {
	g, _ := findGroup(func(g Group) bool { return g.Permission == p })
	return g
}

// String returns the name of the permission's group.
func (p Permission) String() string { return p.group().Name }

func findGroup(is func(Group) bool) (Group, bool) {
	groups := Groups()
	if i := slices.IndexFunc(groups, is); i >= 0 {
		return groups[i], true
	}
	return Group{}, false
}
