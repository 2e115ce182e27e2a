package live

import (
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// A replica of all that an account holds and declares is served as the account is, and
// what the store alone holds lies over another Corefile as after a reload.
func TestReplica(t *testing.T) {
	b := newBench(t, officeCorefile)
	own := b.zone("example.org.", "a A 192.0.2.1")
	corp := DeclaredID("default", "zone", "corp.test")
	b.change(func(c *Change) error {
		v := c.CreateView("mine", []string{own, corp})
		c.CreateRule(rule("mine", v.ID, 1001))
		return nil
	})
	told := NewReplica("default", nil)
	for _, z := range b.Zones() {
		var records []dns.RR
		for r, err := range b.Records(t.Context(), z, "") {
			if err != nil {
				t.Fatal(err)
			}
			records = append(records, r.RR())
		}
		if problems := told.AddZone(z, slices.Values(records)); problems != nil {
			t.Fatal(problems)
		}
	}
	for _, v := range b.Views() {
		told.AddView(v)
	}
	for _, r := range b.Rules() {
		told.AddRule(r)
	}
	served := b.blocks[0].Snapshot()
	alone, out, err := told.Over(nil)
	if err != nil || len(out) > 0 || len(alone.Zones) != len(served.Zones) || len(alone.Views) != len(served.Views) || len(alone.Policies) != len(served.Policies) {
		t.Errorf("alone: %v, %v, %d zones", err, out, len(alone.Zones))
	}
	stored := told.Only(func(d *Declared) bool { return d == nil })
	if !told.Declares() || stored.Declares() {
		t.Errorf("declares %t, what is stored %t", told.Declares(), stored.Declares())
	}
	over, out, err := stored.Over(scopesOf(t, officeCorefile)[0].Load())
	if err != nil || len(out) > 0 || shown(over) != shown(served) {
		t.Errorf("over the same Corefile: %v, %v\n%s\nwant\n%s", err, out, shown(over), shown(served))
	}
	over, out, err = stored.Over(scopesOf(t, "")[0].Load())
	if err != nil || len(out) != 1 || over.Zone(own) == nil {
		t.Errorf("over an empty Corefile: %v, %v", err, out)
	}
	for at, p := range out {
		if !strings.HasPrefix(at, "/views/") || !strings.Contains(p.Text, corp) {
			t.Errorf("%s: %s", at, p)
		}
	}
	bad := &Zone{ID: own, Name: "example.org."}
	if rr, err := dns.NewRR("www.example.com. 60 A 192.0.2.1"); err != nil || told.AddZone(bad, slices.Values([]dns.RR{rr})) == nil {
		t.Errorf("a record of another zone is taken, %v", err)
	}
}
