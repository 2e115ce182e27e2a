package resolverpolicy

import (
	"github.com/coredns/coredns/plugin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

var (
	// fallbacks counts queries taken to public DNS, by what came back.
	fallbacks = counter("fallbacks_total", "Counter of queries sent to public DNS because of the internal answer, by the public rcode.",
		"policy", "trigger", "rcode")
	// loops counts chains of CNAMEs that never end.
	loops = counter("cname_loops_total", "Counter of queries whose chain of CNAMEs is a loop or too long.", "policy")
	// keptPrivate counts fallbacks that did not happen.
	keptPrivate = counter("private_total", "Counter of internal answers returned because the name to be sent is private.", "policy")
	// sourceFailures counts loads that kept the old values.
	sourceFailures = counter("source_failures_total",
		"Counter of loads of a file that policies read which failed while older values went on being used.", "file")
	// sourceLoaded tells the age of lists.
	sourceLoaded = promauto.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: plugin.Namespace,
		Subsystem: pluginName,
		Name:      "source_loaded_timestamp_seconds",
		Help:      "Time of the last successful load of a file that policies read, in seconds since 1970.",
	}, []string{"server", "file"})
)

// counter makes a counter of the plugin; the label server comes first (SPEC 8).
func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return promauto.NewCounterVec(prometheus.CounterOpts{
		Namespace: plugin.Namespace, Subsystem: pluginName, Name: name, Help: help,
	}, append([]string{"server"}, labels...))
}
