package telemetry

import (
	"strconv"
	"time"

	"github.com/miekg/dns"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
)

// flush adds what was counted since the last time to the series.
func (m *Meter) flush() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.flushLocked()
	m.round()
}

// flushLocked is flush with the lock held. A meter that is retired has nothing left.
func (m *Meter) flushLocked() {
	if m.retired {
		return
	}
	ids := m.zoneIDs()
	m.advance(time.Now())
	for _, l := range m.listeners {
		l.flush(ids)
	}
}

// flush adds what one listener has counted, of zones by number.
func (l *Listener) flush(ids map[uint32]string) {
	if n := l.unmatched.take(); n > 0 {
		l.add(n, queries, series{}, "", "", "", "")
	}
	if n := l.dropped.take(); n > 0 || l.logging.Load() {
		l.add(n, dropped, series{})
	}
	for i := range l.direct {
		if n := l.direct[i].take(); n > 0 {
			l.add(n, direct, series{}, directResults[i])
		}
	}
	for _, p := range l.policies.All() {
		for ; p != nil; p = p.before {
			p.flushQueries(l, ids)
			p.flushSteps(l)
		}
	}
}

// round forgets what policies counted with another view, once that was told often enough.
func (l *Listener) round() {
	for _, p := range l.policies.All() {
		for at := &p.before; *at != nil; at = &(*at).before {
			if (*at).rounds++; (*at).rounds > rounds {
				*at = nil // and those before it, which are older
				break
			}
		}
	}
}

// flushQueries adds the queries that the policy matched.
func (p *PolicyMeter) flushQueries(l *Listener, ids map[uint32]string) {
	name, view := p.policy.Name, p.policy.ViewName
	if n := p.external.take(); n > 0 {
		l.add(n, queries, p.series(), name, view, "", "")
	}
	flush := func(t *tally, zone string, rcode int) {
		if n := t.take(); n > 0 {
			s := p.series()
			s.zone = zone
			l.add(n, queries, s, name, view, zone, dns.RcodeToString[rcode])
		}
	}
	for rcode := range p.other {
		flush(&p.other[rcode], "", rcode)
	}
	for g, group := range p.zones.All() {
		for rcode := range group {
			for i := range group[rcode] {
				flush(&group[rcode][i], ids[g*zonesGroup+uint32(i)], rcode)
			}
		}
	}
}

// flushSteps adds what became of the queries on their way.
func (p *PolicyMeter) flushSteps(l *Listener) {
	name := p.policy.Name
	for depth := range p.references {
		if n := p.references[depth].take(); n > 0 {
			l.add(n, references, p.series(), name, strconv.Itoa(depth))
		}
	}
	for outcome := range p.flattened {
		if n := p.flattened[outcome].take(); n > 0 {
			l.add(n, flattened, p.series(), name, resolve.Outcome(outcome).String()) //nolint:gosec // it counts outcomes
		}
	}
	sent := false
	for trigger := range p.fallbacks {
		for rcode := range p.fallbacks[trigger] {
			if n := p.fallbacks[trigger][rcode].take(); n > 0 {
				sent = true
				l.add(n, fallbacks, p.series(), name, model.Triggers(1<<trigger).String(), publicRcode(rcode))
			}
		}
	}
	if n := p.private.take(); n > 0 {
		l.add(n, keptPrivate, p.series(), name)
	}
	if n := p.shedding.take(); n > 0 || sent { // there from the first fallback on
		l.add(n, shed, p.series(), name)
	}
}

// series returns what the policy's series depend on.
func (p *PolicyMeter) series() series {
	return series{policy: p.policy.Name, view: p.policy.ViewName}
}

// publicRcode names a public rcode as public counts it.
func publicRcode(rcode int) string {
	if rcode == anyRcode {
		return "other"
	}
	return dns.RcodeToString[rcode]
}

// add adds to the counter of these labels, which follow the server.
func (l *Listener) add(n uint64, vec *prometheus.CounterVec, s series, labels ...string) {
	l.record(n, vec, s, labels)
	labels = append([]string{l.server}, labels...)
	s.vec = vec
	l.meter.note(s, labels)
	vec.WithLabelValues(labels...).Add(float64(n))
}

// record tells the history, if there is one, of queries and of those taken to public DNS.
func (l *Listener) record(n uint64, vec *prometheus.CounterVec, s series, labels []string) {
	h := l.meter.history
	if h == nil {
		return
	}
	switch vec {
	case queries:
		h.add(Series{Server: l.server, Policy: s.policy, View: s.view, Zone: s.zone, Rcode: labels[3]}, n)
	case fallbacks:
		h.add(Series{Server: l.server, Policy: s.policy, View: s.view, Trigger: labels[1], Rcode: labels[2]}, n)
	}
}
