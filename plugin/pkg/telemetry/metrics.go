package telemetry

import (
	"github.com/coredns/coredns/plugin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// Counters go on through a reload as far as what they count is still configured;
// see meter.
var (
	// queries counts all queries that reach the policies.
	queries = counter("queries_total",
		"Counter of queries by the policy that matched, its view, the matching zone and the internal rcode; empty where there is none.",
		"policy", "view", "zone", "rcode")
	// fallbacks counts queries taken to public DNS, by what came back.
	fallbacks = counter("fallbacks_total", "Counter of queries sent to public DNS because of the internal answer, by the public rcode.",
		"policy", "trigger", "rcode")
	// keptPrivate counts fallbacks that did not happen.
	keptPrivate = counter("private_total", "Counter of internal answers returned because the name to be sent is private.", "policy")
	// shed counts fallbacks that did not happen, either.
	shed = counter("fallbacks_shed_total", "Counter of queries answered with SERVFAIL at once because public DNS does not answer and enough queries wait for it.", "policy")
	// references counts queries whose answer is looked for beyond the matching zone.
	references = counter("references_total", "Counter of queries that followed references, by how many in a row.", "policy", "depth")
	// flattened counts the ends of chains of CNAMEs and DNAMEs.
	flattened = counter("flattened_total", "Counter of queries that led through CNAMEs or DNAMEs, by how that ended.", "policy", "outcome")
	// dropped counts lines missing in the query log.
	dropped = counter("query_log_dropped_total", "Counter of queries that are missing in the query log because it could not keep up or not be written.")

	// direct counts queries that came to sockets of the suite's own.
	direct = counter("fast_udp_queries_total", "Counter of queries that fast_udp has taken: answered, passed to the plugins, or dropped because too many were under way.", "result")

	durations = histogram("duration_seconds",
		"Histogram of the time from a query's arrival at the policies to its internal answer; one query in seventeen is timed.",
		[]float64{1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 1e-3})
	evaluated = histogram("policies_evaluated",
		"Histogram of how many policies had their expressions looked at; one query in seventeen is counted.",
		[]float64{0, 1, 2, 4, 8, 16, 64, 256, 1024})

	// serving are the blocks that serve: gauges are read from them, and they tell
	// what they have counted.
	serving = new(scope.Serving[Meter])

	_ = newCollector(serving)
	_ = newCounters(serving, queries, fallbacks, keptPrivate, shed, references, flattened, dropped, direct)
)

// counters gives counters, after the blocks that serve have told what they counted.
type counters struct {
	blocks *scope.Serving[Meter]
	vecs   []*prometheus.CounterVec
}

// newCounters makes one that Prometheus asks.
func newCounters(blocks *scope.Serving[Meter], vecs ...*prometheus.CounterVec) *counters {
	c := &counters{blocks: blocks, vecs: vecs}
	prometheus.MustRegister(c)
	return c
}

// Describe implements prometheus.Collector.
func (c *counters) Describe(ch chan<- *prometheus.Desc) {
	for _, v := range c.vecs {
		v.Describe(ch)
	}
}

// Collect implements prometheus.Collector.
func (c *counters) Collect(ch chan<- prometheus.Metric) {
	for _, m := range c.blocks.All() {
		m.flush()
	}
	for _, v := range c.vecs {
		v.Collect(ch)
	}
}

// counter makes a counter of the plugin; the label server comes first (SPEC 8).
func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: plugin.Namespace, Subsystem: model.PolicyDirective, Name: name, Help: help,
	}, append([]string{"server"}, labels...))
}

func histogram(name, help string, buckets []float64) *prometheus.HistogramVec {
	return promauto.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: plugin.Namespace, Subsystem: model.PolicyDirective, Name: name, Help: help, Buckets: buckets,
	}, []string{"server"})
}
