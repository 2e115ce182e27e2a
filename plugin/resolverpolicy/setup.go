// Package resolverpolicy implements the plugin that decides which view a query
// sees, and what happens when that view has no answer.
package resolverpolicy

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/telemetry"
)

const pluginName = model.PolicyDirective

func init() { plugin.Register(pluginName, setup) }

func setup(c *caddy.Controller) error {
	config := dnsserver.GetConfig(c)
	if err := refuseCacheAbove(config); err != nil {
		return plugin.Error(pluginName, err)
	}
	block := scope.Of(c, pluginName)
	from := sourcesOf(c, block, config)
	from.clients.Geo = findGeo(config)
	block.Declarations(c, func(head scope.Line) (scope.Declaration, error) {
		if len(head.Words) == 0 {
			return declareCommon(block, from, head)
		}
		return declare(block, from, head)
	})
	from.follow()
	keys := c.ServerBlockKeys
	block.Before(func() { withoutSource(keys, block, from, config) })

	handler := newHandler(block, from)
	block.Follow(handler.meter)
	block.Follow(handler)
	if from.direct != nil {
		from.direct.prepare(handler, config, keys)
	}
	config.AddPlugin(func(next plugin.Handler) plugin.Handler {
		handler.Next = next
		return handler
	})
	c.OnStartup(func() error {
		handler.described, handler.traced = config.Handler("metadata") != nil, config.Handler("trace") != nil
		if err := handler.onStartup(); err != nil {
			return err
		}
		if from.direct != nil {
			from.direct.check()
		}
		warnUncovered(keys, block.Load(), config.Handler("metadata"))
		return nil
	})
	telemetry.Serving().Follow(c, handler.meter)
	c.OnShutdown(handler.onShutdown)
	return nil
}

// refuseCacheAbove fails in a program whose order of directives puts the cache
// plugin above the suite, for a block that uses it: one view's answers would be
// served to another. By then cache has been set up, and says its name.
func refuseCacheAbove(config *dnsserver.Config) error {
	order := dnsserver.Directives
	if slices.Index(order, "cache") > slices.Index(order, pluginName) {
		return nil
	}
	for _, p := range config.Plugin {
		if h := p(nil); h != nil && h.Name() == "cache" {
			return fmt.Errorf("cache stands above %s in this program's order of directives and would show one view's answers to another; compile the suite in above cache", pluginName)
		}
	}
	return nil
}

// wildcard reports whether a block listens on an address that stands for all.
func wildcard(hosts []string) bool {
	return slices.ContainsFunc(hosts, func(h string) bool {
		addr, err := netip.ParseAddr(h)
		return h == "" || err == nil && addr.Unmap().WithZone("").IsUnspecified()
	})
}
