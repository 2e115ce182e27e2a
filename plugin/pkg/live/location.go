package live

import (
	"fmt"
	"maps"
	"net/netip"
	"strings"
	"time"
	"unicode"

	"github.com/internaldns/internaldns/plugin/pkg/location"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// Location is a place that queries come from, which dns.location tells. Immutable.
type Location struct {
	ID            string    `json:"id"`
	Name          string    `json:"name"`
	ClientDefault bool      `json:"client_default,omitempty"` // of clients in no other
	ECSSupport    bool      `json:"ecs_support,omitempty"`    // kept, without effect
	Networks      []string  `json:"networks,omitempty"`       // as sent
	Endpoints     Endpoints `json:"endpoints,omitzero"`
	DoHSubdomain  string    `json:"doh_subdomain"` // lower case
	TTLMode       TTLMode   `json:"max_ttl,omitempty"`
	MaxTTL        uint32    `json:"ttl_secs,omitempty"` // as sent
	Created       time.Time `json:"created"`
	Modified      time.Time `json:"modified"`
}

// Endpoints are the ways to reach the servers from a location; nil for what was not said.
type Endpoints struct {
	DoH  *Endpoint `json:"doh,omitempty"`
	DoT  *Endpoint `json:"dot,omitempty"`
	IPv4 *Endpoint `json:"ipv4,omitempty"`
	IPv6 *Endpoint `json:"ipv6,omitempty"`
}

// Endpoint is one of them.
type Endpoint struct {
	Enabled      bool     `json:"enabled"`
	Networks     []string `json:"networks,omitempty"` // that may use it; none: all
	RequireToken bool     `json:"require_token,omitempty"`
}

// TTLMode says which highest TTL the clients of a location get.
type TTLMode string

// The modes of the highest TTL.
const (
	TTLInherit  TTLMode = "inherit" // that of the account; so is ""
	TTLOverride TTLMode = "override"
	TTLDisabled TTLMode = "disabled"
)

// The bounds of locations.
const (
	maxLocations = 10_000
	maxNetworks  = 1000 // of a location or endpoint
	leastMaxTTL  = 60
	mostMaxTTL   = 36_000
)

// CheckMaxTTL refuses what cannot be a highest TTL.
func CheckMaxTTL(seconds int64) error {
	if seconds < leastMaxTTL || seconds > mostMaxTTL {
		return fmt.Errorf("%d is not from %d to %d seconds", seconds, leastMaxTTL, mostMaxTTL)
	}
	return nil
}

func locationPos(id, member string) problem.Pos { return position("locations", id, member) }

// on reports whether an endpoint is used: one of which nothing was said is.
func (e *Endpoint) on() bool { return e == nil || e.Enabled }

func (e *Endpoint) networks() []string {
	if e == nil {
		return nil
	}
	return e.Networks
}

// check refuses what no location can be, whatever others there are.
func (l *Location) check() (problems problem.List) {
	wrong := func(member, format string, args ...any) {
		problems.Errorf(problem.LocationInvalid, locationPos(l.ID, member), fmt.Sprintf("location %q", clipValue(l.Name)), format, args...)
	}
	if strings.ContainsFunc(l.Name, unicode.IsControl) {
		wrong("name", "the name holds control characters")
	}
	if _, err := location.ParseSubdomain(l.DoHSubdomain); err != nil {
		wrong("doh_subdomain", "%s", err)
	}
	for _, of := range []struct {
		member string
		list   []string
	}{
		{"networks", l.Networks}, {"endpoints/doh/networks", l.Endpoints.DoH.networks()}, {"endpoints/dot/networks", l.Endpoints.DoT.networks()},
		{"endpoints/ipv4/networks", l.Endpoints.IPv4.networks()}, {"endpoints/ipv6/networks", l.Endpoints.IPv6.networks()},
	} {
		if len(of.list) > maxNetworks {
			wrong(of.member, "%d networks, at most %d are allowed", len(of.list), maxNetworks)
			continue
		}
		for i, text := range of.list {
			if _, err := location.ParseNetwork(text); err != nil {
				wrong(fmt.Sprintf("%s/%d/network", of.member, i), "%s", err)
			}
		}
	}
	switch l.TTLMode {
	case "", TTLInherit, TTLDisabled:
	case TTLOverride:
		if err := CheckMaxTTL(int64(l.MaxTTL)); err != nil {
			wrong("max_ttl/ttl_secs", "%s", err)
		}
	default:
		wrong("max_ttl/mode", "%q, allowed: inherit, override, disabled", clipValue(string(l.TTLMode)))
	}
	return problems
}

// taken is what locations have that no other one may have as well.
type taken struct {
	names      map[string]*Location
	subdomains map[string]*Location
	networks   map[netip.Prefix]*Location
	standard   *Location // the default
}

// takenBy returns what locations have but for those whose ids are left out.
func takenBy(all map[string]*Location, out func(id string) bool) *taken {
	t := &taken{names: make(map[string]*Location), subdomains: make(map[string]*Location), networks: make(map[netip.Prefix]*Location)}
	for id, l := range all {
		if !out(id) {
			t.take(l)
		}
	}
	return t
}

// take has a location have what is its own. The problems are about what another one has
// already.
func (t *taken) take(l *Location) (problems problem.List) {
	wrong := func(member, format string, args ...any) {
		problems.Errorf(problem.LocationTaken, locationPos(l.ID, member), fmt.Sprintf("location %q", l.Name), format, args...)
	}
	if t.names[l.Name] != nil {
		wrong("name", "the name is taken by another location")
	}
	if o := t.subdomains[l.DoHSubdomain]; o != nil {
		wrong("doh_subdomain", "the subdomain is that of the location %q", o.Name)
	}
	for i, text := range l.Networks {
		n := networkOf(text)
		if o := t.networks[n]; o != nil {
			wrong(fmt.Sprintf("networks/%d/network", i), "%s is a network of the location %q", n, o.Name)
		}
		t.networks[n] = l
	}
	if l.ClientDefault {
		if t.standard != nil {
			wrong("client_default", "%q is the default as well", t.standard.Name)
		}
		t.standard = l
	}
	t.names[l.Name], t.subdomains[l.DoHSubdomain] = l, l
	return problems
}

// tooMany refuses more locations than there may be.
func tooMany(n int) error {
	if n <= maxLocations {
		return nil
	}
	return problem.List{{Code: problem.LocationInvalid, Severity: problem.Error, Text: fmt.Sprintf("the account would have %d locations, at most %d are allowed", n, maxLocations)}}
}

// networkOf reads a network that was looked at when it came.
func networkOf(text string) netip.Prefix {
	n, _ := location.ParseNetwork(text)
	return n
}

// place is the location as queries see it. account is the highest TTL of the account.
// Whether a query came over HTTPS or TLS the policies do not know: what either endpoint
// allows is allowed.
func (l *Location) place(account uint32) location.Place {
	p := location.Place{Name: l.Name, Default: l.ClientDefault, MaxTTL: account}
	switch l.TTLMode {
	case TTLDisabled:
		p.MaxTTL = 0
	case TTLOverride:
		p.MaxTTL = l.MaxTTL
	}
	for _, text := range l.Networks {
		n := networkOf(text)
		if n.Addr().Is4() && l.Endpoints.IPv4.on() || n.Addr().Is6() && l.Endpoints.IPv6.on() {
			p.Networks = append(p.Networks, n)
		}
	}
	all := false
	for _, e := range []*Endpoint{l.Endpoints.DoH, l.Endpoints.DoT} {
		if !e.on() {
			continue
		}
		p.Subdomain = l.DoHSubdomain
		all = all || len(e.networks()) == 0
		for _, text := range e.networks() {
			p.Reaching = append(p.Reaching, networkOf(text))
		}
	}
	if all {
		p.Reaching = nil
	}
	return p
}

// locations are those of an account as policies and queries see them. Immutable; nil for
// none, and no highest TTL.
type locations struct {
	names  map[string]string // by id
	places *location.Places
}

// locate returns the locations as they are. What policies see of them, the names, is the
// same object as before if it says the same.
func (o *objects) locate() *locations {
	all := o.locations.all()
	maxTTL := o.gatewaySettings().MaxTTL
	if len(all) == 0 && maxTTL == 0 {
		return nil
	}
	now := &locations{names: make(map[string]string, len(all))}
	places := make([]location.Place, 0, len(all))
	// If two have something in common, which an older version let happen, all servers have
	// to serve the same.
	for _, l := range sorted(values(all), compareLocations) {
		now.names[l.ID] = l.Name
		places = append(places, l.place(maxTTL))
	}
	now.places = location.NewPlaces(places, maxTTL)
	return now
}

// sameNames reports whether two states mean the same to policies.
func (l *locations) sameNames(other *locations) bool { return maps.Equal(l.byID(), other.byID()) }

// byID returns the names, nil for none.
func (l *locations) byID() map[string]string {
	if l == nil {
		return nil
	}
	return l.names
}

// nameOf returns the name of the location that a text is the id of, in hexadecimal digits
// with or without hyphens, and else the text.
func (l *locations) nameOf(text string) string {
	if name, ok := l.byID()[strings.ToLower(strings.ReplaceAll(text, "-", ""))]; ok {
		return name
	}
	return text
}
