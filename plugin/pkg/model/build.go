package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/numbered"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// maxNames bounds how many known names a message lists.
const maxNames = 8

// Build compiles and cross-checks spec. The snapshot follows previous, which may be
// nil; it is nil itself if the list holds an error. All errors are listed, and beside
// them what is unused; otherwise Warnings tells what looks wrong.
//
// What has not changed since previous is handed on as it is: a spec that stands in both,
// as the same pointer, and what it names. So a change costs what it changes, and a look
// at the lists of specs. Zones and policies keep their numbers: zones by ID and apex,
// policies by name.
func Build(spec Spec, previous *Snapshot) (*Snapshot, problem.List) {
	b := &builder{old: previous, config: &config{spec: spec}, changed: make(map[*Zone]bool)}
	if previous == nil {
		b.old = &Snapshot{config: new(config)}
	}
	b.nextZone, b.nextPolicy, b.data = b.old.nextZone, b.old.nextPolicy, b.old.data.Fork()
	b.bounded = spec.Places != nil && spec.Places.Bounded()
	b.addZones()
	b.addViews()
	b.addPolicies()
	if b.problems.HasErrors() {
		if !spec.Incomplete {
			w := &warner{config: b.config}
			w.warnUnused(b.lostZones, b.lostViews)
			w.alike.rest(&w.problems)
			b.problems = append(b.problems, w.problems...)
		}
		return nil, b.problems
	}
	return &Snapshot{Generation: b.old.Generation + 1, config: b.config, data: b.data.List()}, b.problems
}

// builder collects the parts of one snapshot and the problems of all of them.
type builder struct {
	*config           // to be
	old     *Snapshot // the one before, empty for the first
	data    numbered.Fork[*zone.Zone]

	fresh        []*Zone         // zones that were not in old
	changed      map[*Zone]bool  // zones of old that are gone, or fresh now
	gained, lost bool            // there is an ID that was not there, or no more one that was
	owned        bool            // zones is a map of the builder's own
	gone         map[string]bool // spec.Gone, once it was asked for

	repeated bool // two policies have one name

	problems problem.List
	alike    alike

	lostZones, lostViews bool // some are mentioned in a way that is an error
}

// maxAlike bounds the problems of one kind that are listed: a generated configuration
// may have one for each of its zones.
const maxAlike = 20

// alike counts the problems of each kind.
type alike map[string]int

// listed reports whether a problem of a kind is to be listed, and counts it. The kind
// words those that are not, with %d for their number.
func (a *alike) listed(kind string) bool {
	if *a == nil {
		*a = make(alike)
	}
	(*a)[kind]++
	return (*a)[kind] <= maxAlike
}

// rest adds how many problems of each kind were not listed.
func (a *alike) rest(problems *problem.List) {
	for _, kind := range slices.Sorted(maps.Keys(*a)) {
		if more := (*a)[kind] - maxAlike; more > 0 {
			problems.Warnf(problem.MoreOfAKind, problem.Pos{}, "", kind+", they are not listed", more)
		}
	}
	clear(*a)
}

func zoneObject(id string) string     { return fmt.Sprintf("%s %q", ZoneDirective, id) }
func viewObject(name string) string   { return fmt.Sprintf("%s %q", ViewDirective, name) }
func policyObject(name string) string { return fmt.Sprintf("%s %q", PolicyDirective, name) }

func referenceObject(from, to string) string {
	return fmt.Sprintf("%s %q %q", ReferenceDirective, from, to)
}

// known lists the names of objects for a message.
func known[T any](objects []T, name func(T) string) string {
	if len(objects) == 0 {
		return "none"
	}
	var names []string
	for _, o := range objects[:min(len(objects), maxNames)] {
		names = append(names, fmt.Sprintf("%q", name(o)))
	}
	if more := len(objects) - maxNames; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
