package internaldns

import (
	"strconv"

	"github.com/coredns/coredns/plugin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/internaldns/internaldns/plugin/pkg/live"
)

var requests = promauto.NewCounterVec(prometheus.CounterOpts{
	Namespace: plugin.Namespace, Subsystem: pluginName, Name: "requests_total",
	Help: "Counter of requests of the API, by route and status.",
}, []string{"route", "status"})

func observe(route string, status int) { requests.WithLabelValues(route, strconv.Itoa(status)).Inc() }

// collector gives the figures of the accounts that serve, as they stand when Prometheus
// asks.
type collector struct {
	changes, commit, revision, objects, quarantined, streams, skipped *prometheus.Desc

	// Of accounts in a store that several servers may share.
	connected, age, servers, lag, followed, conflicts, reloads *prometheus.Desc
}

func init() {
	prometheus.MustRegister(&collector{
		changes:     description("changes_total", "Counter of changes committed."),
		commit:      description("commit_duration_seconds", "Time that commits took, from checking to publishing, in seconds."),
		revision:    description("revision", "Revision of the account."),
		objects:     description("objects", "Objects that the store holds.", "kind"),
		quarantined: description("quarantined_objects", "Objects of the store that are not served since they do not fit the Corefile."),
		streams:     description("query_streams", "Streams of queries that are open."),
		skipped:     description("query_stream_skipped_total", "Counter of queries that streams lack since their clients did not read in time."),

		connected: description("store_connected", "Whether the store that servers share is reached."),
		age:       description("store_copy_age_seconds", "How old the copy may be that is served while the store is not reached, in seconds."),
		servers:   description("cluster_servers", "Servers that live and serve the account."),
		lag:       description("cluster_lag_revisions", "Revisions that this server is behind the newest one that any serves."),
		followed:  description("followed_changes_total", "Counter of changes of other servers that were served one by one."),
		conflicts: description("commit_conflicts_total", "Counter of commits that were tried again since other servers were faster."),
		reloads:   description("account_reloads_total", "Counter of times that the account was read anew since changes of others could not be followed."),
	})
}

func description(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(plugin.Namespace, pluginName, name), help, append([]string{"account"}, labels...), nil)
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.changes, c.commit, c.revision, c.objects, c.quarantined, c.streams, c.skipped,
		c.connected, c.age, c.servers, c.lag, c.followed, c.conflicts, c.reloads} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. While a reload changes one store of an account
// for another, the newest speaks.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	seen := make(map[string]bool)
	for _, m := range process.members.All() {
		account := m.account.Load()
		if account == nil || seen[account.Name()] {
			continue
		}
		seen[account.Name()] = true
		c.collect(ch, account.Name(), account.Stats())
		c.collectShared(ch, account, m.config.serverName())
		ch <- prometheus.MustNewConstMetric(c.streams, prometheus.GaugeValue, float64(m.streams.Open.Load()), account.Name())
		ch <- prometheus.MustNewConstMetric(c.skipped, prometheus.CounterValue, float64(m.streams.Skipped.Load()), account.Name())
	}
}

func (c *collector) collect(ch chan<- prometheus.Metric, name string, s live.Stats) {
	ch <- prometheus.MustNewConstMetric(c.changes, prometheus.CounterValue, float64(s.Changes), name)
	ch <- prometheus.MustNewConstSummary(c.commit, s.Commits, s.CommitSeconds, nil, name)
	ch <- prometheus.MustNewConstMetric(c.revision, prometheus.GaugeValue, float64(s.Revision), name)
	ch <- prometheus.MustNewConstMetric(c.quarantined, prometheus.GaugeValue, float64(s.Quarantined), name)
	for kind, n := range s.Objects {
		ch <- prometheus.MustNewConstMetric(c.objects, prometheus.GaugeValue, float64(n), name, kind)
	}
}

// collectShared gives the figures of an account that other servers may change, too. One in
// a file is a cluster of one.
func (c *collector) collectShared(ch chan<- prometheus.Metric, account *live.Account, server string) {
	link, shared := account.Link()
	s, members := account.Stats(), account.Members(server)
	connected, lag, servers := 0.0, 0.0, len(members)
	if link.Connected || !shared {
		connected = 1
	}
	if !shared {
		servers = 1
	}
	for _, m := range members {
		if m.Name == server {
			lag = float64(m.Lag)
		}
	}
	for _, one := range []struct {
		of    *prometheus.Desc
		kind  prometheus.ValueType
		value float64
	}{
		{c.connected, prometheus.GaugeValue, connected}, {c.age, prometheus.GaugeValue, account.CopyAge().Seconds()},
		{c.servers, prometheus.GaugeValue, float64(servers)}, {c.lag, prometheus.GaugeValue, lag},
		{c.followed, prometheus.CounterValue, float64(s.Followed)}, {c.conflicts, prometheus.CounterValue, float64(s.Conflicts)},
		{c.reloads, prometheus.CounterValue, float64(s.Reloads)},
	} {
		ch <- prometheus.MustNewConstMetric(one.of, one.kind, one.value, account.Name())
	}
}
