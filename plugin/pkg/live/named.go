package live

import (
	"encoding/hex"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/list"
	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// listID returns the id of the list that an expression names: a UUID, with or without its
// hyphens, in any case.
func listID(name string) (id string, ok bool) {
	digits := strings.ToLower(strings.ReplaceAll(name, "-", ""))
	if raw, err := hex.DecodeString(digits); err != nil || len(raw) != idLen {
		return "", false
	}
	return uuid(digits), true
}

// lists returns the ids of the lists that a rule's expressions may name; what stands in a
// string of theirs is as good, and does no harm.
func (r *Rule) lists() (ids []string) {
	for _, source := range r.sources() {
		for {
			_, rest, found := strings.Cut(source, "$")
			if !found {
				break
			}
			source = rest
			end := strings.IndexFunc(rest, func(c rune) bool { return !list.ValidName(string(c)) })
			if end < 0 {
				end = len(rest)
			}
			if id, ok := listID(rest[:end]); ok && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// sources are the rule's expressions.
func (r *Rule) sources() []string { return []string{r.Traffic, r.Identity, r.DevicePosture} }

// mentionsLocation reports whether the rule may ask where a query comes from.
func (r *Rule) mentionsLocation() bool {
	return slices.ContainsFunc(r.sources(), func(source string) bool { return strings.Contains(source, "dns.location") })
}

// named is what the expressions of one policy name beside fields. Immutable: another state
// of a list is another one. It implements expr.Lists.
type named struct {
	lists     map[string]*list.List // by id
	locations map[string]string     // names by id; nil if none is mentioned
}

// Literal has the id of a location mean its name, for package expr.
func (n *named) Literal(field int, text string) string {
	if field != model.FieldLocation {
		return text
	}
	return (&locations{names: n.locations}).nameOf(text)
}

// List implements expr.Lists.
func (n *named) List(name string) (expr.List, bool) {
	id, _ := listID(name)
	found, ok := n.lists[id]
	return found, ok
}

// namedBy returns what a rule names, nil for nothing.
func namedBy(r *Rule, names namer) expr.Lists {
	ids := r.lists()
	n := new(named)
	if r.mentionsLocation() {
		n.locations = names.located().byID()
	}
	if len(ids) == 0 && n.locations == nil {
		return nil
	}
	n.lists = make(map[string]*list.List, len(ids))
	for _, id := range ids {
		if l := names.listValues(id); l != nil {
			n.lists[id] = l
		}
	}
	return n
}

// setRules has the specs hold policies as they are now, which they have held before.
func (s *specs) setRules(rules []*Rule, names namer) {
	by := make(map[string]*Rule, len(rules))
	for _, r := range rules {
		by[rulePos(r.ID, "").Pointer] = r
	}
	s.policies = slices.Clone(s.policies)
	fork := s.byRule.Fork()
	for i, p := range s.policies {
		if r := by[p.Pos.Pointer]; r != nil {
			s.policies[i] = policySpec(r, names)
			fork.Set(r.ID, s.policies[i])
		}
	}
	s.byRule = fork.Map()
}

// compiled holds the values of lists in the form that expressions ask, made when a policy
// first names a list and shared by all that do. It belongs to the writer.
type compiled struct{ lists map[*List]compiledList }

// compiledList is the values of a list in one state of the locations.
type compiledList struct {
	values *list.List
	at     *locations // of lists of locations only
}

// of returns the values of a list.
func (m *compiled) of(l *List, at *locations) *list.List {
	if l.Kind != list.Location {
		at = nil
	}
	made, ok := m.lists[l]
	if !ok || !made.at.sameNames(at) {
		made = compiledList{at: at, values: list.Of(l.Kind, func(yield func(string) bool) {
			for _, i := range l.Items {
				if !yield(at.nameOf(i.Value)) {
					return
				}
			}
		})}
		m.lists[l] = made
	}
	return made.values
}

// keep forgets lists that are not those of a layer any more.
func (m *compiled) keep(lists *layer[List]) {
	for l := range m.lists {
		if lists.get(l.ID) != l {
			delete(m.lists, l)
		}
	}
}

// listValues returns the values of the list of an id, nil if there is none.
func (o *objects) listValues(id string, d *declared, at *locations) *list.List {
	if l := o.lists.get(id); l != nil {
		return o.compiled.of(l, at)
	}
	if l := d.lists[id]; l != nil {
		return l.values
	}
	return nil
}

// listValues implements namer.
func (n *stateNames) listValues(id string) *list.List {
	return n.objects.listValues(id, n.declared, n.at)
}

// addLists notes the lists that a policy of the Corefile declares. One file is one list,
// whatever policies call it.
func (d *declared) addLists(account string, s *model.PolicySpec) {
	lists, ok := s.Lists.(list.Lists)
	if !ok {
		return
	}
	for _, name := range lists.Names() {
		l := lists[name]
		id := uuid(DeclaredID(account, "list", l.File()))
		if d.lists[id] == nil {
			d.lists[id] = &List{ID: id, Name: name, Kind: l.Kind(), Declared: &Declared{File: l.File(), Line: 1, ID: name}, values: l}
		}
	}
}

func compareLists(a, b *List) int {
	return byAge(a.Created, b.Created, a.Declared, b.Declared, a.ID, b.ID)
}

// Lists returns all lists, declared ones too, in the order they were made.
func (a *Account) Lists() []*List {
	all := get(a, func(o *objects) []*List { return values(o.lists.all()) })
	return sorted(append(all, values(a.declared.Load().lists)...), compareLists)
}

// List returns the list of an id, nil if there is none.
func (a *Account) List(id string) *List {
	if l := get(a, func(o *objects) *List { return o.lists.get(id) }); l != nil {
		return l
	}
	return a.declared.Load().lists[id]
}

// List returns the list of an id, nil if there is none.
func (d Draft) List(id string) *List {
	l, _ := d.c.List(id)
	return l
}
