package resolverpolicy

import (
	"net/netip"
	"strings"
	"time"

	"github.com/coredns/coredns/plugin/pkg/edns"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/datagram"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/querylog"
	"github.com/internaldns/internaldns/plugin/pkg/reply"
	"github.com/internaldns/internaldns/plugin/pkg/requestinfo"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/telemetry"
)

// directLoop answers the queries of one socket that need nothing but the snapshot: the
// steps are those that the plugins of the chain take, and so are the octets. It implements
// datagram.Loop.
type directLoop struct {
	server    *directServer
	policies  *ResolverPolicy
	at        *telemetry.Listener
	local     netip.AddrPort
	queries   []directQuery // room for the largest batch so far
	selection selection
	pin       resolve.Pin
	stopwatch telemetry.Stopwatch
	observed  *observation // nil without the plugin prometheus
	ahead     lookahead
}

// directQuery is a query of a batch.
type directQuery struct {
	datagram.Query
	msg    *dns.Msg // nil if the query is not a plain one
	packet []byte
}

var _ datagram.Loop = (*directLoop)(nil)

func newDirectLoop(s *directServer, local netip.AddrPort) *directLoop {
	l := &directLoop{
		server: s, policies: s.direct.handler, at: s.listener(), local: bare(local),
	}
	if m := s.direct.observer; m != nil {
		l.observed = newObservation(m, s.direct.below, s.server.Addr)
	}
	return l
}

// listener returns what counts the queries of the address.
func (s *directServer) listener() *telemetry.Listener {
	return s.direct.handler.meter.AtServer(s.server.Addr)
}

// Read implements datagram.Loop.
func (l *directLoop) Read(queries [][]byte) {
	for len(l.queries) < len(queries) {
		l.queries = append(l.queries, directQuery{})
	}
	batch := l.queries[:len(queries)]
	for i, packet := range queries {
		batch[i].read(packet)
	}
	l.lookAhead(batch)
}

// read reads a query. What goes wrong goes wrong again in the chain, where CoreDNS has a word
// for it.
func (q *directQuery) read(packet []byte) {
	defer func() { _ = recover() }()
	q.packet, q.msg = packet, nil
	q.msg, _ = q.Read(packet, edns.SupportedOption)
}

// Answer implements datagram.Loop. Whatever goes wrong goes wrong again in the chain, where
// CoreDNS has a word for it.
func (l *directLoop) Answer(out []byte, query int, client netip.AddrPort) (replied []byte, ok bool) {
	defer func() {
		if recover() != nil {
			replied, ok = out, false
		}
	}()
	q := &l.queries[query]
	if q.msg == nil || !l.server.covers(q.Name) {
		return out, false
	}
	snapshot := l.policies.scope.Load()
	if snapshot.BoundsTTL() { // by the client's place, which changes records
		return out, false
	}
	client = bare(client)
	recent := l.policies.recent.Ring()
	if recent == nil && l.policies.log == nil {
		_, replied, ok = l.answer(out, q, snapshot, client.Addr())
		return replied, ok
	}
	e := l.arrived(q.msg, snapshot, client)
	policy, replied, ok := l.answer(out, q, snapshot, client.Addr())
	if ok {
		l.tell(e, recent, policy)
	}
	return replied, ok
}

// answer appends the reply to a query, if its policy has a view that answers without the
// help of public DNS.
func (l *directLoop) answer(out []byte, q *directQuery, snapshot *model.Snapshot, client netip.Addr) (_ *model.Policy, replied []byte, ok bool) {
	watch := l.policies.meter.Restart(&l.stopwatch, l.at)
	defer func() {
		if !ok {
			l.policies.meter.Return() // the chain counts the query
		}
	}()
	r, qtype := q.msg, q.msg.Question[0].Qtype
	policy, tried := l.choose(q, snapshot, client)
	if resolve.RouteOf(policy, qtype) != resolve.ToView || policy.View == nil {
		return nil, out, false
	}
	pin := &l.pin
	*pin = resolve.Pin{
		Snapshot: snapshot, Policy: policy, View: policy.View,
		CanFallBack: resolve.CanFallBack(r.RecursionDesired, qtype), DO: resolve.WantsDNSSEC(r),
	}
	pin.SetQuestion(r.Question[0].Name, q.Name)
	pin.Answer(q.Name, qtype)
	if !pin.Settle() {
		return nil, out, false
	}
	replied, ok = reply.AppendInternal(out, r, q.Question, pin, l.observed.size())
	if !ok {
		return nil, out, false
	}
	watch.Selected(tried)
	watch.Stop()
	l.at.Policy(policy).Internal(&pin.Result)
	l.observed.answered(q.Name, qtype, client, pin.DO, len(q.packet), pin.Result.Rcode)
	return policy, replied, true
}

// choose returns the policy for a query, nil if none matches, and how many were tried.
func (l *directLoop) choose(asked *directQuery, snapshot *model.Snapshot, client netip.Addr) (*model.Policy, int) {
	if policy := snapshot.Certain(); policy != nil {
		return policy, 1
	}
	q := &l.selection.query
	*q = model.Query{}
	q.Client.Addr, q.Client.Server = client, l.local.Addr()
	q.Name, q.Type = asked.Name, asked.msg.Question[0].Qtype
	q.Clock = l.policies.clock
	if snapshot.UsesFacts() {
		l.selection.knows(l.policies.sources.clients, snapshot, asked.msg)
	}
	policy := snapshot.Select(q)
	return policy, q.Tried
}

// Sent implements datagram.Loop.
func (l *directLoop) Sent(answered, passed int) {
	l.ahead.used(l.pin.Policy)
	l.pin = resolve.Pin{} // a loop that has nothing to do keeps no snapshot
	l.at.Direct(answered, passed, 0)
	l.observed.sent()
}

// arrived returns what is known of a query that is written down.
func (l *directLoop) arrived(r *dns.Msg, snapshot *model.Snapshot, client netip.AddrPort) *querylog.Entry {
	from := requestinfo.Info{Sources: l.policies.sources.clients, Places: snapshot.Places(), Addr: client.Addr(), Server: l.local.Addr()}
	return &querylog.Entry{
		At: l.at, Time: time.Now(), Server: l.at.Server(), Client: client.Addr(), Port: client.Port(), Local: l.local,
		Location: from.Location(), Name: strings.Clone(r.Question[0].Name), Type: r.Question[0].Qtype,
	}
}

// tell writes down a query that is answered.
func (l *directLoop) tell(e *querylog.Entry, recent *querylog.Ring, policy *model.Policy) {
	e.Took = time.Since(e.Time)
	e.Rcode = l.pin.Result.Rcode
	about := queryInfo{policy: policy, pin: &l.pin, inside: e.Took}
	about.tell(e)
	if l.policies.log != nil {
		l.at.Logs()
	}
	l.policies.keep(e, recent)
}
