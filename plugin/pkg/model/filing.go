package model

import (
	"net/netip"
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/keyed"
	"github.com/internaldns/internaldns/plugin/pkg/numbered"
)

// filing makes the next index of one. A policy stands under that of its conditions under
// whose keys the fewest policies might stand; the counts are kept with the places, so a
// change costs what the policies have of keys that come, go or move.
type filing struct {
	next   index
	nodes  numbered.Fork[*node]
	fields [fieldCount]*fieldFork // nil: as in next
	mine   bool                   // next.prefixes may be changed in place
	mark   *mark                  // of the nodes that may be
	own    map[*filed]bool        // the first entries of long lists that may be
}

// mark is what the nodes that one filing has made have in common.
type mark struct{ _ byte }

// fieldFork is a fieldIndex to be.
type fieldFork struct {
	filed  int
	places *keyed.Fork[place]
}

// file begins the next index.
func (x *index) file() *filing {
	return &filing{next: *x, nodes: x.nodes.Fork(), mark: new(mark), own: make(map[*filed]bool)}
}

// index ends the filing.
func (f *filing) index() index {
	fields := make([]fieldIndex, 0, len(f.next.fields))
	for _, field := range indexed() {
		next := fieldIndex{field: field, array: schema.Field(field).Type != expr.String}
		if fork := f.fields[field]; fork != nil {
			next.filed, next.places = fork.filed, fork.places.Map()
		} else if old := f.next.field(field); old != nil {
			next = *old
		}
		if next.places.Len() > 0 {
			fields = append(fields, next)
		}
	}
	f.next.fields, f.next.nodes = fields, f.nodes.List()
	return f.next
}

// field returns what is filed under a field, nil if nothing might be.
func (x *index) field(field int) *fieldIndex {
	for i := range x.fields {
		if x.fields[i].field == field {
			return &x.fields[i]
		}
	}
	return nil
}

// fork returns what is filed under a field, to be changed.
func (f *filing) fork(field int) *fieldFork {
	if f.fields[field] == nil {
		var old fieldIndex
		if known := f.next.field(field); known != nil {
			old = *known
		}
		f.fields[field] = &fieldFork{old.filed, old.places.Fork()}
	}
	return f.fields[field]
}

// get returns what a string has.
func (f *filing) get(field int, key string) place {
	if f.fields[field] != nil {
		found, _ := f.fields[field].places.Get(key)
		return found
	}
	if old := f.next.field(field); old != nil {
		found, _ := old.places.Get(key)
		return found
	}
	return place{}
}

// expect counts a policy under all keys that it might stand under.
func (f *filing) expect(p *Policy) {
	for _, c := range p.conditions {
		for _, prefix := range c.prefixes {
			f.edit(f.node(prefix)).crowd++
		}
		for _, key := range c.keys {
			f.fork(c.field).places.At(key).crowd++
		}
	}
}

// count adds to the policies that are filed under a field.
func (f *filing) count(field, n int) {
	switch field {
	case noField:
	case FieldSrcIP:
		f.next.prefixed += n
	default:
		f.fork(field).filed += n
	}
}

// put files a policy, which was expected, under its least crowded condition.
func (f *filing) put(p *Policy) {
	c := f.choose(p)
	if c.field == noField {
		f.next.always = f.insert(f.next.always, p)
		return
	}
	for _, prefix := range c.prefixes {
		at := f.edit(f.node(prefix))
		at.list = f.insert(at.list, p)
	}
	for _, key := range c.keys {
		at := f.fork(c.field).places.At(key)
		at.list = f.insert(at.list, p)
	}
	if c.size() > 0 {
		f.count(c.field, 1)
	}
}

// choose returns the condition under whose keys the fewest policies might stand.
func (f *filing) choose(p *Policy) *condition {
	switch len(p.conditions) {
	case 0:
		return &condition{field: noField}
	case 1:
		return &p.conditions[0]
	}
	best, least := &p.conditions[0], f.densest(&p.conditions[0])
	for i := range p.conditions[1:] {
		c := &p.conditions[1+i]
		if n := f.densest(c); n < least {
			best, least = c, n
		}
	}
	return best
}

// densest returns the count of the condition's most crowded key.
func (f *filing) densest(c *condition) int {
	most := 0
	for _, prefix := range c.prefixes {
		most = max(most, f.at(prefix).crowd)
	}
	for _, key := range c.keys {
		most = max(most, f.get(c.field, key).crowd)
	}
	return most
}

// withdraw takes a policy out of the lists that it is in, whichever condition it was filed
// under, and off the counts of its keys if it is not expected any more.
func (f *filing) withdraw(p *Policy, expected bool) {
	if len(p.conditions) == 0 {
		f.next.always = f.remove(f.next.always, p)
		return
	}
	left := noField
	for _, c := range p.conditions {
		for _, prefix := range c.prefixes {
			if f.leavePrefix(prefix, p, expected) {
				left = c.field
			}
		}
		for _, key := range c.keys {
			if f.leaveString(c.field, key, p, expected) {
				left = c.field
			}
		}
	}
	f.count(left, -1)
}

// leaveString takes a policy out of the list of a string, and reports whether it was there.
func (f *filing) leaveString(field int, key string, p *Policy, expected bool) bool {
	was := f.get(field, key).list.has(p)
	if expected && !was {
		return false
	}
	places := f.fork(field).places
	at := places.At(key)
	if was {
		at.list = f.remove(at.list, p)
	}
	if expected {
		return was
	}
	if at.crowd--; at.crowd == 0 {
		places.Delete(key)
	}
	return was
}

// exchange puts a policy in the places of another one that differs in neither its
// conditions nor its precedence.
func (f *filing) exchange(old, next *Policy) {
	if len(old.conditions) == 0 {
		f.next.always = f.replace(f.next.always, old, next)
		return
	}
	for _, c := range old.conditions {
		for _, prefix := range c.prefixes {
			if f.at(prefix).list.has(old) {
				at := f.edit(f.node(prefix))
				at.list = f.replace(at.list, old, next)
			}
		}
		for _, key := range c.keys {
			if f.get(c.field, key).list.has(old) {
				at := f.fork(c.field).places.At(key)
				at.list = f.replace(at.list, old, next)
			}
		}
	}
}

// review files some of the policies anew, the next ones in turn: when they were filed the
// keys were crowded otherwise. It looks at so many keys, so that each policy stands where a
// build from nothing would have it after a bounded number of changes.
func (f *filing) review(policies []*Policy, keys int) {
	for range policies {
		if keys <= 0 {
			return
		}
		if f.next.examined++; f.next.examined >= len(policies) {
			f.next.examined = 0
		}
		p := policies[f.next.examined]
		keys--
		for i := range p.conditions {
			keys -= p.conditions[i].size()
		}
		if len(p.conditions) > 1 && !f.stands(p, f.choose(p)) {
			f.withdraw(p, true)
			f.put(p)
		}
	}
}

// stands reports whether a policy is in the lists of all keys of a condition.
func (f *filing) stands(p *Policy, c *condition) bool {
	return !slices.ContainsFunc(c.prefixes, func(prefix netip.Prefix) bool { return !f.at(prefix).list.has(p) }) &&
		!slices.ContainsFunc(c.keys, func(key string) bool { return !f.get(c.field, key).list.has(p) })
}
