// Package internalzone implements the plugin that holds private zones: their
// declaration, their files, and the answers from the zone that matches a query.
package internalzone

import (
	"os"
	"path/filepath"
	"time"
	"weak"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

const pluginName = model.ZoneDirective

func init() { plugin.Register(pluginName, setup) }

func setup(c *caddy.Controller) error {
	block := scope.Of(c, pluginName)
	config := dnsserver.GetConfig(c)
	shared := zonesOf(c)
	corefile := modified(c.File())
	zones := &served{block: block, server: scope.ServerLabel(config)}
	block.Declarations(c, func(head scope.Line) (scope.Declaration, error) {
		d, err := newDeclaration(head, config.Root, corefile)
		if err != nil {
			return scope.Declaration{}, err
		}
		return scope.Declaration{
			Object:     d.object(),
			Properties: d.properties(),
			End: func() {
				source := shared.hold(d.source, d.reload, subscriber{block: weak.Make(block), id: d.id})
				zones.zones = append(zones.zones, servedZone{id: d.id, source: source})
				block.AddZone(&model.ZoneSpec{Pos: head.Pos, ID: d.id, Apex: d.source.apex, Flatten: d.source.flatten, Files: d.source.files},
					source.first)
			},
		}, nil
	})

	c.OnStartup(func() error { zones.noteSOAs(); return nil })
	collected.blocks.Follow(c, zones)
	handler := &InternalZone{scope: block, zones: zones}
	config.AddPlugin(func(next plugin.Handler) plugin.Handler {
		handler.Next = next
		return handler
	})
	return nil
}

// modified returns the modification time of a file, the zero time if it has none
// to tell (a Corefile from standard input, say).
func modified(name string) time.Time {
	info, err := os.Stat(filepath.Clean(name))
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
