package telemetry

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// series is one series: its labels, and what has to be configured for it to exist.
type series struct {
	vec    interface{ DeleteLabelValues(...string) bool }
	labels [5]string // the first is the server
	count  int       // of the labels

	policy, view, zone string
}

// note makes the series known to the meter, whose lock is held.
func (m *Meter) note(s series, labels []string) {
	s.count = copy(s.labels[:], labels)
	m.series[s] = true
}

// timing looks the histograms of a listener up. Those that are retired are nobody's.
func (m *Meter) timing(server string) *timing {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.retired {
		nowhere := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "retired"})
		return &timing{duration: nowhere, evaluated: nowhere}
	}
	m.note(series{vec: durations}, []string{server})
	m.note(series{vec: evaluated}, []string{server})
	return &timing{duration: durations.WithLabelValues(server), evaluated: evaluated.WithLabelValues(server)}
}

// Retire ends the counting, when the last query is answered. A series that another
// block would count on goes to that block, all others are taken away.
func (m *Meter) Retire() {
	m.retire(slices.DeleteFunc(serving.All(), func(other *Meter) bool { return other == m }))
}

func (m *Meter) retire(others []*Meter) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.flushLocked()
	m.retired = true
	successors := newSuccessors(others)
	for s := range m.series {
		if successor := successors.of(s); successor != nil {
			successor.inherit(s)
		} else {
			s.vec.DeleteLabelValues(s.labels[:s.count]...)
		}
	}
}

func (m *Meter) inherit(s series) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.series[s] = true
}

// successors are the blocks that serve, by listener.
type successors map[string]*successor

// successor is what the blocks of one listener have.
type successor struct {
	meter    *Meter
	policies map[string][]policyOf // by name
}

type policyOf struct {
	policy   *model.Policy
	snapshot *model.Snapshot
	meter    *Meter
}

func newSuccessors(meters []*Meter) successors {
	out := make(successors)
	for _, m := range meters {
		for _, l := range m.listeners {
			h := out[l.server]
			if h == nil {
				h = &successor{meter: m, policies: make(map[string][]policyOf)}
				out[l.server] = h
			}
			snapshot := m.scope.Load()
			for _, p := range snapshot.Policies {
				h.policies[p.Name] = append(h.policies[p.Name], policyOf{p, snapshot, m})
			}
		}
	}
	return out
}

// of returns the block that may count under the series, nil if there is none.
func (h successors) of(s series) *Meter {
	at := h[s.labels[0]]
	if at == nil {
		return nil
	}
	if s.policy == "" {
		return at.meter
	}
	for _, p := range at.policies[s.policy] {
		if p.policy.ViewName == s.view && (s.zone == "" || p.snapshot.Holds(p.policy.View, s.zone)) {
			return p.meter
		}
	}
	return nil
}
