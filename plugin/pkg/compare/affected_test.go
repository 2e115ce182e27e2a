package compare

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// randomWorld is a configuration that changes at random.
type randomWorld struct {
	*rand.Rand
	records map[string][]string // of zones, by ID, in zone-file form
	spec    model.Spec
}

func pickOf[T any](w *randomWorld, list ...T) T { return list[w.IntN(len(list))] }

// The names of a world are few, so that they meet.
func (w *randomWorld) name() string {
	return pickOf(w, "", "a.", "b.", "*.", "a.a.", "*.a.", "b.a.", "c.b.a.", "*.b.", "a.b.", "ns.a.") + pickOf(w, "example.", "sub.example.", "test.", "in.sub.example.")
}

func (w *randomWorld) record(apex string) string {
	owner := w.name()
	for !domain.IsSubdomain(apex, owner) {
		owner = w.name()
	}
	data := pickOf(w,
		"A 192.0.2."+strconv.Itoa(w.IntN(4)), "A 192.0.2."+strconv.Itoa(w.IntN(4)), "A 192.0.2.9", "TXT x", "CNAME "+w.name(), "CNAME "+w.name(),
		"NS "+w.name(), "DNAME "+w.name(), "AAAA 2001:db8::1", "MX 10 "+w.name(),
	)
	return owner + " 60 " + data
}

// data builds a zone of its records; nil if they do not go together.
func (w *randomWorld) data(apex string, records []string) *zone.Zone {
	b := zone.NewBuilder(zone.Options{Apex: apex, Serial: 1, Flatten: true, Editable: true})
	for _, text := range records {
		rr, err := dns.NewRR(text)
		if err != nil {
			panic(err)
		}
		b.Add(rr, problem.Pos{})
	}
	z, _ := b.Build()
	return z
}

// newWorld returns a world with its first snapshot.
func newWorld(seed uint64) (*randomWorld, *model.Snapshot) {
	w := &randomWorld{Rand: rand.New(rand.NewPCG(seed, 7)), records: make(map[string][]string)}
	for i := range 2 + w.IntN(5) {
		w.addZone(fmt.Sprintf("z%d", i))
	}
	for i := range 1 + w.IntN(3) {
		w.spec.Views = append(w.spec.Views, w.view(fmt.Sprintf("v%d", i)))
	}
	for i := range 1 + w.IntN(4) {
		w.spec.Policies = append(w.spec.Policies, w.policy(fmt.Sprintf("p%d", i)))
	}
	w.refer()
	s, _ := model.Build(w.spec, nil)
	return w, s
}

func (w *randomWorld) addZone(id string) {
	apex := pickOf(w, "example.", "sub.example.", "a.example.", "test.", ".", "in.sub.example.")
	var records []string
	for range w.IntN(8) {
		if next := append(slices.Clone(records), w.record(apex)); w.data(apex, next) != nil {
			records = next
		}
	}
	w.records[id] = records
	w.spec.Zones = append(slices.Clone(w.spec.Zones), &model.ZoneSpec{ID: id, Apex: apex, Flatten: w.IntN(5) > 0, Data: w.data(apex, records)})
}

func (w *randomWorld) view(name string) *model.ViewSpec {
	v := &model.ViewSpec{Name: name}
	for _, z := range w.spec.Zones {
		taken := slices.ContainsFunc(v.Zones, func(r model.Ref) bool { return w.zone(r.Name).Apex == z.Apex })
		if !taken && w.IntN(2) == 0 {
			v.Zones = append(v.Zones, model.Ref{Name: z.ID})
		}
	}
	return v
}

func (w *randomWorld) zone(id string) *model.ZoneSpec {
	return w.spec.Zones[slices.IndexFunc(w.spec.Zones, func(z *model.ZoneSpec) bool { return z.ID == id })]
}

func (w *randomWorld) policy(name string) *model.PolicySpec {
	return &model.PolicySpec{
		Name: name, View: model.Ref{Name: pickOf(w, w.spec.Views...).Name},
		Fallback: pickOf(w, 0, model.DefaultTriggers, model.DefaultTriggers|model.OnNoData), Private: pickOf(w, nil, nil, []string{"a.example."}),
	}
}

