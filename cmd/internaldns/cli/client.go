package cli

import (
	"fmt"

	"github.com/internaldns/internaldns/plugin/pkg/asker"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// blockFor returns the server block that CoreDNS would choose for a query. Blocks without
// a line of the suite are not considered.
func (c *config) blockFor(q *asker.Parsed) (*scope.Block, error) {
	best := q.Choose(c.blocks, q.Name, q.Query.Type)
	switch len(best) {
	case 0:
		return nil, fmt.Errorf("no server block with lines of the suite gets a query for %s that arrives so", q.Name)
	case 1:
		return best[0], nil
	}
	return nil, fmt.Errorf("several server blocks may get the query, choose one with -block or -server: %s",
		c.blockNames(best))
}
