package resolverpolicy

import (
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/upstream"
)

// Prepare implements scope.Follower: what policies ask is there before a query has them.
func (p *ResolverPolicy) Prepare(next *model.Snapshot) {
	for _, policy := range next.Policies {
		if policy.Action != model.UseResolvers {
			continue
		}
		old := p.upstreams.At(policy.Number())
		if old != nil && slices.Equal(old.Resolvers(), policy.Resolvers) {
			continue
		}
		u, err := upstream.New(policy.Resolvers)
		if err != nil {
			log.Errorf("Policy %q: %v", policy.Name, err)
			continue
		}
		p.upstreams.Swap(policy.Number(), old, u)
		p.end(old)
	}
}

// Follow implements scope.Follower: what no policy asks any more ends with the last query
// under way, and that it failed is forgotten.
func (p *ResolverPolicy) Follow(old, next *model.Snapshot) {
	_, gone := next.Removed(old)
	for _, policy := range gone {
		p.outages.Swap(policy.Number(), p.outages.At(policy.Number()), nil)
	}
	asked := make(map[uint32]bool)
	for _, policy := range next.Policies {
		if policy.Action == model.UseResolvers {
			asked[policy.Number()] = true
		}
	}
	for number, u := range p.upstreams.All() {
		if !asked[number] {
			p.upstreams.Swap(number, u, nil)
			p.end(u)
		}
	}
}

// end closes an upstream, which may be nil, as soon as its queries allow. onShutdown
// waits for that.
func (p *ResolverPolicy) end(u *upstream.Upstream) {
	if u == nil {
		return
	}
	p.ending.Go(func() {
		if err := u.Close(); err != nil {
			log.Errorf("While closing connections to resolvers: %v", err)
		}
	})
}
