package compare

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// policies notes which policies of a block come, go and change: who gets which
// answers, apart from what these are.
func (c *comparison) policies(pair blocks) {
	name := pair.after.Name
	before, after := byName(pair.before.Snapshot), byName(pair.after.Snapshot)
	for _, old := range pair.before.Snapshot.Policies {
		now := after[old.Name]
		if now == nil {
			c.setting(name, old.Name, "the policy is gone or disabled")
			continue
		}
		if now == old {
			continue
		}
		for _, f := range fields(old, now) {
			if f.old != f.new {
				c.setting(name, now.Name, fmt.Sprintf("%s: %s → %s", f.name, orNone(f.old), orNone(f.new)))
			}
		}
	}
	for _, now := range pair.after.Snapshot.Policies {
		if before[now.Name] == nil {
			c.setting(name, now.Name, "the policy is new")
		}
	}
}

// field is one property of a policy in both configurations.
type field struct{ name, old, new string }

func fields(old, now *model.Policy) []field {
	return []field{
		{"precedence", fmt.Sprint(old.Precedence), fmt.Sprint(now.Precedence)},
		{"traffic", source(old.Traffic), source(now.Traffic)},
		{"identity", source(old.Identity), source(now.Identity)},
		{"posture", source(old.Posture), source(now.Posture)},
		{"schedule", hours(old.Schedule), hours(now.Schedule)},
		{"expires", instant(old.Expires), instant(now.Expires)},
		{"action", action(old), action(now)},
		{"fallback", triggers(old.Fallback), triggers(now.Fallback)},
		{"reenter", strconv.FormatBool(old.Reenter), strconv.FormatBool(now.Reenter)},
		{"private", private(old), private(now)},
	}
}

func source(p *expr.Program) string {
	if p == nil {
		return ""
	}
	return p.String()
}

func hours(s *model.Schedule) string {
	if s == nil {
		return ""
	}
	return s.String()
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func action(p *model.Policy) string {
	switch p.Action {
	case model.UsePublic:
		return "public"
	case model.UseResolvers:
		return "resolvers " + strings.Join(p.Resolvers, " ")
	}
	return "view " + p.ViewName
}

func triggers(set model.Triggers) string {
	var out []string
	for _, name := range model.TriggerNames() {
		if t, _ := model.ParseTrigger(name); set.Has(t) {
			out = append(out, name)
		}
	}
	return strings.Join(out, " ")
}

// private returns the names a policy keeps, those of the word special by that word.
func private(p *model.Policy) string {
	names, special := p.PrivateNames(), model.SpecialNames()
	rest := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(special, name) })
	if len(names)-len(rest) == len(special) {
		names = append(rest, "special")
	}
	return strings.Join(names, " ")
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
