package live

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// Changes that come together share commits, have revisions without gaps, and each sees
// those before it.
func TestGroupCommit(t *testing.T) {
	b := newBench(t, "")
	id := b.zone("example.org.")
	const writers, each = 40, 5
	var running sync.WaitGroup
	var mu sync.Mutex
	seen := make(map[uint64]int)
	for w := range writers {
		running.Go(func() {
			for i := range each {
				records := 0
				revision, err := b.Change(t.Context(), Call{Method: "TEST"}, func(c *Change) error {
					records = c.zones.get(id).Records
					_, err := c.AddRecord(id, recordOf(t, "example.org.", fmt.Sprintf("w%d A 192.0.2.%d", w, i+1)), "")
					return err
				})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				seen[revision] = records
				mu.Unlock()
			}
		})
	}
	running.Wait()
	for i := range writers * each {
		if records, ok := seen[uint64(i+2)]; !ok || records != i {
			t.Errorf("revision %d: %v, it saw %d records, want %d", i+2, ok, records, i)
		}
	}
	stats := b.Stats()
	if stats.Changes != writers*each+1 || stats.Commits > stats.Changes/2 {
		t.Errorf("%d changes in %d commits", stats.Changes, stats.Commits)
	}
	b.checkServed()
	b.checkHistory()
}

// group makes changes that share a commit and returns their errors.
func (b *bench) group(changes ...func(*Change) error) (errs []error, revisions []uint64) {
	group := make([]*pending, len(changes))
	for i, do := range changes {
		group[i] = &pending{ctx: b.t.Context(), call: Call{Method: "TEST"}, do: do}
	}
	b.writer.Lock()
	defer b.writer.Unlock()
	b.commit(group)
	for _, p := range group {
		for !p.done { // it has to begin a group
			b.commit(b.take())
		}
		errs, revisions = append(errs, p.err), append(revisions, p.revision)
	}
	return errs, revisions
}

// If a commit fails, so do the changes that had nothing left to do because of it, and
// those that were refused because of it.
func TestFailedCommit(t *testing.T) {
	b := newBench(t, "")
	id := b.zone("example.org.")
	b.store.err = fmt.Errorf("store: %w", store.ErrFull)
	set := func(c *Change) error {
		s := c.Settings()
		s.EnforceDNSOnly = true
		c.SetSettings(s)
		return nil
	}
	add := func(c *Change) error {
		_, err := c.AddRecord(id, recordOf(t, "example.org.", "a A 192.0.2.1"), "")
		return err
	}
	early := func(*Change) error { return errGivenUp }
	errs, _ := b.group(early, set, set, add, add)
	if errs[0] != errGivenUp {
		t.Errorf("a change that was refused by itself: %v", errs[0])
	}
	for i, err := range errs[1:] {
		if !errors.Is(err, store.ErrFull) {
			t.Errorf("change %d: error %v, want %v", i+1, err, store.ErrFull)
		}
	}
	b.store.err = nil
	if b.Settings().EnforceDNSOnly || b.Revision() != 1 || b.Zone(id).Records != 0 {
		t.Error("something is left of the changes")
	}
	b.checkServed()
	if errs, revisions := b.group(set, set, add, add); errs[0] != nil || errs[1] != nil || errs[2] != nil || errs[3] == nil ||
		fmt.Sprint(revisions[:3]) != "[2 2 3]" {
		t.Errorf("once there is room: %v, revisions %v", errs, revisions)
	}
}

// Those who wait get an error if the goroutine that commits for them panics.
func TestPanicInCommit(t *testing.T) {
	b := newBench(t, "")
	b.store.Store = nil
	var errs []error
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		p := &pending{ctx: t.Context(), do: func(*Change) error { return nil }}
		defer func() { errs = append(errs, p.err) }()
		b.writer.Lock()
		defer b.writer.Unlock()
		b.commit([]*pending{p})
	}()
	if len(errs) != 1 || errs[0] != errPanicked {
		t.Errorf("errors %v", errs)
	}
}

