package cli

import (
	"encoding/json"
	"flag"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/internaldns/internaldns/plugin/pkg/token"
)

const maxTokenName = 120 // octets, as the API has it

// repeated is a flag that may be repeated.
type repeated []string

// String implements flag.Value.
func (r *repeated) String() string { return strings.Join(*r, ", ") }

// Set implements flag.Value.
func (r *repeated) Set(word string) error {
	*r = append(*r, word)
	return nil
}

// rightsFlags say what a new token may do.
type rightsFlags struct {
	name, suffix, expires string
	groups, zones, views  repeated
	types                 repeated
	all                   bool
}

func addRights(flags *flag.FlagSet) *rightsFlags {
	f := new(rightsFlags)
	flags.StringVar(&f.name, "name", "", "create: `NAME` of the token")
	flags.Var(&f.groups, "group", "create: a permission `GROUP`, such as \"DNS Write\"; may be repeated")
	flags.Var(&f.zones, "zone", "create: grant the groups of zones on the zone of this `NAME` or ID only; may be repeated")
	flags.Var(&f.views, "view", "create: grant them on the zones of the view of this `NAME` or ID only; may be repeated")
	flags.StringVar(&f.suffix, "name-suffix", "", "create: grant them on records with names that end so only, such as .corp.example; a `SUFFIX`")
	flags.Var(&f.types, "type", "create: grant them on records of this `TYPE` only; may be repeated")
	flags.StringVar(&f.expires, "expires", "", "create: `WHEN` the token ends: 90d, 12h, 2027-01-31")
	flags.BoolVar(&f.all, "all", false, "create: all rights on all that the account holds")
	return f
}

// check finds what does not go together, before anything is opened.
func (f *rightsFlags) check() error {
	limited := len(f.zones)+len(f.views)+len(f.types) > 0 || f.suffix != ""
	switch {
	case strings.TrimSpace(f.name) == "" || len(f.name) > maxTokenName || strings.ContainsFunc(f.name, unicode.IsControl):
		return usagef("-name NAME is needed, by which people know the token, of at most %d octets", maxTokenName)
	case f.all && (len(f.groups) > 0 || limited):
		return usagef("-all grants everything; leave the other rights out")
	case !f.all && len(f.groups) == 0:
		return usagef("say what the token may do, by -group or -all; groups: %s", strings.Join(groupNames(), ", "))
	}
	ofZones := false
	for _, name := range f.groups {
		g, ok := groupOf(name)
		if !ok {
			return usagef("there is no permission group %q; groups: %s", name, strings.Join(groupNames(), ", "))
		}
		ofZones = ofZones || g.Scope == token.ScopeZone
	}
	if limited && !ofZones {
		return usagef("-zone, -view, -name-suffix and -type bound groups of zones, such as \"DNS Write\"; none is given")
	}
	_, err := f.expiry(time.Now())
	return err
}

func groupNames() []string {
	return namesOf(token.Groups(), func(g token.Group) string { return g.Name })
}

// groupOf returns the permission group of a name, in any letter case.
func groupOf(name string) (token.Group, bool) {
	if g, ok := token.GroupByName(name); ok {
		return g, true
	}
	groups := token.Groups()
	i := slices.IndexFunc(groups, func(g token.Group) bool { return strings.EqualFold(g.Name, name) })
	if i < 0 {
		return token.Group{}, false
	}
	return groups[i], true
}

// expiry returns when the token ends, nil for never.
func (f *rightsFlags) expiry(now time.Time) (*time.Time, error) {
	if f.expires == "" {
		return nil, nil
	}
	at, err := time.Parse(time.DateOnly, f.expires)
	if err != nil {
		at, err = time.Parse(time.RFC3339, f.expires)
	}
	if err != nil {
		d, bad := time.ParseDuration(f.expires)
		if days, isDays := strings.CutSuffix(f.expires, "d"); isDays {
			n, wrong := strconv.ParseUint(days, 10, 15)
			d, bad = time.Duration(n)*24*time.Hour, wrong
		}
		if bad != nil || d <= 0 {
			return nil, usagef("-expires %q is no time such as 90d, 12h or 2027-01-31", f.expires)
		}
		at = now.Add(d)
	}
	if !at.After(now) {
		return nil, usagef("-expires %q is over already", f.expires)
	}
	at = at.UTC().Truncate(time.Second)
	return &at, nil
}

// policies returns what grants the rights in the account of t: groups of zones on the
// zones that were named, the others on the account.
func (f *rightsFlags) policies(t tokens) ([]token.Policy, error) {
	account, err := t.accountID()
	if err != nil {
		return nil, err
	}
	if f.all {
		full, err := token.Full(account)
		return []token.Policy{full}, err
	}
	resources, err := f.zoneResources(t)
	if err != nil {
		return nil, err
	}
	var policies []token.Policy
	for _, part := range []struct {
		scope     token.Scope
		resources map[string]any
	}{{token.ScopeZone, resources}, {token.ScopeAccount, map[string]any{"com.cloudflare.api.account." + account: "*"}}} {
		p := token.Policy{Effect: token.Allow}
		for _, name := range f.groups {
			if g, _ := groupOf(name); g.Scope == part.scope && !slices.Contains(p.Permissions, g.Permission) {
				p.Permissions = append(p.Permissions, g.Permission)
			}
		}
		if len(p.Permissions) == 0 {
			continue
		}
		text, err := json.Marshal(part.resources)
		if err == nil {
			err = json.Unmarshal(text, &p.Resources)
		}
		if err != nil {
			return nil, usageError(err.Error())
		}
		policies = append(policies, p)
	}
	return policies, nil
}

// zoneResources returns the zones that were named, or all, with what bounds the records.
func (f *rightsFlags) zoneResources(t tokens) (map[string]any, error) {
	var value any = "*"
	attributes := make(map[string]any)
	if f.suffix != "" {
		attributes["name ends_with"] = f.suffix
	}
	if len(f.types) > 0 {
		attributes["type"] = []string(f.types)
	}
	if len(attributes) > 0 {
		value = attributes
	}
	resources := make(map[string]any)
	for _, named := range []struct {
		words  []string
		prefix string
		find   func(string) (string, error)
	}{{f.zones, "com.cloudflare.api.account.zone.", t.zoneID}, {f.views, "internaldns.view.", t.viewID}} {
		for _, word := range named.words {
			id, err := named.find(word)
			if err != nil {
				return nil, err
			}
			resources[named.prefix+id] = value
		}
	}
	if len(resources) == 0 {
		resources["com.cloudflare.api.account.zone.*"] = value
	}
	return resources, nil
}
