package telemetry

import (
	"sync/atomic"
	"time"
)

// quiet is how long nothing more is said of what failed: where public DNS fails for
// some queries only, each of them would begin an outage and the next good one end it.
const quiet = time.Minute

// Outage is whether something fails, such as the fallback of one policy. Safe for
// concurrent use.
type Outage struct {
	failing atomic.Bool
	told    atomic.Bool  // whether the log says so
	last    atomic.Int64 // when the log last did, nanoseconds since 1970
}

// Begins notes a failure and reports whether it is worth a line in the log.
func (o *Outage) Begins(now time.Time) bool {
	if o.failing.Swap(true) && o.told.Load() {
		return false
	}
	last := o.last.Load()
	if now.UnixNano()-last < int64(quiet) || !o.last.CompareAndSwap(last, now.UnixNano()) {
		return false
	}
	o.told.Store(true)
	return true
}

// Ends notes a success and reports whether it is worth a line in the log.
func (o *Outage) Ends() bool {
	return o.failing.Load() && o.failing.Swap(false) && o.told.Swap(false)
}
