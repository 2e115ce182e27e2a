package cli

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/coredns/caddy/caddyfile"
	"github.com/coredns/coredns/plugin"
	"github.com/coredns/coredns/plugin/pkg/parse"
	"github.com/coredns/coredns/plugin/pkg/transport"

	"github.com/internaldns/internaldns/plugin/pkg/asker"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// block returns the server block with a key or at a position, or the only one there is.
func (c *config) block(name string) (*scope.Block, error) {
	var found []*scope.Block
	for i := range c.blocks {
		if b := &c.blocks[i]; name == "" || asker.HasKey(b.Keys, name) || b.Pos.String() == name {
			found = append(found, b)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(c.blocks) == 0:
		return nil, errors.New("no server block holds a line of the suite")
	case name == "":
		return nil, fmt.Errorf("there are several server blocks, choose one with -block: %s", c.blockNames(found))
	case len(found) > 1:
		return nil, fmt.Errorf("several server blocks have the key %q, choose one by its position, as in -block %s: %s", name, found[0].Pos, c.blockNames(found))
	case c.isOther(name):
		return nil, fmt.Errorf("the server block with the key %q holds no line of the suite; those that do: %s", name, c.blockNames(c.all()))
	}
	return nil, fmt.Errorf("no server block has the key or position %q, there are: %s", name, c.blockNames(c.all()))
}

func (c *config) all() []*scope.Block {
	out := make([]*scope.Block, len(c.blocks))
	for i := range c.blocks {
		out[i] = &c.blocks[i]
	}
	return out
}

// blockNames lists server blocks for a message.
func (c *config) blockNames(blocks []*scope.Block) string {
	return strings.Join(namesOf(blocks, c.blockName), ", ")
}

// blockName returns the keys of a server block, with its position if another block has
// one of them: the plugin view tells such blocks apart.
func (c *config) blockName(b *scope.Block) string {
	keys := strings.Join(b.Keys, " ")
	for i := range c.blocks {
		other := &c.blocks[i]
		if other != b && slices.ContainsFunc(other.Keys, func(k string) bool { return slices.Contains(b.Keys, k) }) {
			return keys + " (" + b.Pos.String() + ")"
		}
	}
	return keys
}

// isOther reports whether a server block of the Corefile has the key.
func (c *config) isOther(key string) bool {
	blocks, err := caddyfile.Parse(c.file, bytes.NewReader(c.body), nil)
	return err == nil && slices.ContainsFunc(blocks, func(b caddyfile.ServerBlock) bool {
		return slices.ContainsFunc(b.Keys, func(k string) bool { return k == key || asker.HasKey(fullKeys(k), key) })
	})
}

// fullKeys returns the keys that one of a Corefile stands for, as CoreDNS words them.
func fullKeys(key string) []string {
	protocol, rest := parse.Transport(key)
	hosts, port, err := plugin.SplitHostPort(rest)
	if err != nil {
		return nil
	}
	if port == "" {
		port = map[string]string{
			transport.TLS: transport.TLSPort, transport.QUIC: transport.QUICPort, transport.GRPC: transport.GRPCPort,
			transport.HTTPS: transport.HTTPSPort, transport.HTTPS3: transport.HTTPSPort,
		}[protocol]
	}
	if port == "" {
		port = transport.Port
	}
	return namesOf(hosts, func(host string) string { return protocol + "://" + plugin.Name(host).Normalize() + ":" + port })
}
