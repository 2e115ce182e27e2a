package live

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
)

// openWhole opens an account in a new store that it has to itself.
func openWhole(t *testing.T) *Account {
	t.Helper()
	s, err := bolt.Open(filepath.Join(t.TempDir(), "internaldns.db"), bolt.Options{MapSize: 1 << 24})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	a, err := Open(t.Context(), Config{Name: "default", Store: s})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// address returns an A record of a zone named corp.example.
func address(t *testing.T, label string) *record.Record {
	t.Helper()
	r, problems := record.New("corp.example.", &record.Fields{
		Name: json.RawMessage(fmt.Sprintf("%q", label)), Type: json.RawMessage(`"A"`), Content: json.RawMessage(`"192.0.2.1"`),
	})
	if r == nil {
		t.Fatal(problems)
	}
	return r
}

// A zone that is deleted just when records are added to it takes them with it, in the
// store and in the history.
func TestDeleteAmongOthers(t *testing.T) {
	a := openWhole(t)
	var z *Zone
	change := func(do func(*Change) error) error {
		_, err := a.Change(t.Context(), Call{}, do)
		return err
	}
	if err := change(func(c *Change) (err error) { z, err = c.CreateZone("corp.example."); return err }); err != nil {
		t.Fatal(err)
	}
	add := func(c *Change) error { _, err := c.AddRecord(z.ID, address(t, "www"), ""); return err }
	other := func(c *Change) error { _, err := c.CreateZone("other.example."); return err }
	a.writer.Lock() // so that they come together
	done := make(chan error)
	for i, do := range []func(*Change) error{add, func(c *Change) error { return c.DeleteZone(z.ID, false) }, other} {
		go func() { done <- change(do) }()
		for a.waitingNow() <= i {
			time.Sleep(time.Millisecond)
		}
	}
	a.writer.Unlock()
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if err := a.store.View(context.Background(), a.name, func(read store.Reader) error {
		for key := range read.Range([]byte(recordKeys), nil) {
			t.Errorf("the store has %q, of a zone that is gone", key)
		}
		row, err := read.Get(historyKey(3))
		if err != nil {
			return err
		}
		entry, err := decodeEntry(3, row)
		if err == nil && len(entry.Objects) != 2 {
			t.Errorf("the history has %d differences of the deletion, want those of the zone and its record", len(entry.Objects))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if a.Revision() != 4 {
		t.Errorf("revision %d, want 4", a.Revision())
	}
}

func (a *Account) waitingNow() int {
	a.queue.mu.Lock()
	defer a.queue.mu.Unlock()
	return len(a.queue.waiting)
}

// A change finds the records that it has made itself.
func TestRecordOfTheSameChange(t *testing.T) {
	a := openWhole(t)
	_, err := a.Change(t.Context(), Call{}, func(c *Change) error {
		z, err := c.CreateZone("corp.example.")
		if err != nil {
			return err
		}
		r, err := c.AddRecord(z.ID, address(t, "www"), "")
		if err != nil {
			return err
		}
		if found, err := c.Record(z.ID, r.ID); found != r || err != nil {
			t.Errorf("the record is found as %v, %v", found, err)
		}
		_, err = c.DeleteRecord(z.ID, r.ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if z := a.Zones()[0]; z.Records != 0 {
		t.Errorf("%d records are left", z.Records)
	}
}
