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
// is to cost at most twice what the first did.
func BenchmarkRules(b *testing.B) {
	const views, rules, few = 1000, 5000, 200
	serve(b, liveCorefile)
	for b.Loop() {
		a := openAccount(b, filepath.Join(b.TempDir(), "internaldns.db"))
		ids := make([]string, views)
		a.change(b, func(c *live.Change) error {
			for i := range ids {
				z, err := c.CreateZone(fmt.Sprintf("zone-%d.example.", i))
				if err != nil {
					return err
				}
				ids[i] = c.CreateView(fmt.Sprintf("view-%d", i), []string{z.ID}).ID
			}
			return nil
		})
		took := make([]time.Duration, rules)
		for i := range took {
			began := time.Now()
			a.change(b, func(c *live.Change) error {
				c.CreateRule(live.Rule{
					Name: fmt.Sprintf("rule-%d", i), Enabled: true, Precedence: uint32(10_000 + i), Action: model.UseView, ViewID: ids[i%views],
					Traffic: fmt.Sprintf("dns.src_ip in {10.%d.%d.0/24} and dns.fqdn != \"x.example\"", i>>8, i&255),
				})
				return nil
			})
			took[i] = time.Since(began)
		}
		first, last := median(took[:few]), median(took[rules-few:])
		b.ReportMetric(float64(first.Microseconds()), "first-us")
		b.ReportMetric(float64(last.Microseconds()), "last-us")
		b.ReportMetric(float64(last)/float64(first), "last/first")
		a.close(b)
	}
}

func median(list []time.Duration) time.Duration {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}
