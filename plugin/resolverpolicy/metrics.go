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
	// keptPrivate counts fallbacks that did not happen.
	keptPrivate = promauto.NewCounterVec(prometheus.CounterOpts{
		Namespace: plugin.Namespace,
		Subsystem: pluginName,
		Name:      "private_total",
		Help:      "Counter of internal answers returned because the name to be sent is private.",
	}, []string{"server", "policy"})
)
