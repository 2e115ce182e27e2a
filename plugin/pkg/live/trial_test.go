package live

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// LIVE 6: what is tried has not happened, and is what would have happened.
func TestTry(t *testing.T) {
	b := newBench(t, twinCorefile)
	zone := b.zone("example.org.", "a A 192.0.2.1", "b A 192.0.2.2")
	before, revision := b.backupText(), b.Revision()
	do := func(c *Change) error {
		if _, err := c.AddRecord(zone, recordOf(t, "example.org.", "c A 192.0.2.3"), ""); err != nil {
			return err
		}
		_, err := c.CreateZone("other.example.")
		return err
	}
	tried, err := b.Try(t.Context(), Call{Method: "TRY"}, do)
	if err != nil {
		t.Fatal(err)
	}
	if b.Revision() != revision || b.backupText() != before {
		t.Errorf("it has happened: revision %d", b.Revision())
	}
	b.checkServed()
	if got := fmt.Sprint(tried.Touched[zone]); got != "[example.org. c.example.org.]" {
		t.Errorf("touched: %v", tried.Touched)
	}
	if len(tried.Blocks) != 1 || tried.Blocks[0].Before != b.blocks[0].Snapshot() || len(tried.Blocks[0].After.Zones) != len(tried.Blocks[0].Before.Zones)+1 {
		t.Errorf("blocks: %+v", tried.Blocks)
	}
	data := tried.Blocks[0].After.Data(tried.Blocks[0].After.Zone(zone))
	if data.Records() != 3 {
		t.Errorf("the zone would have %d records, want 3", data.Records())
	}
	kinds := ""
	for o, err := range tried.Entry.Edited() {
		if err != nil {
			t.Fatal(err)
		}
		kinds += o.Kind + " "
	}
	if kinds != "record zone " {
		t.Errorf("objects: %s", kinds)
	}

	if text := fmt.Sprint(tried.Warnings); !strings.Contains(text, "so no query can reach it") || strings.Contains(text, zone) {
		t.Errorf("warnings: %s", text)
	}

	_, err = b.Try(t.Context(), Call{}, func(c *Change) error { return c.DeleteZone("nothing", false) })
	if _, missing := errors.AsType[*NotFoundError](err); !missing {
		t.Errorf("deleting nothing: %v", err)
	}
}

// States that are not kept are none.
func TestPastMissing(t *testing.T) {
	b := newBench(t, "")
	b.zone("example.org.", "a A 192.0.2.1")
	var out bytes.Buffer
	err := b.BackupAt(t.Context(), b.Revision()+1, &out)
	if _, missing := errors.AsType[*NotFoundError](err); !missing || out.Len() > 0 {
		t.Errorf("a state to come: %v, %d octets", err, out.Len())
	}
}

// LIVE 7: emptying a zone of more than 100 records is refused unless it is forced.
func TestGuardEmptying(t *testing.T) {
	b := newBench(t, "")
	records := make([]string, 101)
	for i := range records {
		records[i] = fmt.Sprintf("h%d A 192.0.2.1", i)
	}
	zone := b.zone("example.org.", records...)
	small := b.zone("example.net.", records[:100]...)
	empty := func(zone string, spare int) func(*Change) error {
		return func(c *Change) error {
			for r, err := range b.Records(t.Context(), b.Zone(zone), "") {
				if err != nil {
					return err
				}
				if spare--; spare >= 0 {
					continue
				}
				if _, err := c.DeleteRecord(zone, r.ID); err != nil {
					return err
				}
			}
			return nil
		}
	}
	_, err := b.Change(t.Context(), Call{}, empty(zone, 0))
	if guarded, ok := errors.AsType[*GuardError](err); !ok || guarded.Zone != zone || !strings.Contains(err.Error(), "101 records; repeat the call with force=true") {
		t.Errorf("emptied: %v", err)
	}
	for _, allowed := range []struct {
		zone  string
		spare int
		force bool
	}{{small, 0, false}, {zone, 1, false}, {zone, 0, true}} {
		if _, err := b.Change(t.Context(), Call{Force: allowed.force}, empty(allowed.zone, allowed.spare)); err != nil {
			t.Errorf("%+v: %v", allowed, err)
		}
	}
	if n := b.Zone(zone).Records; n != 0 {
		t.Errorf("%d records are left", n)
	}
}

// LIVE 7: a zone cut that would hide names which are answered needs force; one that shows
// the addresses of its name servers hides nothing.
func TestGuardCut(t *testing.T) {
	b := newBench(t, "")
	zone := b.zone("example.org.", "a.sub A 192.0.2.1", "b.sub TXT x", "ns.other A 192.0.2.2")
	add := func(texts ...string) func(*Change) error {
		return func(c *Change) error {
			for _, text := range texts {
				if _, err := c.AddRecord(zone, recordOf(t, "example.org.", text), ""); err != nil {
					return err
				}
			}
			return nil
		}
	}
	_, err := b.Change(t.Context(), Call{}, add("sub NS ns.example.net."))
	if err == nil || !strings.Contains(err.Error(), `NS records of "sub.example.org" make a zone cut, which would hide what answers for names below it: a.sub.example.org, b.sub.example.org; repeat`) {
		t.Errorf("a cut above names: %v", err)
	}
	b.change(add("other NS ns.other.example.org."))
	b.change(add("new NS ns.new.example.org.", "ns.new A 192.0.2.3"))
	if _, err := b.Change(t.Context(), Call{Force: true}, add("sub NS ns.example.net.")); err != nil {
		t.Errorf("forced: %v", err)
	}
	b.change(add("sub NS ns2.example.net.", "c.sub A 192.0.2.4"))
}

// A preview does not wait for a change that waits for the store, and does not see half of it.
func TestTryBesideChange(t *testing.T) {
	tm := newTeam(t, "")
	one := tm.members[0]
	id := one.zone("example.org.", "a A 192.0.2.1")
	add := func(name string) func(c *Change) error {
		return func(c *Change) error {
			_, err := c.AddRecord(id, recordOf(t, "example.org.", name), "")
			return err
		}
	}
	began, tried, done := make(chan struct{}), make(chan struct{}), make(chan error)
	tm.peers[0].mu.Lock()
	tm.peers[0].commits = func() { close(began); <-tried }
	tm.peers[0].mu.Unlock()
	go func() {
		_, err := one.Change(t.Context(), Call{}, add("b A 192.0.2.2"))
		done <- err
	}()
	<-began
	trial, err := one.Try(t.Context(), Call{}, add("b A 192.0.2.2"))
	if err != nil {
		t.Fatal(err)
	}
	if trial.Entry.Revision != 2 {
		t.Errorf("the preview is of revision %d", trial.Entry.Revision)
	}
	close(tried)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := one.Try(t.Context(), Call{}, add("b A 192.0.2.2")); err == nil {
		t.Error("a preview after the change does not see it")
	}
	tm.check()
}
