package internalzone

import (
	"slices"
	"time"

	"github.com/coredns/caddy"
)

const (
	// minReload bounds how often files are looked at.
	minReload = 100 * time.Millisecond
	// idleLook is how often a watcher without files to look at finds out that its
	// blocks are gone.
	idleLook = time.Minute
)

// holder holds the zones of one instance, one for each source, and watches their
// files in one goroutine.
type holder struct {
	zones map[string]*heldZone
	stop  chan struct{}
	done  chan struct{}
}

type holderKey struct{}

// holderOf gives the holder of c's instance, which is made for the first zone.
func holderOf(c *caddy.Controller) *holder {
	if h, ok := c.Get(holderKey{}).(*holder); ok {
		return h
	}
	h := &holder{zones: make(map[string]*heldZone), stop: make(chan struct{}), done: make(chan struct{})}
	c.Set(holderKey{}, h)
	c.OnStartup(func() error {
		go h.watch()
		return nil
	})
	c.OnShutdown(func() error {
		close(h.stop)
		<-h.done
		return nil
	})
	return h
}

// hold gives the zone of a source. Zones declared alike share one.
func (h *holder) hold(s source, interval time.Duration, sub subscriber) *heldZone {
	key := s.key()
	z := h.zones[key]
	if z == nil {
		z = &heldZone{source: s, interval: interval}
		h.zones[key] = z
	}
	if interval > 0 && (z.interval == 0 || interval < z.interval) {
		z.interval = interval
	}
	z.subscribers = append(z.subscribers, sub)
	return z
}

// watch looks at the files until the instance stops, or is found to be gone.
func (h *holder) watch() {
	defer close(h.done)
	zones := h.watched()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-h.stop:
			return
		case now := <-timer.C:
			zones = slices.DeleteFunc(zones, (*heldZone).abandoned)
			if len(zones) == 0 {
				return
			}
			timer.Reset(time.Until(lookAll(zones, now)))
		}
	}
}

// watched gives the zones whose files are to be looked at.
func (h *holder) watched() []*heldZone {
	var zones []*heldZone
	start := time.Now()
	for _, z := range h.zones {
		if z.interval > 0 && len(z.files) > 0 {
			z.due = start.Add(z.interval)
			zones = append(zones, z)
		}
	}
	return zones
}

// lookAll looks at the zones that are due and gives the time of the next look.
func lookAll(zones []*heldZone, now time.Time) time.Time {
	next := now.Add(idleLook)
	for _, z := range zones {
		if !z.due.After(now) {
			z.look(now)
		}
		if z.due.Before(next) {
			next = z.due
		}
	}
	return next
}
