package live

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func (b *bench) backupText() string {
	b.t.Helper()
	var out bytes.Buffer
	if err := b.Backup(b.t.Context(), &out); err != nil {
		b.t.Fatal(err)
	}
	return out.String()
}

func (b *bench) pastText(revision uint64) string {
	b.t.Helper()
	var out bytes.Buffer
	if err := b.BackupAt(b.t.Context(), revision, &out); err != nil {
		b.t.Fatal(err)
	}
	return out.String()
}

// revert undoes a revision.
func (b *bench) revert(revision uint64) error {
	b.t.Helper()
	e, err := b.ChangeAt(b.t.Context(), revision)
	if err != nil || e == nil {
		b.t.Fatalf("revision %d: %v %v", revision, e, err)
	}
	_, err = b.Change(b.t.Context(), Call{Method: "REVERT"}, func(c *Change) error { return c.Revert(e) })
	return err
}

// LIVE 7: after random changes, undoing each, the last first, leads through the states
// that there were to the first one, to the octet.
func TestRevertAll(t *testing.T) {
	for seed := range 12 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			b := newBench(t, twinCorefile)
			p := &player{bench: b, dice: randomDice(uint64(seed))}
			states := map[uint64]string{b.Revision(): b.backupText()}
			first := b.Revision()
			for range 40 {
				p.group()
				states[b.Revision()] = b.backupText()
			}
			for revision, want := range states { // LIVE 7: any kept state
				wantText(t, fmt.Sprintf("state of revision %d", revision), b.pastText(revision), want)
			}
			for revision := b.Revision(); revision > first && !t.Failed(); revision-- {
				if err := b.revert(revision); err != nil {
					t.Fatalf("revision %d: %v", revision, err)
				}
				if want, known := states[revision-1]; known {
					wantText(t, fmt.Sprintf("before revision %d", revision), b.backupText(), want)
				}
			}
			b.checkServed()
			b.checkHistory()
			b.checkReopened()
		})
	}
}

// A record that was taken away under one owner and is back under another one is not made
// a second time.
func TestRevertMovedBack(t *testing.T) {
	b := newBench(t, "")
	zone := b.zone("example.org.", "a A 192.0.2.1")
	id := onlyRecord(b, zone, "a.example.org.").ID
	old := b.backupText()
	b.change(func(c *Change) error {
		r := recordOf(t, "example.org.", "b A 192.0.2.1")
		r.ID = id
		_, err := c.ReplaceRecord(zone, r, "")
		return err
	})
	b.change(func(c *Change) error { _, err := c.DeleteRecord(zone, id); return err })
	deleted := b.Revision()
	if _, err := b.Restore(t.Context(), Call{}, strings.NewReader(old)); err != nil {
		t.Fatal(err)
	}
	conflict, ok := errors.AsType[*ConflictError](b.revert(deleted))
	if !ok || len(conflict.Objects) != 1 || !strings.Contains(conflict.Objects[0], id) {
		t.Errorf("undone: %v", conflict)
	}
	wantText(t, "answers", b.answers(b.blocks[0], zone), "a.example.org. 300 IN A 192.0.2.1\n")
	b.checkServed()
	b.checkReopened()
}

// What later changes have touched is not undone, and the conflict names it; what they have
// not is, beside them.
func TestRevertConflict(t *testing.T) {
	b := newBench(t, "")
	zone := b.zone("example.org.", "a A 192.0.2.1", "b A 192.0.2.2")
	a, other := onlyRecord(b, zone, "a.example.org.").ID, onlyRecord(b, zone, "b.example.org.").ID
	change := func(id, text string) uint64 {
		b.change(func(c *Change) error {
			r := recordOf(t, "example.org.", text)
			r.ID = id
			_, err := c.ReplaceRecord(zone, r, "")
			return err
		})
		return b.Revision()
	}
	first, second, beside := change(a, "a A 192.0.2.11"), change(a, "a A 192.0.2.21"), change(other, "b A 192.0.2.12")
	conflict, ok := errors.AsType[*ConflictError](b.revert(first))
	if !ok || len(conflict.Objects) != 1 || !strings.Contains(conflict.Error(), a) {
		t.Errorf("undone: %v", conflict)
	}
	if err := b.revert(second); err != nil {
		t.Error(err)
	}
	wantText(t, "answers", b.answers(b.blocks[0], zone), "a.example.org. 300 IN A 192.0.2.11\nb.example.org. 300 IN A 192.0.2.12\n")
	if err := b.revert(beside); err != nil {
		t.Error(err)
	}
	wantText(t, "answers", b.answers(b.blocks[0], zone), "a.example.org. 300 IN A 192.0.2.11\nb.example.org. 300 IN A 192.0.2.2\n")
	b.checkServed()
	b.checkReopened()
}
