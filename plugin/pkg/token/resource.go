package token

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The keys of resources. Those of Cloudflare are `com.cloudflare.api.account.ID`
// and `com.cloudflare.api.account.zone.ID`, where * stands for any; the others are
// ours.
const (
	accountKey  = "com.cloudflare.api.account."
	zoneKey     = "com.cloudflare.api.account.zone."
	viewKey     = "internaldns.view."
	ruleKey     = "internaldns.rule."
	listKey     = "internaldns.list."
	locationKey = "internaldns.location."
)

// The attributes that may stand in place of "*" as the value of a zone or a view.
const (
	nameAttribute = "name ends_with"
	typeAttribute = "type"
)

const maxResources = 1000 // of one policy

// ResourceError says what is wrong with the resources of a policy.
type ResourceError struct{ Text string }

// Error implements error.
func (e *ResourceError) Error() string { return e.Text }

func resourceErrorf(format string, args ...any) error {
	return &ResourceError{Text: fmt.Sprintf(format, args...)}
}

func errNoResources() error {
	return resourceErrorf("a policy needs resources, such as %q: \"*\"", zoneKey+"*")
}

// Resources is what a policy is about. Immutable.
type Resources struct {
	grants []grant
	source json.RawMessage // the object as it was given
}

// grant is one resource.
type grant struct {
	kind   kind
	id     string   // "*" for all of the kind
	suffix string   // of names, lower case, with a leading dot; "" for all
	types  []string // of records; nil for all
}

type kind uint8

const (
	ofAccount kind = iota
	ofZone
	ofView
	ofRule
	ofList
	ofLocation
)

// AllOf returns the resources of a token that may do anything in an account.
func AllOf(account string) Resources {
	r := Resources{grants: []grant{{kind: ofAccount, id: account}}}
	r.source, _ = json.Marshal(map[string]string{accountKey + account: "*"})
	return r
}

// MarshalJSON writes the object that was read.
func (r Resources) MarshalJSON() ([]byte, error) {
	if r.source == nil {
		return []byte("{}"), nil
	}
	return r.source, nil
}

// UnmarshalJSON reads an object of resources, or a JSON text that holds one, as
// newer versions of Terraform's provider send it. An error in what it says is a
// *ResourceError.
func (r *Resources) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		data = []byte(text)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return resourceErrorf("resources are no object of resources: %v", err)
	}
	if len(members) == 0 {
		return errNoResources()
	}
	var out Resources
	if err := out.add(members, true); err != nil {
		return err
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, data); err != nil {
		return resourceErrorf("resources are no object of resources: %v", err)
	}
	out.source = compact.Bytes()
	*r = out
	return nil
}

// add reads the members of an object; one of an account may hold another.
func (r *Resources) add(members map[string]json.RawMessage, outermost bool) error {
	for _, key := range slices.Sorted(maps.Keys(members)) {
		if len(r.grants) >= maxResources {
			return resourceErrorf("more than %d resources in one policy", maxResources)
		}
		g, err := parseKey(key)
		if err != nil {
			return err
		}
		var inner map[string]json.RawMessage
		if json.Unmarshal(members[key], &inner) == nil && inner != nil {
			if g.kind == ofAccount {
				if !outermost {
					return resourceErrorf("%q stands in another account", key)
				}
				if err := r.add(inner, false); err != nil {
					return err
				}
				continue
			}
			if g.suffix, g.types, err = parseAttributes(g, key, inner); err != nil {
				return err
			}
		} else if string(members[key]) != `"*"` {
			return resourceErrorf("%q: the value %s, allowed: \"*\", or an object", key, members[key])
		}
		r.grants = append(r.grants, g)
	}
	return nil
}

func parseKey(key string) (grant, error) {
	for _, k := range []struct {
		prefix string
		kind   kind
	}{{zoneKey, ofZone}, {accountKey, ofAccount}, {viewKey, ofView}, {ruleKey, ofRule}, {listKey, ofList}, {locationKey, ofLocation}} {
		if id, ok := strings.CutPrefix(key, k.prefix); ok && id != "" {
			return grant{kind: k.kind, id: id}, nil
		}
	}
	return grant{}, resourceErrorf("unknown resource %q, allowed: %sID, %sID, %sID, %sID, %sID, %sID; * for all", key, accountKey, zoneKey, viewKey, ruleKey, listKey, locationKey)
}

func parseAttributes(g grant, key string, members map[string]json.RawMessage) (suffix string, types []string, err error) {
	if g.kind != ofZone && g.kind != ofView {
		return "", nil, resourceErrorf("%q takes no attributes", key)
	}
	for name, value := range members {
		switch name {
		case nameAttribute:
			if json.Unmarshal(value, &suffix) != nil || strings.Trim(suffix, ".") == "" {
				return "", nil, resourceErrorf("%q of %q is no name", name, key)
			}
			suffix = "." + strings.ToLower(strings.Trim(suffix, "."))
		case typeAttribute:
			var one string
			if json.Unmarshal(value, &one) == nil {
				types = []string{one}
			} else if json.Unmarshal(value, &types) != nil {
				return "", nil, resourceErrorf("%q of %q is no type and no array of types", name, key)
			}
			for i := range types {
				types[i] = strings.ToUpper(types[i])
			}
		default:
			return "", nil, resourceErrorf("unknown attribute %q of %q, allowed: %q, %q", name, key, nameAttribute, typeAttribute)
		}
	}
	return suffix, types, nil
}

// touches reports whether a resource, or some records of a zone, are among the
// resources.
func (r *Resources) touches(on *Resource) bool {
	return slices.ContainsFunc(r.grants, func(g grant) bool { return g.holds(on) && g.someOf(on) })
}

// covers reports whether a resource with all that belongs to it is among the
// resources.
func (r *Resources) covers(on *Resource) bool {
	return slices.ContainsFunc(r.grants, func(g grant) bool { return g.holds(on) && g.allOf(on) })
}

// holds reports whether a resource is among those that the grant names, its
// attributes apart.
func (g *grant) holds(on *Resource) bool {
	switch g.kind {
	case ofAccount:
		return g.id == "*" || g.id == on.Account
	case ofZone:
		return on.Zone != nil && (g.id == "*" || g.id == on.Zone.ID)
	case ofView:
		return on.Zone != nil && slices.Contains(on.Zone.Views, g.id)
	case ofRule:
		return on.Rule != "" && (g.id == "*" || g.id == on.Rule)
	case ofLocation:
		return on.Location != "" && (g.id == "*" || g.id == on.Location)
	case ofList:
		return on.List != "" && (g.id == "*" || g.id == on.List)
	}
	return false
}

// someOf reports whether the attributes let a part of the resource through.
func (g *grant) someOf(on *Resource) bool {
	switch {
	case on.Zone == nil:
		return true
	case on.Record == nil:
		// The names of the zone and those granted meet if one holds the other.
		return below(on.Zone.Name, g.suffix) || on.Zone.Name == "" || strings.HasSuffix(g.suffix, "."+on.Zone.Name)
	}
	return g.allOf(on)
}

// allOf reports whether the attributes let all of the resource through.
func (g *grant) allOf(on *Resource) bool {
	switch {
	case on.Zone == nil:
		return true
	case on.Record == nil:
		return g.types == nil && below(on.Zone.Name, g.suffix)
	}
	return below(on.Record.Name, g.suffix) && (g.types == nil || slices.Contains(g.types, on.Record.Type))
}

// below reports whether a name without final dot ends with a suffix, which is empty
// or begins with a dot.
func below(name, suffix string) bool {
	return suffix == "" || name == suffix[1:] || strings.HasSuffix(name, suffix)
}
