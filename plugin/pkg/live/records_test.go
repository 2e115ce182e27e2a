package live

import (
	"context"
	"fmt"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/record"
)

// A record that gets another owner keeps its id and is found by it, and by its owner,
// also after the account is opened anew; back at the first owner nothing is left of it.
func TestRename(t *testing.T) {
	b := newBench(t, "")
	zone := b.zone("example.org.", "a A 192.0.2.1", "b A 192.0.2.2")
	id := onlyRecord(b, zone, "a.example.org.").ID
	for _, step := range []string{"b", "c", "a", "d", "b", "a"} {
		b.change(func(c *Change) error {
			r := recordOf(b.t, "example.org.", step+" A 192.0.2.1")
			r.ID = id
			_, err := c.ReplaceRecord(zone, r, "")
			return err
		})
		for range 2 {
			r, err := b.Record(t.Context(), b.Zone(zone), id)
			if err != nil || r == nil || r.Name != step+".example.org." {
				t.Fatalf("renamed to %s: record %v, %v", step, r, err)
			}
			if n := len(recordsOf(b, zone, step+".example.org.")); n != map[bool]int{true: 2, false: 1}[step == "b"] {
				t.Errorf("renamed to %s: %d records of that owner", step, n)
			}
			b.open()
			b.reattach()
		}
	}
	wantText(t, "answers", b.answers(b.blocks[0], zone), "a.example.org. 300 IN A 192.0.2.1\nb.example.org. 300 IN A 192.0.2.2\n")
	if left := b.keys(ownerKeys); len(left) != 2 {
		t.Errorf("owners of 2 records: %q", left)
	}
}

// Several renames and changes of records in one change each see what those before did.
func TestRecordsInOneChange(t *testing.T) {
	b := newBench(t, "")
	zone := b.zone("example.org.", "a A 192.0.2.1")
	first := onlyRecord(b, zone, "a.example.org.").ID
	var second string
	b.change(func(c *Change) error {
		for _, step := range []string{"b", "c", "a", "e"} {
			r := recordOf(b.t, "example.org.", step+" A 192.0.2.1")
			r.ID = first
			if _, err := c.ReplaceRecord(zone, r, ""); err != nil {
				return err
			}
		}
		made, err := c.AddRecord(zone, recordOf(b.t, "example.org.", "f A 192.0.2.9"), "")
		if err != nil {
			return err
		}
		second = made.ID
		next := recordOf(b.t, "example.org.", "g A 192.0.2.10")
		next.ID = second
		if _, err := c.ReplaceRecord(zone, next, ""); err != nil {
			return err
		}
		gone, err := c.AddRecord(zone, recordOf(b.t, "example.org.", "h A 192.0.2.11"), "")
		if err != nil {
			return err
		}
		_, err = c.DeleteRecord(zone, gone.ID)
		return err
	})
	wantText(t, "answers", b.answers(b.blocks[0], zone), "e.example.org. 300 IN A 192.0.2.1\ng.example.org. 300 IN A 192.0.2.10\n")
	if n := b.Zone(zone).Records; n != 2 {
		t.Errorf("%d records are counted, want 2", n)
	}
	for id, name := range map[string]string{first: "e.example.org.", second: "g.example.org."} {
		if r, err := b.Record(t.Context(), b.Zone(zone), id); err != nil || r == nil || r.Name != name {
			t.Errorf("record %s: %v, %v, want that of %s", id, r, err, name)
		}
	}
}

// The ID of a record that is gone is never another one's.
func TestIDsAreNotReused(t *testing.T) {
	b := newBench(t, "")
	zone := b.zone("example.org.")
	seen := make(map[string]bool)
	for range 5 {
		r := b.add(zone, "a A 192.0.2.1")
		if seen[r.ID] {
			t.Errorf("the id %s is given again", r.ID)
		}
		seen[r.ID] = true
		b.change(func(c *Change) error { _, err := c.DeleteRecord(zone, r.ID); return err })
	}
}

