package resolverpolicy

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/list"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/upstream"
)

// oneName is what to say of a policy without a name or with several.
const oneName = "a policy has one name, write: resolverpolicy NAME { ... }; what all policies share stands in a block without a name: resolverpolicy { ... }"

// declaration is one policy while its block is read (SPEC 5.4).
type declaration struct {
	block    *scope.Scope
	sources  *sources
	lists    list.Lists
	policy   *model.PolicySpec
	actions  []string // of view, resolvers and public, those written
	fallback bool     // whether fallback is written
}

func declare(block *scope.Scope, from *sources, head scope.Line) (scope.Declaration, error) {
	if len(head.Words) != 1 {
		return scope.Declaration{}, errors.New(oneName)
	}
	d := &declaration{block: block, sources: from, lists: make(list.Lists), policy: &model.PolicySpec{Pos: head.Pos, Name: head.Words[0]}}
	d.policy.Lists = d.lists
	return scope.Declaration{Object: d.object(), Properties: d.properties(), End: d.end}, nil
}

func (d *declaration) object() string { return fmt.Sprintf("%s %q", pluginName, d.policy.Name) }

func (d *declaration) properties() []scope.Property {
	return []scope.Property{
		{Usage: "description TEXT", Min: 1, Max: 1, Set: func(l scope.Line) error {
			d.policy.Description = l.Words[0]
			return nil
		}},
		{Usage: "precedence N", Min: 1, Max: 1, Set: d.precedence},
		{Usage: "disabled", Set: func(scope.Line) error {
			d.policy.Disabled = true
			return nil
		}},
		{Usage: "traffic EXPRESSION", Min: 1, Max: -1, Set: expression(&d.policy.Traffic)},
		{Usage: "identity EXPRESSION", Min: 1, Max: -1, Set: expression(&d.policy.Identity)},
		{Usage: "list NAME FILE [empty_ok]", Repeat: true, Min: 2, Max: 3, Set: d.list},
		{Usage: "view VIEW", Min: 1, Max: 1, Set: d.view},
		{Usage: "resolvers ADDRESS...", Min: 1, Max: -1, Set: d.resolvers},
		{Usage: "public", Set: d.public},
		{Usage: "fallback none|public_dns [TRIGGER...]", Min: 1, Max: -1, Set: d.setFallback},
		{Usage: "reenter", Set: func(scope.Line) error {
			d.policy.Reenter = true
			return nil
		}},
		{Usage: "private NAME...|special", Repeat: true, Min: 1, Max: -1, Set: d.private},
	}
}

func (d *declaration) precedence(l scope.Line) error {
	n, err := strconv.ParseUint(l.Words[0], 10, 32)
	if err != nil {
		return fmt.Errorf("precedence %q is not a number from 0 to 4294967295", l.Words[0])
	}
	value := uint32(n)
	d.policy.Precedence = &value
	return nil
}

// list reads a list file, so that the expressions can be checked against its type.
func (d *declaration) list(l scope.Line) error {
	name, file, emptyOK := l.Words[0], l.Words[1], len(l.Words) > 2
	if emptyOK && l.Words[2] != "empty_ok" {
		return fmt.Errorf("list %q: unexpected %q, allowed: empty_ok", name, l.Words[2])
	}
	if !list.ValidName(name) {
		return fmt.Errorf("list name %q, allowed: letters, digits, _, . and -", name)
	}
	if _, ok := d.lists[name]; ok {
		return fmt.Errorf("list %q is declared twice", name)
	}
	found, problems := d.sources.list(file, emptyOK, l.Pos)
	d.block.Report(problems...)
	d.lists[name] = found
	return nil
}

// expression keeps the source of an expression with its place.
func expression(into *model.Expression) func(scope.Line) error {
	return func(l scope.Line) error {
		if len(l.Words) > 1 {
			return errors.New(`an expression is one argument: put it in double quotes and its own strings in single ones, as in "dns.fqdn == 'www.example.org'"`)
		}
		if strings.TrimSpace(l.Words[0]) == "" {
			return errors.New("the expression is empty; leave the property out to match everything")
		}
		*into = model.Expression{Pos: l.Pos, Source: l.Words[0]}
		return nil
	}
}

func (d *declaration) view(l scope.Line) error {
	d.actions = append(d.actions, "view")
	d.policy.Action = model.UseView
	d.policy.View = model.Ref{Pos: l.Pos, Name: l.Words[0]}
	return nil
}

func (d *declaration) public(scope.Line) error {
	d.actions = append(d.actions, "public")
	d.policy.Action = model.UsePublic
	return nil
}

func (d *declaration) resolvers(l scope.Line) error {
	d.actions = append(d.actions, "resolvers")
	d.policy.Action, d.policy.Resolvers = model.UseResolvers, l.Words
	return upstream.Check(l.Words)
}

func (d *declaration) setFallback(l scope.Line) error {
	d.fallback = true
	switch strategy, triggers := l.Words[0], l.Words[1:]; strategy {
	case "none":
		if len(triggers) > 0 {
			return errors.New("fallback none takes no triggers")
		}
		return nil
	case "public_dns":
		return d.triggers(triggers)
	default:
		return fmt.Errorf("unknown fallback %q, allowed: none, public_dns", strategy)
	}
}

// triggers sets those named, or the default set.
func (d *declaration) triggers(words []string) error {
	d.policy.Fallback = model.DefaultTriggers
	if len(words) == 0 {
		return nil
	}
	d.policy.Fallback = 0
	for _, word := range words {
		t, ok := model.ParseTrigger(word)
		switch {
		case !ok:
			return fmt.Errorf("unknown trigger %q, allowed: %s", word, strings.Join(model.TriggerNames(), ", "))
		case d.policy.Fallback.Has(t):
			return fmt.Errorf("trigger %s is repeated", word)
		}
		d.policy.Fallback |= t
	}
	return nil
}

// private adds names, or the names of special use for the word special.
func (d *declaration) private(l scope.Line) error {
	for _, word := range l.Words {
		if word == "special" {
			d.policy.Private = append(d.policy.Private, model.SpecialNames()...)
			continue
		}
		if below, ok := strings.CutPrefix(word, "*."); ok {
			return fmt.Errorf("private name %q: a name stands for all below it, write %s", word, below)
		}
		name, err := domain.ParseZone(word)
		if err != nil {
			return fmt.Errorf("private name: %w", err)
		}
		d.policy.Private = append(d.policy.Private, name)
	}
	return nil
}

// end checks what concerns several properties and hands the policy over.
func (d *declaration) end() {
	fail := func(text string) {
		d.block.Incomplete()
		d.block.Report(problem.Problem{Code: problem.ActionInvalid, Pos: d.policy.Pos, Severity: problem.Error, Object: d.object(), Text: text})
	}
	switch len(d.actions) {
	case 0:
		fail("the policy has no action; write exactly one of view, resolvers and public")
		return
	case 1:
	default:
		fail("the policy has several actions (" + strings.Join(d.actions, ", ") + "); write exactly one of view, resolvers and public")
		return
	}
	if action := d.actions[0]; action != "view" {
		if d.fallback {
			fail("fallback goes with view only; beside " + action + " it has no meaning")
		}
		if len(d.policy.Private) > 0 {
			fail("private goes with view only; beside " + action + " it has no meaning")
		}
		if d.policy.Reenter {
			fail("reenter goes with view only; beside " + action + " it has no meaning")
		}
	}
	if d.policy.Reenter && d.policy.Action == model.UseView && d.policy.Fallback == 0 {
		fail("reenter goes with fallback public_dns: without one public DNS is not asked")
	}
	d.block.AddPolicy(d.policy)
}
