package token

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Effect is whether a policy grants or takes away.
type Effect string

// The effects of a policy. Deny wins.
const (
	Allow Effect = "allow"
	Deny  Effect = "deny"
)

// Policy grants permissions on resources, or denies them. Immutable.
type Policy struct {
	ID          string
	Effect      Effect
	Permissions []Permission
	Resources   Resources
}

// policyJSON is a Policy in Cloudflare's form.
type policyJSON struct {
	ID        string      `json:"id,omitempty"`
	Effect    Effect      `json:"effect"`
	Groups    []groupJSON `json:"permission_groups"`
	Resources Resources   `json:"resources"`
}

type groupJSON struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// UnknownGroupError says that a policy names a permission group that there is none of.
type UnknownGroupError struct{ Group string }

// Error implements error.
func (e *UnknownGroupError) Error() string {
	return fmt.Sprintf("there is no permission group %q", e.Group)
}

// MarshalJSON writes the policy as Cloudflare does.
func (p Policy) MarshalJSON() ([]byte, error) {
	out := policyJSON{ID: p.ID, Effect: p.Effect, Groups: make([]groupJSON, len(p.Permissions)), Resources: p.Resources}
	for i, permission := range p.Permissions {
		g := permission.group()
		out.Groups[i] = groupJSON{ID: g.ID, Name: g.Name}
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads a policy. A group may be named by id or by name. The error may
// be an *UnknownGroupError or a *ResourceError.
func (p *Policy) UnmarshalJSON(data []byte) error {
	var in policyJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	if in.Effect == "" {
		in.Effect = Allow
	}
	if in.Effect != Allow && in.Effect != Deny {
		return fmt.Errorf("effect %q, allowed: allow, deny", in.Effect)
	}
	if len(in.Groups) == 0 {
		return fmt.Errorf("a policy needs permission_groups")
	}
	if in.Resources.source == nil {
		return errNoResources()
	}
	out := Policy{ID: in.ID, Effect: in.Effect, Resources: in.Resources}
	for _, named := range in.Groups {
		g, ok := GroupByID(named.ID)
		if !ok {
			g, ok = GroupByName(named.Name)
		}
		if !ok {
			return &UnknownGroupError{Group: named.String()}
		}
		if !slices.Contains(out.Permissions, g.Permission) {
			out.Permissions = append(out.Permissions, g.Permission)
		}
	}
	*p = out
	return nil
}

// String names the group as it was named.
func (g groupJSON) String() string {
	if g.ID != "" {
		return g.ID
	}
	return g.Name
}

// grants reports whether the policy is about a permission.
func (p *Policy) grants(want Permission) bool {
	return slices.ContainsFunc(p.Permissions, func(has Permission) bool { return has.includes(want) })
}

// denies reports whether the policy takes a permission away: to deny reading denies
// writing, too.
func (p *Policy) denies(want Permission) bool {
	return slices.ContainsFunc(p.Permissions, func(has Permission) bool {
		return has.includes(want) || want.includes(has)
	})
}

// Resource is what somebody wants to work with: the account itself, or one of its
// zones, records, resolver policies, lists or locations.
type Resource struct {
	Account  string
	Zone     *Zone   // nil if it is not about a zone
	Record   *Record // nil if it is about the zone as a whole
	Rule     string  // id of a resolver policy
	List     string  // id of a list
	Location string  // id of a location
}

// Zone is a zone as grants see it. A zone that is about to be made has no ID.
type Zone struct {
	ID    string
	Name  string   // canonical, without the final dot
	Views []string // ids of the views that hold it
}

// Record is a record as grants see it.
type Record struct {
	Name string // canonical, without the final dot
	Type string
}

// Allows reports whether the token grants a permission on a resource and no policy
// of it denies that. For a zone as a whole it is enough that some records of it are
// granted: the caller asks for each record, too. It does not look at the time.
func (t *Token) Allows(want Permission, on Resource) bool {
	allowed := false
	for i := range t.Policies {
		p := &t.Policies[i]
		switch {
		case p.Effect == Deny && p.denies(want) && p.Resources.covers(&on):
			return false
		case p.Effect == Allow && !allowed && p.grants(want):
			allowed = p.Resources.touches(&on)
		}
	}
	return allowed
}

// AllowsWhole reports whether the token grants a permission on a resource and on all that
// belongs to it, so that nobody has to ask for each.
func (t *Token) AllowsWhole(want Permission, on Resource) bool {
	allowed := false
	for i := range t.Policies {
		p := &t.Policies[i]
		switch {
		case p.Effect == Deny && p.denies(want) && p.Resources.touches(&on):
			return false
		case p.Effect == Allow && !allowed && p.grants(want):
			allowed = p.Resources.covers(&on)
		}
	}
	return allowed
}

// AllowsAny reports whether there may be a resource on which the token grants a
// permission: without it a call that lists such resources is refused, with it the
// call shows what Allows lets through.
func (t *Token) AllowsAny(want Permission) bool {
	return slices.ContainsFunc(t.Policies, func(p Policy) bool { return p.Effect == Allow && p.grants(want) })
}

// Full returns the policy that grants all permissions on all that an account holds.
func Full(account string) (Policy, error) {
	p := Policy{Effect: Allow, Permissions: Permissions()}
	err := json.Unmarshal(fmt.Appendf(nil, `{%q: "*", %q: "*"}`, accountKey+account, zoneKey+"*"), &p.Resources)
	return p, err
}
