// Package identity holds who asks: the persons and devices behind client
// addresses and mail addresses, read from a file, and the person that a TLS
// client certificate names.
//
// Mail addresses are lower case here, whatever their source writes: those of
// persons and those of groups. All other texts stand as they are written.
package identity

import (
	"maps"
	"slices"
	"strings"
)

// Identity is who asks. It is immutable and safe for concurrent use. A nil
// Identity is of nobody: its methods give nothing.
type Identity struct {
	Email      string // lower case
	Name       string
	Groups     []Group
	Attributes map[string][]string // of SAML
	Claims     map[string][]string // of OpenID Connect
	Posture    []string            // checks that the device passed

	groupIDs, groupNames, groupEmails []string
	claimTexts                        []string
}

// Group is a group that somebody belongs to. One member at least is not empty.
type Group struct {
	ID, Name string
	Email    string // lower case
}

// New makes an identity. It keeps the slices and the map of i, which must not
// change any more.
func New(i Identity) *Identity {
	i.claimTexts = textsOf(i.Claims)
	return withGroups(i)
}

// textsOf returns the entries of a map as NAME=VALUE, sorted by the name.
func textsOf(m map[string][]string) (texts []string) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		for _, value := range m[name] {
			texts = append(texts, name+"="+value)
		}
	}
	return texts
}

// withGroups makes an identity whose claimTexts are those of its Claims.
func withGroups(i Identity) *Identity {
	i.Email = strings.ToLower(i.Email)
	i.Groups = slices.Clone(i.Groups)
	i.groupIDs, i.groupNames, i.groupEmails = nil, nil, nil
	for n := range i.Groups {
		g := &i.Groups[n]
		g.Email = strings.ToLower(g.Email)
		i.groupIDs = append(i.groupIDs, g.ID)
		i.groupNames = append(i.groupNames, g.Name)
		i.groupEmails = append(i.groupEmails, g.Email)
	}
	return &i
}

// GroupIDs returns the ids of the groups, "" for a group without one, so that a
// group has the same place in all three. The caller must not change them.
func (i *Identity) GroupIDs() []string {
	if i == nil {
		return nil
	}
	return i.groupIDs
}

// GroupNames returns the names of the groups like GroupIDs.
func (i *Identity) GroupNames() []string {
	if i == nil {
		return nil
	}
	return i.groupNames
}

// GroupEmails returns the mail addresses of the groups like GroupIDs.
func (i *Identity) GroupEmails() []string {
	if i == nil {
		return nil
	}
	return i.groupEmails
}

// ClaimTexts returns the claims as NAME=VALUE, sorted by the name. The caller must not
// change them.
func (i *Identity) ClaimTexts() []string {
	if i == nil {
		return nil
	}
	return i.claimTexts
}

// With completes what one source knows by what another knows of the same person.
// The name of i goes before that of more. A group of i takes the place of, and is
// completed by, the group of more with the same name; the other groups follow.
// Attributes, claims and posture are those of i and of more, without repetition. Either
// may be nil; neither is changed.
func (i *Identity) With(more *Identity) *Identity {
	switch {
	case i == nil:
		return more
	case more == nil:
		return i
	}
	sum := Identity{
		Email:      firstGiven(i.Email, more.Email),
		Name:       firstGiven(i.Name, more.Name),
		Groups:     join(i.Groups, more.Groups),
		Attributes: unionOf(i.Attributes, more.Attributes),
		Claims:     unionOf(i.Claims, more.Claims),
		Posture:    union(i.Posture, more.Posture),
	}
	switch { // a certificate, for which this runs for a query, has no claims
	case len(i.Claims) == 0:
		sum.claimTexts = more.claimTexts
	case len(more.Claims) == 0:
		sum.claimTexts = i.claimTexts
	default:
		sum.claimTexts = textsOf(sum.Claims)
	}
	return withGroups(sum)
}

// unionOf is union for every key of either map.
func unionOf(a, b map[string][]string) map[string][]string {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	all := make(map[string][]string, len(a)+len(b))
	for _, from := range []map[string][]string{a, b} {
		for key, values := range from {
			all[key] = union(all[key], values)
		}
	}
	return all
}

func firstGiven(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// union returns the texts of a and those of b that a does not have. It looks through a
// only: with a certificate it runs for a query, and a file may list many for one person.
func union(a, b []string) []string {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	all := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(a, s) {
			all = append(all, s)
		}
	}
	return all
}

// join is the union of groups; a group that has only a name is the same as one of
// that name.
func join(a, b []Group) []Group {
	if len(a) == 0 {
		return b
	}
	all := make([]Group, 0, len(a)+len(b))
	for _, g := range a {
		if at := slices.IndexFunc(b, func(other Group) bool { return g == Group{Name: other.Name} }); at >= 0 {
			g = b[at]
		}
		all = append(all, g)
	}
	for _, g := range b {
		if !slices.Contains(all[:len(a)], g) {
			all = append(all, g)
		}
	}
	return all
}