// A change that panics, or returns an error, leaves nothing, and those beside it go on.
func TestChangeThatFails(t *testing.T) {
	b := newBench(t, "")
	id := b.zone("example.org.", "a A 192.0.2.1")
	spoil := func(c *Change) {
		if err := c.DeleteZone(id, true); err != nil {
			t.Error(err)
		}
		c.CreateView("v", nil)
		c.CreateRule(rule("r", "none", 1))
	}
	before := b.objectsText()
	errs, _ := b.group(
		func(c *Change) error { spoil(c); return errGivenUp },
		func(c *Change) error { spoil(c); panic("given up") },
	)
	if errs[0] != errGivenUp || errs[1] == nil || errs[1].Error() != "a change went wrong: given up" {
		t.Errorf("errors %v", errs)
	}
	wantText(t, "objects", b.objectsText(), before)
	b.checkServed()
}

// A zone that is deleted together with changes of its records leaves nothing.
func TestDeleteZoneInGroup(t *testing.T) {
	b := newBench(t, "")
	id, empty := b.zone("example.org.", "a A 192.0.2.1", "b A 192.0.2.2"), b.zone("example.net.")
	first := onlyRecord(b, id, "a.example.org.").ID
	errs, _ := b.group(
		func(c *Change) error {
			r := recordOf(t, "example.org.", "c A 192.0.2.1")
			r.ID = first
			_, err := c.ReplaceRecord(id, r, "")
			return err
		},
		func(c *Change) error {
			_, err := c.AddRecord(id, recordOf(t, "example.org.", "d A 192.0.2.4"), "")
			return err
		},
		func(c *Change) error {
			if _, err := c.AddRecord(empty, recordOf(t, "example.net.", "d A 192.0.2.4"), ""); err != nil {
				return err
			}
			return errors.Join(c.DeleteZone(id, false), c.DeleteZone(empty, false))
		},
	)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	b.checkServed()
	b.checkHistory()
	if left := b.keys(recordKeys); len(left) > 0 {
		t.Errorf("records left: %q", left)
	}
}

// Files may give a block's zones other data while a change is made.
func TestPublishBesideFiles(t *testing.T) {
	b := newBench(t, twinCorefile)
	block := b.blocks[0]
	id := b.zone("example.org.", "a A 192.0.2.1")
	from := block.Snapshot()
	next, problems := block.build(&b.objects.specs, b.objects.data, from)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	next.snapshot, _ = model.Build(next.snapshot.Spec(), nil) // another configuration
	next.snapshot = withData(next.snapshot, b.objects.data)
	builder := zone.NewBuilder(zone.Options{Apex: "corp.test."})
	builder.Add(recordOf(t, "corp.test.", "new A 192.0.2.9").RR(), problem.Pos{})
	newer, _ := builder.Build()
	block.scope.Update(func(s *model.Snapshot) (*model.Snapshot, problem.List) {
		return s.WithData(map[string]*zone.Zone{"corp.test": newer}), nil
	})
	block.publish(from, next, nil)
	wantText(t, "the file's zone", b.answers(block, "corp.test"), "new.corp.test. 300 IN A 192.0.2.9\n")
	wantText(t, "the account's zone", b.answers(block, id), "a.example.org. 300 IN A 192.0.2.1\n")
}

// Of several things that are wrong with a change the same one is told each time: that of the
// server block that comes first, or the owner.
func TestRefusedInOrder(t *testing.T) {
	b := newBench(t, "dnsview one", "dnsview two")
	zone := b.zone("example.org.")
	first := make(map[string]string)
	same := func(what string, do func(*Change) error) {
		t.Helper()
		b.ids = 100
		_, err := b.Change(t.Context(), Call{}, do)
		if err == nil {
			t.Fatalf("%s: not refused", what)
		}
		if text, known := first[what]; known && text != err.Error() {
			t.Errorf("%s:\n%v\nafter:\n%s", what, err, text)
		}
		first[what] = err.Error()
	}
	for range 20 {
		same("views of two blocks", func(c *Change) error {
			c.CreateView("two", nil)
			c.CreateView("one", nil)
			return nil
		})
	}
	b.change(func(c *Change) error {
		for i := range 8 {
			if _, err := c.AddRecord(zone, recordOf(t, "example.org.", fmt.Sprintf("a.m%d A 192.0.2.1", i)), ""); err != nil {
				return err
			}
		}
		return nil
	})
	for range 20 {
		same("cuts", func(c *Change) error {
			for i := range 8 {
				if _, err := c.AddRecord(zone, recordOf(t, "example.org.", fmt.Sprintf("m%d NS ns.example.net", i)), ""); err != nil {
					return err
				}
			}
			return nil
		})
	}
}
