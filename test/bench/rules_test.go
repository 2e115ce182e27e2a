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
// is to cost at most twice what the first does, and so is any other change of one. What is
// compared is done in turn, in an account with many policies and in one with few.
func BenchmarkRules(b *testing.B) {
	const views, rules, few = 1000, 5000, 200
	for b.Loop() {
		full, small := newRuled(b, views), newRuled(b, views)
		for range rules - few {
			full.change(b, full.create)
		}
		for i, kind := range kinds() {
			of, ofSmall := make([]time.Duration, few), make([]time.Duration, few)
			for n := range few {
				ofSmall[n] = small.time(n*len(small.rules)/few, kind.change)
				of[n] = full.time(n*len(full.rules)/few, kind.change)
			}
			if i == 0 {
				b.ReportMetric(float64(median(ofSmall).Microseconds()), "first-us")
				b.ReportMetric(float64(median(of).Microseconds()), "last-us")
			}
			b.ReportMetric(float64(median(of))/float64(median(ofSmall)), kind.name)
		}
		full.close(b)
		small.close(b)
	}
}

// ruled is an account with views and rules, in a server block of its own.
type ruled struct {
	*testing.B
	*account
	views, rules []string // ids
}

func newRuled(b *testing.B, views int) *ruled {
	b.Helper()
	serve(b, liveCorefile)
	r := &ruled{B: b, account: openAccount(b, filepath.Join(b.TempDir(), "internaldns.db"))}
	r.change(b, func(c *live.Change) error {
		for i := range views {
			z, err := c.CreateZone(fmt.Sprintf("zone-%d.example.", i))
			if err != nil {
				return err
			}
			r.views = append(r.views, c.CreateView(fmt.Sprintf("view-%d", i), []string{z.ID}).ID)
		}
		return nil
	})
	return r
}

// create makes one more rule.
func (r *ruled) create(c *live.Change) error {
	i := len(r.rules)
	r.rules = append(r.rules, c.CreateRule(live.Rule{
		Name: fmt.Sprintf("rule-%d", i), Enabled: true, Precedence: uint32(10_000 + i), Action: model.UseView, ViewID: r.views[i%len(r.views)],
		Traffic: fmt.Sprintf("dns.src_ip in {10.%d.%d.0/24} and dns.fqdn != \"x.example\"", i>>8, i&255),
	}).ID)
	return nil
}

// kind is a way to change one policy.
type kind struct {
	name   string
	change func(r *ruled, c *live.Change, i int) error // the i-th
}

func kinds() []kind {
	update := func(change func(rule *live.Rule, i int)) func(*ruled, *live.Change, int) error {
		return func(r *ruled, c *live.Change, i int) error {
			_, err := c.UpdateRule(r.rules[i], func(rule *live.Rule) error {
				change(rule, i)
				return nil
			})
			return err
		}
	}
	return []kind{
		{"last/first", func(r *ruled, c *live.Change, _ int) error { return r.create(c) }},
		{"edit", update(func(rule *live.Rule, i int) { rule.Traffic = fmt.Sprintf("dns.src_ip in {10.99.%d.%d}", i>>8, i&255) })},
		{"move", update(func(rule *live.Rule, i int) { rule.Precedence = uint32(1 + i) })},
		{"disable", update(func(rule *live.Rule, _ int) { rule.Enabled = false })},
		{"delete", func(r *ruled, c *live.Change, i int) error { return c.DeleteRule(r.rules[i]) }},
		{"rename-view", func(r *ruled, c *live.Change, i int) error {
			_, err := c.UpdateView(r.views[i%len(r.views)], func(v *live.View) error {
				v.Name = fmt.Sprintf("renamed-%d", i)
				return nil
			})
			return err
		}},
	}
}

// time makes a change and returns how long it took.
func (r *ruled) time(i int, change func(*ruled, *live.Change, int) error) time.Duration {
	r.Helper()
	began := time.Now()
	r.change(r.B, func(c *live.Change) error { return change(r, c, i) })
	return time.Since(began)
}

func median(list []time.Duration) time.Duration {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}
