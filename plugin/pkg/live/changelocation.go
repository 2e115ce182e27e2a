package live

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/list"
	"github.com/internaldns/internaldns/plugin/pkg/location"
)

// Gateway is the settings of an account's Gateway.
type Gateway struct {
	MaxTTL   uint32                     `json:"max_ttl_secs,omitempty"` // of all answers; 0: any
	Others   map[string]json.RawMessage `json:"others,omitempty"`       // kept, without effect
	Modified time.Time                  `json:"modified"`
}

// DefaultLocationError says that the default location is to be one no more.
type DefaultLocationError struct {
	Name    string
	Deleted bool
}

// Error implements error.
func (e *DefaultLocationError) Error() string {
	what := "cannot cease to be"
	if e.Deleted {
		what = "cannot be deleted: it is"
	}
	return fmt.Sprintf("the location %q %s the default; make another one the default first, or repeat the call with force=true", e.Name, what)
}

// Gateway returns the settings of the account's Gateway.
func (c *Change) Gateway() Gateway { return c.objects.gatewaySettings() }

func (o *objects) gatewaySettings() Gateway {
	if g := o.gateway.get(gatewayKey); g != nil {
		return *g
	}
	return Gateway{}
}

// SetGateway changes the settings of the account's Gateway.
func (c *Change) SetGateway(g Gateway) {
	g.Modified = c.now
	c.putGateway(&g)
}

func (c *Change) putGateway(now *Gateway) {
	c.gateway.set(gatewayKey, now)
	c.relocate()
}

// Location returns the location of an ID.
func (c *Change) Location(id string) (*Location, error) {
	if l := c.locations.get(id); l != nil {
		return l, nil
	}
	return nil, &NotFoundError{"location", id}
}

// CreateLocation makes a location; without a DoH subdomain it gets one.
func (c *Change) CreateLocation(l Location) (*Location, error) {
	l.ID, l.Created, l.Modified = c.account.newID(), c.now, c.now
	if l.DoHSubdomain == "" {
		l.DoHSubdomain = newSubdomain()
	}
	if err := tooMany(len(c.locations.all()) + 1); err != nil {
		return nil, err
	}
	return &l, c.setLocation(nil, &l)
}

// newSubdomain returns ten letters and digits that nobody guesses.
func newSubdomain() string {
	const length = 10
	var octets [8]byte
	_, _ = rand.Read(octets[:]) // documented never to return an error
	return strings.ToLower(base32.StdEncoding.EncodeToString(octets[:])[:length])
}

// UpdateLocation changes what update does of a location but for its ID.
func (c *Change) UpdateLocation(id string, update func(*Location) error) (*Location, error) {
	old, err := c.Location(id)
	if err != nil {
		return nil, err
	}
	next := *old
	if err := update(&next); err != nil {
		return nil, err
	}
	next.ID, next.Created, next.Modified = id, old.Created, c.now
	if old.ClientDefault && !next.ClientDefault && !c.call.Force {
		return nil, &DefaultLocationError{Name: old.Name}
	}
	return &next, c.setLocation(old, &next)
}

// setLocation puts a location in the place of old. Another one that is the default ceases
// to be.
func (c *Change) setLocation(old, now *Location) error {
	if problems := now.check(); len(problems) > 0 {
		return problems
	}
	all := c.locations.all()
	others := takenBy(all, func(id string) bool { return id == now.ID })
	others.standard = nil // it ceases to be
	if problems := others.take(now); len(problems) > 0 {
		return problems
	}
	if now.ClientDefault && (old == nil || !old.ClientDefault) {
		for _, o := range all {
			if o.ClientDefault {
				before := *o
				before.ClientDefault, before.Modified = false, c.now
				c.locations.set(o.ID, &before)
			}
		}
	}
	c.putLocation(now.ID, now)
	return nil
}

// DeleteLocation takes a location away. The default is an error unless force is set.
func (c *Change) DeleteLocation(id string, force bool) error {
	l, err := c.Location(id)
	if err != nil {
		return err
	}
	if l.ClientDefault && !force {
		return &DefaultLocationError{Name: l.Name, Deleted: true}
	}
	if rules := c.atLocation(l); len(rules) > 0 && !force {
		return &InUseError{"location", l.Name, rulesBy(rules)}
	}
	c.putLocation(id, nil)
	return nil
}

