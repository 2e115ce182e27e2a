package cli

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/compare"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// remoteStatus is what a server says of an account and of what serves it.
type remoteStatus struct {
	Account  named  `json:"account"`
	Revision uint64 `json:"revision"`
	Servers  []struct {
		Block    []string `json:"block"`
		Position string   `json:"position"`
	} `json:"servers"`
}

// diff compares what a server serves with what it would serve with another Corefile.
func (r *remote) diff(p *program, file, block string, limit int) (*compare.Report, error) {
	c, err := p.loadGood(file)
	if err != nil {
		return nil, err
	}
	status, err := r.status()
	if err != nil {
		return nil, err
	}
	b, err := c.counterpart(block, status)
	if err != nil {
		return nil, err
	}
	told, err := r.replica(status.Account)
	if err != nil {
		return nil, err
	}
	if now, err := r.status(); err != nil || now.Revision != status.Revision {
		return nil, cmp.Or(err, fmt.Errorf("the account went from revision %d to %d while it was read; try again", status.Revision, now.Revision))
	}
	if declares := told.Declares(); declares && len(status.Servers) > 1 {
		return nil, fmt.Errorf("the server has %d server blocks that serve the account (%s), and does not tell which of them declares what: such cannot be compared", len(status.Servers), status.blocks())
	}
	before, left, err := told.Over(nil)
	if err != nil {
		return nil, err
	}
	p.warnLeft("what serves cannot be told of whole", left)
	after := b.Snapshot
	if b.Account == status.Account.Name {
		stored := told.Only(func(d *live.Declared) bool { return d == nil })
		if after, left, err = stored.Over(b.Snapshot); err != nil {
			return nil, err
		}
		p.warnLeft("does not fit "+file+" and would not be served", left)
	} else {
		fmt.Fprintf(p.stderr, "the server block of %s holds no line `%s %s`: what the store of the server holds would not be served\n", printable(file), scope.AccountDirective, status.Account.Name)
	}
	name := c.blockName(b)
	return compare.Compare([]compare.Block{{Keys: name, Name: name, Snapshot: before}}, []compare.Block{{Keys: name, Name: name, Snapshot: after}}, nil, limit), nil
}

// status asks what serves the account.
func (r *remote) status() (s remoteStatus, err error) {
	path, err := r.inAccount("/internal_dns/status")
	if err == nil {
		_, err = r.call(http.MethodGet, path, nil, &s)
	}
	return s, err
}

// blocks lists the server blocks for a message.
func (s *remoteStatus) blocks() string {
	var names []string
	for _, one := range s.Servers {
		names = append(names, strings.Join(one.Block, " "))
	}
	return strings.Join(names, ", ")
}

// counterpart returns the server block that is compared with what a server serves: the one
// that was named, the one with the keys of the server's only one, or the only one there is.
func (c *config) counterpart(name string, s remoteStatus) (*scope.Block, error) {
	if name == "" && len(s.Servers) == 1 {
		same := slices.DeleteFunc(c.all(), func(b *scope.Block) bool { return !slices.Equal(b.Keys, s.Servers[0].Block) })
		if len(same) == 1 {
			return same[0], nil
		}
	}
	return c.block(name)
}

// warnLeft says what was left out of a comparison.
func (p *program) warnLeft(what string, left map[string]problem.Problem) {
	for _, at := range slices.Sorted(maps.Keys(left)) {
		fmt.Fprintf(p.stderr, "%s: %s\n", printable(what), cutWords(printable(left[at].Object+": "+left[at].Text)))
	}
}
