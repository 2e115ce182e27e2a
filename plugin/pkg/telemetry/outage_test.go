package telemetry

import (
	"testing"
	"time"
)

// An outage is told once when it begins and once when it ends, and one that comes
// and goes with the queries not more than once a minute.
func TestOutage(t *testing.T) {
	var o Outage
	now := time.Unix(1_000_000, 0)
	for i, step := range []struct {
		after    time.Duration
		fails    bool
		wantTold bool
	}{
		{0, false, false},
		{0, true, true},
		{time.Second, true, false},
		{time.Second, false, true},
		{0, false, false},
		{time.Second, true, false},
		{time.Second, false, false},
		{time.Second, true, false},
		{quiet, true, true}, // it began in a quiet minute and has not ended
		{time.Second, true, false},
		{time.Second, false, true},
		{quiet, true, true},
		{2 * quiet, true, false},
		{0, false, true},
	} {
		now = now.Add(step.after)
		told := false
		if step.fails {
			told = o.Begins(now)
		} else {
			told = o.Ends()
		}
		if told != step.wantTold {
			t.Errorf("step %d: told %t, want %t", i, told, step.wantTold)
		}
	}
}
