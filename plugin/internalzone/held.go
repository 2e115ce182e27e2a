package internalzone

import (
	"sync"
	"weak"

	clog "github.com/coredns/coredns/plugin/pkg/log"

	"github.com/internaldns/internaldns/plugin/pkg/filewatch"
	"github.com/internaldns/internaldns/plugin/pkg/model"
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
	files       *filewatch.Set
	subscribers []subscriber
	changed     *changes

	once     sync.Once
	zone     *zone.Zone   // the one that is served, nil before the first
	problems problem.List // of the first reading
}

func newHeldZone(src source, changed *changes) *heldZone {
	h := &heldZone{source: src, changed: changed}
	h.files = filewatch.New(filewatch.Config{
		Name: src.object(), Pos: src.pos, EmptyOK: src.emptyOK,
		Read: h.read,
		Refused: func(errors string) {
			log.Errorf("Zone %s: keeping the old data: %s", h.apex, errors)
		},
		Unused: h.unused,
	})
	return h
}

// first reads the source for a load.
func (h *heldZone) first() (*zone.Zone, problem.List) {
	h.once.Do(func() { h.problems = h.files.First() })
	return h.zone, h.problems
}

// read reads the source anew. What it publishes is served with the other changes of
// the same look.
func (h *heldZone) read(session *filewatch.Session) (publish func(), problems problem.List) {
	next, problems := h.source.read(session)
	if next != nil && h.zone != nil && next.Synthesized() && !h.zone.Synthesized() {
		problems.Errorf(problem.FileCutShort, h.pos, h.object(), "the SOA record is gone, the zone file may be cut short; restart to drop it on purpose")
	}
	return func() {
		first := h.zone == nil
		h.zone = next
		if first {
			return
		}
		for _, s := range h.subscribers {
			h.changed.add(s, next)
		}
		for _, p := range problems {
			log.Warning(p.String())
		}
		log.Infof("Zone %s: read again, %d records, serial %d", h.apex, next.Records(), next.SOA().Serial)
	}, problems
}

// unused reports whether no server block serves the zone any more.
func (h *heldZone) unused() bool {
	for _, s := range h.subscribers {
		if s.block.Value() != nil {
			return false
		}
	}
	return true
}

// changes gathers new data of zones, so that those of one look come into use in one
// step for each server block. Safe for concurrent use.
type changes struct {
	mu   sync.Mutex
	data map[weak.Pointer[scope.Scope]]map[string]*zone.Zone
}

// add notes the new data of a zone.
func (c *changes) add(s subscriber, data *zone.Zone) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.data == nil {
		c.data = make(map[weak.Pointer[scope.Scope]]map[string]*zone.Zone)
	}
	if c.data[s.block] == nil {
		c.data[s.block] = make(map[string]*zone.Zone)
	}
	c.data[s.block][s.id] = data
}

// publish has what was noted served.
func (c *changes) publish() {
	c.mu.Lock()
	data := c.data
	c.data = nil
	c.mu.Unlock()
	for block, zones := range data {
		if block := block.Value(); block != nil {
			block.Update(func(old *model.Snapshot) (*model.Snapshot, problem.List) { return old.WithData(zones), nil })
		}
	}
}
