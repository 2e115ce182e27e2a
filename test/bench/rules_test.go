package bench

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// BenchmarkRules tells what it costs to make policies one after another: the last of many
// is to cost at most twice what the first did, and so is another change of one of them.
func BenchmarkRules(b *testing.B) {
	const views, rules, few = 1000, 5000, 200
	serve(b, liveCorefile)
	for b.Loop() {
		r := &ruled{account: openAccount(b, filepath.Join(b.TempDir(), "internaldns.db")), B: b}
		r.makeViews(views)
		made := r.times(rules, func(c *live.Change, i int) error {
			rule := c.CreateRule(live.Rule{
				Name: fmt.Sprintf("rule-%d", i), Enabled: true, Precedence: uint32(10_000 + i), Action: model.UseView, ViewID: r.views[i%views],
				Traffic: fmt.Sprintf("dns.src_ip in {10.%d.%d.0/24} and dns.fqdn != \"x.example\"", i>>8, i&255),
			})
			r.rules = append(r.rules, rule.ID)
			return nil
		})
		first := median(made[:few])
		b.ReportMetric(float64(first.Microseconds()), "first-us")
		last := median(made[rules-few:])
		b.ReportMetric(float64(last.Microseconds()), "last-us")
		b.ReportMetric(float64(last)/float64(first), "last/first")
		for _, kind := range r.kinds() {
			took := median(r.times(few, kind.change))
			b.ReportMetric(float64(took)/float64(first), kind.name+"/first")
		}
		r.close(b)
	}
}

// ruled is an account with views and rules.
type ruled struct {
	*testing.B
	*account
	views, rules []string // ids
}

func (r *ruled) makeViews(n int) {
	r.Helper()
	r.change(r.B, func(c *live.Change) error {
		for i := range n {
			z, err := c.CreateZone(fmt.Sprintf("zone-%d.example.", i))
			if err != nil {
				return err
			}
			r.views = append(r.views, c.CreateView(fmt.Sprintf("view-%d", i), []string{z.ID}).ID)
		}
		return nil
	})
}

// kind is a way to change one policy.
type kind struct {
	name   string
	change func(c *live.Change, i int) error
}

func (r *ruled) kinds() []kind {
	update := func(change func(rule *live.Rule, i int)) func(*live.Change, int) error {
		return func(c *live.Change, i int) error {
			_, err := c.UpdateRule(r.rules[i*17], func(rule *live.Rule) error {
				change(rule, i)
				return nil
			})
			return err
		}
	}
	return []kind{
		{"edit", update(func(rule *live.Rule, i int) { rule.Traffic = fmt.Sprintf("dns.src_ip in {10.99.%d.0/24}", i) })},
		{"move", update(func(rule *live.Rule, i int) { rule.Precedence = uint32(1 + i) })},
		{"disable", update(func(rule *live.Rule, _ int) { rule.Enabled = false })},
		{"delete", func(c *live.Change, i int) error { return c.DeleteRule(r.rules[i*17]) }},
		{"rename-view", func(c *live.Change, i int) error {
			_, err := c.UpdateView(r.views[i], func(v *live.View) error {
				v.Name = fmt.Sprintf("renamed-%d", i)
				return nil
			})
			return err
		}},
	}
}

// times makes changes one after another and returns how long each took.
func (r *ruled) times(n int, change func(c *live.Change, i int) error) []time.Duration {
	r.Helper()
	took := make([]time.Duration, n)
	for i := range took {
		began := time.Now()
		r.change(r.B, func(c *live.Change) error { return change(c, i) })
		took[i] = time.Since(began)
	}
	return took
}

func median(list []time.Duration) time.Duration {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}
