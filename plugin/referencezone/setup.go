// Package referencezone implements the plugin that declares references between
// internal zones and, where the matching zone holds nothing for a name, follows
// them.
package referencezone

import (
	"errors"
	"fmt"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

const pluginName = model.ReferenceDirective

func init() { plugin.Register(pluginName, setup) }

func setup(c *caddy.Controller) error {
	block := scope.Of(c, pluginName)
	block.Declarations(c, func(head scope.Line) (scope.Declaration, error) { return declare(block, head) })

	handler := &ReferenceZone{scope: block}
	dnsserver.GetConfig(c).AddPlugin(func(next plugin.Handler) plugin.Handler {
		handler.Next = next
		return handler
	})
	return nil
}

// declare reads one reference (SPEC 5.3).
func declare(block *scope.Scope, head scope.Line) (scope.Declaration, error) {
	if len(head.Words) != 2 {
		return scope.Declaration{}, errors.New("a reference links one zone to one other, write: referencezone FROM-ID TO-ID")
	}
	ref := &model.ReferenceSpec{Pos: head.Pos, From: head.Words[0], To: head.Words[1]}
	return scope.Declaration{
		Object: fmt.Sprintf("%s %q %q", pluginName, ref.From, ref.To),
		Properties: []scope.Property{
			{Usage: "nodata", Set: func(scope.Line) error {
				ref.NoData = true
				return nil
			}},
		},
		End: func() { block.AddReference(ref) },
	}, nil
}
