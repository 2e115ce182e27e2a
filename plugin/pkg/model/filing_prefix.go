package model

import (
	"net/netip"
	"slices"

	"github.com/gaissmai/bart"
)

// at returns what a prefix has.
func (f *filing) at(prefix netip.Prefix) place {
	if f.next.prefixes == nil {
		return place{}
	}
	n, ok := f.next.prefixes.Get(prefix)
	if !ok {
		return place{}
	}
	return f.nodes.At(n).place
}

// edit returns a node that may be changed, in the place of what has a number.
func (f *filing) edit(n uint32) *node {
	at := f.nodes.At(n)
	if at.mark == f.mark {
		return at
	}
	next := &node{place: at.place, parent: at.parent, mark: f.mark}
	f.nodes.Set(n, next)
	return next
}

// node returns the number of a prefix's node, a new one if it has none.
func (f *filing) node(prefix netip.Prefix) uint32 {
	if f.next.prefixes == nil {
		f.next.prefixes, f.mine = new(bart.Table[uint32]), true
	}
	if n, ok := f.next.prefixes.Get(prefix); ok {
		return n
	}
	numbers := &f.next.numbers
	n := numbers.free
	if n != 0 {
		numbers.free = f.nodes.At(n).parent
	} else {
		numbers.last++
		n = numbers.last
	}
	made := &node{mark: f.mark}
	for _, parent := range f.next.prefixes.Supernets(prefix) {
		made.parent = parent
		break
	}
	f.nodes.Set(n, made)
	f.adopt(prefix, made.parent, n)
	if f.mine {
		f.next.prefixes.Insert(prefix, n)
	} else {
		f.next.prefixes = f.next.prefixes.InsertPersist(prefix, n)
	}
	return n
}

// leavePrefix takes a policy out of the list of a prefix, and reports whether it was there.
func (f *filing) leavePrefix(prefix netip.Prefix, p *Policy, expected bool) bool {
	was := f.at(prefix).list.has(p)
	if expected && !was {
		return false
	}
	n := f.node(prefix)
	at := f.edit(n)
	if was {
		at.list = f.remove(at.list, p)
	}
	if expected {
		return was
	}
	if at.crowd--; at.crowd == 0 {
		f.dropNode(prefix, n)
	}
	return was
}

// dropNode takes away the node of a prefix that no policy has.
func (f *filing) dropNode(prefix netip.Prefix, n uint32) {
	if f.mine {
		f.next.prefixes.Delete(prefix)
	} else {
		f.next.prefixes = f.next.prefixes.DeletePersist(prefix)
	}
	f.adopt(prefix, n, f.nodes.At(n).parent)
	f.nodes.Set(n, &node{parent: f.next.numbers.free})
	f.next.numbers.free = n
}

// adopt links those below a prefix that are linked to one node to another.
func (f *filing) adopt(prefix netip.Prefix, from, to uint32) {
	if prefix.IsSingleIP() {
		return
	}
	for _, n := range f.next.prefixes.Subnets(prefix) {
		if f.nodes.At(n).parent == from {
			f.edit(n).parent = to
		}
	}
}

// leastOwn is how long a list is before it is worth knowing that it may be changed in
// place.
const leastOwn = 16

func (f *filing) owns(l list) bool { return len(l) >= leastOwn && f.own[&l[0]] }

// keep notes that a list is the filing's own.
func (f *filing) keep(l list) list {
	if len(l) >= leastOwn {
		f.own[&l[0]] = true
	}
	return l
}

// insert returns the list with one more policy: a condition may repeat.
func (f *filing) insert(l list, p *Policy) list {
	i, there := l.find(uint64(p.Precedence))
	switch {
	case there:
		return l
	case f.owns(l):
		return f.keep(slices.Insert(l, i, entryOf(p)))
	}
	next := make(list, len(l)+1)
	copy(next, l[:i])
	next[i] = entryOf(p)
	copy(next[i+1:], l[i:])
	return f.keep(next)
}

// remove returns the list without a policy that is in it, nil if it was the last.
func (f *filing) remove(l list, p *Policy) list {
	i, _ := l.find(uint64(p.Precedence))
	switch {
	case len(l) == 1:
		return nil
	case f.owns(l):
		return slices.Delete(l, i, i+1)
	}
	next := make(list, len(l)-1)
	copy(next, l[:i])
	copy(next[i:], l[i+1:])
	return f.keep(next)
}

// replace returns the list with another policy in the place of one.
func (f *filing) replace(l list, old, next *Policy) list {
	i, _ := l.find(uint64(old.Precedence))
	if !f.owns(l) {
		l = f.keep(slices.Clone(l))
	}
	l[i].policy = next
	return l
}