func TestConflicts(t *testing.T) {
	for name, test := range map[string]struct {
		have      []string
		add, want string
	}{
		"duplicate":           {[]string{"a A 192.0.2.1"}, "a/60 A 192.0.2.1", "record \"a.example.org\" A: an identical record exists already"},
		"CNAME beside A":      {[]string{"a A 192.0.2.1"}, "a CNAME b.example.org", "a A record with that name exists already"},
		"A beside CNAME":      {[]string{"a CNAME b.example.org"}, "a A 192.0.2.1", "a CNAME record with that name exists already"},
		"two CNAMEs":          {[]string{"a CNAME b.example.org"}, "a CNAME c.example.org", "a CNAME record with that name exists already"},
		"CNAME beside A apex": {[]string{"@ A 192.0.2.1"}, "@ CNAME b.example.net", "a A record with that name exists already"},
		"CNAME beside MX":     {[]string{"@ TXT \"x\""}, "@ CNAME b.example.net", ""},
		"A beside NS":         {[]string{"a NS ns.example.net"}, "a A 192.0.2.1", "a NS record with that name exists already"},
		"NS beside A":         {[]string{"a A 192.0.2.1"}, "a NS ns.example.net", "a A record with that name exists already"},
		"DS beside NS":        {[]string{"a NS ns.example.net"}, "a DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000", ""},
		"A beside NS apex":    {[]string{"@ NS ns.example.net"}, "@ A 192.0.2.1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, "")
			zone := b.zone("example.org.", test.have...)
			add := func(c *Change) error {
				_, err := c.AddRecord(zone, recordOf(t, "example.org.", test.add), "/posts/0")
				return err
			}
			if test.want == "" {
				b.change(add)
			} else {
				b.refused(test.want, add)
			}
		})
	}
}

// A record that is refused within a change that goes on leaves nothing.
func TestRefusedRecordInChange(t *testing.T) {
	b := newBench(t, "")
	zone := b.zone("example.org.", "a A 192.0.2.1")
	b.change(func(c *Change) error {
		if _, err := c.AddRecord(zone, recordOf(t, "example.org.", "a A 192.0.2.1"), ""); err == nil {
			t.Error("a duplicate was taken")
		}
		made, err := c.AddRecord(zone, recordOf(t, "example.org.", "b A 192.0.2.1"), "")
		if err != nil {
			return err
		}
		same := recordOf(t, "example.org.", "a A 192.0.2.1")
		same.ID = made.ID
		if _, err := c.ReplaceRecord(zone, same, ""); err == nil {
			t.Error("a duplicate was put in place of another record")
		}
		return nil
	})
	wantText(t, "answers", b.answers(b.blocks[0], zone), "a.example.org. 300 IN A 192.0.2.1\nb.example.org. 300 IN A 192.0.2.1\n")
}

// An answer does not depend on whether the records were changed or read from the store:
// a record that is replaced keeps its place.
func TestOrderOfRRset(t *testing.T) {
	b := newBench(t, "")
	zone := b.zone("example.org.", "a A 192.0.2.1", "a A 192.0.2.2", "a A 192.0.2.3", "b A 192.0.2.4", "zz A 192.0.2.5")
	first := recordsOf(b, zone, "a.example.org.")[0].ID
	for _, step := range []string{"a A 192.0.2.9", "b A 192.0.2.9", "a A 192.0.2.8", "zz A 192.0.2.8"} {
		b.change(func(c *Change) error {
			r := recordOf(b.t, "example.org.", step)
			r.ID = first
			_, err := c.ReplaceRecord(zone, r, "")
			return err
		})
		served := b.answers(b.blocks[0], zone)
		b.open()
		b.reattach()
		wantText(t, "answers after a start, "+step, b.answers(b.blocks[0], zone), served)
	}
}

func recordsOf(b *bench, zone, owner string) (all []*record.Record) {
	b.t.Helper()
	for r, err := range b.Records(context.Background(), b.Zone(zone), owner) {
		if err != nil {
			b.t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func onlyRecord(b *bench, zone, owner string) *record.Record {
	b.t.Helper()
	all := recordsOf(b, zone, owner)
	if len(all) != 1 {
		b.t.Fatalf("%d records of %s, want one", len(all), owner)
	}
	return all[0]
}

// A record with which an RRset fits no message is refused before it is compared with all
// others of a large import.
func TestRRsetTooLarge(t *testing.T) {
	b := newBench(t, "")
	zone := b.zone("example.org.")
	added := 0
	b.refused("with it the RRset has more than 65264 octets, which no message can hold", func(c *Change) error {
		for i := range 100_000 {
			r := recordOf(t, "example.org.", fmt.Sprintf("a A 10.%d.%d.%d", i>>16, i>>8&255, i&255))
			if _, err := c.AddRecord(zone, r, ""); err != nil {
				added = i
				return err
			}
		}
		return nil
	})
	if added != 4079 {
		t.Errorf("%d records of 16 octets were added, want 4079", added)
	}
}
