package telemetry

import (
	"time"

	"github.com/coredns/coredns/plugin"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// collector gives the gauges of the server blocks that serve, as they stand when
// Prometheus asks. What no block has any more is not shown.
type collector struct {
	blocks *scope.Serving[Meter]

	policyInfo, generation, published, built                   *prometheus.Desc
	sourceLoaded, sourceFailures, sourceFailing, sourceStalled *prometheus.Desc
}

// newCollector makes one that Prometheus asks.
func newCollector(blocks *scope.Serving[Meter]) *collector {
	c := &collector{
		blocks:         blocks,
		policyInfo:     description("policy_info", "Always 1, one series for each enabled policy.", "policy", "view"),
		generation:     description("snapshot_generation", "Number of the configuration's present state; it grows whenever zone data or views change."),
		published:      description("snapshot_published_timestamp_seconds", "Time when the configuration's present state came into use, in seconds since 1970."),
		built:          description("snapshot_build_duration_seconds", "Time it took to load all zones and check the configuration."),
		sourceLoaded:   description("source_loaded_timestamp_seconds", "Time of the last successful load of a file that policies read, in seconds since 1970.", "file"),
		sourceFailures: description("source_failures_total", "Counter of loads of a file that policies read which failed while older values went on being used.", "file"),
		sourceFailing:  description("source_failing", "Whether the last load of a file that policies read failed and older values are used, 1 or 0.", "file"),
		sourceStalled:  description("source_stalled", "Whether the file system does not answer while a file that policies read is read, 1 or 0.", "file"),
	}
	prometheus.MustRegister(c)
	return c
}

func description(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(plugin.Namespace, model.PolicyDirective, name), help, append([]string{"server"}, labels...), nil)
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.policyInfo, c.generation, c.published, c.built, c.sourceLoaded, c.sourceFailures, c.sourceFailing, c.sourceStalled} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. Where blocks share an address, and
// while a reload changes one for the other, the newest block speaks.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	type series struct {
		what   *prometheus.Desc
		labels [3]string
	}
	seen := make(map[series]bool)
	send := func(what *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		key := series{what: what}
		copy(key.labels[:], labels)
		if !seen[key] {
			seen[key] = true
			ch <- prometheus.MustNewConstMetric(what, kind, value, labels...)
		}
	}
	for _, m := range c.blocks.All() {
		snapshot := m.scope.Load()
		published, built := m.scope.Published()
		send(c.generation, prometheus.GaugeValue, float64(snapshot.Generation), m.server)
		send(c.published, prometheus.GaugeValue, seconds(published), m.server)
		send(c.built, prometheus.GaugeValue, built.Seconds(), m.server)
		for _, p := range snapshot.Policies {
			send(c.policyInfo, prometheus.GaugeValue, 1, m.server, p.Name, p.ViewName)
		}
		for _, s := range m.sources {
			loads := s.Loads()
			send(c.sourceLoaded, prometheus.GaugeValue, seconds(loads.Last), m.server, s.Path)
			send(c.sourceFailures, prometheus.CounterValue, loads.Failures, m.server, s.Path)
			send(c.sourceFailing, prometheus.GaugeValue, loads.Failing, m.server, s.Path)
			send(c.sourceStalled, prometheus.GaugeValue, loads.Stalled, m.server, s.Path)
		}
	}
}

// seconds returns a time as Prometheus has it.
func seconds(t time.Time) float64 { return float64(t.UnixNano()) / 1e9 }
