package live

import (
	"fmt"
	"slices"
)

// Settings returns the account's settings.
func (c *Change) Settings() Settings { return c.objects.accountSettings() }

func (o *objects) accountSettings() Settings {
	if s := o.settings.get(settingsKey); s != nil {
		return *s
	}
	return Settings{ZoneDefaults: DefaultSettings()}
}

// SetSettings changes the account's settings.
func (c *Change) SetSettings(s Settings) { c.settings.set(settingsKey, &s) }

// View returns the view of an ID, a declared one too.
func (c *Change) View(id string) (*View, error) {
	if v := c.views.get(id); v != nil {
		return v, nil
	}
	if v := c.declared.views[id]; v != nil {
		return v, nil
	}
	return nil, &NotFoundError{"view", id}
}

// CreateView makes a view of zones.
func (c *Change) CreateView(name string, zones []string) *View {
	v := &View{ID: c.account.newID(), Name: name, Zones: slices.Clone(zones), Created: c.now, Modified: c.now}
	c.putView(v.ID, v)
	return v
}

// UpdateView changes the name and the zones of a view.
func (c *Change) UpdateView(id string, update func(*View) error) (*View, error) {
	old, err := c.View(id)
	if err != nil {
		return nil, err
	}
	if old.Declared != nil {
		return nil, &DeclaredError{"view", *old.Declared}
	}
	next := *old
	if err := update(&next); err != nil {
		return nil, err
	}
	next.ID, next.Modified = id, c.now
	c.putView(id, &next)
	return &next, nil
}

// putView has a view be what it is now, and the policies that name it follow.
func (c *Change) putView(id string, now *View) {
	c.views.set(id, now)
	c.specs.setView(id, now, c)
	c.specs.nameView(id, c.policiesOf(id), c)
	c.linked = true
}

// policiesOf returns the rules that name a view, those declared not among them.
func (c *Change) policiesOf(view string) (rules []*Rule) {
	ids, _ := c.specs.naming.Get(view)
	for _, id := range ids {
		rules = append(rules, c.rules.get(id))
	}
	return rules
}

// DeleteView takes a view away. Policies that name it are an error unless force is set:
// their queries then get SERVFAIL. [C]
func (c *Change) DeleteView(id string, force bool) error {
	v, err := c.View(id)
	if err != nil {
		return err
	}
	if v.Declared != nil {
		return &DeclaredError{"view", *v.Declared}
	}
	if rules := c.policiesOf(id); len(rules) > 0 && !force {
		by := make([]string, len(rules))
		for i, r := range rules {
			by[i] = fmt.Sprintf("resolver policy %q", r.Name)
		}
		slices.Sort(by)
		return &InUseError{"view", v.Name, by}
	}
	c.putView(id, nil)
	return nil
}

// Rule returns the resolver policy of an ID, a declared one too.
func (c *Change) Rule(id string) (*Rule, error) {
	if r := c.rules.get(id); r != nil {
		return r, nil
	}
	if r := c.declared.rules[id]; r != nil {
		return r, nil
	}
	return nil, &NotFoundError{"rule", id}
}

// HighestPrecedence returns the highest precedence of a resolver policy, declared ones
// too; 0 without any.
func (c *Change) HighestPrecedence() uint32 { return max(c.specs.highest, c.declared.highest) }

// CreateRule makes a resolver policy.
func (c *Change) CreateRule(r Rule) *Rule {
	r.ID, r.Created, r.Modified, r.Version = uuid(c.account.newID()), c.now, c.now, 1
	c.putRule(r.ID, &r)
	return &r
}

// UpdateRule changes what update does of a policy but for its ID.
func (c *Change) UpdateRule(id string, update func(*Rule) error) (*Rule, error) {
	old, err := c.Rule(id)
	if err != nil {
		return nil, err
	}
	if old.Declared != nil {
		return nil, &DeclaredError{"resolver policy", *old.Declared}
	}
	next := *old
	if err := update(&next); err != nil {
		return nil, err
	}
	next.ID, next.Created, next.Modified, next.Version = id, old.Created, c.now, old.Version+1
	c.putRule(id, &next)
	return &next, nil
}

// OrderRules has policies be tried in an order: the precedences that they have are shared
// out among them. They are returned in that order.
func (c *Change) OrderRules(ids []string) ([]*Rule, error) {
	precedences := make([]uint32, len(ids))
	for i, id := range ids {
		r, err := c.Rule(id)
		if err != nil {
			return nil, err
		}
		precedences[i] = r.Precedence
	}
	slices.Sort(precedences)
	ordered := make([]*Rule, len(ids))
	for i, id := range ids {
		if i > 0 { // disabled ones may share a precedence
			precedences[i] = max(precedences[i], precedences[i-1]+1)
		}
		r, err := c.Rule(id)
		if err == nil && r.Precedence != precedences[i] {
			r, err = c.UpdateRule(id, func(r *Rule) error {
				r.Precedence = precedences[i]
				return nil
			})
		}
		if err != nil {
			return nil, err
		}
		ordered[i] = r
	}
	return ordered, nil
}

// DeleteRule takes a policy away.
func (c *Change) DeleteRule(id string) error {
	r, err := c.Rule(id)
	if err != nil {
		return err
	}
	if r.Declared != nil {
		return &DeclaredError{"resolver policy", *r.Declared}
	}
	c.putRule(id, nil)
	return nil
}

func (c *Change) putRule(id string, now *Rule) {
	before := c.rules.get(id)
	c.rules.set(id, now)
	c.specs.putRule(id, before, now, c)
	c.linked = true
}

// Token returns the token of an ID.
func (c *Change) Token(id string) (*Token, error) {
	if t := c.tokens.get(id); t != nil {
		return t, nil
	}
	return nil, &NotFoundError{"token", id}
}

// SetToken has a token be that of its ID.
func (c *Change) SetToken(t *Token) {
	if t.ID == "" {
		t.ID = c.account.newID()
	}
	c.tokens.set(t.ID, t)
}

// DeleteToken takes a token away.
func (c *Change) DeleteToken(id string) error {
	if _, err := c.Token(id); err != nil {
		return err
	}
	c.tokens.set(id, nil)
	return nil
}

// uuid writes 32 hexadecimal digits as a UUID.
func uuid(id string) string {
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}
