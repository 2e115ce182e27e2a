// Package identity holds who asks: the persons and devices behind client
// addresses and mail addresses, read from a file, and the person that a TLS
// client certificate names.
//
// Mail addresses are lower case here, whatever their source writes: those of
// persons and those of groups. All other texts stand as they are written.
package identity

import (
	"slices"
	"strings"
)

// Identity is who asks. It is immutable and safe for concurrent use. A nil
// Identity is of nobody: its methods give nothing.
type Identity struct {
	Email      string // lower case
	Name       string
	Groups     []Group
	Attributes map[string][]string
	Posture    []string // checks that the device passed

	groupIDs, groupNames, groupEmails []string
}

// Group is a group that somebody belongs to. One member at least is not empty.
type Group struct {
	ID, Name string
	Email    string // lower case
}

// New makes an identity. It keeps the slices and the map of i, which must not
// change any more.
func New(i Identity) *Identity {
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

// With completes what one source knows by what another knows of the same person.
// The name of i goes before that of more. A group of i takes the place of, and is
// completed by, the group of more with the same name; the other groups follow.
// Attributes and posture are those of i and of more, without repetition. Either
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
		Attributes: i.Attributes,
		Posture:    union(i.Posture, more.Posture),
	}
	switch {
	case len(i.Attributes) == 0:
		sum.Attributes = more.Attributes
	case len(more.Attributes) > 0:
		sum.Attributes = make(map[string][]string, len(i.Attributes)+len(more.Attributes))
		for _, from := range []map[string][]string{i.Attributes, more.Attributes} {
			for key, values := range from {
				sum.Attributes[key] = union(sum.Attributes[key], values)
			}
		}
	}
	return New(sum)
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
