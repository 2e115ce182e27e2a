package resolverpolicy

import (
	"sync/atomic"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// quiet is how long nothing more is said of what failed: where public DNS fails for
// some queries only, each of them would begin an outage and the next good one end it.
const quiet = time.Minute

// outage is whether something fails, such as the fallback of one policy. Safe for
// concurrent use.
type outage struct {
	failing atomic.Bool
	told    atomic.Bool  // whether the log says so
	last    atomic.Int64 // when the log last did, nanoseconds since 1970
}

// begins notes a failure and reports whether it is worth a line in the log.
func (o *outage) begins(now time.Time) bool {
	if o.failing.Swap(true) && o.told.Load() {
		return false
	}
	last := o.last.Load()
	if now.UnixNano()-last < int64(quiet) || !o.last.CompareAndSwap(last, now.UnixNano()) {
		return false
	}
	o.told.Store(true)
	return true
}

// ends notes a success and reports whether it is worth a line in the log.
func (o *outage) ends() bool {
	return o.failing.Load() && o.failing.Swap(false) && o.told.Swap(false)
}

// outage returns the outage of a policy.
func (p *ResolverPolicy) outage(policy *model.Policy) *outage {
	if o := p.outages.at(policy.Number()); o != nil {
		return o
	}
	return p.outages.swap(policy.Number(), nil, new(outage))
}

// lost logs that those whom a policy asks, such as public DNS, cannot be asked any more.
func (p *ResolverPolicy) lost(policy *model.Policy, who string, r *dns.Msg, err error) {
	if p.outage(policy).begins(time.Now()) {
		log.Errorf("Policy %q: %s cannot be asked, first for %s: %v", policy.Name, who, r.Question[0].Name, err)
	}
}

// found logs that they can.
func (p *ResolverPolicy) found(policy *model.Policy, who string) {
	if p.outage(policy).ends() {
		log.Infof("Policy %q: %s can be asked again", policy.Name, who)
	}
}
