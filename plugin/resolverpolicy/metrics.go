package resolverpolicy

import (
	"github.com/coredns/coredns/plugin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

var (
	// fallbacks counts queries taken to public DNS, by what came back.
	fallbacks = promauto.NewCounterVec(prometheus.CounterOpts{
		Namespace: plugin.Namespace,
		Subsystem: pluginName,
		Name:      "fallbacks_total",
		Help:      "Counter of queries sent to public DNS because of the internal answer, by the public rcode.",
	}, []string{"server", "policy", "trigger", "rcode"})
	// loops counts chains of CNAMEs that never end.
	loops = promauto.NewCounterVec(prometheus.CounterOpts{
		Namespace: plugin.Namespace,
		Subsystem: pluginName,
		Name:      "cname_loops_total",
		Help:      "Counter of queries whose chain of CNAMEs is a loop or too long.",
	}, []string{"server", "policy"})
	// keptPrivate counts fallbacks that did not happen.
	keptPrivate = promauto.NewCounterVec(prometheus.CounterOpts{
		Namespace: plugin.Namespace,
		Subsystem: pluginName,
		Name:      "private_total",
		Help:      "Counter of internal answers returned because the name to be sent is private.",
	}, []string{"server", "policy"})
	// sourceLoaded tells the age of lists.
	sourceLoaded = promauto.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: plugin.Namespace,
		Subsystem: pluginName,
		Name:      "source_loaded_timestamp_seconds",
		Help:      "Time of the last successful load of a file that policies read, in seconds since 1970.",
	}, []string{"server", "file"})
	// sourceFailures counts loads that kept the old values.
	sourceFailures = promauto.NewCounterVec(prometheus.CounterOpts{
		Namespace: plugin.Namespace,
		Subsystem: pluginName,
		Name:      "source_failures_total",
		Help:      "Counter of loads of a file that policies read which failed while older values went on being used.",
	}, []string{"server", "file"})
)
