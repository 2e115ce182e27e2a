package live

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// declared is what the Corefile's blocks of an account declare, in the form of the
// account's own objects. Immutable.
type declared struct {
	zones    map[string]*Zone // by the id that is made of the Corefile's
	views    map[string]*View
	rules    map[string]*Rule
	ruleList []*Rule
	lists    map[string]*List
	highest  uint32            // precedence of a rule
	blocks   map[string]*Block // that declare a zone, by the id
	ids      map[string]string // by what the Corefile calls a zone
	names    map[string]bool   // of views
}

// DeclaredID returns the id of an object of the Corefile. It is the same as long as the
// Corefile calls the object so.
func DeclaredID(account, kind, id string) string {
	sum := sha256.Sum256([]byte("internaldns " + account + " " + kind + " " + id))
	return hex.EncodeToString(sum[:idLen])
}

// declare finds out what the blocks declare. Where several declare one object, the first
// speaks.
func declare(account string, blocks []*Block) *declared {
	d := &declared{
		zones: make(map[string]*Zone), views: make(map[string]*View), rules: make(map[string]*Rule),
		lists: make(map[string]*List), blocks: make(map[string]*Block), ids: make(map[string]string), names: make(map[string]bool),
	}
	for _, b := range blocks {
		for _, s := range b.base.Zones {
			d.addZone(account, b, s)
		}
		for _, s := range b.base.References {
			d.addReference(s)
		}
		for _, s := range b.base.Views {
			d.addView(account, s)
		}
		for _, s := range b.base.Policies {
			d.addRule(account, s)
			d.addLists(account, s)
		}
	}
	return d
}

func at(pos problem.Pos, id string) *Declared {
	return &Declared{File: pos.File, Line: pos.Line, ID: id}
}

func (d *declared) addZone(account string, b *Block, s *model.ZoneSpec) {
	id := DeclaredID(account, "zone", s.ID)
	if d.zones[id] != nil {
		return
	}
	z := &Zone{ID: id, Name: s.Apex, Settings: DefaultSettings(), Declared: at(s.Pos, s.ID)}
	z.Settings.InternalDNS.Flatten = s.Flatten
	d.zones[id], d.blocks[id], d.ids[s.ID] = z, b, id
}

func (d *declared) addReference(s *model.ReferenceSpec) {
	if z := d.zones[d.ids[s.From]]; z != nil && z.Settings.InternalDNS.ReferenceZoneID == "" {
		z.Settings.InternalDNS.ReferenceZoneID = d.ids[s.To]
		z.Settings.InternalDNS.ReferenceNoData = s.NoData
	}
}

func (d *declared) addView(account string, s *model.ViewSpec) {
	id := DeclaredID(account, "view", s.Name)
	if d.views[id] != nil {
		return
	}
	v := &View{ID: id, Name: s.Name, Declared: at(s.Pos, s.Name)}
	for _, z := range s.Zones {
		v.Zones = append(v.Zones, d.ids[z.Name])
	}
	d.views[id], d.names[s.Name] = v, true
}

// viewName returns by which name the policies know a view: own if it is one of the
// account. One whose name a Corefile has taken is as gone: they shall not use another.
func (d *declared) viewName(id string, own *View) (name string, known bool) {
	switch {
	case own != nil && d.names[own.Name]:
		return id, false
	case own != nil:
		return own.Name, true
	case d.views[id] != nil:
		return d.views[id].Name, true
	}
	return id, false
}

func (d *declared) addRule(account string, s *model.PolicySpec) {
	id := uuid(DeclaredID(account, "rule", s.Name))
	if d.rules[id] != nil {
		return
	}
	r := &Rule{
		ID: id, Name: s.Name, Description: s.Description, Enabled: !s.Disabled, Traffic: s.Traffic.Source, Identity: s.Identity.Source,
		Version: 1, Action: s.Action, Resolvers: s.Resolvers, Fallback: s.Fallback, Private: s.Private, Reenter: s.Reenter, Declared: at(s.Pos, s.Name),
	}
	if s.Precedence != nil {
		r.Precedence = *s.Precedence
		d.highest = max(d.highest, r.Precedence)
	}
	if s.Action == model.UseView {
		r.ViewID = DeclaredID(account, "view", s.View.Name)
	}
	d.rules[id] = r
	d.ruleList = append(d.ruleList, r)
}

// zoneName returns what a Corefile calls a zone, and the id itself for one of the account.
func (d *declared) zoneName(id string) string {
	if z := d.zones[id]; z != nil {
		return z.Declared.ID
	}
	return id
}

// data returns what a declared zone answers with now.
func (d *declared) data(z *Zone) *zone.Zone {
	snapshot := d.blocks[z.ID].Snapshot()
	if found := snapshot.Zone(z.Declared.ID); found != nil {
		return snapshot.Data(found)
	}
	return nil
}

// byAge is the order of lists: what the Corefile declares first, as it stands there.
func byAge(a, b time.Time, declaredA, declaredB *Declared, idA, idB string) int {
	line := func(d *Declared) (file string, line int) {
		if d == nil {
			return "", 0
		}
		return d.File, d.Line
	}
	fileA, lineA := line(declaredA)
	fileB, lineB := line(declaredB)
	return cmp.Or(a.Compare(b), cmp.Compare(fileA, fileB), cmp.Compare(lineA, lineB), cmp.Compare(idA, idB))
}

func sorted[T any](list []*T, compare func(a, b *T) int) []*T {
	slices.SortFunc(list, compare)
	return list
}
