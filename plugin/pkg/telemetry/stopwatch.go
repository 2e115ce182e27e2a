package telemetry

import (
	"time"

	"github.com/miekg/dns"
	"github.com/prometheus/client_golang/prometheus"
)

// timedOneIn is how many queries come to one that is timed: two looks at the
// clock cost a tenth of an answer. A prime, since clients ask in turns: for A,
// then for AAAA.
const timedOneIn = 17

// Stopwatch times one query, from its making to its internal answer. The methods
// of a nil Stopwatch do nothing.
type Stopwatch struct {
	dns.ResponseWriter
	began time.Time
	into  *timing // nil once it has stopped
}

// timing is where the stopwatches of one listener write to.
type timing struct {
	duration  prometheus.Observer
	evaluated prometheus.Observer
}

// timings returns the histograms, looked up once.
func (l *Listener) timings() *timing {
	if t := l.timing.Load(); t != nil {
		return t
	}
	l.timing.CompareAndSwap(nil, l.meter.timing(l.server))
	return l.timing.Load()
}

// Stopwatch returns one for the queries whose turn it is, else nil.
func (m *Meter) Stopwatch(l *Listener) *Stopwatch {
	if !m.due() {
		return nil
	}
	return &Stopwatch{began: time.Now(), into: l.timings()}
}

// due reports whether it is a query's turn to be timed.
func (m *Meter) due() bool { return m.turn.Add(1)%timedOneIn == 1 }

// Restart has a stopwatch time the next query, and returns it, if it is that one's turn,
// else nil.
func (m *Meter) Restart(s *Stopwatch, l *Listener) *Stopwatch {
	if !m.due() {
		return nil
	}
	*s = Stopwatch{began: time.Now(), into: l.timings()}
	return s
}

// Return has the next query have the turn that Restart has taken.
func (m *Meter) Return() { m.turn.Add(^uint32(0)) }

// Around returns a writer that stops the watch by what is written to w.
func (s *Stopwatch) Around(w dns.ResponseWriter) dns.ResponseWriter {
	if s == nil {
		return w
	}
	s.ResponseWriter = w
	return s
}

// Selected notes how many policies were tried.
func (s *Stopwatch) Selected(tried int) {
	if s != nil {
		s.into.evaluated.Observe(float64(tried))
	}
}

// Stop notes the time, once.
func (s *Stopwatch) Stop() {
	if s != nil && s.into != nil {
		s.into.duration.Observe(time.Since(s.began).Seconds())
		s.into = nil
	}
}

// WriteMsg implements the dns.ResponseWriter interface. What follows, packing and
// sending, is no work of the suite.
func (s *Stopwatch) WriteMsg(m *dns.Msg) error {
	s.Stop()
	return s.ResponseWriter.WriteMsg(m)
}
