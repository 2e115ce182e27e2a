package api

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/querylog"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// queryObject is a query in the field names of Cloudflare's Gateway DNS logs
// (CLOUDFLARE-API 6.5).
type queryObject struct {
	ID                          string `json:"ID" about:"Extension: tells the query apart from all others. It can stand in last_event_id."`
	Datetime                    string `json:"Datetime" about:"when the query arrived"`
	QueryName                   string `json:"QueryName" about:"in lower case, without the dot at the end"`
	QueryType                   uint16 `json:"QueryType"`
	QueryTypeName               string `json:"QueryTypeName"`
	RCode                       int    `json:"RCode" about:"of the reply that the client got"`
	ResponseTimeMs              int64  `json:"ResponseTimeMs"`
	ResponseTimeUs              int64  `json:"ResponseTimeUs" about:"Extension: the same in microseconds."`
	SrcIP                       string `json:"SrcIP,omitempty"`
	SrcPort                     uint16 `json:"SrcPort,omitempty"`
	DstIP                       string `json:"DstIP,omitempty" about:"Missing where the server listens by UDP on an address that stands for all."`
	DstPort                     uint16 `json:"DstPort,omitempty"`
	Protocol                    string `json:"Protocol" about:"udp, tcp, tls, https, https3, quic or grpc"`
	Location                    string `json:"Location,omitempty" about:"name of the location that the query came from"`
	ResolverPolicyID            string `json:"ResolverPolicyID" about:"Empty if no policy matched, or if it is gone."`
	ResolverPolicyName          string `json:"ResolverPolicyName"`
	InternalDNSViewID           string `json:"InternalDNSViewID" about:"of the policy; empty if it has none"`
	InternalDNSViewName         string `json:"InternalDNSViewName" about:"Extension."`
	InternalDNSZoneID           string `json:"InternalDNSZoneID" about:"the matching zone; empty if there is none"`
	InternalDNSZoneName         string `json:"InternalDNSZoneName" about:"Extension."`
	InternalDNSReferenceZoneID  string `json:"InternalDNSReferenceZoneID" about:"Extension: the zone that a reference led to, if that answered."`
	InternalDNSRCode            *int   `json:"InternalDNSRCode" about:"Null if no view was asked."`
	InternalDNSDurationMs       *int64 `json:"InternalDNSDurationMs" about:"Null if no view was asked."`
	InternalDNSFallbackStrategy string `json:"InternalDNSFallbackStrategy" about:"public_dns if the query was taken there, else empty"`
	InternalDNSFallbackTrigger  string `json:"InternalDNSFallbackTrigger" about:"Extension: the internal outcome for which it was: refused, nxdomain, cname, nodata or apex; empty if it was not."`
	Server                      string `json:"Server" about:"Extension: the address that the query arrived at, as metrics have it."`
}

// names finds the API's ids of what queries name, as they are when the query is read.
type names struct {
	account  Account
	revision uint64
	policies map[string]string // ids by name
	views    map[string]string
	zones    map[string]zoneName // by what server blocks call them
}

type zoneName struct{ id, name string }

// refresh forgets what an account that has changed may call otherwise.
func (n *names) refresh() {
	now := n.account.Revision()
	if n.policies != nil && now == n.revision {
		return
	}
	n.revision = now
	n.policies, n.views, n.zones = make(map[string]string), make(map[string]string), make(map[string]zoneName)
	for _, r := range n.account.Rules() {
		n.policies[r.Name] = cmp.Or(n.policies[r.Name], r.ID)
	}
	for _, v := range n.account.Views() {
		n.views[v.Name] = cmp.Or(n.views[v.Name], v.ID)
	}
}

// zone returns what a zone of a server block is called.
func (n *names) zone(known string) zoneName {
	if known == "" {
		return zoneName{}
	}
	found, ok := n.zones[known]
	if !ok {
		found.id = n.account.ZoneID(known)
		if z := n.account.Zone(found.id); z != nil {
			found.name = shownZone(z)
		}
		n.zones[known] = found
	}
	return found
}

