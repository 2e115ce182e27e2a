package resolverpolicy

import (
	"time"

	"github.com/miekg/dns"
	"github.com/prometheus/client_golang/prometheus"
)

// timedOneIn is how many queries come to one that is timed: two looks at the
// clock cost a tenth of an answer. A prime, since clients ask in turns: for A,
// then for AAAA.
const timedOneIn = 17

// stopwatch times one query, from its making to its internal answer. The methods
// of a nil stopwatch do nothing.
type stopwatch struct {
	dns.ResponseWriter
	began time.Time
	into  *timing // nil once it has stopped
}

// timing is where the stopwatches of one listener write to.
type timing struct {
	duration  prometheus.Observer
	evaluated prometheus.Observer
}

// timings gives the histograms, looked up once.
func (l *listener) timings() *timing {
	if t := l.timing.Load(); t != nil {
		return t
	}
	l.timing.CompareAndSwap(nil, l.meter.timing(l.server))
	return l.timing.Load()
}

// stopwatch gives one for the queries whose turn it is, else nil.
func (m *meter) stopwatch(l *listener) *stopwatch {
	if m.turn.Add(1)%timedOneIn != 1 {
		return nil
	}
	return &stopwatch{began: time.Now(), into: l.timings()}
}

// around gives a writer that stops the watch by what is written to w.
func (s *stopwatch) around(w dns.ResponseWriter) dns.ResponseWriter {
	if s == nil {
		return w
	}
	s.ResponseWriter = w
	return s
}

// selected notes how many policies were tried.
func (s *stopwatch) selected(tried int) {
	if s != nil {
		s.into.evaluated.Observe(float64(tried))
	}
}

// stop notes the time, once.
func (s *stopwatch) stop() {
	if s != nil && s.into != nil {
		s.into.duration.Observe(time.Since(s.began).Seconds())
		s.into = nil
	}
}

// WriteMsg implements the dns.ResponseWriter interface. What follows, packing and
// sending, is no work of the suite.
func (s *stopwatch) WriteMsg(m *dns.Msg) error {
	s.stop()
	return s.ResponseWriter.WriteMsg(m)
}
