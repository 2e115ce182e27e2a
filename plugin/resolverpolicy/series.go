package resolverpolicy

import (
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
func (m *meter) note(s series, labels []string) {
	s.count = copy(s.labels[:], labels)
	m.made[s] = true
}

// timing looks the histograms of a listener up. Those that are retired are nobody's.
func (m *meter) timing(server string) *timing {
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

// retire ends the counting, when the last query is answered. A series that another
// block would count on goes to that block, all others are taken away.
func (m *meter) retire(others []*meter) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tellLocked()
	m.retired = true
	heirs := newHeirs(others)
	for s := range m.made {
		if heir := heirs.of(s); heir != nil {
			heir.inherit(s)
		} else {
			s.vec.DeleteLabelValues(s.labels[:s.count]...)
		}
	}
}

func (m *meter) inherit(s series) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.made[s] = true
}

// heirs are the blocks that serve, by listener.
type heirs map[string]*heir

// heir is what the blocks of one listener have.
type heir struct {
	meter    *meter
	policies map[string][]policyOf // by name
}

type policyOf struct {
	policy   *model.Policy
	snapshot *model.Snapshot
	meter    *meter
}

func newHeirs(meters []*meter) heirs {
	out := make(heirs)
	for _, m := range meters {
		for _, l := range m.listeners {
			h := out[l.server]
			if h == nil {
				h = &heir{meter: m, policies: make(map[string][]policyOf)}
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

// of gives the block that may count under the series, nil if there is none.
func (h heirs) of(s series) *meter {
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
