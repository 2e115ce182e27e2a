package api

import (
	"cmp"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/asker"
	"github.com/internaldns/internaldns/plugin/pkg/explain"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// Server is a server block that serves an account, as it is now.
type Server struct {
	scope.Block
	Live      *live.Block
	Addresses []string // it listens on, as CoreDNS labels its metrics
}

// name returns what people call the server block: its keys.
func (s *Server) name() string { return strings.Join(s.Keys, " ") }

// servers returns the server blocks that serve the account.
func (c *call) servers() []Server {
	if c.account.Servers == nil {
		return nil
	}
	return c.account.Servers()
}

func (c *call) blocks() []scope.Block {
	servers := c.servers()
	blocks := make([]scope.Block, len(servers))
	for i, s := range servers {
		blocks[i] = s.Block
	}
	return blocks
}

// explained is an explanation as the API gives it: with the API's ids of what decided.
type explained struct {
	asker.Explained
	IDs explainedIDs `json:"ids"`
}

// explainedIDs are the API's ids of the objects that an explanation names.
type explainedIDs struct {
	Policies map[string]string `json:"policies" about:"by name"`
	Views    map[string]string `json:"views" about:"by name"`
	Zones    map[string]string `json:"zones" about:"by what the explanation calls them"`
}

// explainQuery tells why a query gets its answer, from what serves now.
func explainQuery(c *call) *Error {
	var body asker.Query
	if bad := cmp.Or(c.readsAll(), c.decode(&body)); bad != nil {
		return bad
	}
	q, err := body.Parse()
	if member, ok := err.(*asker.MemberError); ok {
		return invalid(codeInvalid, "/"+member.Member, "%s", clip(member.Text))
	}
	blocks := c.blocks()
	found := q.Blocks(blocks)
	if len(found) != 1 {
		names := make([]string, len(blocks))
		for i := range blocks {
			names[i] = strings.Join(blocks[i].Keys, " ")
		}
		return invalid(codeInvalid, "/block", "%d server blocks may get such a query, choose one by a key of it: %s", len(found), clip(strings.Join(names, ", ")))
	}
	x := explained{Explained: q.Explain(found[0])}
	x.IDs = c.idsOf(x.Explanation)
	c.result = x
	return nil
}

// idsOf finds the ids of what an explanation names.
func (c *call) idsOf(x *explain.Explanation) explainedIDs {
	ids := explainedIDs{Policies: make(map[string]string), Views: make(map[string]string), Zones: make(map[string]string)}
	tried := make(map[string]bool, len(x.Policies))
	for _, p := range x.Policies {
		tried[p.Name] = true
	}
	for _, r := range c.account.Rules() {
		if tried[r.Name] {
			ids.Policies[r.Name] = cmp.Or(ids.Policies[r.Name], r.ID)
		}
	}
	if x.View != nil {
		for _, v := range c.account.Views() {
			if v.Name == x.View.Name {
				ids.Views[v.Name] = v.ID
			}
		}
	}
	for _, name := range zonesIn(x) {
		ids.Zones[name] = c.account.ZoneID(name)
	}
	return ids
}

// zonesIn returns the zones that an explanation names.
func zonesIn(x *explain.Explanation) (names []string) {
	for _, s := range x.Searches {
		for _, z := range s.Zones {
			names = append(names, z.Zone)
		}
		for _, step := range s.Steps {
			if step.Zone != "" {
				names = append(names, step.Zone)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// statusObject is what there is to know of the account's state at a glance.
type statusObject struct {
	Version     string              `json:"version"`
	Account     accountName         `json:"account"`
	Revision    uint64              `json:"revision"`
	Store       storeObject         `json:"store"`
	Cluster     []clusterServer     `json:"cluster" about:"servers that share the store and live; none if it is a file"`
	Servers     []serverObject      `json:"servers" about:"server blocks of this server"`
	Objects     map[string]int      `json:"objects" about:"how many the store holds of each kind"`
	Zones       []zoneTrouble       `json:"zones" about:"zones with problems"`
	Quarantined []quarantinedObject `json:"quarantined" about:"objects that are not served since they do not fit the Corefile"`
}

// serverObject is a server block of a server that serves the account.
type serverObject struct {
	Host       string   `json:"host"`
	Block      []string `json:"block" about:"keys of the server block"`
	Position   string   `json:"position" about:"where it names the account"`
	Addresses  []string `json:"addresses"`
	Revision   uint64   `json:"revision" about:"that it serves"`
	Generation uint64   `json:"generation" about:"of its configuration, from 1"`
	Zones      int      `json:"zones"`
	Views      int      `json:"views"`
	Policies   int      `json:"policies" about:"enabled ones"`
}

// zoneTrouble is a zone that something is wrong with.
type zoneTrouble struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Problems []string `json:"problems"`
}

// quarantinedObject is an object that is not served.
type quarantinedObject struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	Code string `json:"code"`
	Text string `json:"text"`
}

func getStatus(c *call) *Error {
	s := statusObject{
		Version: c.api.cfg.Version, Account: accountName{ID: c.account.ID(), Name: c.account.Name()}, Revision: c.revision,
		Store: c.storeObject(), Cluster: c.cluster(), Servers: []serverObject{}, Objects: c.account.Stats().Objects, Zones: []zoneTrouble{}, Quarantined: []quarantinedObject{},
	}
	host := c.api.cfg.Host
	for _, server := range c.servers() {
		now := server.Snapshot
		s.Servers = append(s.Servers, serverObject{
			Host: host, Block: server.Keys, Position: server.Pos.String(), Addresses: server.Addresses,
			Revision: c.revision, Generation: now.Generation, Zones: len(now.Zones), Views: len(now.Views), Policies: len(now.Policies),
		})
		s.Zones = append(s.Zones, c.troubles(&server)...)
	}
	out := c.account.Quarantined()
	for _, at := range slices.Sorted(maps.Keys(out)) {
		o := storedAt(at)
		s.Quarantined = append(s.Quarantined, quarantinedObject{o.kind, o.id, string(out[at].Code), out[at].String()})
	}
	c.result = s
	return nil
}

// troubles returns the zones of a server block that do not serve what their files hold.
func (c *call) troubles(server *Server) (list []zoneTrouble) {
	for id, why := range server.refused() {
		list = append(list, zoneTrouble{ID: c.account.ZoneID(id), Name: id, Problems: []string{why}})
	}
	return list
}

// refused yields the zones of a server block that do not serve what their files hold, by
// their ID there, and why.
func (s *Server) refused() iter.Seq2[string, string] {
	return func(yield func(id, why string) bool) {
		for _, h := range s.Handlers {
			files, ok := h.(interface{ Refused() map[string]string })
			if !ok {
				continue
			}
			refused := files.Refused()
			for _, id := range slices.Sorted(maps.Keys(refused)) {
				if !yield(id, refused[id]) {
					return
				}
			}
		}
	}
}

func statusRoutes() []*route {
	const all = "/accounts/{account}/internal_dns"
	return []*route{
		{method: http.MethodPost, path: all + "/explain", summary: "Tell why a query gets its answer", permission: token.AccountSettingsRead, scope: ofAccount, handle: explainQuery, body: asker.Query{}, result: explained{}},
		{method: http.MethodGet, path: all + "/check", summary: "Make the checks of `internaldns check` on what serves now", permission: token.AccountSettingsRead, scope: ofAccount, handle: getCheck, result: checkObject{}},
		{method: http.MethodGet, path: all + "/status", summary: "Get the state of the account and its servers", permission: token.AccountSettingsRead, scope: ofAccount, handle: getStatus, result: statusObject{}},
	}
}
