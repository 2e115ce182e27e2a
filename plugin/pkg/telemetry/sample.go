package telemetry

import "time"

// Record has the meter tell a history, too, what it has counted.
func (m *Meter) Record(h *History) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.history, m.told = h, time.Now()
}

// Sample tells what was counted, if there is a history. Unlike Prometheus's asking it has
// nothing be forgotten.
func (m *Meter) Sample() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.history != nil {
		m.flushLocked()
	}
}

// advance has what is told now be counted in the middle of the time since it was told
// last: so it is in the right step, if meters are sampled where steps end.
func (m *Meter) advance(now time.Time) {
	if m.history != nil {
		m.history.advance(m.told.Add(now.Sub(m.told) / 2))
		m.told = now
	}
}
