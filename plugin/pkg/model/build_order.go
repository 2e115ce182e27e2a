package model

import (
	"cmp"
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// reviewed is how many keys a change of one policy has looked at, to file others anew.
const reviewed = 64

// putInOrder makes the list of the enabled policies, and refuses two of one precedence.
func (b *builder) putInOrder(moves []move) {
	if !b.repeated { // else nobody knows what takes the place of what
		var gone, come []*Policy
		for _, m := range moves {
			if m.old.enabled() {
				gone = append(gone, m.old)
			}
			if m.now.enabled() {
				come = append(come, m.now)
			}
		}
		slices.SortStableFunc(gone, byPrecedence)
		slices.SortStableFunc(come, byPrecedence)
		var alike bool
		if b.Policies, alike = reorder(b.old.Policies, gone, come); !alike {
			return
		}
	}
	b.Policies = slices.DeleteFunc(slices.Clone(b.compiled), func(p *Policy) bool { return !p.enabled() })
	slices.SortStableFunc(b.Policies, byPrecedence)
	b.checkOrder()
}

// enabled reports whether the policy, which may be nil, is asked.
func (p *Policy) enabled() bool { return p != nil && !p.spec.Disabled }

func byPrecedence(a, b *Policy) int { return cmp.Compare(a.Precedence, b.Precedence) }

// reorder returns a list of policies by precedence without some, which are in it, and with
// others, and whether two of one precedence are in it. All lists are in order.
func reorder(old, gone, come []*Policy) (list []*Policy, alike bool) {
	list = make([]*Policy, 0, len(old)-len(gone)+len(come))
	from := 0 // of old, what is not in list yet
	upTo := func(p *Policy) {
		at, _ := slices.BinarySearchFunc(old[from:], p, byPrecedence)
		list = append(list, old[from:from+at]...)
		from += at
	}
	places := make([]int, 0, len(come))
	for len(gone)+len(come) > 0 {
		if len(come) == 0 || len(gone) > 0 && gone[0].Precedence <= come[0].Precedence {
			upTo(gone[0])
			gone, from = gone[1:], from+1
			continue
		}
		upTo(come[0])
		places, list, come = append(places, len(list)), append(list, come[0]), come[1:]
	}
	list = append(list, old[from:]...)
	for _, at := range places {
		p := list[at]
		alike = alike || at > 0 && list[at-1].Precedence == p.Precedence || at+1 < len(list) && list[at+1].Precedence == p.Precedence
	}
	return list, alike
}

// checkOrder refuses two enabled policies of one precedence.
func (b *builder) checkOrder() {
	for i, p := range b.Policies {
		if i == 0 {
			continue
		}
		if before := b.Policies[i-1]; before.Precedence == p.Precedence {
			b.problems.Errorf(problem.PrecedenceTaken, p.Pos, policyObject(p.Name), "precedence %d is taken by the policy %q at %s; enabled policies need different numbers",
				p.Precedence, before.Name, before.Pos)
		}
	}
}

// fileAll has the index follow.
func (b *builder) fileAll(moves []move) {
	f := b.old.index.file()
	var come []*Policy
	for _, m := range moves {
		old, now := m.old.enabled(), m.now.enabled()
		if old && now && m.old.spec == m.now.spec && m.old.Precedence == m.now.Precedence { // the view is another
			f.exchange(m.old, m.now)
			continue
		}
		if old {
			f.withdraw(m.old, false)
			b.uses.add(m.old, -1)
		}
		if now {
			come = append(come, m.now)
		}
	}
	for _, p := range come {
		b.uses.add(p, 1)
		f.expect(p)
	}
	slices.SortFunc(come, byPrecedence)
	for _, p := range come {
		f.put(p)
	}
	if len(come) < len(b.Policies) {
		f.review(b.Policies, reviewed*len(moves))
	}
	b.index, b.used = f.index(), b.uses.set()
}
