// Package internaldns implements the plugin by which zones, views and resolver policies
// are made and changed while the server runs: the store that keeps them, and the API
// that people and programs change them by. It answers no query itself; the other four
// plugins of the suite do, from what it publishes.
package internaldns

import (
	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"
	clog "github.com/coredns/coredns/plugin/pkg/log"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

const pluginName = scope.AccountDirective

var log = clog.NewWithPlugin(pluginName)

func init() { plugin.Register(pluginName, setup) }

// declaredKey is where an instance keeps what its blocks say of accounts.
type declaredKey struct{}

func setup(c *caddy.Controller) error {
	block := scope.Of(c, pluginName)
	config := dnsserver.GetConfig(c)
	declared, ok := c.Get(declaredKey{}).(*declarations)
	if !ok {
		declared = new(declarations)
		c.Set(declaredKey{}, declared)
	}
	var last *Config
	block.Declarations(c, func(head scope.Line) (scope.Declaration, error) {
		next, err := newConfig(head, config.Root, last)
		if err != nil {
			return scope.Declaration{}, err
		}
		last = next
		return scope.Declaration{Object: next.object(), Properties: next.properties(), End: func() {
			block.Report(next.finish(declared)...)
		}}, nil
	})
	if last == nil {
		return nil
	}
	block.Complete(c)
	block.Serve(last.Account)

	m := &member{config: last, scope: block, block: live.NewBlock(block)}
	c.OnStartup(func() error { return named(process.open(m)) })
	process.members.Follow(c, m)
	c.OnStartup(func() error { return named(process.serve(m)) })
	c.OnShutdown(func() error { process.leave(m); return nil })
	c.OnRestartFailed(func() error { process.restore(); return nil })
	return nil
}

// named says which plugin an error comes from.
func named(err error) error {
	if err == nil {
		return nil
	}
	return plugin.Error(pluginName, err)
}
