package scope

import (
	"net"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"

	"github.com/internaldns/internaldns/plugin/pkg/filewatch"
)

type watcherKey struct{}

// Watcher returns the watcher of c's instance, which starts and stops with it.
func Watcher(c *caddy.Controller) *filewatch.Watcher {
	if w, ok := c.Get(watcherKey{}).(*filewatch.Watcher); ok {
		return w
	}
	w := filewatch.NewWatcher()
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

// ServerLabel returns the first address a block listens on, in the form CoreDNS
// uses for the label server of its metrics.
func ServerLabel(config *dnsserver.Config) string {
	return config.Transport + "://" + net.JoinHostPort(config.ListenHosts[0], config.Port)
}
