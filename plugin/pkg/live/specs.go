package live

import (
	"reflect"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/keyed"
	"github.com/internaldns/internaldns/plugin/pkg/list"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// data is what answers from a zone.
type data = zone.Zone

// specs are what an account adds to what a Corefile declares, in the form that
// model.Build takes. The slices and what they point to are immutable; the data of the
// zones are kept apart, so that no spec holds those of long ago.
type specs struct {
	zones      []*model.ZoneSpec
	views      []*model.ViewSpec
	references []*model.ReferenceSpec
	policies   []*model.PolicySpec
	located    *locations
	gone       []string // views that policies name and that there are not, sorted

	byRule  keyed.Map[*model.PolicySpec] // the policies by the id of the rule
	naming  keyed.Map[[]string]          // the ids of the rules that name a view, by its id, sorted
	highest uint32                       // precedence of a rule, 0 without one
}

// same reports whether two say the same, object by object.
func (s *specs) same(other *specs) bool {
	return slices.Equal(s.zones, other.zones) && slices.Equal(s.views, other.views) && slices.Equal(s.references, other.references) &&
		slices.Equal(s.policies, other.policies) && slices.Equal(s.gone, other.gone) && reflect.DeepEqual(s.located, other.located)
}

// The positions of what an account holds are JSON pointers that begin with the kind and
// the id of the object; what follows points into the call that made it.

func zonePos(id, member string) problem.Pos { return position("zones", id, member) }
func viewPos(id, member string) problem.Pos { return position("views", id, member) }
func rulePos(id, member string) problem.Pos { return position("rules", id, member) }

func position(kind, id, member string) problem.Pos {
	pointer := "/" + kind + "/" + id
	if member != "" {
		pointer += "/" + member
	}
	return problem.Pos{Pointer: pointer}
}

// referenceMember is what a zone's reference is called in the settings.
const referenceMember = "internal_dns/reference_zone_id"

// objectAt returns the pointer to the object that a problem is about, "" if it is not
// about one of an account. A zone's reference is an object of its own.
func objectAt(pos problem.Pos) string {
	parts := strings.SplitN(pos.Pointer, "/", 4)
	if len(parts) < 3 || pos.Pointer[0] != '/' {
		return ""
	}
	object := strings.Join(parts[:3], "/")
	if len(parts) == 4 && parts[3] == referenceMember {
		object += "/" + referenceMember
	}
	return object
}

// exchange returns a list in which next stands in place of what is the same object, or
// at the end; a nil next takes that away.
func exchange[T any](list []*T, next *T, same func(*T) bool) []*T {
	return exchangeAt(list, slices.IndexFunc(list, same), next)
}

// exchangeAt is exchange for what is at some place, -1 if it is not there.
func exchangeAt[T any](list []*T, i int, next *T) []*T {
	switch {
	case i < 0 && next == nil:
		return list
	case i < 0:
		return slices.Concat(list, []*T{next})
	case next == nil:
		return slices.Delete(slices.Clone(list), i, i+1)
	}
	list = slices.Clone(list)
	list[i] = next
	return list
}

// setZone has the specs hold a zone as it is now, nil if it is no more.
func (s *specs) setZone(id string, now *Zone, names namer) {
	var spec *model.ZoneSpec
	var reference *model.ReferenceSpec
	if now != nil {
		spec, reference = zoneSpec(now), referenceSpec(now, names)
	}
	s.zones = exchange(s.zones, spec, func(z *model.ZoneSpec) bool { return z.ID == id })
	s.references = exchange(s.references, reference, func(r *model.ReferenceSpec) bool { return r.From == id })
}

// setView has the specs hold a view as it is now, nil if it is no more.
func (s *specs) setView(id string, now *View, names namer) {
	var spec *model.ViewSpec
	if now != nil {
		spec = viewSpec(now, names)
	}
	at := viewPos(id, "")
	s.views = exchange(s.views, spec, func(v *model.ViewSpec) bool { return v.Pos == at })
}

// setRule has the specs hold a policy as it is now, nil if it is no more.
func (s *specs) setRule(id string, now *Rule, names namer) {
	before, _ := s.byRule.Get(id)
	fork := s.byRule.Fork()
	var spec *model.PolicySpec
	if now == nil {
		fork.Delete(id)
	} else {
		spec = policySpec(now, names)
		fork.Set(id, spec)
	}
	s.byRule = fork.Map()
	s.policies = exchangeAt(s.policies, slices.Index(s.policies, before), spec)
	switch {
	case now != nil && now.Precedence >= s.highest:
		s.highest = now.Precedence
	case before != nil && *before.Precedence == s.highest:
		s.highest = highest(s.policies)
	}
}

// highest returns the highest precedence of some policies, 0 without any.
func highest(policies []*model.PolicySpec) (n uint32) {
	for _, p := range policies {
		n = max(n, *p.Precedence)
	}
	return n
}

// putRule has the specs hold a policy that was another before; nil for either if there was
// or is none.
func (s *specs) putRule(id string, before, now *Rule, names namer) {
	s.setRule(id, now, names)
	fork := s.naming.Fork()
	if namesView(before) {
		rules, _ := fork.Get(before.ViewID)
		if rules = without(rules, id); len(rules) > 0 {
			fork.Set(before.ViewID, rules)
		} else {
			fork.Delete(before.ViewID)
		}
	}
	if namesView(now) {
		rules, _ := fork.Get(now.ViewID)
		fork.Set(now.ViewID, with(rules, id))
	}
	s.naming = fork.Map()
	for _, r := range []*Rule{before, now} {
		if namesView(r) {
			s.findGone(r.ViewID, names)
		}
	}
}

// nameView has the policies of the rules that name a view, which are given, call it what it
// is called now.
func (s *specs) nameView(view string, rules []*Rule, names namer) {
	name, _ := names.viewName(view)
	policies, fork := slices.Clone(s.policies), s.byRule.Fork()
	for _, r := range rules {
		if before, _ := fork.Get(r.ID); before.View.Name != name {
			next := policySpec(r, names)
			policies[slices.Index(policies, before)] = next
			fork.Set(r.ID, next)
		}
	}
	s.policies, s.byRule = policies, fork.Map()
	s.findGone(view, names)
}

// namesView reports whether a rule, which may be nil, names a view.
func namesView(r *Rule) bool { return r != nil && r.Action == model.UseView }

// with returns a sorted list with one more.
func with(list []string, more string) []string {
	i, there := slices.BinarySearch(list, more)
	if there {
		return list
	}
	return slices.Insert(slices.Clip(list), i, more)
}

// without returns a sorted list with one less.
func without(list []string, less string) []string {
	i, there := slices.BinarySearch(list, less)
	if !there {
		return list
	}
	return slices.Delete(slices.Clone(list), i, i+1)
}

// namer tells by which names the objects of some ids are known in a server block: a
// Corefile's by those it gives them.
type namer interface {
	zoneName(id string) string
	viewName(id string) (name string, known bool)
	listValues(id string) *list.List // nil if there is none
	located() *locations             // nil if there are none
}

func zoneSpec(z *Zone) *model.ZoneSpec {
	return &model.ZoneSpec{Pos: zonePos(z.ID, "name"), ID: z.ID, Apex: z.Name, Flatten: z.Settings.InternalDNS.Flatten}
}

func referenceSpec(z *Zone, names namer) *model.ReferenceSpec {
	to := z.Settings.InternalDNS.ReferenceZoneID
	if to == "" {
		return nil
	}
	return &model.ReferenceSpec{
		Pos: zonePos(z.ID, referenceMember), From: z.ID, To: names.zoneName(to), NoData: z.Settings.InternalDNS.ReferenceNoData,
	}
}

func viewSpec(v *View, names namer) *model.ViewSpec {
	spec := &model.ViewSpec{Pos: viewPos(v.ID, ""), Name: v.Name, Zones: make([]model.Ref, len(v.Zones))}
	at := viewPos(v.ID, "zones")
	for i, id := range v.Zones {
		spec.Zones[i] = model.Ref{Pos: at, Name: names.zoneName(id)}
	}
	return spec
}

func policySpec(r *Rule, names namer) *model.PolicySpec {
	spec := &model.PolicySpec{
		Pos: rulePos(r.ID, ""), Name: r.Name, Description: r.Description, Precedence: &r.Precedence, Disabled: !r.Enabled,
		Traffic:  model.Expression{Pos: rulePos(r.ID, "traffic"), Source: r.Traffic},
		Identity: model.Expression{Pos: rulePos(r.ID, "identity"), Source: r.Identity},
		Posture:  model.Expression{Pos: rulePos(r.ID, "device_posture"), Source: r.DevicePosture},
		Schedule: r.Schedule.spec(r.ID), Expires: r.expires(),
		Action: r.Action, Resolvers: r.Resolvers, Fallback: r.Fallback, Private: r.Private, Reenter: r.Reenter,
		Lists: namedBy(r, names),
	}
	if r.Action == model.UseView {
		name, _ := names.viewName(r.ViewID)
		spec.View = model.Ref{Pos: rulePos(r.ID, "rule_settings/resolve_dns_internally/view_id"), Name: name}
	}
	return spec
}

// findGone notes whether rules name a view that there is not. [C]
func (s *specs) findGone(view string, names namer) {
	_, known := names.viewName(view)
	if _, named := s.naming.Get(view); named && !known {
		s.gone = with(s.gone, view)
	} else {
		s.gone = without(s.gone, view)
	}
}

// merge returns what a block declares with what the account adds, but for the objects
// that are left out, by objectAt. The views left out are gone to the policies that name
// them.
func (s *specs) merge(base model.Spec, out quarantine) model.Spec {
	spec := base
	spec.Zones = behind(base.Zones, kept(s.zones, out, func(z *model.ZoneSpec) problem.Pos { return z.Pos }))
	spec.Views = behind(base.Views, kept(s.views, out, func(v *model.ViewSpec) problem.Pos { return v.Pos }))
	spec.Policies = behind(base.Policies, kept(s.policies, out, func(p *model.PolicySpec) problem.Pos { return p.Pos }))
	references := s.references
	if len(out) > 0 { // without its zone a reference means nothing
		references = slices.DeleteFunc(slices.Clone(references), func(r *model.ReferenceSpec) bool { return out.has(r.Pos) || out.has(zonePos(r.From, "")) })
	}
	spec.References = behind(base.References, references)
	spec.Gone = slices.Concat(base.Gone, s.gone)
	if s.located != nil {
		spec.Places = s.located.places
	}
	if len(out) == 0 {
		return spec
	}
	for _, v := range s.views {
		if out.has(v.Pos) && !slices.ContainsFunc(base.Views, func(b *model.ViewSpec) bool { return b.Name == v.Name }) {
			spec.Gone = append(spec.Gone, v.Name)
		}
	}
	return spec
}

// behind returns one list behind another. Neither is changed.
func behind[T any](first, second []T) []T {
	if len(first) == 0 {
		return second
	}
	return slices.Concat(first, second)
}

// kept returns the objects that are not left out.
func kept[T any](list []*T, out quarantine, pos func(*T) problem.Pos) []*T {
	if len(out) == 0 {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(o *T) bool { return out.has(pos(o)) })
}

// apexOf is a zone's name as people write it.
func apexOf(z *Zone) string {
	if z.Name == domain.Root {
		return z.Name
	}
	return domain.NoDot(z.Name)
}