// show returns a query as the API gives it.
func (n *names) show(e *querylog.Entry) *queryObject {
	name, qtype := e.Question()
	zone := n.zone(e.Zone)
	o := &queryObject{
		ID: e.ID(), Datetime: formatTime(e.Time), QueryName: name, QueryType: e.Type, QueryTypeName: qtype, RCode: e.Rcode,
		ResponseTimeMs: e.Took.Milliseconds(), ResponseTimeUs: e.Took.Microseconds(), SrcPort: e.Port, DstPort: e.Local.Port(),
		Protocol: protocol(e), Location: e.Location, ResolverPolicyID: n.policies[e.Policy], ResolverPolicyName: e.Policy,
		InternalDNSViewID: n.views[e.View], InternalDNSViewName: e.View, InternalDNSZoneID: zone.id, InternalDNSZoneName: zone.name,
		InternalDNSReferenceZoneID: n.zone(e.Reference).id, InternalDNSFallbackStrategy: e.Strategy(), InternalDNSFallbackTrigger: e.Trigger,
		Server: e.Server,
	}
	if e.Client.IsValid() {
		o.SrcIP = e.Client.String()
	}
	if at := e.Local.Addr(); at.IsValid() && !at.IsUnspecified() {
		o.DstIP = at.String()
	}
	if e.Viewed {
		inside := e.Inside.Milliseconds()
		o.InternalDNSRCode, o.InternalDNSDurationMs = &e.Internal, &inside
	}
	return o
}

// protocol returns what a query came by.
func protocol(e *querylog.Entry) string {
	scheme, _, _ := strings.Cut(e.Server, "://")
	switch {
	case scheme != "dns":
		return scheme
	case e.TCP:
		return "tcp"
	}
	return "udp"
}

// recents returns where the server blocks of the account keep their last queries.
func (c *call) recents() (all []*querylog.Recent) {
	for _, s := range c.servers() {
		all = append(all, recentsOf(&s.Block)...)
	}
	return all
}

// recentsOf returns where a server block keeps its last queries, if it does.
func recentsOf(b *scope.Block) (all []*querylog.Recent) {
	for _, h := range b.Handlers {
		if keeper, ok := h.(interface{ Queries() *querylog.Recent }); ok {
			all = append(all, keeper.Queries())
		}
	}
	return all
}

const queriesPage = 100

// listQueries answers with the last queries, the newest first, or with a stream of those
// that come.
func listQueries(c *call) *Error {
	if bad := c.readsAll(); bad != nil {
		return bad
	}
	filter, bad := c.readQueryFilter()
	if bad != nil {
		return bad
	}
	if c.wantsStream() {
		return c.streamQueries(filter)
	}
	p, bad := c.readPage(queriesPage, querylog.Kept)
	if bad != nil {
		return bad
	}
	names := names{account: c.account}
	names.refresh()
	tail, _ := querylog.Follow(c.recents(), "")
	defer tail.Close()
	var all []*querylog.Entry
	for e := range tail.Next(querylog.Kept * max(1, len(c.servers()))) {
		if len(filter) == 0 || filter.match(names.show(e)) {
			all = append(all, e)
		}
	}
	slices.Reverse(all)
	slices.SortStableFunc(all, func(a, b *querylog.Entry) int { return b.Time.Compare(a.Time) })
	c.w.Header().Set(eventHeader, tail.Position())
	return reply(c, p, all[:min(len(all), querylog.Kept)], names.show)
}

// eventHeader tells with a list which event a stream has to begin behind to go on with it.
const eventHeader = "X-Internaldns-Event-Id"

func queryRoutes() []*route {
	const all = "/accounts/{account}/internal_dns"
	return []*route{{
		method: http.MethodGet, path: all + "/queries", summary: "List the last queries, the newest first, or stream those that come",
		permission: token.AccountSettingsRead, scope: ofAccount, handle: listQueries, list: true, events: true, result: queryObject{},
		query: slices.Concat(paging(), queryParameters()),
	}, {
		method: http.MethodGet, path: all + "/analytics", summary: "Count the queries of the last 24 hours over time",
		permission: token.AccountSettingsRead, scope: ofAccount, handle: getAnalytics, result: analyticsObject{},
		query: []parameter{
			{"since", "time from which on; an hour before until by default"}, {"until", "time up to which; now by default"},
			{"step", "seconds, made a multiple of 10, or of 60 for what is older than an hour; by default as many as make up to 120 steps"},
			{"series", "how many series are told apart, by default 100"},
		},
	}}
}

// rcodeName returns the name of a response code, for filters.
func rcodeName(rcode int) string { return dns.RcodeToString[rcode] }

// sameName reports whether two names, of which one may be missing, are the same but for
// case and a final dot.
func sameName(a, b string) bool {
	return (a == "") == (b == "") && strings.EqualFold(domain.NoDot(a), domain.NoDot(b))
}
