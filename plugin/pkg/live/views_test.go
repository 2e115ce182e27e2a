package live

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

// A view that is deleted though a policy names it answers SERVFAIL from then on; one that
// is made with its name is another view. [C]
func TestForcedDeletes(t *testing.T) {
	b := newBench(t, "")
	zone := b.zone("example.org.", "a A 192.0.2.1")
	var view *View
	b.change(func(c *Change) error {
		view = c.CreateView("v", []string{zone})
		c.CreateRule(rule("r", view.ID, 1))
		return nil
	})
	b.refused(`the zone "example.org" is used by view "v"; take it away there first, or repeat the call with force=true`, func(c *Change) error {
		return c.DeleteZone(zone, false)
	})
	b.refused(`the view "v" is used by resolver policy "r"; take it away there first, or repeat the call with force=true`, func(c *Change) error {
		return c.DeleteView(view.ID, false)
	})
	b.change(func(c *Change) error { return c.DeleteView(view.ID, true) })
	check := func() {
		t.Helper()
		if p := b.blocks[0].Snapshot().Policies; len(p) != 1 || p[0].View != nil {
			t.Errorf("policies %+v", p)
		}
	}
	check()
	b.checkReopened()
	check()
	b.change(func(c *Change) error { c.CreateView("v", []string{zone}); return nil })
	check()
	b.change(func(c *Change) error { return c.DeleteZone(zone, true) })
	if v := b.Views(); len(v) != 1 || len(v[0].Zones) != 0 {
		t.Errorf("views %+v", v)
	}
	b.checkServed()
	b.checkHistory()
}

func TestReferences(t *testing.T) {
	b := newBench(t, "")
	one, two, three := b.zone("one.test."), b.zone("two.test."), b.zone("three.test.")
	refer := func(from, to string) func(*Change) error {
		return func(c *Change) error {
			_, err := c.UpdateZone(from, func(z *Zone) error { z.Settings.InternalDNS.ReferenceZoneID = to; return nil })
			return err
		}
	}
	b.refused("a zone cannot reference itself", refer(one, one))
	b.refused(`there is no zone with the id "ffffffffffffffffffffffffffffffff" in this account`, refer(one, "ffffffffffffffffffffffffffffffff"))
	b.change(refer(one, two))
	b.change(refer(two, three))
	b.refused(fmt.Sprintf("the references form a cycle: %s → %s → %s → %s; remove one of them", one, two, three, one), refer(three, one))
	b.refused(`the zone "two.test" is used by zone "one.test", which references it`, func(c *Change) error { return c.DeleteZone(two, false) })
	b.change(func(c *Change) error { return c.DeleteZone(two, true) })
	if z := b.Zone(one); z.Settings.InternalDNS.ReferenceZoneID != "" {
		t.Errorf("zone %+v", z)
	}
	b.checkServed()
	b.checkReopened()
}

// Settings of a zone are served, and the TTL of the apex' NS records follows the setting if
// it is automatic.
func TestZoneSettings(t *testing.T) {
	b := newBench(t, "")
	id := b.zone("example.org.", "@ NS ns.example.net", "@/60 NS ns.example.com", "a NS ns.example.net", "@ CNAME www.example.net")
	server := "ns.other.test."
	set := func(update func(*ZoneSettings)) func(*Change) error {
		return func(c *Change) error {
			_, err := c.UpdateZone(id, func(z *Zone) error { update(&z.Settings); return nil })
			return err
		}
	}
	b.change(set(func(s *ZoneSettings) {
		ttl := uint32(7)
		s.NSTTL, s.SOA.MName, s.SOA.RName, s.SOA.MinTTL, s.SOA.TTL, s.InternalDNS.NegativeTTL = 600, &server, "who.other.test.", 99, 98, &ttl
	}))
	b.refused("CNAME", set(func(s *ZoneSettings) { s.InternalDNS.Flatten = false }))
	wantText(t, "answers", b.answers(b.blocks[0], id), `example.org. 60 IN NS ns.example.net.
example.org. 60 IN NS ns.example.com.
example.org. 300 IN CNAME www.example.net.
a.example.org. 300 IN NS ns.example.net.
`)
	snapshot := b.blocks[0].Snapshot()
	soa := snapshot.Data(snapshot.Zone(id)).SOA().String()
	wantText(t, "SOA", soa, fmt.Sprintf("example.org.\t98\tIN\tSOA\tns.other.test. who.other.test. %d 10000 2400 604800 99", b.Zone(id).Serial))
	b.checkServed()
	b.checkReopened()
}

// A change that names a revision is made of that alone.
func TestIfMatch(t *testing.T) {
	b := newBench(t, "")
	b.zone("example.org.")
	create := func(c *Change) error { _, err := c.CreateZone("example.net."); return err }
	zero, one := uint64(0), uint64(1)
	if _, err := b.Change(t.Context(), Call{IfMatch: &zero}, create); !errors.Is(err, ErrRevision) || err.Error() != "the account has moved on: it is at revision 1, not 0" {
		t.Errorf("error %v", err)
	}
	if revision, err := b.Change(t.Context(), Call{IfMatch: &one}, create); revision != 2 || err != nil {
		t.Errorf("revision %d, %v", revision, err)
	}
}

// Entries of the history that are too old are taken away, the oldest first.
func TestHistoryRetention(t *testing.T) {
	b := newBench(t, "")
	b.KeepHistory(24 * time.Hour)
	for range 3 {
		b.clock = b.clock.Add(10 * time.Hour)
		b.zone("example.org.")
	}
	if n := len(b.keys(historyKeys)); n != 3 {
		t.Errorf("%d entries, want 3", n)
	}
	b.clock = b.clock.Add(10 * time.Hour)
	b.zone("example.org.")
	if keys := b.keys(historyKeys); len(keys) != 3 || b.revisionOf(keys[0]) != 2 {
		t.Errorf("entries %q", keys)
	}
	b.KeepHistory(0)
	b.clock = b.clock.Add(1000 * time.Hour)
	b.zone("example.org.")
	if n := len(b.keys(historyKeys)); n != 4 {
		t.Errorf("%d entries, want 4", n)
	}
}

// An account that is closed refuses changes.
func TestClose(t *testing.T) {
	b := newBench(t, "")
	b.Close()
	b.refused(ErrClosed.Error(), func(c *Change) error { _, err := c.CreateZone("example.net."); return err })
}

// Layers say what the topmost that speaks of an object says.
func TestLayers(t *testing.T) {
	one, two := 1, 2
	low := newLayer[int]()
	low.set("a", &one)
	low.set("b", &one)
	high := low.fork()
	higher := high.fork()
	higher.set("a", nil)
	higher.set("c", &two)
	high.set("b", nil)
	if higher.get("a") != nil || higher.get("b") != nil || *higher.get("c") != 2 || high.get("c") != nil || *high.get("a") != 1 {
		t.Error("an object is another's")
	}
	if all := slices.Sorted(mapKeys(higher.all())); fmt.Sprint(all) != "[c]" {
		t.Errorf("all %v", all)
	}
	high.absorb(higher)
	low.absorb(high)
	if all := slices.Sorted(mapKeys(low.all())); fmt.Sprint(all) != "[c]" || len(low.objects) != 1 {
		t.Errorf("all %v of %v", all, low.objects)
	}
}
