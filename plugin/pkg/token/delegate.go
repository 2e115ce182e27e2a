package token

import "slices"

// Delegates reports whether the bearer of t may make a token like other: none has
// rights that its maker lacks, lives longer, or may be used from elsewhere. What a
// policy of t denies must be denied to the other as well. A token that holds all
// rights of an account is bound by its time and addresses only.
func (t *Token) Delegates(other *Token) bool {
	if t.ExpiresOn != nil && (other.ExpiresOn == nil || other.ExpiresOn.After(*t.ExpiresOn)) {
		return false
	}
	if !t.Condition.holds(other.Condition) {
		return false
	}
	for i := range t.Policies {
		if p := &t.Policies[i]; p.Effect == Deny && !slices.ContainsFunc(other.Policies, p.repeats) {
			return false
		}
	}
	for i := range other.Policies {
		p := &other.Policies[i]
		if p.Effect == Deny {
			continue
		}
		for _, permission := range p.Permissions {
			for _, g := range p.Resources.grants {
				if !t.grantsAll(permission, g) {
					return false
				}
			}
		}
	}
	return true
}

// repeats reports whether another policy denies at least what p does.
func (p *Policy) repeats(other Policy) bool {
	return other.Effect == Deny &&
		!slices.ContainsFunc(p.Permissions, func(x Permission) bool { return !other.denies(x) }) &&
		!slices.ContainsFunc(p.Resources.grants, func(g grant) bool {
			return !slices.ContainsFunc(other.Resources.grants, func(h grant) bool { return h.includes(g) })
		})
}

// grantsAll reports whether the token allows a permission on all that a grant names.
func (t *Token) grantsAll(want Permission, g grant) bool {
	return slices.ContainsFunc(t.Policies, func(p Policy) bool {
		return p.Effect == Allow && p.grants(want) &&
			slices.ContainsFunc(p.Resources.grants, func(own grant) bool { return own.includes(g) })
	})
}

// includes reports whether all that other names is named by g.
func (g grant) includes(other grant) bool {
	if g.kind == ofAccount {
		return other.kind != ofAccount || g.id == "*" || g.id == other.id
	}
	same := g.kind == other.kind && (g.id == "*" || g.id == other.id)
	if !same && (g.kind != ofZone || g.id != "*" || other.kind != ofView) {
		return false
	}
	if g.suffix != "" && (other.suffix == "" || !below(other.suffix[1:], g.suffix)) {
		return false
	}
	return g.types == nil || other.types != nil &&
		!slices.ContainsFunc(other.types, func(t string) bool { return !slices.Contains(g.types, t) })
}

// holds reports whether every address that other allows is allowed by c.
func (c *Condition) holds(other *Condition) bool {
	if c == nil || c.RequestIP == nil {
		return true
	}
	var in, notIn []Prefix
	if other != nil && other.RequestIP != nil {
		in, notIn = other.RequestIP.In, other.RequestIP.NotIn
	}
	if own := c.RequestIP.In; len(own) > 0 && (len(in) == 0 || !within(in, own)) {
		return false
	}
	return within(c.RequestIP.NotIn, notIn)
}

// within reports whether each prefix lies in one of the others.
func within(prefixes, others []Prefix) bool {
	for _, p := range prefixes {
		if !slices.ContainsFunc(others, func(o Prefix) bool { return o.Bits() <= p.Bits() && o.Contains(p.Addr()) }) {
			return false
		}
	}
	return true
}
