// Package telemetry counts what policies do with queries, and tells Prometheus.
package telemetry

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coredns/coredns/plugin/metrics"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/filewatch"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/numbered"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// Meter counts the queries of one server block. Tallies are found by numbers, and
// counting adds one to one of them, without a lock and without an allocation; the
// series, found by labels, are told when Prometheus asks. Safe for concurrent use.
type Meter struct {
	scope     *scope.Scope
	server    string // label of what is the block's, not one listener's
	sources   []*filewatch.File
	listeners []*Listener // at least one
	turn      atomic.Uint32

	mu      sync.Mutex      // held while telling
	leaving []leaving       // what the block has no more
	series  map[series]bool // those told or inherited
	retired bool            // nothing is counted any more
	history *History        // nil if there is none
	told    time.Time       // when it was told last
}

// New returns the meter of a server block, which counts nothing before Start. Server is
// the label of what is the block's, and not one listener's.
func New(block *scope.Scope, server string) *Meter { return &Meter{scope: block, server: server} }

// Serving returns the meters of the blocks that serve: Prometheus is told of these.
func Serving() *scope.Serving[Meter] { return serving }

// Start makes the meter count, for the addresses the block listens on.
func (m *Meter) Start(servers []string, sources []*filewatch.File) {
	m.sources, m.series = sources, make(map[series]bool)
	if len(servers) == 0 {
		servers = []string{m.server}
	}
	for _, s := range servers {
		m.listeners = append(m.listeners, m.listener(s))
	}
}

// At returns the listener a query arrived at.
func (m *Meter) At(ctx context.Context) *Listener {
	if len(m.listeners) == 1 {
		return m.listeners[0]
	}
	return m.AtServer(metrics.WithServer(ctx))
}

// AtServer returns the listener of an address.
func (m *Meter) AtServer(server string) *Listener {
	for _, l := range m.listeners {
		if l.server == server {
			return l
		}
	}
	return m.listeners[0]
}

// Listener counts the queries that arrived at one address.
type Listener struct {
	server    string
	meter     *Meter
	timing    atomic.Pointer[timing] // nil until a query is timed
	unmatched tally
	dropped   tally
	direct    [len(directResults)]tally // queries of fast_udp
	logging   atomic.Bool               // what the query log lacks is told even if that is nothing
	policies  numbered.Table[PolicyMeter]
}

func (m *Meter) listener(server string) *Listener { return &Listener{server: server, meter: m} }

// Server returns the address, as CoreDNS labels its metrics.
func (l *Listener) Server() string { return l.server }

// Unmatched counts a query that no policy matches.
func (l *Listener) Unmatched() { l.unmatched.count() }

// directResults are what becomes of a query of fast_udp, as the label result has it.
var directResults = [...]string{"answered", "passed", "dropped"}

// Direct counts queries that fast_udp has taken: those it answered, those the plugins
// served, and those dropped because too many were under way.
func (l *Listener) Direct(answered, passed, dropped int) {
	for i, n := range [...]int{answered, passed, dropped} {
		if n > 0 {
			l.direct[i].n.Add(uint64(n))
		}
	}
}

// Drop counts a query that the log lacks.
func (l *Listener) Drop() { l.dropped.count() }

// Logs has the listener tell what its query log lacks, from zero on. It is called
// with a query, since an instance that fails to start must leave no series behind.
func (l *Listener) Logs() {
	if !l.logging.Load() {
		l.logging.Store(true)
	}
}

// Policy returns the counters of a policy.
func (l *Listener) Policy(p *model.Policy) *PolicyMeter {
	for {
		found := l.policies.At(p.Number())
		if found != nil && (found.policy == p || found.policy.ViewName == p.ViewName) {
			return found
		}
		made := &PolicyMeter{policy: p, before: found}
		if l.policies.Swap(p.Number(), found, made) == made {
			return made
		} // somebody was faster, or it was forgotten meanwhile
	}
}

// tally counts what Prometheus has not been told yet.
type tally struct{ n atomic.Uint64 }

func (t *tally) count() { t.n.Add(1) }

// take returns the count and begins anew.
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

// PolicyMeter counts the queries of one policy at one listener.
type PolicyMeter struct {
	policy   *model.Policy
	before   *PolicyMeter  // of the same policy when it had another view, as long as queries may count there
	rounds   int           // how often it was told as such
	external tally         // queries without an internal answer
	other    [rcodes]tally // those without a matching zone
	zones    numbered.Table[zonesTally]

	references [model.MaxReferences + 1]tally
	flattened  [resolve.Outcomes]tally
	fallbacks  [triggers][anyRcode + 1]tally
	private    tally
	shedding   tally
}

// Outside counts a query that is answered elsewhere: by public DNS, or by
// resolvers of the policy's own.
func (p *PolicyMeter) Outside() { p.external.count() }

// Internal counts an internal answer.
func (p *PolicyMeter) Internal(r *resolve.Result) {
	p.Query(r.Match, r.Rcode)
	if r.Hops > 0 {
		p.references[r.Hops].count()
	}
	if r.Links > 0 {
		p.flattened[r.Outcome].count()
	}
}

// Query counts a query by its matching zone, which may be nil, and internal rcode.
func (p *PolicyMeter) Query(match *model.Zone, rcode int) {
	if match == nil {
		p.other[rcode].count()
		return
	}
	n := match.Number()
	group := p.zones.At(n / zonesGroup)
	if group == nil {
		group = p.zones.Swap(n/zonesGroup, nil, new(zonesTally))
	}
	group[rcode][n%zonesGroup].count()
}

// Touch has the processor fetch where queries of some zones, which may be nil, are most likely
// counted.
func (p *PolicyMeter) Touch(matches []*model.Zone) {
	for _, z := range matches {
		if z == nil {
			continue
		}
		n := z.Number()
		if group := p.zones.At(n / zonesGroup); group != nil {
			group[dns.RcodeSuccess][n%zonesGroup].n.Load()
		}
	}
}

// Public counts a query that was sent to public DNS.
func (p *PolicyMeter) Public(trigger model.Triggers, rcode int) {
	if _, ok := dns.RcodeToString[rcode]; !ok || rcode < 0 || rcode >= anyRcode {
		rcode = anyRcode
	}
	p.fallbacks[trigger.Number()][rcode].count()
}

// Shed counts a query that was not sent to public DNS because that does not answer.
func (p *PolicyMeter) Shed() { p.shedding.count() }

// Kept counts a query that was not sent to public DNS.
func (p *PolicyMeter) Kept() { p.private.count() }
