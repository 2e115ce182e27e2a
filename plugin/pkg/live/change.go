package live

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// Call says who makes a change, and by what.
type Call struct {
	TokenID   string
	TokenName string
	Address   netip.Addr // invalid if it does not come from the network
	Method    string
	Path      string
	IfMatch   *uint64 // the revision that the account must have; nil: any
	Force     bool    // whatever it breaks: the guardrails are off
}

// Errors of changes. Those of the store are in package store.
var (
	// ErrRevision says that the account has moved on from the revision of Call.IfMatch.
	ErrRevision = errors.New("the account has moved on")
	// ErrClosed says that no server block serves the account any more.
	ErrClosed = errors.New("the account is not served any more")
	// ErrBusy says that other servers change the account all the time; nothing has happened.
	ErrBusy = errors.New("other servers change the account all the time")
)

// NotFoundError says that there is no object of an ID.
type NotFoundError struct{ Kind, ID string }

// Error implements error.
func (e *NotFoundError) Error() string { return fmt.Sprintf("there is no %s %q", e.Kind, e.ID) }

// DeclaredError says that an object is declared in a Corefile, where it has to be edited.
type DeclaredError struct {
	Kind     string
	Declared Declared
}

// Error implements error.
func (e *DeclaredError) Error() string {
	return fmt.Sprintf("the %s %q is declared at %s:%d; edit it there", e.Kind, e.Declared.ID, e.Declared.File, e.Declared.Line)
}

// InUseError says what uses an object that is to be deleted.
type InUseError struct {
	Kind, Name string
	By         []string // such as `view "office"`
}

// Error implements error.
func (e *InUseError) Error() string {
	return fmt.Sprintf("the %s %q is used by %s; take it away there first, or repeat the call with force=true", e.Kind, e.Name, listed(e.By))
}

const maxNamed = 8 // objects that a message names

// listed names objects in a message, and how many more there are.
func listed(names []string) string {
	more := ""
	if n := len(names) - maxNamed; n > 0 {
		names, more = names[:maxNamed], fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(names, ", ") + more
}

// Change is what one call does, before it is committed: it sees the objects as it has
// made them, and nobody else does. It is good until the function that was given it
// returns, and not safe for concurrent use.
type Change struct {
	ctx     context.Context
	account *Account
	call    Call
	now     time.Time
	under   *objects
	*objects
	owners   *owners
	declared *declared

	positions map[string]string   // where in the call a record stands, by ID
	edited    map[string]bool     // zones whose data are to be made anew
	exact     map[string]bool     // of these, zones that are in all as they are to be
	deleted   map[string][]stored // zones that are gone, with the records they had
	restored  map[string][]stored // zones that are as in backup, with the records they had
	backup    *Backup             // nil unless all is restored
	linked    bool                // what is linked to what has changed
	loose     bool                // policies may name lists that there are not
	number    uint32              // of records made
	warnings  problem.List        // about the zones that were edited
	blocks    []*Block            // of tips
	tips      map[*Block]tip
	first     bool // of its group
	whole     bool // it has read what the store has of whole zones, which those before it in its group would not be in
}

// stored is a key of the store with its value.
type stored struct{ key, value []byte }

// Revision returns the revision that the change will have.
func (c *Change) Revision() uint64 { return c.under.revision + 1 }

// Now returns the time of the change.
func (c *Change) Now() time.Time { return c.now }

// Alone has the change be one of a group of its own, in which nothing else is done. The
// error is to be returned: the change is tried again.
func (c *Change) Alone() error {
	c.whole = true
	if !c.first {
		return errNotFirst
	}
	return nil
}

// run has do make the change and checks it. The problems are why it may not be.
func (c *Change) run(do func(*Change) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a change went wrong: %v", p)
		}
	}()
	if want := c.call.IfMatch; want != nil && *want != c.under.revision {
		return fmt.Errorf("%w: it is at revision %d, not %d", ErrRevision, c.under.revision, *want)
	}
	if err := do(c); err != nil {
		return err
	}
	if c.warnings = c.edit(); c.warnings.HasErrors() {
		return c.warnings.Only(problem.Error)
	}
	if err := c.guard(); err != nil {
		return err
	}
	return c.backup.locate(c.aside(c.link()))
}

// edit makes the data of the zones that the change is about.
func (c *Change) edit() (problems problem.List) {
	for _, id := range slices.Sorted(maps.Keys(c.edited)) {
		if z := c.zones.get(id); z != nil {
			problems = append(problems, c.editZone(z)...)
		}
	}
	return problems
}

// link makes the snapshots that the blocks will serve.
func (c *Change) link() error {
	made := make(map[string]*zone.Zone, len(c.edited))
	for id := range c.edited {
		if d := c.data.get(id); d != nil {
			made[id] = d
		}
	}
	for id := range c.restored {
		made[id] = c.data.get(id)
	}
	for _, b := range c.blocks {
		now := c.tips[b]
		if c.linked {
			next, problems := b.check(c, now)
			if len(problems) > 0 {
				return problems
			}
			now = next
		}
		if len(made) > 0 {
			now.snapshot = now.snapshot.WithData(made)
		}
		c.tips[b] = now
	}
	return nil
}

// aside returns an error without the positions of objects that the change is not about:
// they would be taken for members of the call.
func (c *Change) aside(err error) error {
	problems, ok := err.(problem.List)
	if !ok || c.backup != nil {
		return err
	}
	problems = slices.Clone(problems)
	for i, p := range problems {
		if at := objectAt(p.Pos); at != "" && !c.touches(at) {
			problems[i].Pos = problem.Pos{}
		}
	}
	return problems
}

// touches reports whether the change is about an object, by objectAt.
func (c *Change) touches(at string) bool {
	for id := range c.zones.objects {
		if zonePos(id, "").Pointer == at || zonePos(id, referenceMember).Pointer == at {
			return true
		}
	}
	for id := range c.views.objects {
		if viewPos(id, "").Pointer == at {
			return true
		}
	}
	for id := range c.rules.objects {
		if rulePos(id, "").Pointer == at {
			return true
		}
	}
	return false
}

// zoneName implements namer.
func (c *Change) zoneName(id string) string { return c.declared.zoneName(id) }

// viewName implements namer.
func (c *Change) viewName(id string) (string, bool) {
	return c.declared.viewName(id, c.views.get(id))
}
