package model

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// maxNames bounds how many known names a message lists.
const maxNames = 8

// Build compiles and cross-checks spec. The snapshot follows previous, which may
// be nil; it is nil itself if the list holds an error. All problems are listed.
func Build(spec Spec, previous *Snapshot) (*Snapshot, problem.List) {
	b := &builder{spec: spec, doubtful: make(map[*Policy]problem.List), alike: make(map[string]int), config: &config{
		zones: make(map[string]*Zone, len(spec.Zones)),
		views: make(map[string]*View, len(spec.Views)),
	}}
	b.addZones(spec.Zones)
	b.addReferences(spec.References)
	b.addViews(spec.Views)
	b.addPolicies(spec.Policies)
	if !spec.Incomplete {
		b.warnUnused()
	}
	b.addUnlisted()
	if b.problems.HasErrors() {
		return nil, b.problems
	}
	b.warnUnmatchable()
	b.warnSpecial()
	b.config.index = newIndex(b.config.Policies)
	b.config.used = usedFields(b.config.Policies)
	s := &Snapshot{Generation: 1, config: b.config, data: b.data}
	if previous != nil {
		s.Generation = previous.Generation + 1
	}
	return s, b.problems
}

// maxAlike bounds the problems of one kind that are listed: a generated configuration
// may have one for each of its zones.
const maxAlike = 20

// listed reports whether a problem of a kind is to be listed, and counts it. The kind
// words those that are not, with %d for their number.
func (b *builder) listed(kind string) bool {
	b.alike[kind]++
	return b.alike[kind] <= maxAlike
}

// addUnlisted adds how many problems of each kind were not listed.
func (b *builder) addUnlisted() {
	for _, kind := range slices.Sorted(maps.Keys(b.alike)) {
		if more := b.alike[kind] - maxAlike; more > 0 {
			b.problems.Warnf(problem.Pos{}, "", kind+", they are not listed", more)
		}
	}
}

// builder collects the parts of one snapshot and the problems of all of them.
type builder struct {
	spec     Spec
	config   *config
	zones    []Zone // config.Zones point into it
	data     []*zone.Zone
	problems problem.List
	doubtful map[*Policy]problem.List // what looks wrong in the expressions of a policy
	alike    map[string]int           // problems of each kind

	lostZones, lostViews bool // some are mentioned in a way that is an error
}

func zoneObject(id string) string     { return fmt.Sprintf("internalzone %q", id) }
func viewObject(name string) string   { return fmt.Sprintf("dnsview %q", name) }
func policyObject(name string) string { return fmt.Sprintf("resolverpolicy %q", name) }

func referenceObject(r ReferenceSpec) string {
	return fmt.Sprintf("referencezone %q %q", r.From, r.To)
}

// addZones makes the zones, which lie side by side in memory.
func (b *builder) addZones(specs []ZoneSpec) {
	b.zones = make([]Zone, 0, len(specs))
	for _, s := range specs {
		if other, ok := b.config.zones[s.ID]; ok {
			b.problems.Errorf(s.Pos, zoneObject(s.ID),
				"the zone ID %q is taken by the zone at %s; give one of them another with the property id", s.ID, other.Pos)
			continue
		}
		b.zones = append(b.zones, Zone{
			Apex: s.Apex, Flatten: s.Flatten, index: uint32(len(b.zones)), //nolint:gosec // bounded by the Corefile
			declared: &declared{ID: s.ID, Files: s.Files, Pos: s.Pos},
		})
		z := &b.zones[len(b.zones)-1]
		if len(s.Apex) <= len(z.text) {
			z.Apex = domain.Inscribe(z.text[:], s.Apex)
		}
		b.config.zones[s.ID] = z
		b.config.Zones = append(b.config.Zones, z)
		b.data = append(b.data, s.Data)
	}
}

func (b *builder) addReferences(specs []ReferenceSpec) {
	for _, s := range specs {
		from := b.findZone(s.Pos, referenceObject(s), s.From)
		to := b.findZone(s.Pos, referenceObject(s), s.To)
		switch {
		case from == nil || to == nil:
		case from == to:
			b.problems.Errorf(s.Pos, referenceObject(s), "a zone cannot reference itself; name another zone")
		case from.reference != nil:
			b.problems.Errorf(s.Pos, referenceObject(s),
				"zone %q references zone %q already, at %s; a zone has at most one reference", s.From, from.reference.To.ID, from.reference.Pos)
			b.lostZones = true
		default:
			from.reference = &Reference{To: to, NoData: s.NoData, Pos: s.Pos}
		}
	}
	b.checkCycles()
	if b.problems.HasErrors() {
		return
	}
	for _, z := range b.config.Zones {
		b.layOut(z)
	}
}

