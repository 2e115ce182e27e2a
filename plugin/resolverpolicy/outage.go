package resolverpolicy

import (
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/telemetry"
)

// outage returns the outage of a policy.
func (p *ResolverPolicy) outage(policy *model.Policy) *telemetry.Outage {
	if o := p.outages.At(policy.Number()); o != nil {
		return o
	}
	return p.outages.Swap(policy.Number(), nil, new(telemetry.Outage))
}

// lost logs that those whom a policy asks, such as public DNS, cannot be asked any more.
func (p *ResolverPolicy) lost(policy *model.Policy, who string, r *dns.Msg, err error) {
	if p.outage(policy).Begins(time.Now()) {
		log.Errorf("Policy %q: %s cannot be asked, first for %s: %v", policy.Name, who, r.Question[0].Name, err)
	}
}

// found logs that they can.
func (p *ResolverPolicy) found(policy *model.Policy, who string) {
	if p.outage(policy).Ends() {
		log.Infof("Policy %q: %s can be asked again", policy.Name, who)
	}
}
