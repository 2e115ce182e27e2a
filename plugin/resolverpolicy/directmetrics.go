package resolverpolicy

import (
	"cmp"
	"net/netip"
	"time"

	"github.com/coredns/coredns/plugin"
	"github.com/coredns/coredns/plugin/metrics"
	"github.com/coredns/coredns/plugin/metrics/vars"
	"github.com/miekg/dns"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// observation tells the metrics of the plugin prometheus of answers that it has not seen. Series
// are found once. It belongs to one goroutine; the methods of a nil one do nothing.
type observation struct {
	server string
	below  string // the plugin that follows prometheus, which it takes for the one that answers
	zones  plugin.Zones
	byZone map[string]*zoneObservation
	only   *zoneObservation // once there is one, unless the plugin has other zones than the root
	length int              // of the message, as a plugin above would see it
	began  time.Time        // of the batch
	under  []*zoneObservation
}

// zoneObservation is the series of one of the plugin's zones.
type zoneObservation struct {
	server, below, zone string
	duration            prometheus.Observer
	asked               prometheus.Observer // octets of requests
	replied             prometheus.Observer // octets of responses
	do                  prometheus.Counter
	requests            counters[requestKind]
	rcodes              counters[int]
}

// counters has counters by a key; the one used last is found without a search.
type counters[K comparable] struct {
	all  map[K]prometheus.Counter
	key  K
	last prometheus.Counter // nil before there is one
}

// of returns the counter of a key, which is made if there is none yet.
func (c *counters[K]) of(key K, create func() prometheus.Counter) prometheus.Counter {
	if c.last != nil && c.key == key {
		return c.last
	}
	found := c.all[key]
	if found == nil {
		found = create()
		c.all[key] = found
	}
	c.key, c.last = key, found
	return found
}

// requestKind is what requests are counted by.
type requestKind struct {
	v6    bool
	qtype uint16
}

func newObservation(m *metrics.Metrics, below, server string) *observation {
	return &observation{server: server, below: below, zones: m.ZoneNames(), byZone: make(map[string]*zoneObservation)}
}

// size returns where to put the length of the message that follows.
func (o *observation) size() *int {
	if o == nil {
		return nil
	}
	if o.began.IsZero() {
		o.began = time.Now()
	}
	return &o.length
}

// answered counts a query with its answer.
func (o *observation) answered(qname string, qtype uint16, client netip.Addr, do bool, octets, rcode int) {
	if o == nil {
		return
	}
	z := o.only
	if z == nil {
		z = o.zone(cmp.Or(o.zones.Matches(qname), domain.Root))
		if len(o.zones) == 1 && o.zones[0] == domain.Root {
			o.only = z
		}
	}
	if do {
		z.countDO()
	}
	z.request(requestKind{client.Is6(), qtype}).Inc()
	z.rcode(rcode).Inc()
	z.asked.Observe(float64(octets))
	z.replied.Observe(float64(o.length))
	o.under = append(o.under, z)
}

// zone returns the series of a zone.
func (o *observation) zone(name string) *zoneObservation {
	z := o.byZone[name]
	if z == nil {
		z = newZoneObservation(o.server, o.below, name)
		o.byZone[name] = z
	}
	return z
}

// sent notes how long the queries of a batch took.
func (o *observation) sent() {
	if o == nil {
		return
	}
	if len(o.under) > 0 {
		took := time.Since(o.began).Seconds()
		for _, z := range o.under {
			z.duration.Observe(took)
		}
	}
	o.under, o.began = o.under[:0], time.Time{}
}

// noView is the label of server blocks without the plugin view.
const noView = ""

// overUDP is the label of queries that come over UDP.
const overUDP = "udp"

func newZoneObservation(server, below, zone string) *zoneObservation {
	return &zoneObservation{
		server: server, below: below, zone: zone,
		duration: vars.RequestDuration.WithLabelValues(server, zone, noView),
		asked:    vars.RequestSize.WithLabelValues(server, zone, noView, overUDP),
		replied:  vars.ResponseSize.WithLabelValues(server, zone, noView, overUDP),
		requests: counters[requestKind]{all: make(map[requestKind]prometheus.Counter)},
		rcodes:   counters[int]{all: make(map[int]prometheus.Counter)},
	}
}

func (z *zoneObservation) countDO() {
	if z.do == nil {
		z.do = vars.RequestDo.WithLabelValues(z.server, z.zone, noView)
	}
	z.do.Inc()
}

// monitored reports whether the plugin prometheus has the name of a type in a label.
func monitored(qtype uint16) bool {
	switch qtype {
	case dns.TypeA, dns.TypeAAAA, dns.TypeCNAME, dns.TypeDNSKEY, dns.TypeDS, dns.TypeMX, dns.TypeNSEC, dns.TypeNSEC3, dns.TypeNS, dns.TypePTR,
		dns.TypeRRSIG, dns.TypeSOA, dns.TypeSRV, dns.TypeTXT, dns.TypeHTTPS, dns.TypeSVCB, dns.TypeIXFR, dns.TypeAXFR, dns.TypeANY:
		return true
	}
	return false
}

// otherType is the label of types that CoreDNS has no name for in its metrics.
const otherType = "other"

func (z *zoneObservation) request(kind requestKind) prometheus.Counter {
	return z.requests.of(kind, func() prometheus.Counter {
		family, qtype := "1", otherType
		if kind.v6 {
			family = "2"
		}
		if monitored(kind.qtype) {
			qtype = dns.Type(kind.qtype).String()
		}
		return vars.RequestCount.WithLabelValues(z.server, z.zone, noView, overUDP, family, qtype)
	})
}

func (z *zoneObservation) rcode(rcode int) prometheus.Counter {
	return z.rcodes.of(rcode, func() prometheus.Counter {
		return vars.ResponseRcode.WithLabelValues(z.server, z.zone, noView, dns.RcodeToString[rcode], z.below)
	})
}