// atLocation returns the rules that mention a location by its name or id, or by a list
// that does.
func (c *Change) atLocation(l *Location) (rules []*Rule) {
	for _, r := range c.locatedRules() {
		named := func(text string) bool {
			return text == l.Name || strings.EqualFold(strings.ReplaceAll(text, "-", ""), l.ID)
		}
		for _, source := range r.sources() {
			if slices.ContainsFunc(strings.FieldsFunc(source, func(c rune) bool { return c == '"' || c == '\'' }), named) {
				rules = append(rules, r)
				break
			}
		}
		for _, id := range r.lists() {
			if found := c.lists.get(id); found != nil && found.Kind == list.Location && !slices.Contains(rules, r) &&
				slices.ContainsFunc(found.Items, func(i ListItem) bool { return named(i.Value) }) {
				rules = append(rules, r)
			}
		}
	}
	return rules
}

// locatedRules returns the rules that a change of locations may concern.
func (c *Change) locatedRules() (rules []*Rule) {
	for _, r := range c.rules.all() {
		if r.mentionsLocation() || slices.ContainsFunc(r.lists(), func(id string) bool {
			l := c.lists.get(id)
			return l != nil && l.Kind == list.Location
		}) {
			rules = append(rules, r)
		}
	}
	return rules
}

func (c *Change) putLocation(id string, now *Location) {
	c.locations.set(id, now)
	c.relocate()
}

// relocate has queries see the locations as they are now, and policies that name any
// follow.
func (c *Change) relocate() {
	before := c.specs.located
	c.specs.located = c.locate()
	c.linked = true
	if c.specs.located.sameNames(before) {
		return
	}
	if rules := c.locatedRules(); len(rules) > 0 {
		c.specs.setRules(rules, c)
	}
}

// located implements namer.
func (c *Change) located() *locations { return c.specs.located }

func (n *stateNames) located() *locations { return n.at }

func compareLocations(a, b *Location) int {
	return byAge(a.Created, b.Created, nil, nil, a.ID, b.ID)
}

// Locations returns all locations in the order they were made.
func (a *Account) Locations() []*Location {
	return sorted(get(a, func(o *objects) []*Location { return values(o.locations.all()) }), compareLocations)
}

// Location returns the location of an id, nil if there is none.
func (a *Account) Location(id string) *Location {
	return get(a, func(o *objects) *Location { return o.locations.get(id) })
}

// Gateway returns the settings of the account's Gateway.
func (a *Account) Gateway() Gateway { return get(a, (*objects).gatewaySettings) }

// Location returns the location of an id, nil if there is none.
func (d Draft) Location(id string) *Location {
	l, _ := d.c.Location(id)
	return l
}

// Gateway returns the settings of the account's Gateway.
func (d Draft) Gateway() Gateway { return d.c.Gateway() }

// location reads a location of a backup.
func (b *backupReader) location() error {
	l := new(Location)
	if err := b.value(l); err != nil {
		return err
	}
	problems := l.check()
	if len(problems) == 0 {
		problems = b.taken.take(l)
	}
	if len(problems) > 0 {
		return b.errorf(b.here(), "location %q: %s", l.Name, problems[0].Text)
	}
	if lower, _ := location.ParseSubdomain(l.DoHSubdomain); lower != l.DoHSubdomain {
		return b.errorf(b.here(), "location %q: the subdomain is not in lower case", l.Name)
	}
	if len(b.locations) >= maxLocations {
		return b.errorf(b.here(), "more than %d locations", maxLocations)
	}
	b.locations[l.ID] = l
	return b.note("locations", l.ID, l.Name, hexID)
}

// checkGateway refuses settings of a Gateway that the API would not take.
func (b *backupReader) checkGateway() error {
	if b.gateway == nil || b.gateway.MaxTTL == 0 {
		return nil
	}
	if err := CheckMaxTTL(int64(b.gateway.MaxTTL)); err != nil {
		return b.errorf(b.here(), "max_ttl_secs: %s", err)
	}
	return nil
}
