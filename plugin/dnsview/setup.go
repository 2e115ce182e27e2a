// Package dnsview implements the plugin that declares views and, for a query
// whose policy chose one, refuses names that no zone of the view matches.
package dnsview

import (
	"errors"
	"fmt"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

const pluginName = model.ViewDirective

func init() { plugin.Register(pluginName, setup) }

func setup(c *caddy.Controller) error {
	block := scope.Of(c, pluginName)
	block.Declarations(c, func(head scope.Line) (scope.Declaration, error) { return declare(block, head) })

	handler := &DNSView{scope: block}
	dnsserver.GetConfig(c).AddPlugin(func(next plugin.Handler) plugin.Handler {
		handler.Next = next
		return handler
	})
	return nil
}

// declare reads one view (SPEC 5.2).
func declare(block *scope.Scope, head scope.Line) (scope.Declaration, error) {
	if len(head.Words) == 0 {
		return scope.Declaration{}, errors.New("a view needs a name, write: dnsview NAME [ZONE-ID...]")
	}
	view := &model.ViewSpec{Pos: head.Pos, Name: head.Words[0], Zones: refs(head, head.Words[1:])}
	return scope.Declaration{
		Object: fmt.Sprintf("%s %q", pluginName, view.Name),
		Properties: []scope.Property{
			{Usage: "description TEXT", Min: 1, Max: 1, Set: func(l scope.Line) error {
				view.Description = l.Words[0]
				return nil
			}},
			{Usage: "zones ZONE-ID...", Repeat: true, Min: 1, Max: -1, Set: func(l scope.Line) error {
				view.Zones = append(view.Zones, refs(l, l.Words)...)
				return nil
			}},
		},
		End: func() { block.AddView(view) },
	}, nil
}

// refs notes where each zone ID was mentioned.
func refs(l scope.Line, ids []string) []model.Ref {
	out := make([]model.Ref, len(ids))
	for i, id := range ids {
		out[i] = model.Ref{Pos: l.Pos, Name: id}
	}
	return out
}
