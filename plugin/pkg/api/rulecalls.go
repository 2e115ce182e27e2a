package api

import (
	"cmp"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// firstPrecedence is what the first rule without a precedence gets.
const firstPrecedence = 1000

func listRules(c *call) *Error {
	var shown []ruleObject
	for _, r := range c.account.Rules() {
		if c.mayRule(token.ResolverPoliciesRead, r) {
			shown = append(shown, c.showRule(r))
		}
	}
	if shown == nil {
		shown = []ruleObject{}
	}
	c.result, c.info = shown, whole(len(shown))
	return nil
}

// mayRule reports whether the bearer has a permission on a rule.
func (c *call) mayRule(want token.Permission, r *live.Rule) bool {
	return c.may(want, token.Resource{Rule: r.ID})
}

// findRule returns the rule of the path, if the bearer has a permission on it.
func (c *call) findRule(want token.Permission) (*live.Rule, *Error) {
	id := c.req.PathValue("rule")
	r := c.objects().Rule(id)
	if r == nil || !c.mayRule(token.ResolverPoliciesRead, r) {
		return nil, notFound(&live.NotFoundError{Kind: "rule", ID: id})
	}
	if !c.mayRule(want, r) {
		return nil, c.forbidden(want)
	}
	return r, nil
}

func getRule(c *call) *Error {
	r, bad := c.findRule(token.ResolverPoliciesRead)
	if bad != nil {
		return bad
	}
	c.result = c.showRule(r)
	return nil
}

func createRule(c *call) *Error {
	var body ruleBody
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	if bad := cmp.Or(body.check(), body.checkWhole()); bad != nil {
		return bad
	}
	var r live.Rule
	if bad := body.apply(&r); bad != nil {
		return bad
	}
	return c.writeRule(&r, func(ch *live.Change) (*live.Rule, error) {
		now := r
		if !body.Precedence.has() {
			now.Precedence = nextPrecedence(ch)
		}
		return ch.CreateRule(now), nil
	})
}

// nextPrecedence returns one behind all others.
func nextPrecedence(ch *live.Change) uint32 {
	if highest := ch.HighestPrecedence(); highest >= firstPrecedence {
		return highest + 1
	}
	return firstPrecedence
}

// writeRule makes a change of a rule and answers with that.
func (c *call) writeRule(said *live.Rule, change func(*live.Change) (*live.Rule, error)) *Error {
	if said.Action == model.UseView && said.ViewID != "" && c.objects().View(said.ViewID) == nil {
		c.note(codeViewMissing, "there is no view with this id: queries that the rule matches get SERVFAIL until there is", "/rule_settings/resolve_dns_internally/view_id")
	}
	var now *live.Rule
	if bad := c.do(func(ch *live.Change) (err error) {
		now, err = change(ch)
		return err
	}); bad != nil {
		return bad
	}
	c.result = c.showRule(now)
	return nil
}

func putRule(c *call) *Error { return c.editRule(false) }

func patchRule(c *call) *Error { return c.editRule(true) }

// editRule changes a rule: what is absent stays with PATCH, and goes to its default with
// PUT, but for the precedence.
func (c *call) editRule(patch bool) *Error {
	var body ruleBody
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	old, bad := c.findRule(token.ResolverPoliciesWrite)
	if bad != nil {
		return bad
	}
	if bad := body.check(); bad != nil {
		return bad
	}
	if bad := body.checkWhole(); bad != nil && !patch {
		return bad
	}
	said := *old
	if bad := body.apply(&said); bad != nil {
		return bad
	}
	return c.writeRule(&said, func(ch *live.Change) (*live.Rule, error) {
		return ch.UpdateRule(old.ID, func(r *live.Rule) error {
			if !patch {
				*r = live.Rule{Precedence: r.Precedence, Version: r.Version, Created: r.Created}
			}
			if bad := body.apply(r); bad != nil {
				return bad
			}
			return nil
		})
	})
}

func deleteRule(c *call) *Error {
	r, bad := c.findRule(token.ResolverPoliciesWrite)
	if bad != nil {
		return bad
	}
	if bad := c.do(func(ch *live.Change) error { return ch.DeleteRule(r.ID) }); bad != nil {
		return bad
	}
	c.result = struct{}{}
	return nil
}

// orderBody is an order of rules.
type orderBody struct {
	Rules []string `json:"rules" required:"true" about:"ids, in the order that they are to be tried in; the precedences they have are shared out among them, so that others stay where they are"`
}

// orderRules puts rules into an order, as dragging them does.
func orderRules(c *call) *Error {
	var body orderBody
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	seen := make(map[string]bool, len(body.Rules))
	for i, id := range body.Rules {
		pointer := "/rules/" + number(i)
		r := c.objects().Rule(id)
		switch {
		case r == nil || !c.mayRule(token.ResolverPoliciesRead, r):
			return invalid(codeNoRule, pointer, "there is no rule %q", clip(id))
		case !c.mayRule(token.ResolverPoliciesWrite, r):
			return c.forbidden(token.ResolverPoliciesWrite)
		case seen[id]:
			return invalid(codeInvalid, pointer, "the rule %q is named twice", clip(r.Name))
		}
		seen[id] = true
	}
	var now []*live.Rule
	if bad := c.do(func(ch *live.Change) (err error) {
		now, err = ch.OrderRules(body.Rules)
		return err
	}); bad != nil {
		return bad
	}
	shown := make([]ruleObject, len(now))
	for i, r := range now {
		shown[i] = c.showRule(r)
	}
	c.result, c.info = shown, whole(len(shown))
	return nil
}
