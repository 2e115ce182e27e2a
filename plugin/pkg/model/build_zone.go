package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// difference returns what of two lists is left once their common beginning and end are
// taken away, and how long the beginning is.
func difference[T comparable](old, now []T) (start int, removed, added []T) {
	least := min(len(old), len(now))
	for start < least && old[start] == now[start] {
		start++
	}
	end := 0
	for end < least-start && old[len(old)-1-end] == now[len(now)-1-end] {
		end++
	}
	return start, old[start : len(old)-end], now[start : len(now)-end]
}

// addZones makes the zones and links them, or hands on those that stay.
func (b *builder) addZones() {
	start, removed, added := difference(b.old.spec.Zones, b.spec.Zones)
	b.Zones, b.zones = b.old.Zones, b.old.zones
	stale := make(map[string]bool) // IDs of zones of old that do not stay as they are
	if len(removed)+len(added) > 0 {
		made := b.exchange(removed, added, stale)
		b.Zones = slices.Concat(b.old.Zones[:start], made, b.old.Zones[start+len(removed):])
	}
	b.addReferences(stale)
	if b.problems.HasErrors() {
		return
	}
	b.renew(stale)
	for _, z := range b.fresh {
		b.layOut(z)
	}
}

// exchange takes zones away and puts others in, and returns these. Where a zone has the
// ID and the apex of one that was there, it has its number.
func (b *builder) exchange(removed, added []*ZoneSpec, stale map[string]bool) []*Zone {
	b.ownZones(len(added))
	for _, s := range removed {
		delete(b.zones, s.ID)
	}
	made := make([]*Zone, 0, len(added))
	block := make([]Zone, len(added)) // side by side in memory
	for i, s := range added {
		if other, ok := b.zones[s.ID]; ok {
			b.problems.Errorf(problem.ZoneIDTaken, s.Pos, zoneObject(s.ID),
				"the zone ID %q is taken by the zone at %s; give one of them another with the property id", s.ID, other.Pos)
			continue
		}
		old := b.old.zones[s.ID]
		if old != nil && old.spec == s {
			b.zones[s.ID] = old
			made = append(made, old)
			continue
		}
		z := &block[i]
		z.fill(s)
		b.number(z, s, old)
		b.zones[s.ID] = z
		made, b.fresh = append(made, z), append(b.fresh, z)
	}
	for _, s := range removed {
		now, old := b.zones[s.ID], b.old.zones[s.ID]
		b.lost = b.lost || now == nil
		if now == nil || now.number != old.number {
			b.data.Set(old.number, nil)
		}
		if now != old {
			stale[s.ID], b.changed[old] = true, true
		}
	}
	return made
}

// ownZones has b.zones be a map that may be changed, with room for some more.
func (b *builder) ownZones(more int) {
	if b.zones == nil {
		b.zones = make(map[string]*Zone, more)
	} else if !b.owned {
		b.zones = maps.Clone(b.zones)
	}
	b.owned = true
}

// number gives a zone its number and its data.
func (b *builder) number(z *Zone, s *ZoneSpec, old *Zone) {
	if old == nil || old.Apex != s.Apex {
		b.gained = true
		z.number = b.nextZone
		b.nextZone++
		b.data.Set(z.number, s.Data)
		return
	}
	z.number = old.number
	if s.Data != nil && s.Data != old.spec.Data {
		b.data.Set(z.number, s.Data)
	}
}

// fill writes down what a spec says of a zone.
func (z *Zone) fill(s *ZoneSpec) {
	z.Apex, z.Flatten = s.Apex, s.Flatten
	z.declared = &declared{ID: s.ID, Files: s.Files, Pos: s.Pos, spec: s}
	if len(s.Apex) <= len(z.text) {
		z.Apex = domain.Inscribe(z.text[:], s.Apex)
	}
}

// renew makes those zones anew from which references lead to something else than
// before: the stale ones that stay, and those that lead to any.
func (b *builder) renew(stale map[string]bool) {
	if len(stale) == 0 {
		return
	}
	for more := true; more; {
		more = false
		for from, l := range b.links {
			if stale[l.to] && !stale[from] {
				stale[from], more = true, true
			}
		}
	}
	done := make(map[*Zone]bool, len(b.fresh))
	for _, z := range b.fresh {
		done[z] = true
	}
	b.Zones = slices.Clone(b.Zones)
	b.ownZones(0)
	for i, z := range b.Zones {
		if !stale[z.ID] || done[z] {
			continue
		}
		next := new(Zone)
		next.fill(z.spec)
		next.number = z.number
		b.Zones[i], b.zones[z.ID] = next, next
		b.changed[z] = true
		b.fresh = append(b.fresh, next)
	}
}

