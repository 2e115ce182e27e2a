package scope

import (
	"github.com/coredns/caddy"

	"github.com/internaldns/internaldns/plugin/pkg/files"
)

type watcherKey struct{}

// Watcher gives the watcher of c's instance, which starts and stops with it.
func Watcher(c *caddy.Controller) *files.Watcher {
	if w, ok := c.Get(watcherKey{}).(*files.Watcher); ok {
		return w
	}
	w := files.NewWatcher()
	c.Set(watcherKey{}, w)
	c.OnStartup(func() error {
		w.Start()
		return nil
	})
	c.OnShutdown(func() error {
		w.Stop()
		return nil
	})
	return w
}
