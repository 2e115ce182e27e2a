package internalzone

import (
	"github.com/coredns/coredns/plugin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

var (
	records      = gauge("records", "Records of the zone that is served.")
	serials      = gauge("serial", "SOA serial of the zone that is served.")
	lastLoad     = gauge("last_load_timestamp_seconds", "Time of the zone's last successful load, in seconds since 1970.")
	loadFailing  = gauge("load_failing", "Whether the zone's last load failed and older data is served, 1 or 0.")
	loadFailures = promauto.NewCounterVec(prometheus.CounterOpts{
		Namespace: plugin.Namespace,
		Subsystem: pluginName,
		Name:      "load_failures_total",
		Help:      "Counter of loads that failed while older data went on being served.",
	}, []string{"server", "zone"})
)

func gauge(name, help string) *prometheus.GaugeVec {
	return promauto.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: plugin.Namespace, Subsystem: pluginName, Name: name, Help: help,
	}, []string{"server", "zone"})
}
