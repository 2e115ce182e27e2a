package internalzone

import (
	"sync"
	"sync/atomic"
	"time"
	"weak"

	clog "github.com/coredns/coredns/plugin/pkg/log"

	"github.com/internaldns/internaldns/plugin/pkg/files"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

var log = clog.NewWithPlugin(pluginName)

// subscriber is a zone of a server block. It does not keep the block alive: an
// instance that failed to start is gone without a shutdown.
type subscriber struct {
	block weak.Pointer[scope.Scope]
	id    string
}

// heldZone is the data of one source, read once for all zones declared alike,
// and watched for changes. After the load it belongs to the watcher alone.
type heldZone struct {
	source
	tracker     files.Tracker
	subscribers []subscriber

	once    sync.Once
	current reading // the one that is served
	latest  reading // the one tried last, which may have failed

	loaded   atomic.Int64 // time of the last good load, nanoseconds since 1970
	failing  atomic.Bool  // whether the one tried last failed
	failures atomic.Int64
}

// loads is what metrics say of a zone's loads.
type loads struct {
	last     time.Time // of the last good one
	failing  float64   // 1 if the last one failed
	failures float64
}

// loads is safe for concurrent use.
func (h *heldZone) loads() loads {
	l := loads{last: time.Unix(0, h.loaded.Load()), failures: float64(h.failures.Load())}
	if h.failing.Load() {
		l.failing = 1
	}
	return l
}

// first reads the source for a load.
func (h *heldZone) first() (*zone.Zone, problem.List) {
	h.once.Do(func() {
		h.current = h.source.read()
		h.latest = h.current
		h.tracker.Read(h.current.files, h.current.failedIO)
		h.succeed()
	})
	return h.current.zone, h.current.problems
}

// Look implements files.Item: it publishes what changed files hold. Broken data
// change nothing but a metric and one line in the log.
func (h *heldZone) Look(now time.Time) time.Time {
	read, next := h.tracker.Look(now)
	if read {
		h.reload()
	}
	return next
}

func (h *heldZone) reload() {
	before := h.latest
	next := h.source.read()
	if !files.Unchanged(next.files) {
		return // written while being read: the next look finds it changed again
	}
	h.checkWhole(&next)
	h.latest = next
	h.tracker.Read(next.files, next.failedIO)
	if next.zone == nil {
		h.fail(before, next)
		return
	}
	h.current = next
	data := next.zone
	for _, s := range h.subscribers {
		if block := s.block.Value(); block != nil {
			block.Publish(map[string]*zone.Zone{s.id: data})
		}
	}
	for _, p := range next.problems {
		log.Warning(p.String())
	}
	log.Infof("Zone %s: read again, %d records, serial %d", h.apex, data.Records(), data.SOA().Serial)
	h.succeed()
}

// checkWhole refuses data that look cut short: the SOA is gone, or there are
// fewer records and the last line has no end where it had one before.
func (h *heldZone) checkWhole(next *reading) {
	if next.zone == nil || h.current.zone == nil {
		return
	}
	switch was := h.current.zone; {
	case next.zone.Synthesized() && !was.Synthesized():
		next.problems.Errorf(h.pos, h.object(), "the SOA record is gone, the zone file may be cut short; restart to drop it on purpose")
	case !next.complete && h.current.complete && next.zone.Records() < was.Records():
		next.problems.Errorf(h.pos, h.object(), "the last line has no newline and records are missing, the zone file may be cut short")
	default:
		return
	}
	next.zone = nil
}

// fail counts a reading that gave no zone, and logs it unless the one before
// failed the same way.
func (h *heldZone) fail(before, next reading) {
	h.failures.Add(1)
	h.failing.Store(true)
	text := next.problems.Only(problem.Error).Error()
	if before.zone == nil && before.problems.Only(problem.Error).Error() == text {
		return
	}
	log.Errorf("Zone %s: keeping the old data: %s", h.apex, text)
}

// succeed notes the time of a good reading.
func (h *heldZone) succeed() {
	h.loaded.Store(time.Now().UnixNano())
	h.failing.Store(false)
}

// Abandoned implements files.Item: no server block serves the zone any more.
func (h *heldZone) Abandoned() bool {
	for _, s := range h.subscribers {
		if s.block.Value() != nil {
			return false
		}
	}
	return true
}
