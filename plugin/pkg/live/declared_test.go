package live

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/model"
)

const officeCorefile = `internalzone corp.test {
	record "www A 192.0.2.80"
}
dnsview office corp.test
resolverpolicy office {
	traffic "dns.fqdn == 'office.test'"
	view office
}`

// Objects of the Corefile can be read, and not be changed.
func TestDeclared(t *testing.T) {
	b := newBench(t, officeCorefile)
	zone, view := DeclaredID("default", "zone", "corp.test"), DeclaredID("default", "view", "office")
	rule := uuid(DeclaredID("default", "rule", "office"))
	if z := b.Zone(zone); z == nil || z.Name != "corp.test." || z.Declared.Line != 3 || z.Declared.File != "Corefile" || z.Records != 1 {
		t.Errorf("zone %+v", z)
	}
	if v := b.View(view); v == nil || v.Name != "office" || len(v.Zones) != 1 || v.Zones[0] != zone {
		t.Errorf("view %+v", v)
	}
	if r := b.Rule(rule); r == nil || r.ViewID != view || r.Precedence != 1000 {
		t.Errorf("rule %+v", r)
	}
	records := recordsOf(b, zone, "")
	if len(records) != 1 || records[0].Name != "www.corp.test." {
		t.Fatalf("records %v", records)
	}
	if r, err := b.Record(t.Context(), b.Zone(zone), records[0].ID); err != nil || r == nil || !r.Same(records[0]) {
		t.Errorf("by its id: %v, %v", r, err)
	}
	for want, do := range map[string]func(*Change) error{
		`the zone "corp.test" is declared at Corefile:3; edit it there`: func(c *Change) error { return c.DeleteZone(zone, true) },
		`the zone "corp.test" is declared`: func(c *Change) error {
			_, err := c.AddRecord(zone, recordOf(t, "corp.test.", "a A 192.0.2.1"), "")
			return err
		},
		`the view "office" is declared at Corefile:6; edit it there`:            func(c *Change) error { return c.DeleteView(view, true) },
		`the resolver policy "office" is declared at Corefile:7; edit it there`: func(c *Change) error { return c.DeleteRule(rule) },
	} {
		b.refused(want, do)
	}
}

// What no longer fits another Corefile is left out and listed, and served again once the
// Corefile is put right. A start says the same of it as a reload.
func TestQuarantine(t *testing.T) {
	b := newBench(t, officeCorefile)
	corp, office := DeclaredID("default", "zone", "corp.test"), DeclaredID("default", "view", "office")
	own := b.zone("example.org.", "a A 192.0.2.1")
	var view, second *View
	b.change(func(c *Change) error {
		view = c.CreateView("mine", []string{own, corp})
		second = c.CreateView("second", []string{own})
		c.CreateRule(rule("mine", view.ID, 1001))
		c.CreateRule(rule("declared", office, 1002))
		return nil
	})
	rules := b.Rules()
	mine := rules[slices.IndexFunc(rules, func(r *Rule) bool { return r.Name == "mine" })].ID
	healthy := shown(b.blocks[0].Snapshot())
	at := func(kind, id string) string { return "/" + kind + "/" + id + ": " }
	for name, test := range map[string]struct {
		corefile string
		want     []string
	}{
		"zone id taken": {officeCorefile + "\ninternalzone example.com {\nid " + own + "\nrecord \"w A 192.0.2.1\"\n}", []string{
			at("zones", own) + `the zone ID "` + own + `" is taken by the zone at Corefile:11; give one of them another with the property id`,
		}},
		"zone gone": {"", []string{at("views", view.ID) + `there is no zone with the ID "` + corp + `" in this server block; known: "` + own + `"`}},
		"name twice": {strings.Replace(officeCorefile, "corp.test {", "example.org {\nid corp.test", 1), []string{
			at("views", view.ID) + `zones "` + own + `" and "corp.test" have the same name example.org.; a view holds one zone of a name (link the other with referencezone)`,
		}},
		"precedence taken": {officeCorefile + "\nresolverpolicy other {\nprecedence 1001\ntraffic \"dns.fqdn == 'other.test'\"\npublic\n}", []string{
			at("rules", mine) + `precedence 1001 is taken by the policy "other" at Corefile:11; enabled policies need different numbers`,
		}},
		"policy name taken": {officeCorefile + "\nresolverpolicy mine {\nprecedence 9\ntraffic \"dns.fqdn == 'other.test'\"\npublic\n}", []string{
			at("rules", mine) + `the policy name is taken by the policy at Corefile:11; policy names are unique in a server block`,
		}},
		"view name taken": {officeCorefile + "\ndnsview second corp.test", []string{
			at("views", second.ID) + `the view name is taken by the view at Corefile:11; view names are unique in a server block`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b.t = t
			b.serve(test.corefile)
			wantText(t, "quarantined", b.problems(), strings.Join(test.want, "\n")+"\n")
			b.checkServed()
			other := b.zone("example.net.") // another object can be changed
			b.change(func(c *Change) error { return c.DeleteZone(other, false) })
			b.checkReopened()
			b.serve(officeCorefile)
			wantText(t, "quarantined once it is right", b.problems(), "")
			wantText(t, "served once it is right", shown(b.blocks[0].Snapshot()), healthy)
		})
	}
}