// checkCycles reports every ring of references once, at the link of the zone in
// it that was declared first, and opens it, so that later steps always end.
func (b *builder) checkCycles() {
	done := make(map[*Zone]bool, len(b.config.Zones))
	for _, start := range b.config.Zones {
		onPath := make(map[*Zone]bool)
		for z := start; z != nil && !done[z]; {
			if onPath[z] {
				if b.listed("%d more cycles of references") {
					b.problems.Errorf(z.reference.Pos, referenceObject(ReferenceSpec{From: z.ID, To: z.reference.To.ID}),
						"the references form a cycle: %s; remove one of them", path(z))
				}
				z.reference = nil
				b.lostZones = true
				break
			}
			onPath[z] = true
			if z.reference == nil {
				break
			}
			z = z.reference.To
		}
		for z := range onPath {
			done[z] = true
		}
	}
}

// maxPath bounds the links of a path that a message shows.
const maxPath = 7

// path words the way of the references from z, until it ends, is back at z or gets long.
func path(z *Zone) string {
	ids := []string{z.ID}
	for at := z; at.reference != nil; {
		at = at.reference.To
		if len(ids) > maxPath {
			ids = append(ids, "…")
			break
		}
		ids = append(ids, at.ID)
		if at == z {
			break
		}
	}
	return strings.Join(ids, " → ")
}

// layOut writes down the references that follow z, and warns if some are cut off. [C]
func (b *builder) layOut(z *Zone) {
	at := z
	for at.reference != nil && len(z.chain) < MaxReferences {
		z.chain = append(z.chain, *at.reference)
		at = at.reference.To
	}
	if at.reference != nil && b.listed("%d more chains of references are longer than "+strconv.Itoa(MaxReferences)) {
		b.problems.Warnf(z.reference.Pos, referenceObject(ReferenceSpec{From: z.ID, To: z.reference.To.ID}),
			"the chain of references is longer than %d and is cut after zone %q: %s", MaxReferences, at.ID, path(z))
	}
	z.chain, z.refers = slices.Clip(z.chain), len(z.chain) > 0
}

func (b *builder) addViews(specs []ViewSpec) {
	for _, s := range specs {
		if other, ok := b.config.views[s.Name]; ok {
			b.problems.Errorf(s.Pos, viewObject(s.Name), "the view name is taken by the view at %s; view names are unique in a server block", other.Pos)
			b.lostZones = true
			continue
		}
		v := b.view(s)
		b.config.views[s.Name] = v
		b.config.Views = append(b.config.Views, v)
	}
}

// view makes a view of its zones and refuses two of one name. [C]
func (b *builder) view(s ViewSpec) *View {
	v := newView(s, b.zones)
	for _, ref := range s.Zones {
		z := b.findZone(ref.Pos, viewObject(s.Name), ref.Name)
		if z == nil {
			continue
		}
		switch other := v.at(z.Apex); {
		case other == z:
			b.problems.Errorf(ref.Pos, viewObject(s.Name), "zone %q is named twice; name it once", z.ID)
		case other != nil:
			b.problems.Errorf(ref.Pos, viewObject(s.Name),
				"zones %q and %q have the same name %s; a view holds one zone of a name (link the other with referencezone)", other.ID, z.ID, z.Apex)
			b.lostZones = true
		default:
			v.add(z)
		}
	}
	return v
}

// findZone gives the zone of that ID and reports it if there is none. An ID that a
// zone has by default may be spelt as the zone's name in its declaration.
func (b *builder) findZone(pos problem.Pos, object, id string) *Zone {
	if z := b.config.zones[id]; z != nil {
		return z
	}
	name, err := domain.ParseZone(id)
	if err == nil {
		if z := b.config.zones[defaultID(name)]; z != nil && z.Apex == name {
			return z
		}
	}
	b.lostZones = true
	hint := "known: " + known(b.config.Zones, func(z *Zone) string { return z.ID })
	i := slices.IndexFunc(b.config.Zones, func(z *Zone) bool { return err == nil && z.Apex == name })
	if i >= 0 {
		hint = fmt.Sprintf("the zone %s has the ID %q", name, b.config.Zones[i].ID)
	}
	b.problems.Errorf(pos, object, "there is no zone with the ID %q in this server block; %s", id, hint)
	return nil
}

// defaultID gives the ID of a zone that is declared without one (SPEC 5.1).
func defaultID(apex string) string {
	if apex == domain.Root {
		return apex
	}
	return domain.NoDot(apex)
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

// warnUnused warns about what no query can reach, unless that may be the consequence
// of an error.
func (b *builder) warnUnused() {
	used := make(map[*Zone]bool)
	for _, v := range b.config.Views {
		for _, z := range v.Zones {
			used[z] = true
		}
	}
	for _, z := range b.config.Zones {
		if z.reference != nil {
			used[z.reference.To] = true
		}
	}
	for _, z := range b.config.Zones {
		if !used[z] && !b.lostZones && b.listed("%d more zones are in no view and referenced by none") {
			b.problems.Warnf(z.Pos, zoneObject(z.ID), "the zone is in no view and referenced by none, so no query can reach it")
		}
	}
	served := make(map[*View]bool)
	for _, p := range b.config.Policies {
		served[p.View] = true
	}
	for _, v := range b.config.Views {
		if !served[v] && !b.lostViews && b.listed("%d more views are used by no enabled policy") {
			b.problems.Warnf(v.Pos, viewObject(v.Name), "no enabled policy uses the view, so no query can reach it")
		}
	}
}
