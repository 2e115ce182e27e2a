package resolverpolicy

import (
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/upstream"
)

// Prepare implements scope.Follower: what policies ask is there before a query has them.
func (p *ResolverPolicy) Prepare(old, next *model.Snapshot) {
	_, come := next.ChangedPolicies(old)
	p.connect(come)
}

// connect has what some policies ask be there.
func (p *ResolverPolicy) connect(policies []*model.Policy) {
	for _, policy := range policies {
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
	_, removed := next.Removed(old)
	for _, policy := range removed {
		p.outages.Swap(policy.Number(), p.outages.At(policy.Number()), nil)
	}
	gone, come := next.ChangedPolicies(old)
	asked := make(map[uint32]bool, len(come))
	for _, policy := range come {
		asked[policy.Number()] = policy.Action == model.UseResolvers
	}
	for _, policy := range gone {
		number := policy.Number()
		if u := p.upstreams.At(number); u != nil && !asked[number] {
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
