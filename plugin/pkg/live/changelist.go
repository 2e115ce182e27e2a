package live

import (
	"fmt"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/list"
)

// List returns the list of an ID, a declared one too.
func (c *Change) List(id string) (*List, error) {
	if l := c.lists.get(id); l != nil {
		return l, nil
	}
	if l := c.declared.lists[id]; l != nil {
		return l, nil
	}
	return nil, &NotFoundError{"list", id}
}

// CreateList makes a list. pointer is where the items stand in the call.
func (c *Change) CreateList(l List, items []ListItem, pointer string) (*List, error) {
	l.ID, l.Created, l.Modified = uuid(c.account.newID()), c.now, c.now
	if err := l.Put(items, pointer, c.now); err != nil {
		return nil, err
	}
	c.putList(l.ID, &l)
	return &l, nil
}

// UpdateList changes what update does of a list but for its ID and its kind.
func (c *Change) UpdateList(id string, update func(*List) error) (*List, error) {
	old, err := c.List(id)
	if err != nil {
		return nil, err
	}
	if old.Declared != nil {
		return nil, &DeclaredError{"list", *old.Declared}
	}
	next := *old
	if err := update(&next); err != nil {
		return nil, err
	}
	next.ID, next.Kind, next.Created, next.Modified = id, old.Kind, old.Created, c.now
	c.putList(id, &next)
	return &next, nil
}

// DeleteList takes a list away. Policies that name it are an error unless force is set:
// they are then left out until they name a list that there is.
func (c *Change) DeleteList(id string, force bool) error {
	l, err := c.List(id)
	if err != nil {
		return err
	}
	if l.Declared != nil {
		return &DeclaredError{"list", *l.Declared}
	}
	rules := c.naming(id)
	if len(rules) > 0 && !force {
		return &InUseError{"list", l.Name, rulesBy(rules)}
	}
	c.loose = c.loose || len(rules) > 0
	c.putList(id, nil)
	return nil
}

// rulesBy names policies as what uses something.
func rulesBy(rules []*Rule) []string {
	by := make([]string, len(rules))
	for i, r := range rules {
		by[i] = fmt.Sprintf("resolver policy %q", r.Name)
	}
	slices.Sort(by)
	return by
}

// putList has a list be what it is now, and the policies that name it follow: no others.
func (c *Change) putList(id string, now *List) {
	c.lists.set(id, now)
	if rules := c.naming(id); len(rules) > 0 {
		c.specs.setRules(rules, c)
		c.linked = true
	}
}

// naming returns the rules that name a list, those declared not among them.
func (c *Change) naming(list string) (rules []*Rule) {
	for _, r := range c.rules.all() {
		if slices.Contains(r.lists(), list) {
			rules = append(rules, r)
		}
	}
	return rules
}

// listValues implements namer.
func (c *Change) listValues(id string) *list.List {
	return c.objects.listValues(id, c.declared, c.specs.located)
}

// mayMiss reports whether a change may leave the object at a position out: a policy that
// names a list that there is not, after a change that says so.
func (c *Change) mayMiss(at string) bool {
	id, ok := strings.CutPrefix(at, "/rules/")
	if !c.loose || !ok {
		return false
	}
	r := c.rules.get(id)
	return r != nil && slices.ContainsFunc(r.lists(), func(list string) bool {
		_, err := c.List(list)
		return err != nil
	})
}
