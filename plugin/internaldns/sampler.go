package internaldns

import (
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/telemetry"
)

// sampler has the histories of accounts be told what was counted, at the end of each of
// their steps. It has a goroutine until its end.
type sampler struct{ over, done chan struct{} }

func startSampler() *sampler {
	s := &sampler{over: make(chan struct{}), done: make(chan struct{})}
	go s.run()
	return s
}

func (s *sampler) run() {
	defer close(s.done)
	for {
		now := time.Now()
		timer := time.NewTimer(now.Truncate(telemetry.HistoryStep).Add(telemetry.HistoryStep).Sub(now))
		select {
		case <-timer.C:
		case <-s.over:
			timer.Stop()
			return
		}
		sample()
	}
}

// sample takes what was counted until now.
func sample() {
	for _, m := range telemetry.Serving().All() {
		m.Sample()
	}
}

// end stops the goroutine.
func (s *sampler) end() {
	close(s.over)
	<-s.done
}

// record has the block's queries be told to the account's history.
func (m *member) record() {
	for _, h := range m.scope.Block().Handlers {
		if r, ok := h.(interface{ Record(*telemetry.History) }); ok {
			r.Record(m.history)
		}
	}
}
