package internalzone

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"weak"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// zoneMetrics returns the values of the plugin's metrics, by name, of the zones served.
func zoneMetrics(t *testing.T, c *collector) map[string][]float64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(c); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			value := m.GetGauge().GetValue()
			if f.GetType() == dto.MetricType_COUNTER {
				value = m.GetCounter().GetValue()
			}
			name := strings.TrimPrefix(f.GetName(), "coredns_internalzone_")
			out[name] = append(out[name], value)
		}
	}
	return out
}

// The metrics tell what is served, and whether the last load failed. Two blocks
// with one address and ID do not break them.
func TestMetrics(t *testing.T) {
	file := filepath.Join(t.TempDir(), "zone")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("@ SOA ns h 7 1 1 1 1\n@ NS ns\nns A 192.0.2.1\n")
	block := new(scope.Scope)
	var changed changes
	held := newHeldZone(source{apex: "example.org.", files: []string{file}, ttl: defaultTTL, flatten: true}, &changed)
	held.subscribers = []subscriber{{block: weak.Make(block), id: "example.org"}}
	block.AddZone(&model.ZoneSpec{ID: "example.org", Apex: "example.org."}, held.first)
	handler := &InternalZone{scope: block}
	if handler.Ready() {
		t.Error("ready before the zones are loaded")
	}
	if err := block.Build().Err(); err != nil {
		t.Fatal(err)
	}
	if !handler.Ready() {
		t.Error("not ready with all zones loaded")
	}
	c := newUnregistered()
	blocks := []*served{
		{block: block, server: "a", zones: []servedZone{{"example.org", held}}},
		{block: block, server: "a", zones: []servedZone{{"example.org", held}}},
	}
	for _, b := range blocks {
		c.blocks.Add(b)
	}
	check := func(what string, want map[string]float64) {
		t.Helper()
		got := zoneMetrics(t, c)
		for name, value := range want {
			if !slices.Equal(got[name], []float64{value}) {
				t.Errorf("%s: %s is %v, want %v", what, name, got[name], value)
			}
		}
		if last := got["last_load_timestamp_seconds"]; len(last) != 1 || time.Since(time.Unix(int64(last[0]), 0)) > time.Minute {
			t.Errorf("%s: the last load was at %v", what, last)
		}
	}
	check("at first", map[string]float64{"records": 3, "serial": 7, "load_failing": 0, "load_failures_total": 0})
	write("@ SOA ns h 8 1 1 1 1\n@ NS ns\nns A 192.0.2.999\n")
	settle(held)
	changed.publish()
	check("broken", map[string]float64{"records": 3, "serial": 7, "load_failing": 1, "load_failures_total": 1})
	write("@ SOA ns h 9 1 1 1 1\n@ NS ns\nns A 192.0.2.1\nns A 192.0.2.2\n")
	settle(held)
	changed.publish()
	check("mended", map[string]float64{"records": 4, "serial": 9, "load_failing": 0, "load_failures_total": 1})
	for _, b := range blocks {
		c.blocks.Remove(b)
	}
	if got := zoneMetrics(t, c); len(got) != 0 {
		t.Errorf("zones that do not serve have metrics: %v", got)
	}
}

// A zone that an update takes away has no metrics any more, and what is read from its
// file afterwards is for nobody.
func TestMetricsOfZoneGone(t *testing.T) {
	block := new(scope.Scope)
	var changed changes
	held := newHeldZone(source{apex: "example.org.", ttl: defaultTTL}, &changed)
	block.AddZone(&model.ZoneSpec{ID: "example.org", Apex: "example.org."}, held.first)
	if err := block.Build().Err(); err != nil {
		t.Fatal(err)
	}
	zones := &served{block: block, server: "here", zones: []servedZone{{id: "example.org", source: held}}}
	c := newUnregistered()
	c.blocks.Add(zones)
	if got := zoneMetrics(t, c)["records"]; len(got) != 1 {
		t.Fatalf("records %v of one zone", got)
	}
	err := block.Update(func(old *model.Snapshot) (*model.Snapshot, problem.List) { return model.Build(model.Spec{}, old) }).Err()
	if err != nil {
		t.Fatal(err)
	}
	changed.add(subscriber{block: weak.Make(block), id: "example.org"}, held.zone)
	changed.publish()
	if got := zoneMetrics(t, c); len(got) != 0 {
		t.Errorf("metrics of a zone that is gone: %v", got)
	}
	if handler := (&InternalZone{scope: block}); !handler.Ready() {
		t.Error("a block without zones is not ready")
	}
}

// A block that serves an account is not ready before that is there.
func TestReadyWaits(t *testing.T) {
	block := new(scope.Scope)
	block.Serve("default")
	if err := block.Build().Err(); err != nil {
		t.Fatal(err)
	}
	handler := &InternalZone{scope: block}
	if handler.Ready() {
		t.Error("ready before the account is there")
	}
	block.Attached()
	if !handler.Ready() {
		t.Error("not ready with the account")
	}
}
