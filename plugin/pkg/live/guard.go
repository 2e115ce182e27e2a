package live

import (
	"fmt"
	"maps"
	"slices"
)

// GuardError says what a change would break that is hardly meant.
type GuardError struct {
	Zone string // id
	Text string
}

// Error implements error.
func (e *GuardError) Error() string {
	return e.Text + "; repeat the call with force=true if this is meant"
}

// mostEmptied is how many records a zone may have that one change empties.
const mostEmptied = 100

// guard refuses what is legal and hardly meant (LIVE 7), unless it is forced: the call may
// be repeated so.
func (c *Change) guard() error {
	if c.call.Force {
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(c.edited)) {
		before, now := c.under.zones.get(id), c.zones.get(id)
		if before == nil || now == nil {
			continue
		}
		if before.Records > mostEmptied && now.Records == 0 {
			return &GuardError{id, fmt.Sprintf("the zone %q would lose all of its %d records", apexOf(now), before.Records)}
		}
	}
	return nil
}
