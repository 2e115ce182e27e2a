package internalzone

import (
	"time"

	"github.com/coredns/caddy"

	"github.com/internaldns/internaldns/plugin/pkg/filewatch"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// shared holds the zones of one instance, one for each source, so that zones
// declared alike in several server blocks are read and held once.
type shared struct {
	zones   map[string]*heldZone
	changed changes
	watcher *filewatch.Watcher
}

type sharedKey struct{}

// zonesOf returns the zones of c's instance.
func zonesOf(c *caddy.Controller) *shared {
	if s, ok := c.Get(sharedKey{}).(*shared); ok {
		return s
	}
	s := &shared{zones: make(map[string]*heldZone), watcher: scope.Watcher(c)}
	s.watcher.After(s.changed.publish)
	c.Set(sharedKey{}, s)
	c.OnStartup(func() error { s.zones = nil; return nil }) // all are declared
	return s
}

// hold returns the zone of a source, which is watched if it has files.
func (s *shared) hold(src source, interval time.Duration, sub subscriber) *heldZone {
	key := src.key()
	z := s.zones[key]
	if z == nil {
		z = newHeldZone(src, &s.changed)
		s.zones[key] = z
	}
	if len(src.files) > 0 && interval > 0 {
		if z.files.Interval == 0 {
			s.watcher.Add(z.files, interval)
		}
		if z.files.Interval == 0 || interval < z.files.Interval {
			z.files.Interval = interval
		}
	}
	z.subscribers = append(z.subscribers, sub)
	return z
}
