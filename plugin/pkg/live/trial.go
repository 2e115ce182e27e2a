package live

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// Trial is what a change would do.
type Trial struct {
	Entry    Entry        // as the history would hold it
	Warnings problem.List // that there would be more: about the zones it edits, and what they are linked to
	Blocks   []TrialBlock
	// Touched holds the owners whose records would be others, canonical, by the id of
	// their zone; nil for a zone of which it is not known.
	Touched map[string][]string
}

// TrialBlock is what a server block serves, and would.
type TrialBlock struct {
	Block         *Block
	Before, After *model.Snapshot
}

// Try has do make a change and tells what came of it. Nothing happens: neither is it
// committed, nor does any query see it. The errors are those of Account.Change.
func (a *Account) Try(ctx context.Context, call Call, do func(*Change) error) (*Trial, error) {
	t, err := a.try(ctx, call, do)
	if err != nil {
		return nil, err
	}
	for _, b := range t.Blocks {
		if b.After.SameConfig(b.Before) {
			continue
		}
		known := make(map[problem.Problem]bool)
		for _, p := range model.Warnings(b.Before) {
			known[p] = true
		}
		for _, p := range model.Warnings(b.After) {
			if !known[p] {
				t.Warnings = append(t.Warnings, p)
			}
		}
	}
	return t, nil
}

// try is Try but for the warnings about what is linked. It goes between while a change waits
// for the store, which may take as long as that does not answer; but what that change has
// made there already is seen with the change itself.
func (a *Account) try(ctx context.Context, call Call, do func(*Change) error) (t *Trial, err error) {
	one := func(read store.Reader) (err error) {
		t, err = a.tryOn(ctx, read, call, do)
		return err
	}
	err = a.writer.look(func() error {
		if a.closed {
			return ErrClosed
		}
		return a.store.View(ctx, a.name, func(read store.Reader) error {
			if err := a.behind(read); err != nil {
				return err
			}
			return one(read)
		})
	})
	if !errors.Is(err, errBehind) {
		return t, err
	}
	a.writer.Lock()
	defer a.writer.Unlock()
	if a.closed {
		return nil, ErrClosed
	}
	err = a.view(ctx, one)
	return t, err
}

// tryOn tries a change on what the account holds and a reader reads.
func (a *Account) tryOn(ctx context.Context, read store.Reader, call Call, do func(*Change) error) (*Trial, error) {
	g := a.newGroup(read)
	c := g.newChange(&pending{ctx: ctx, call: call})
	if err := c.run(do); err != nil {
		return nil, err
	}
	changed, err := c.differences()
	if err != nil {
		return nil, err
	}
	t := &Trial{
		Entry:    Entry{Revision: c.Revision(), Time: c.now, Call: call, Objects: changed},
		Warnings: c.warnings, Touched: c.touched(),
	}
	for _, b := range c.blocks {
		t.Blocks = append(t.Blocks, TrialBlock{Block: b, Before: g.from[b], After: c.tips[b].snapshot})
	}
	return t, nil
}

// touched returns the owners whose records are others than before.
func (c *Change) touched() map[string][]string {
	owners := make(map[string][]string)
	for id := range c.edited {
		if z := c.zones.get(id); z != nil {
			owners[id] = []string{z.Name} // its settings may be others
		}
	}
	for name, now := range c.owners.known {
		if !slices.Equal(now.records, c.owners.before(name).records) {
			owners[name.zone] = append(owners[name.zone], name.owner)
		}
	}
	for id := range c.restored {
		owners[id] = nil
	}
	return owners
}

// Touched returns the objects that the change has touched, records apart, by pointers such
// as /views/ID.
func (c *Change) Touched() (at []string) {
	for kind, ids := range map[string][]string{
		"zones": slices.Collect(maps.Keys(c.zones.objects)), "views": slices.Collect(maps.Keys(c.views.objects)),
		"rules": slices.Collect(maps.Keys(c.rules.objects)), "lists": slices.Collect(maps.Keys(c.lists.objects)), "locations": slices.Collect(maps.Keys(c.locations.objects)),
	} {
		for _, id := range ids {
			at = append(at, position(kind, id, "").Pointer)
		}
	}
	return at
}
