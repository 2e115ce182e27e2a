package live

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/list"
)

func (p *player) locationID(c *Change) string {
	ids := []string{"00000000000000000000000000000000"}
	for id := range c.locations.all() {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return pick(p.dice, ids)
}

// atLocation is an expression that names a location.
func (p *player) atLocation(c *Change) string {
	text := pick(p.dice, []string{p.locationID(c), uuid(p.locationID(c)), "office"})
	return pick(p.dice, []string{`dns.location == "` + text + `"`, `dns.location in {"x" "` + text + `"}`, "dns.location in $" + p.listID(c)})
}

// setLocation changes a location at random.
func (p *player) setLocation(l *Location) {
	l.Name = pick(p.dice, []string{"office", "branch", "home"})
	l.Networks = pick(p.dice, [][]string{nil, {"192.0.2.0/26"}, {"192.0.2.0/24", "198.51.100.1"}, {"192.0.2.1/24"}})
	l.ClientDefault = p.dice.roll(4) == 0
	l.TTLMode, l.MaxTTL = pick(p.dice, []TTLMode{"", TTLInherit, TTLOverride, TTLDisabled}), pick(p.dice, []uint32{60, 5, 600})
	l.Endpoints = pick(p.dice, []Endpoints{{}, {IPv4: &Endpoint{}}, {DoH: &Endpoint{Enabled: true, Networks: []string{"192.0.2.1"}}, DoT: &Endpoint{}}})
}

func (p *player) createLocation(c *Change) error {
	l := Location{DoHSubdomain: pick(p.dice, []string{"ab", "cd", "ef"})}
	p.setLocation(&l)
	_, err := c.CreateLocation(l)
	return err
}

func (p *player) updateLocation(c *Change) error {
	_, err := c.UpdateLocation(p.locationID(c), func(l *Location) error { p.setLocation(l); return nil })
	return err
}

func (p *player) deleteLocation(c *Change) error {
	return c.DeleteLocation(p.locationID(c), p.dice.roll(2) == 0)
}

func (p *player) setGateway(c *Change) error {
	c.SetGateway(Gateway{MaxTTL: pick(p.dice, []uint32{0, 60, 3600}), Others: map[string]json.RawMessage{"fips": json.RawMessage("{}")}})
	return nil
}

// location makes a location.
func (b *bench) location(l Location) (id string) {
	b.t.Helper()
	b.change(func(c *Change) error {
		made, err := c.CreateLocation(l)
		if err == nil {
			id = made.ID
		}
		return err
	})
	return id
}

// A location's id means its name wherever that may stand, and the policies follow it.
func TestLocationNames(t *testing.T) {
	b := newBench(t, "")
	id := b.location(Location{Name: "office", Networks: []string{"192.0.2.0/24"}})
	hyphens := strings.ToUpper(uuid(id))
	l := b.list(list.Location, id, "branch")
	for i, traffic := range []string{
		`dns.location == "office"`, `dns.location == "` + id + `"`, `dns.location in {"` + hyphens + `"}`, "dns.location in $" + l, `dns.fqdn == "a.test"`,
	} {
		b.byList(traffic, traffic, uint32(i))
	}
	check := func(places ...string) {
		t.Helper()
		s := b.blocks[0].Snapshot()
		for i, p := range s.Policies[:4] {
			for _, place := range []string{"office", "branch", "annex"} {
				want := slices.Contains(places, place) || i == 3 && place == "branch"
				if got := p.Matches(queryAt(place)); got != want && (i > 0 || place == "office") {
					t.Errorf("%s at %s: %v", p.Name, place, got)
				}
			}
		}
	}
	check("office")
	before := b.blocks[0].Snapshot()
	b.change(func(c *Change) error {
		_, err := c.UpdateLocation(id, func(l *Location) error { l.MaxTTL, l.TTLMode = 60, TTLOverride; return nil })
		return err
	})
	if now := b.blocks[0].Snapshot(); !slices.Equal(now.Policies, before.Policies) || now.Places() == before.Places() {
		t.Error("policies were made anew, or the places were not, though no name has changed")
	}
	b.refused(`the location "office" is used by`, func(c *Change) error { return c.DeleteLocation(id, false) })
	b.change(func(c *Change) error {
		_, err := c.UpdateLocation(id, func(l *Location) error { l.Name = "annex"; return nil })
		return err
	})
	if now := b.blocks[0].Snapshot(); now.Policies[4] != before.Policies[4] {
		t.Error("a policy that names no location was made anew")
	}
	renamed := b.Revision()
	s := b.blocks[0].Snapshot()
	for _, i := range []int{1, 2, 3} {
		if s.Policies[i].Matches(queryAt("office")) || !s.Policies[i].Matches(queryAt("annex")) {
			t.Errorf("%s does not follow the name", s.Policies[i].Name)
		}
	}
	if err := b.revert(renamed); err != nil {
		t.Fatal(err)
	}
	check("office")
	b.checkServed()
	b.checkReopened()
}

// There is one default, which is not lost by accident.
func TestLocationDefault(t *testing.T) {
	b := newBench(t, "")
	first := b.location(Location{Name: "first", ClientDefault: true})
	second := b.location(Location{Name: "second"})
	demote := func(c *Change) error {
		_, err := c.UpdateLocation(first, func(l *Location) error { l.ClientDefault = false; return nil })
		return err
	}
	_, err := b.Change(t.Context(), Call{}, demote)
	if e, ok := errors.AsType[*DefaultLocationError](err); !ok || e.Deleted {
		t.Errorf("demoted: %v", err)
	}
	_, err = b.Change(t.Context(), Call{}, func(c *Change) error { return c.DeleteLocation(first, false) })
	if e, ok := errors.AsType[*DefaultLocationError](err); !ok || !e.Deleted {
		t.Errorf("deleted: %v", err)
	}
	b.change(func(c *Change) error {
		_, err := c.UpdateLocation(second, func(l *Location) error { l.ClientDefault = true; return nil })
		return err
	})
	if b.Location(first).ClientDefault || placeOf(b.blocks[0].Snapshot(), "203.0.113.1") != "second" {
		t.Error("the first location is the default still")
	}
	b.change(func(c *Change) error { return c.DeleteLocation(first, false) })
	b.change(func(c *Change) error { return c.DeleteLocation(second, true) })
	if s := b.blocks[0].Snapshot(); s.Places() != nil || s.BoundsTTL() {
		t.Error("without locations and settings there are places")
	}
	b.checkServed()
}

// LIVE 3: the account's highest TTL and that of a location.
func TestMaxTTL(t *testing.T) {
	b := newBench(t, "")
	b.location(Location{Name: "inherits", Networks: []string{"192.0.2.1"}})
	b.location(Location{Name: "overrides", Networks: []string{"192.0.2.77"}, TTLMode: TTLOverride, MaxTTL: 600})
	b.location(Location{Name: "disables", Networks: []string{"198.51.100.1"}, TTLMode: TTLDisabled, MaxTTL: 60})
	check := func(want ...uint32) {
		t.Helper()
		places := b.blocks[0].Snapshot().Places()
		for i, client := range append(clients(), "203.0.113.1") {
			if got := places.MaxTTL(placeOf(b.blocks[0].Snapshot(), client)); got != want[i] {
				t.Errorf("%s: %d, want %d", client, got, want[i])
			}
		}
	}
	check(0, 600, 0, 0)
	b.change(func(c *Change) error { c.SetGateway(Gateway{MaxTTL: 60}); return nil })
	check(60, 600, 0, 60)
	if err := b.revert(b.Revision()); err != nil {
		t.Fatal(err)
	}
	check(0, 600, 0, 0)
	b.checkReopened()
}