// link is a reference whose zones are found.
type link struct {
	to   string // ID
	spec *ReferenceSpec
}

// addReferences finds the zones of the references, unless it is known which they are, and
// adds to stale the zones whose reference is another than before.
func (b *builder) addReferences(stale map[string]bool) {
	b.links, b.loose = b.old.links, b.old.loose
	if slices.Equal(b.spec.References, b.old.spec.References) && !b.lost && !(b.gained && b.loose) {
		return
	}
	b.links, b.loose = make(map[string]link, len(b.spec.References)), false
	for _, s := range b.spec.References {
		object := referenceObject(s.From, s.To)
		from, to := b.findZone(s.Pos, object, s.From, &b.loose), b.findZone(s.Pos, object, s.To, &b.loose)
		switch {
		case from == nil || to == nil:
		case from == to:
			b.problems.Errorf(problem.ReferenceToItself, s.Pos, object, "a zone cannot reference itself; name another zone")
		case b.links[from.ID].spec != nil:
			first := b.links[from.ID]
			b.problems.Errorf(problem.ReferenceRepeated, s.Pos, object,
				"zone %q references zone %q already, at %s; a zone has at most one reference", s.From, first.to, first.spec.Pos)
			b.lostZones = true
		default:
			b.links[from.ID] = link{to: to.ID, spec: s}
		}
	}
	b.checkCycles()
	for _, all := range []map[string]link{b.links, b.old.links} {
		for from := range all {
			if b.links[from] != b.old.links[from] {
				stale[from] = true
			}
		}
	}
}

// checkCycles reports every ring of references once, at the link of the zone in
// it that was declared first.
func (b *builder) checkCycles() {
	done := make(map[string]bool, len(b.links))
	for _, start := range b.Zones {
		if b.links[start.ID].spec == nil {
			continue
		}
		var way []string
		onWay := make(map[string]bool)
		for id := start.ID; b.links[id].spec != nil && !done[id]; id = b.links[id].to {
			if onWay[id] {
				if b.alike.listed("%d more cycles of references") {
					b.problems.Errorf(problem.ReferenceCycle, b.links[id].spec.Pos, referenceObject(id, b.links[id].to),
						"the references form a cycle: %s; remove one of them", path(b.links, id))
				}
				b.lostZones = true
				break
			}
			onWay[id] = true
			way = append(way, id)
		}
		for _, id := range way {
			done[id] = true
		}
	}
	b.alike.rest(&b.problems)
}

// maxPath bounds the links of a path that a message shows.
const maxPath = 7

// path words the way of the references from a zone, until it ends, is back there or gets
// long.
func path(links map[string]link, id string) string {
	ids := []string{id}
	for at := links[id]; at.spec != nil; at = links[at.to] {
		if len(ids) > maxPath {
			ids = append(ids, "…")
			break
		}
		ids = append(ids, at.to)
		if at.to == id {
			break
		}
	}
	return strings.Join(ids, " → ")
}

// layOut writes down the references that follow a zone. [C]
func (b *builder) layOut(z *Zone) {
	for at := b.links[z.ID]; at.spec != nil && len(z.chain) < MaxReferences; at = b.links[at.to] {
		z.chain = append(z.chain, Reference{To: b.zones[at.to], NoData: at.spec.NoData, Pos: at.spec.Pos})
	}
	z.chain, z.refers = slices.Clip(z.chain), len(z.chain) > 0
}

// findZone returns the zone of that ID and reports it if there is none. An ID that a
// zone has by default may be spelt as the zone's name in its declaration, which is noted
// in loose: another zone may have that very ID one day.
func (b *builder) findZone(pos problem.Pos, object, id string, loose *bool) *Zone {
	if z := b.zones[id]; z != nil {
		return z
	}
	name, err := domain.ParseZone(id)
	if err == nil {
		if z := b.zones[DefaultID(name)]; z != nil && z.Apex == name {
			*loose = true
			return z
		}
	}
	b.lostZones = true
	hint := "known: " + known(b.Zones, func(z *Zone) string { return z.ID })
	i := slices.IndexFunc(b.Zones, func(z *Zone) bool { return err == nil && z.Apex == name })
	if i >= 0 {
		hint = fmt.Sprintf("the zone %s has the ID %q", name, b.Zones[i].ID)
	}
	b.problems.Errorf(problem.ZoneUnknown, pos, object, "there is no zone with the ID %q in this server block; %s", id, hint)
	return nil
}

// DefaultID returns the ID of a zone that is declared without one (SPEC 5.1).
func DefaultID(apex string) string {
	if apex == domain.Root {
		return apex
	}
	return domain.NoDot(apex)
}