// refer links the zones at random, without cycles.
func (w *randomWorld) refer() {
	w.spec.References = nil
	for i, z := range w.spec.Zones {
		if rest := w.spec.Zones[i+1:]; len(rest) > 0 && w.IntN(2) == 0 {
			w.spec.References = append(w.spec.References, &model.ReferenceSpec{From: z.ID, To: pickOf(w, rest...).ID, NoData: w.IntN(3) == 0})
		}
	}
}

// change makes a change and returns the next snapshot, and the owners that it has touched.
func (w *randomWorld) change(s *model.Snapshot) (*model.Snapshot, map[string][]string) {
	touched := make(map[string][]string)
	if w.IntN(3) > 0 {
		return w.edit(s, touched), touched
	}
	spec := w.spec
	switch w.IntN(6) {
	case 0:
		w.refer()
	case 1:
		i := w.IntN(len(spec.Views))
		w.spec.Views = slices.Clone(spec.Views)
		w.spec.Views[i] = w.view(spec.Views[i].Name)
	case 2:
		i := w.IntN(len(spec.Policies))
		w.spec.Policies = slices.Clone(spec.Policies)
		w.spec.Policies[i] = w.policy(spec.Policies[i].Name)
	case 3:
		i := w.IntN(len(spec.Zones))
		other := *spec.Zones[i]
		other.Flatten, other.Data = !other.Flatten, nil
		w.spec.Zones = slices.Clone(spec.Zones)
		w.spec.Zones[i] = &other
	case 4:
		w.addZone(fmt.Sprintf("n%d", len(spec.Zones)))
		i := w.IntN(len(spec.Views))
		w.spec.Views = slices.Clone(spec.Views)
		w.spec.Views[i] = w.view(spec.Views[i].Name)
	case 5:
		w.spec.Policies = append(slices.Clone(spec.Policies), w.policy(fmt.Sprintf("n%d", len(spec.Policies))))
	}
	next, problems := model.Build(w.spec, s)
	if problems.HasErrors() {
		w.spec = spec
		return s, touched
	}
	return w.edit(next, touched), touched
}

// edit changes records of zones.
func (w *randomWorld) edit(s *model.Snapshot, touched map[string][]string) *model.Snapshot {
	data := make(map[string]*zone.Zone)
	for range 1 + w.IntN(2) {
		z := pickOf(w, w.spec.Zones...)
		records := slices.Clone(w.records[z.ID])
		owners := slices.Clone(touched[z.ID])
		note := func(text string) {
			rr, _ := dns.NewRR(text)
			owners = append(owners, rr.Header().Name)
		}
		for range w.IntN(3) {
			if len(records) > 0 && w.IntN(2) == 0 {
				i := w.IntN(len(records))
				note(records[i])
				records = slices.Delete(records, i, i+1)
				continue
			}
			text := w.record(z.Apex)
			note(text)
			records = append(records, text)
		}
		d := w.data(z.Apex, records)
		if d == nil {
			continue
		}
		w.records[z.ID], data[z.ID], touched[z.ID] = records, d, append(owners, z.Apex)
	}
	return s.WithData(data)
}

// LIVE 6: what may differ is found without asking everything.
func TestAffectedTwin(t *testing.T) {
	worlds := uint64(1500)
	if text := os.Getenv("TWIN_WORLDS"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		worlds = n
	}
	differ, saved := 0, 0
	for seed := range worlds {
		w, s := newWorld(seed)
		if s == nil {
			continue
		}
		for range 4 {
			next, touched := w.change(s)
			before, after := []Block{{Keys: "b", Name: "b", Snapshot: s}}, []Block{{Keys: "b", Name: "b", Snapshot: next}}
			want, got := Compare(before, after, nil, 10_000), Affected(before, after, touched, 10_000)
			if !reflect.DeepEqual(want.Changes, got.Changes) || !reflect.DeepEqual(want.Settings, got.Settings) {
				t.Fatalf("world %d, touched %v\nwant:\n%s\ngot:\n%s\nzones: %v", seed, touched, words(want), words(got), w.records)
			}
			differ += len(want.Changes)
			saved += compared(want) - compared(got)
			s = next
		}
	}
	if differ == 0 || saved <= 0 {
		t.Errorf("%d answers differ, %d questions saved: the worlds show nothing", differ, saved)
	}
}

func compared(r *Report) (n int) {
	for _, p := range r.Policies {
		n += p.Compared
	}
	return n
}
