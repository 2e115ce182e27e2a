package live

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/list"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// LIVE 7: a location is not put back beside one that has what was its own since: which of
// them a query would be at, and with which highest TTL, nobody could tell.
func TestRevertTakenLocation(t *testing.T) {
	old := Location{Name: "office", DoHSubdomain: "ab", Networks: []string{"192.0.2.0/24"}, TTLMode: TTLOverride, MaxTTL: 60, ClientDefault: true}
	for want, since := range map[string]Location{
		"the name is taken by another location":              {Name: "office", DoHSubdomain: "cd"},
		`the subdomain is that of the location "branch"`:     {Name: "branch", DoHSubdomain: "ab"},
		`192.0.2.0/24 is a network of the location "branch"`: {Name: "branch", DoHSubdomain: "cd", Networks: []string{"192.0.2.0/24"}},
		`"branch" is the default as well`:                    {Name: "branch", DoHSubdomain: "cd", ClientDefault: true},
		"":                                                   {Name: "branch", DoHSubdomain: "cd", Networks: []string{"192.0.2.0/25"}},
	} {
		b := newBench(t, "")
		id := b.location(old)
		b.change(func(c *Change) error { return c.DeleteLocation(id, true) })
		deleted := b.Revision()
		b.location(since)
		err := b.revert(deleted)
		switch {
		case want == "" && err != nil:
			t.Errorf("with nothing in common: %v", err)
		case want != "" && (!slices.Equal(codes(err), []problem.Code{problem.LocationTaken}) || !strings.Contains(err.Error(), want)):
			t.Errorf("undone: %v, want %s", err, want)
		}
		if _, err := b.Restore(t.Context(), Call{}, strings.NewReader(b.backupText())); err != nil {
			t.Errorf("its own backup: %v", err)
		}
		b.checkServed()
		b.checkReopened()
	}
}

// Two locations that have changed names in one change have them back.
func TestRevertSwappedLocations(t *testing.T) {
	b := newBench(t, "")
	one, two := b.location(Location{Name: "one"}), b.location(Location{Name: "two"})
	b.change(func(c *Change) (err error) {
		for _, step := range [][2]string{{one, "neither"}, {two, "one"}, {one, "two"}} {
			_, failed := c.UpdateLocation(step[0], func(l *Location) error { l.Name = step[1]; return nil })
			err = errors.Join(err, failed)
		}
		return err
	})
	if err := b.revert(b.Revision()); err != nil {
		t.Fatal(err)
	}
	if b.Location(one).Name != "one" || b.Location(two).Name != "two" {
		t.Errorf("they are called %q and %q", b.Location(one).Name, b.Location(two).Name)
	}
	b.checkServed()
}

// An undone change gives no account more locations than there may be, which no backup
// could hold.
func TestRevertLocationsAreMany(t *testing.T) {
	b := newBench(t, "")
	id := b.location(Location{Name: "one too many"})
	b.change(func(c *Change) error { return c.DeleteLocation(id, false) })
	deleted := b.Revision()
	for i := range maxLocations {
		l := &Location{ID: fmt.Sprintf("%032x", 1<<32+i), Name: fmt.Sprint(i), DoHSubdomain: fmt.Sprint(i)}
		b.objects.locations.set(l.ID, l)
	}
	if err := b.revert(deleted); !slices.Equal(codes(err), []problem.Code{problem.LocationInvalid}) {
		t.Errorf("undone: %v", err)
	}
}

// Of locations that have the name in common, as accounts may hold since before that was
// refused, the same one counts on all servers.
func TestLocationsAlikeInAnyOrder(t *testing.T) {
	made := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for n := range 30 {
		o := newObjects()
		for i := range 5 {
			o.locations.set(fmt.Sprintf("%032x", i), &Location{
				ID: fmt.Sprintf("%032x", i), Name: "office", DoHSubdomain: "ab", Networks: []string{"192.0.2.0/24"},
				TTLMode: TTLOverride, MaxTTL: uint32(100 + i), Created: made.Add(time.Duration(i%3) * time.Second),
			})
		}
		places := o.locate().places
		if ttl := places.MaxTTL("office"); ttl != 102 {
			t.Fatalf("time %d: the highest TTL is %d, want that of the one made last, 102", n, ttl)
		}
	}
}

// The problems of one location are in the order of its members.
func TestLocationProblemsInOrder(t *testing.T) {
	bad := []string{"no network"}
	l := &Location{Name: "x", DoHSubdomain: "ab", Networks: bad}
	for _, e := range []**Endpoint{&l.Endpoints.DoH, &l.Endpoints.DoT, &l.Endpoints.IPv4, &l.Endpoints.IPv6} {
		*e = &Endpoint{Networks: bad}
	}
	first := l.check()
	for range 20 {
		if again := l.check(); len(again) != 5 || !slices.Equal(again, first) {
			t.Fatalf("problems:\n%v\nthen:\n%v", first, again)
		}
	}
}

// leftOut names the policies that are not served.
func (b *bench) leftOut() (names []string) {
	for at := range b.Quarantined() {
		names = append(names, b.Rule(strings.TrimPrefix(at, "/rules/")).Name)
	}
	slices.Sort(names)
	return names
}

// A policy that does not fit for a reason of its own is in the way of no other one, and
// which of two is left out that do not fit together does not depend on what was made or put
// back when: one that starts anew decides likewise.
func TestLeftOutByAge(t *testing.T) {
	b := newBench(t, "")
	l := b.list(list.Domain, "a.test")
	older := b.byList("older", "dns.fqdn in $"+l, 1500)
	b.clock = b.clock.Add(time.Second)
	b.change(func(c *Change) error { return c.DeleteRule(older) })
	ruleGone := b.Revision()
	b.byList("newer", "dns.fqdn == 'b.test'", 1500)
	b.change(func(c *Change) error { return c.DeleteList(l, true) })
	listGone := b.Revision()
	if err := b.revert(ruleGone); err != nil {
		t.Fatal(err)
	}
	if out := b.leftOut(); !slices.Equal(out, []string{"older"}) {
		t.Errorf("left out: %q, want the one that names no list that there is", out)
	}
	b.checkServed()
	err := b.revert(listGone)
	if !slices.Equal(codes(err), []problem.Code{problem.PrecedenceTaken}) {
		t.Errorf("the list is back: %v", err)
	}
	b.checkServed()
	b.checkReopened()
}
