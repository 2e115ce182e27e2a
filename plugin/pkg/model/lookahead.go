package model

import (
	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// Lookahead is a zone.Lookahead for names of a view: it guesses which zones they are in. It
// belongs to one goroutine.
type Lookahead struct {
	searches []domain.Search
	places   []int   // in View.Zones, -1 for none
	matches  []*Zone // nil for none
	zones    []*zone.Zone
	inside   zone.Lookahead
	read     uint32 // as in zone.Lookahead
}

// What processors keep near anyhow: so few zones, if they have not more records than that.
const (
	fewZones   = 16
	fewRecords = 1 << 12
)

// Large reports whether a view is so large that to look ahead costs less than it saves.
func (s *Snapshot) Large(v *View) bool {
	if len(v.Zones) > fewZones {
		return true
	}
	records := 0
	for _, z := range v.Zones {
		records += s.Data(z).Records()
	}
	return records > fewRecords
}

// Match returns the zones of a view that most likely answer for some canonical names, nil
// for those that have none. They are good until the next call.
func (l *Lookahead) Match(v *View, names []string) []*Zone {
	for len(l.searches) < len(names) {
		l.searches, l.places = append(l.searches, domain.Search{}), append(l.places, 0)
		l.matches, l.zones = append(l.matches, nil), append(l.zones, nil)
	}
	matches := l.matches[:len(names)]
	if len(v.Zones) == 1 {
		for i := range matches {
			matches[i] = v.Zones[0]
		}
		return matches
	}
	l.search(v, names)
	for i := range names {
		l.places[i] = v.next(&l.searches[i])
	}
	for i, at := range l.places[:len(names)] {
		if at >= 0 {
			matches[i] = v.Zones[at]
		}
	}
	return matches
}

// search begins a search for the likely apex of each name.
func (l *Lookahead) search(v *View, names []string) {
	for i, name := range names {
		l.searches[i] = domain.NewSearch(v.likelyApex(name))
	}
	for i := range names {
		l.read += v.apexes.Touch(l.searches[i])
	}
}

// likelyApex returns the parent of a name, or the closest ancestor that is not longer than
// all apexes are.
func (v *View) likelyApex(name string) string {
	for ok := true; ok; {
		if name, ok = domain.Parent(name); len(name) <= v.longest {
			break
		}
	}
	return name
}

// next returns the place among the zones of one that a search may have been for, -1 if there
// is none.
func (v *View) next(s *domain.Search) int {
	i, ok := v.apexes.Next(s)
	if !ok {
		return -1
	}
	return int(i)
}

// Fetch looks ahead for the names that Match was called with. It keeps nothing of theirs, nor
// of the snapshot.
func (l *Lookahead) Fetch(s *Snapshot, names []string) {
	matches, zones := l.matches[:len(names)], l.zones[:len(names)]
	for _, z := range matches {
		if z != nil {
			l.read += z.number
		}
	}
	for i, z := range matches {
		if z != nil {
			zones[i] = s.Data(z)
		}
	}
	l.inside.Fetch(zones, names)
	clear(matches)
	clear(zones)
}
