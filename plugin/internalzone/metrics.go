package internalzone

import (
	"fmt"
	"strings"
	"time"

	"github.com/coredns/coredns/plugin"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// collected gives the metrics of the zones that serve.
var collected = newCollector()

// served is the zones of one server block.
type served struct {
	block  *scope.Scope
	server string // label of the block's metrics
	zones  []servedZone
}

type servedZone struct {
	id     string
	source *heldZone
}

// maxNoted bounds the zones that one line of the log names.
const maxNoted = 8

// noteSOAs tells at the start which zones have no SOA in their data.
func (s *served) noteSOAs() {
	snapshot := s.block.Load()
	if snapshot == nil {
		return
	}
	var first string
	var ids []string
	for _, z := range s.zones {
		if data := snapshot.Data(snapshot.Zone(z.id)); data.Synthesized() {
			if ids = append(ids, z.id); first == "" {
				first = data.SOA().String()
			}
		}
	}
	if len(ids) == 0 {
		return
	}
	more := ""
	if n := len(ids) - maxNoted; n > 0 {
		ids, more = ids[:maxNoted], fmt.Sprintf(" and %d more", n)
	}
	log.Infof("No SOA is in the data of %s%s, so one is made up, such as %s", strings.Join(ids, ", "), more, strings.ReplaceAll(first, "\t", " "))
}

// collector gives the metrics of the zones that serve, as they stand when
// Prometheus asks. What no block has any more is not shown.
type collector struct {
	blocks scope.Serving[served]

	records, serial, lastLoad, loadFailing, loadFailures, loadStalled *prometheus.Desc
}

// newCollector makes one that Prometheus asks.
func newCollector() *collector {
	c := newUnregistered()
	prometheus.MustRegister(c)
	return c
}

func newUnregistered() *collector {
	return &collector{
		records:      description("records", "Records of the zone that is served."),
		serial:       description("serial", "SOA serial of the zone that is served."),
		lastLoad:     description("last_load_timestamp_seconds", "Time of the zone's last successful load, in seconds since 1970."),
		loadFailing:  description("load_failing", "Whether the zone's last load failed and older data is served, 1 or 0."),
		loadStalled:  description("load_stalled", "Whether the file system does not answer while the zone's files are read, 1 or 0."),
		loadFailures: description("load_failures_total", "Counter of loads that failed while older data went on being served."),
	}
}

func description(name, help string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(plugin.Namespace, pluginName, name), help, []string{"server", "zone"}, nil)
}

// Refused returns why the last change of a zone's files was not taken, by the zone's ID; of
// zones that serve what their files hold nothing.
func (z *InternalZone) Refused() map[string]string {
	out := make(map[string]string)
	for _, one := range z.zones.zones {
		if text := one.source.files.Loads().Refused; text != "" {
			out[one.id] = text
		}
	}
	return out
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.records, c.serial, c.lastLoad, c.loadFailing, c.loadFailures, c.loadStalled} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. Where blocks share an address and an
// ID, and while a reload changes one for the other, the newest block speaks.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	seen := make(map[[2]string]bool)
	for _, b := range c.blocks.All() {
		snapshot := b.block.Load()
		for _, z := range b.zones {
			key := [...]string{b.server, z.id}
			if seen[key] {
				continue
			}
			seen[key] = true
			declared := snapshot.Zone(z.id)
			if declared == nil {
				continue // an update has taken it away
			}
			data := snapshot.Data(declared)
			send := func(what *prometheus.Desc, kind prometheus.ValueType, value float64) {
				ch <- prometheus.MustNewConstMetric(what, kind, value, b.server, z.id)
			}
			send(c.records, prometheus.GaugeValue, float64(data.Records()))
			send(c.serial, prometheus.GaugeValue, float64(data.SOA().Serial))
			loads := z.source.files.Loads()
			send(c.lastLoad, prometheus.GaugeValue, float64(loads.Last.UnixNano())/float64(time.Second))
			send(c.loadFailing, prometheus.GaugeValue, loads.Failing)
			send(c.loadFailures, prometheus.CounterValue, loads.Failures)
			send(c.loadStalled, prometheus.GaugeValue, loads.Stalled)
		}
	}
}
