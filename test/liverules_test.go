package test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"
)

// LIVE 2: policies made one after another are each in force on the next
// query, and the last costs about what the first did. INTERNALDNS_LONG=1 makes 5,000 over
// 1,000 views.
func TestLiveRules(t *testing.T) {
	views, rules := 40, 200
	if os.Getenv("INTERNALDNS_LONG") != "" {
		views, rules = 1000, 5000
	}
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	account := "/accounts/" + s.account()
	var calls []map[string]any
	call := func(path string, body map[string]any) {
		calls = append(calls, map[string]any{"method": http.MethodPost, "path": path, "body": body})
	}
	var ids []string
	flush := func() {
		var made struct{ Results []struct{ Result idOf } }
		s.call(http.MethodPost, account+"/internal_dns/changes", map[string]any{"calls": calls}, &made)
		for i := 2; i < len(made.Results); i += 3 {
			ids = append(ids, made.Results[i].Result.ID)
		}
		calls = nil
	}
	for i := range views {
		zone := fmt.Sprintf("${%d.id}", len(calls))
		call("/zones", map[string]any{"name": fmt.Sprintf("zone-%d.example", i)})
		call("/zones/"+zone+"/dns_records", aRecord("*", fmt.Sprintf("10.0.%d.%d", i/256, i%256)))
		call(account+"/dns_settings/views", map[string]any{"name": fmt.Sprintf("view %d", i), "zones": []string{zone}})
		if len(calls) > 900 || i == views-1 {
			flush()
		}
	}
	took := make([]time.Duration, rules)
	for i := range rules {
		name := fmt.Sprintf("host-%d.zone-%d.example", i, i%views)
		began := time.Now()
		s.call(http.MethodPost, account+"/gateway/rules", map[string]any{
			"name": fmt.Sprintf("rule %d", i), "action": "resolve", "enabled": true, "traffic": fmt.Sprintf("dns.fqdn == %q", name),
			"rule_settings": map[string]any{"resolve_dns_internally": map[string]any{"view_id": ids[i%views]}},
		}, nil)
		took[i] = time.Since(began)
		s.wantAnswer(name+".", "NOERROR", fmt.Sprintf("10.0.%d.%d", i%views/256, i%views%256))
		if t.Failed() {
			return
		}
	}
	few := rules / 20
	first, last := slices.Sorted(slices.Values(took[:few])), slices.Sorted(slices.Values(took[rules-few:]))
	t.Logf("a rule took %v at first, %v in the end (medians of %d), %.2f times", first[few/2], last[few/2], few, float64(last[few/2])/float64(first[few/2]))
}
