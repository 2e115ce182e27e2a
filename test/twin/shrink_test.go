package twin

import "slices"

// shrink makes a world smaller as long as both sides still differ on the
// question in the same way.
func shrink(w world, q question) (world, question) {
	how := compare(w, q)
	same := func(w world, q question) bool { return compare(w, q) == how }
	for smaller := true; smaller; {
		smaller = false
		for _, next := range smallerWorlds(w) {
			if same(next, q) {
				w, smaller = next, true
				break
			}
		}
		for _, next := range smallerQuestions(q) {
			if next != q && same(w, next) {
				q, smaller = next, true
				break
			}
		}
	}
	return w, q
}

// compare loads a world and asks one question. It gives the difference, or nothing.
func compare(w world, q question) string {
	p, err := load(w)
	if err != nil {
		return "load"
	}
	defer p.close()
	return differs(newTwin(w).ask(q), p.ask(q), q)
}

func smallerQuestions(q question) []question {
	plain, deaf := q, q
	plain.EDNS = false
	deaf.RD = false
	return []question{plain, deaf}
}

// smallerWorlds returns every world with one thing less.
func smallerWorlds(w world) []world {
	var out []world
	for i := range w.Zones {
		out = append(out, w.without(i))
	}
	for i := range w.References {
		n := w
		n.References = less(w.References, i)
		out = append(out, n)
		if w.References[i].NoData {
			n.References = slices.Clone(w.References)
			n.References[i].NoData = false
			out = append(out, n)
		}
	}
	out = append(out, smallerPolicies(w)...)
	for i, z := range w.Zones {
		for _, next := range smallerZones(z) {
			n := w
			n.Zones = slices.Clone(w.Zones)
			n.Zones[i] = next
			out = append(out, n)
		}
	}
	for name := range w.Public {
		n := w
		n.Public = map[string]publicNode{}
		for other, node := range w.Public {
			if other != name {
				n.Public[other] = node
			}
		}
		out = append(out, n)
	}
	return out
}

// without drops a zone and every mention of it. What referenced it goes on with
// what it referenced.
func (w world) without(i int) world {
	id, onward := w.Zones[i].ID, ""
	w.Zones = less(w.Zones, i)
	for _, r := range w.References {
		if r.From == id {
			onward = r.To
		}
	}
	w.References = slices.Clone(w.References)
	for j := range w.References {
		if r := &w.References[j]; r.To == id {
			r.To = onward
		}
	}
	w.References = slices.DeleteFunc(w.References, func(r reference) bool { return r.From == id || r.To == "" })
	w.Views = slices.Clone(w.Views)
	for j, v := range w.Views {
		w.Views[j].Zones = slices.DeleteFunc(slices.Clone(v.Zones), func(z string) bool { return z == id })
	}
	return w
}

func smallerPolicies(w world) []world {
	var out []world
	for i, p := range w.Policies {
		n := w
		n.Policies = less(w.Policies, i)
		out = append(out, n)
		var smaller []policy
		if len(p.If) > 0 {
			all := p
			all.If = nil
			smaller = append(smaller, all)
		}
		if p.PublicDNS {
			alone := p
			alone.PublicDNS, alone.Triggers, alone.Private = false, nil, nil
			smaller = append(smaller, alone)
		}
		for j := range p.Private {
			open := p
			open.Private = less(p.Private, j)
			smaller = append(smaller, open)
		}
		for _, s := range smaller {
			n.Policies = slices.Clone(w.Policies)
			n.Policies[i] = s
			out = append(out, n)
		}
	}
	for i, v := range w.Views {
		n := w
		n.Views = less(w.Views, i)
		out = append(out, n)
		for j := range v.Zones {
			n.Views = slices.Clone(w.Views)
			n.Views[i].Zones = less(v.Zones, j)
			out = append(out, n)
		}
	}
	return out
}

func smallerZones(z zoneText) []zoneText {
	var out []zoneText
	for i := range z.Records {
		n := z
		n.Records = less(z.Records, i)
		out = append(out, n)
	}
	plain := z
	plain.TTL, plain.NegativeTTL = -1, -1
	if z.TTL != -1 || z.NegativeTTL != -1 {
		out = append(out, plain)
	}
	if z.FlattenOff {
		on := z
		on.FlattenOff = false
		out = append(out, on)
	}
	return out
}

func less[T any](s []T, i int) []T { return slices.Delete(slices.Clone(s), i, i+1) }
