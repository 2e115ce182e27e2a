package live

import (
	"context"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// Link tells how the account's store stands to what it is a copy of, and whether it is one.
func (a *Account) Link() (link store.Link, shared bool) {
	if a.follower == nil {
		return link, false
	}
	return a.follower.store.Link(), true
}

// CopyAge returns how old what is served may be: 0 while the others are reached, and of a
// store that is no copy.
func (a *Account) CopyAge() time.Duration {
	link, shared := a.Link()
	if !shared || link.Connected || link.Since.IsZero() {
		return 0
	}
	return max(0, time.Since(link.Since))
}

// State returns which state of its store the account holds.
func (a *Account) State() store.State {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return store.State{Revision: a.objects.revision, Era: a.era.Load()}
}

// Member is a server of the cluster that serves the account.
type Member struct {
	Name, Address, Version string
	Revision               uint64
	Lag                    uint64 // revisions that it is behind the newest that is served
}

// Members returns the servers of the cluster that live and serve the account, by name; none
// if it is not one of a cluster. here is the name of this one.
func (a *Account) Members(here string) (members []Member) {
	cluster, ok := a.store.(store.Cluster)
	if !ok {
		return nil
	}
	mine := a.State()
	states := make([]store.State, 0)
	newest := mine.Revision
	for _, s := range cluster.Servers() {
		state, serves := s.Accounts[a.name]
		if !serves {
			continue
		}
		if s.Name == here {
			state = mine // what it has told may be of a moment ago
		}
		if state.Era == mine.Era {
			newest = max(newest, state.Revision)
		}
		states = append(states, state)
		members = append(members, Member{Name: s.Name, Address: s.Address, Version: s.Version, Revision: state.Revision})
	}
	for i, state := range states {
		members[i].Lag = newest
		if state.Era == mine.Era { // else it has nothing of what counts
			members[i].Lag = newest - state.Revision
		}
	}
	return members
}

// AwaitAll returns once all servers of the cluster that live have a revision. The error of
// the context names those that do not.
func (a *Account) AwaitAll(ctx context.Context, revision uint64) error {
	cluster, ok := a.store.(store.Cluster)
	if !ok {
		return nil
	}
	return cluster.Await(ctx, a.name, store.State{Revision: revision, Era: a.era.Load()})
}

// HasTokens reports whether there is any token.
func (c *Change) HasTokens() bool { return len(c.tokens.all()) > 0 }
