package model

import (
	"strconv"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// Warnings tells what of a snapshot looks wrong and is allowed: what no query can reach,
// policies that cannot match, expressions that ask for what there is not, chains of
// references that are cut off, names that a fallback gives away. It takes as long as a
// Build from nothing; publishing does without.
func Warnings(s *Snapshot) problem.List {
	w := &warner{config: s.config}
	if !s.spec.Incomplete {
		w.warnUnused(false, false)
	}
	w.warnChains()
	w.warnUnmatchable()
	w.warnSpecial()
	w.alike.rest(&w.problems)
	return w.problems
}

// warner collects the warnings about one snapshot.
type warner struct {
	*config
	problems problem.List
	alike    alike
}

// warnUnused warns about what no query can reach, unless that may be the consequence of
// an error, by which zones or views are not found.
func (w *warner) warnUnused(lostZones, lostViews bool) {
	used := make(map[*Zone]bool)
	for _, v := range w.Views {
		for _, z := range v.Zones {
			used[z] = true
		}
	}
	for _, l := range w.links {
		used[w.zones[l.to]] = true
	}
	for _, z := range w.Zones {
		if !used[z] && !lostZones && w.alike.listed("%d more zones are in no view and referenced by none") {
			w.problems.Warnf(problem.ZoneUnused, z.Pos, zoneObject(z.ID), "the zone is in no view and referenced by none, so no query can reach it")
		}
	}
	served := make(map[*View]bool)
	for _, p := range w.Policies {
		served[p.View] = true
	}
	for _, v := range w.Views {
		if !served[v] && !lostViews && w.alike.listed("%d more views are used by no enabled policy") {
			w.problems.Warnf(problem.ViewUnused, v.Pos, viewObject(v.Name), "no enabled policy uses the view, so no query can reach it")
		}
	}
}

// warnChains warns about chains that are cut off. [C]
func (w *warner) warnChains() {
	for _, z := range w.Zones {
		chain := z.Chain()
		if len(chain) < MaxReferences {
			continue
		}
		last := chain[MaxReferences-1].To.ID
		if w.links[last].spec != nil && w.alike.listed("%d more chains of references are longer than "+strconv.Itoa(MaxReferences)) {
			w.problems.Warnf(problem.ReferenceChainCut, chain[0].Pos, referenceObject(z.ID, chain[0].To.ID),
				"the chain of references is longer than %d and is cut after zone %q: %s", MaxReferences, last, path(w.links, z.ID))
		}
	}
}
