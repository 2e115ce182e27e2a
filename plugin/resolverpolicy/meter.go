package resolverpolicy

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/coredns/coredns/plugin/metrics"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// meter counts the queries of one server block. Tallies are found by numbers, and
// counting adds one to one of them, without a lock and without an allocation; the
// series, found by labels, are told when Prometheus asks. Safe for concurrent use.
type meter struct {
	scope     *scope.Scope
	server    string // label of what is the block's, not one listener's
	sources   []*source
	listeners []*listener // at least one
	turn      atomic.Uint32

	mu      sync.Mutex      // held while telling
	leaving []leaving       // what the block has no more
	made    map[series]bool // those told or inherited
	retired bool            // nothing is counted any more
}

// start makes the meter count, for the addresses the block listens on.
func (m *meter) start(servers []string, sources []*source) {
	m.sources, m.made = sources, make(map[series]bool)
	if len(servers) == 0 {
		servers = []string{m.server}
	}
	for _, s := range servers {
		m.listeners = append(m.listeners, m.listener(s))
	}
}

// at gives the listener a query arrived at.
func (m *meter) at(ctx context.Context) *listener {
	if len(m.listeners) == 1 {
		return m.listeners[0]
	}
	server := metrics.WithServer(ctx)
	for _, l := range m.listeners {
		if l.server == server {
			return l
		}
	}
	return m.listeners[0]
}

// listener counts the queries that arrived at one address.
type listener struct {
	server    string
	meter     *meter
	timing    atomic.Pointer[timing] // nil until a query is timed
	unmatched tally
	dropped   tally
	logging   atomic.Bool // what the query log lacks is told even if that is nothing
	policies  numbered[policyMeter]
}

func (m *meter) listener(server string) *listener { return &listener{server: server, meter: m} }

// none counts a query that no policy matches.
func (l *listener) none() { l.unmatched.count() }

// drop counts a query that the log lacks.
func (l *listener) drop() { l.dropped.count() }

// logs has the listener tell what its query log lacks, from zero on. It is called
// with a query, since an instance that fails to start must leave no series behind.
func (l *listener) logs() {
	if !l.logging.Load() {
		l.logging.Store(true)
	}
}

// policy gives the counters of a policy.
func (l *listener) policy(p *model.Policy) *policyMeter {
	found := l.policies.at(p.Number())
	if found != nil && (found.policy == p || found.policy.ViewName == p.ViewName) {
		return found
	}
	return l.policies.swap(p.Number(), found, &policyMeter{policy: p, before: found})
}

// tally counts what Prometheus has not been told yet.
type tally struct{ n atomic.Uint64 }

func (t *tally) count() { t.n.Add(1) }

// take gives the count and begins anew.
func (t *tally) take() uint64 {
	if t.n.Load() == 0 { // most of ten thousand zones
		return 0
	}
	return t.n.Swap(0)
}

const (
	anyRcode   = 24 // of public answers: those with a name, and one for all others
	triggers   = 5
	zonesGroup = 64                    // zones whose tallies are made at once
	rcodes     = dns.RcodeYXDomain + 1 // those of internal answers
)

// zonesTally holds the tallies of a group of zones. Those of one rcode lie side by
// side: of ten thousand zones that answer, 80 kB are written to and stay in the cache.
type zonesTally [rcodes][zonesGroup]tally

// policyMeter counts the queries of one policy at one listener.
type policyMeter struct {
	policy *model.Policy
	before *policyMeter  // of the same policy when it had another view, as long as queries may count there
	rounds int           // how often it was told as such
	untold tally         // queries without an internal answer
	other  [rcodes]tally // those without a matching zone
	zones  numbered[zonesTally]

	references [model.MaxReferences + 1]tally
	flattened  [resolve.Outcomes]tally
	fallbacks  [triggers][anyRcode + 1]tally
	private    tally
	shedding   tally
}

// outside counts a query that is answered elsewhere: by public DNS, or by
// resolvers of the policy's own.
func (p *policyMeter) outside() { p.untold.count() }

// internal counts an internal answer.
func (p *policyMeter) internal(r *resolve.Result) {
	p.query(r.Match, r.Rcode)
	if r.Hops > 0 {
		p.references[r.Hops].count()
	}
	if r.Links > 0 {
		p.flattened[r.Outcome].count()
	}
}

// query counts a query by its matching zone, which may be nil, and internal rcode.
func (p *policyMeter) query(match *model.Zone, rcode int) {
	if match == nil {
		p.other[rcode].count()
		return
	}
	n := match.Number()
	group := p.zones.at(n / zonesGroup)
	if group == nil {
		group = p.zones.swap(n/zonesGroup, nil, new(zonesTally))
	}
	group[rcode][n%zonesGroup].count()
}

// public counts a query that was sent to public DNS.
func (p *policyMeter) public(trigger model.Triggers, rcode int) {
	if _, ok := dns.RcodeToString[rcode]; !ok || rcode < 0 || rcode >= anyRcode {
		rcode = anyRcode
	}
	p.fallbacks[trigger.Number()][rcode].count()
}

// shed counts a query that was not sent to public DNS because that does not answer.
func (p *policyMeter) shed() { p.shedding.count() }

// kept counts a query that was not sent to public DNS.
func (p *policyMeter) kept() { p.private.count() }
