package resolverpolicy

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/coredns/coredns/plugin/metrics"
	"github.com/miekg/dns"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// meter counts the queries of one server block. Each series is looked up once by
// its labels, and found by numbers from then on: counting takes no lock and no
// allocation. Safe for concurrent use.
type meter struct {
	scope     *scope.Scope
	server    string // label of what is the block's, not one listener's
	sources   []*source
	listeners []*listener // at least one
	turn      atomic.Uint32

	mu      sync.Mutex
	made    map[series]bool // those looked up or inherited
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
	unmatched lazy
	dropped   lazy
	policies  []atomic.Pointer[policyMeter] // by number
}

func (m *meter) listener(server string) *listener {
	l := &listener{server: server, meter: m}
	if snapshot := m.scope.Load(); snapshot != nil {
		l.policies = make([]atomic.Pointer[policyMeter], len(snapshot.Policies))
	}
	return l
}

// none counts a query that no policy matches.
func (l *listener) none() {
	if !l.unmatched.inc() {
		l.unmatched.first(l.meter.find(queries, series{}, l.server, "", "", "", ""))
	}
}

// drop counts a query that the log lacks.
func (l *listener) drop() { l.dropped.inc() }

// logs has the listener count what its query log lacks, from zero on. It is called
// with a query, since an instance that fails to start must leave no series behind.
func (l *listener) logs() {
	if l.dropped.counter.Load() == nil {
		l.dropped.know(l.meter.find(dropped, series{}, l.server))
	}
}

// policy gives the counters of a policy.
func (l *listener) policy(p *model.Policy) *policyMeter {
	at := &l.policies[p.Number()]
	if found := at.Load(); found != nil {
		return found
	}
	at.CompareAndSwap(nil, newPolicyMeter(l, p))
	return at.Load()
}

// lazy is a counter that is looked up when it first counts.
type lazy struct {
	counter atomic.Pointer[prometheus.Counter]
}

// inc counts, or reports false if the counter is not known yet.
func (l *lazy) inc() bool {
	c := l.counter.Load()
	if c == nil {
		return false
	}
	(*c).Inc()
	return true
}

// know makes the counter known.
func (l *lazy) know(c prometheus.Counter) { l.counter.Store(&c) }

// first makes the counter known and counts.
func (l *lazy) first(c prometheus.Counter) {
	l.know(c)
	c.Inc()
}

const (
	rcodes     = dns.RcodeYXDomain + 1 // those of internal answers
	anyRcode   = 24                    // of public answers: those with a name, and one for all others
	triggers   = 4
	zonesGroup = 64 // zones whose counters are made at once
)

// policyMeter counts the queries of one policy at one listener.
type policyMeter struct {
	at     *listener
	name   string
	view   string
	untold lazy         // queries without an internal answer
	other  [rcodes]lazy // those without a matching zone
	zones  []atomic.Pointer[[zonesGroup][rcodes]lazy]

	references [model.MaxReferences + 1]lazy
	flattened  [resolve.Outcomes]lazy
	fallbacks  [triggers][anyRcode + 1]lazy
	private    lazy
}

func newPolicyMeter(l *listener, p *model.Policy) *policyMeter {
	zones := len(l.meter.scope.Load().Zones)
	return &policyMeter{
		at: l, name: p.Name, view: p.ViewName,
		zones: make([]atomic.Pointer[[zonesGroup][rcodes]lazy], (zones+zonesGroup-1)/zonesGroup),
	}
}

// outside counts a query that is answered elsewhere: by public DNS, or by
// resolvers of the policy's own.
func (p *policyMeter) outside() {
	if !p.untold.inc() {
		p.untold.first(p.find(queries, p.view, "", ""))
	}
}

// internal counts an internal answer.
func (p *policyMeter) internal(r *resolve.Result) {
	p.query(r.Match, r.Rcode)
	if n := r.Hops; n > 0 && !p.references[n].inc() {
		p.references[n].first(p.find(references, strconv.Itoa(n)))
	}
	if r.Links > 0 && !p.flattened[r.Outcome].inc() {
		p.flattened[r.Outcome].first(p.find(flattened, r.Outcome.String()))
	}
}

// query counts a query by its matching zone, which may be nil, and internal rcode.
func (p *policyMeter) query(match *model.Zone, rcode int) {
	c, zone := &p.other[rcode], ""
	if match != nil {
		zone = match.ID
		group := &p.zones[match.Number()/zonesGroup]
		if group.Load() == nil {
			group.CompareAndSwap(nil, new([zonesGroup][rcodes]lazy))
		}
		c = &group.Load()[match.Number()%zonesGroup][rcode]
	}
	if !c.inc() {
		c.first(p.at.meter.find(queries, series{policy: p.name, view: p.view, zone: zone},
			p.at.server, p.name, p.view, zone, dns.RcodeToString[rcode]))
	}
}

// public counts a query that was sent to public DNS.
func (p *policyMeter) public(trigger model.Triggers, rcode int) {
	name, ok := dns.RcodeToString[rcode]
	if !ok || rcode < 0 || rcode >= anyRcode {
		name, rcode = "other", anyRcode
	}
	if c := &p.fallbacks[trigger.Number()][rcode]; !c.inc() {
		c.first(p.find(fallbacks, trigger.String(), name))
	}
}

// kept counts a query that was not sent to public DNS.
func (p *policyMeter) kept() {
	if !p.private.inc() {
		p.private.first(p.find(keptPrivate))
	}
}

// find looks up a counter whose labels begin with the server and the policy.
func (p *policyMeter) find(vec *prometheus.CounterVec, labels ...string) prometheus.Counter {
	return p.at.meter.find(vec, series{policy: p.name, view: p.view}, append([]string{p.at.server, p.name}, labels...)...)
}