// A change that would have an object be left out is refused, and so is one that leaves it
// as it is.
func TestRefusedByCorefile(t *testing.T) {
	b := newBench(t, officeCorefile)
	own := b.zone("corp.test.")
	for want, do := range map[string]func(*Change) error{
		"the view name is taken by the view at Corefile:6": func(c *Change) error { c.CreateView("office", nil); return nil },
		"have the same name corp.test.; a view holds one zone": func(c *Change) error {
			c.CreateView("v", []string{own, DeclaredID("default", "zone", "corp.test")})
			return nil
		},
		"precedence 1000 is taken by the policy \"office\" at Corefile:7": func(c *Change) error {
			c.CreateRule(rule("r", DeclaredID("default", "view", "office"), 1000))
			return nil
		},
		"the policy name is taken by the policy at Corefile:7": func(c *Change) error {
			c.CreateRule(rule("office", DeclaredID("default", "view", "office"), 1))
			return nil
		},
	} {
		b.refused(want, do)
	}
	var view *View
	b.change(func(c *Change) error { view = c.CreateView("v", []string{own}); return nil })
	b.serve(officeCorefile + "\ndnsview v corp.test")
	b.refused("the view name is taken by the view at Corefile:11", func(c *Change) error {
		_, err := c.UpdateView(view.ID, func(v *View) error { v.Zones = nil; return nil })
		return err
	})
	b.change(func(c *Change) error {
		_, err := c.UpdateView(view.ID, func(v *View) error { v.Name = "w"; return nil })
		return err
	})
	wantText(t, "quarantined once it is renamed", b.problems(), "")
	b.checkServed()
}

// A view of the Corefile that is gone leaves stored policies that name it: they answer
// SERVFAIL, after a reload as after a start.
func TestPolicyOfGoneView(t *testing.T) {
	b := newBench(t, officeCorefile)
	b.change(func(c *Change) error {
		c.CreateRule(rule("stored", DeclaredID("default", "view", "office"), 5))
		return nil
	})
	b.serve("")
	policies := b.blocks[0].Snapshot().Policies
	if len(policies) != 1 || policies[0].Name != "stored" || policies[0].View != nil || policies[0].Action != model.UseView {
		t.Errorf("policies %+v, quarantined %s", policies, b.problems())
	}
	b.checkServed()
	b.checkReopened()
}

// A policy does not use a view of the Corefile that has the name of its own one.
func TestPolicyOfTakenName(t *testing.T) {
	b := newBench(t, officeCorefile)
	own := b.zone("example.org.")
	var view *View
	b.change(func(c *Change) error {
		view = c.CreateView("second", []string{own})
		c.CreateRule(rule("stored", view.ID, 5))
		return nil
	})
	viewOf := func() *model.View {
		for _, p := range b.blocks[0].Snapshot().Policies {
			if p.Name == "stored" {
				return p.View
			}
		}
		t.Fatalf("the policy is not served, quarantined:\n%s", b.problems())
		return nil
	}
	healthy := shown(b.blocks[0].Snapshot())
	b.serve(officeCorefile + "\ndnsview second corp.test")
	if v := viewOf(); v != nil {
		t.Errorf("the policy uses the view %s of %d zones", v.Name, len(v.Zones))
	}
	b.checkServed()
	b.checkReopened()
	b.serve(officeCorefile)
	wantText(t, "served once it is right", shown(b.blocks[0].Snapshot()), healthy)
	b.serve(officeCorefile + "\ndnsview second corp.test")
	b.change(func(c *Change) error {
		_, err := c.UpdateView(view.ID, func(v *View) error { v.Name = "third"; return nil })
		return err
	})
	if v := viewOf(); v == nil || v.Name != "third" {
		t.Errorf("the policy uses the view %v", v)
	}
	b.checkServed()
	b.checkReopened()
}

// Blocks that serve one account follow one another: what is declared in one of them can
// be named, and objects that do not fit another are left out there alone.
func TestSeveralBlocks(t *testing.T) {
	b := newBench(t, "", "")
	own := b.zone("example.org.", "a A 192.0.2.1")
	b.change(func(c *Change) error { c.CreateView("v", []string{own}); return nil })
	for i, block := range b.blocks {
		wantText(t, fmt.Sprintf("block %d", i), b.answers(block, own), "a.example.org. 300 IN A 192.0.2.1\n")
	}
	b.serve(officeCorefile, officeCorefile)
	b.change(func(c *Change) error {
		c.CreateRule(rule("stored", DeclaredID("default", "view", "office"), 5))
		return nil
	})
	b.checkServed()
	b.serve("", officeCorefile)
	b.checkServed()
	b.change(func(c *Change) error { c.CreateView("w", []string{own}); return nil })
	for i, block := range b.blocks {
		if block.Snapshot().View("w") == nil {
			t.Errorf("block %d has no view w", i)
		}
	}
	b.checkServed()
	b.checkReopened()
	b.serve(officeCorefile, "")
	b.change(func(c *Change) error { c.CreateView("x", []string{own}); return nil })
	b.checkServed()
	b.checkReopened()
}

// Policies of the Corefile that have no precedence keep theirs whatever is stored.
func TestPrecedencesStay(t *testing.T) {
	b := newBench(t, twinCorefile)
	var made []string
	for _, n := range []uint32{999, 1002, 1003} {
		b.change(func(c *Change) error {
			made = append(made, c.CreateRule(rule(fmt.Sprint("r", n), DeclaredID("default", "view", "declared"), n)).ID)
			return nil
		})
	}
	b.refused("precedence 1001 is taken by the policy \"free\"", func(c *Change) error {
		_, err := c.UpdateRule(made[0], func(r *Rule) error { r.Precedence = 1001; return nil })
		return err
	})
	check := func() {
		t.Helper()
		out := ""
		for _, p := range b.blocks[0].Snapshot().Policies {
			out += fmt.Sprintln(p.Precedence, p.Name)
		}
		wantText(t, "policies", out, "999 r999\n1000 fixed\n1001 free\n1002 r1002\n1003 r1003\n")
	}
	check()
	b.serve(twinCorefile)
	check()
	b.checkReopened()
	check()
}
