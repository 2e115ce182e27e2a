package api

import (
	"cmp"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// locationObject is a Gateway location as Cloudflare shows it (CLOUDFLARE-API 6.3). The
// addresses of Cloudflare's servers have nothing that stands for them here.
type locationObject struct {
	ID                        string          `json:"id"`
	Name                      string          `json:"name"`
	ClientDefault             bool            `json:"client_default"`
	ECSSupport                bool            `json:"ecs_support"`
	Networks                  []networkObject `json:"networks"`
	Endpoints                 endpointsShown  `json:"endpoints"`
	DoHSubdomain              string          `json:"doh_subdomain"`
	MaxTTL                    maxTTLObject    `json:"max_ttl"`
	IP                        string          `json:"ip"`
	DNSDestinationIPsID       *string         `json:"dns_destination_ips_id"`
	DNSDestinationIPv6BlockID *string         `json:"dns_destination_ipv6_block_id"`
	IPv4Destination           string          `json:"ipv4_destination"`
	IPv4DestinationBackup     string          `json:"ipv4_destination_backup"`
	CreatedAt                 string          `json:"created_at"`
	UpdatedAt                 string          `json:"updated_at"`
}

type networkObject struct {
	Network string `json:"network"`
}

type endpointsShown struct {
	DoH  endpointShown `json:"doh"`
	DoT  endpointShown `json:"dot"`
	IPv4 endpointShown `json:"ipv4"`
	IPv6 endpointShown `json:"ipv6"`
}

type endpointShown struct {
	Enabled      bool            `json:"enabled"`
	Networks     []networkObject `json:"networks"`
	RequireToken *bool           `json:"require_token,omitempty"`
}

type maxTTLObject struct {
	Mode    string  `json:"mode"`
	TTLSecs *uint32 `json:"ttl_secs,omitempty"`
}

func showLocation(l *live.Location) locationObject {
	o := locationObject{
		ID: l.ID, Name: l.Name, ClientDefault: l.ClientDefault, ECSSupport: l.ECSSupport, Networks: showNetworks(l.Networks), DoHSubdomain: l.DoHSubdomain,
		Endpoints: endpointsShown{
			DoH: showEndpoint(l.Endpoints.DoH), DoT: showEndpoint(l.Endpoints.DoT), IPv4: showEndpoint(l.Endpoints.IPv4), IPv6: showEndpoint(l.Endpoints.IPv6),
		},
		MaxTTL:    maxTTLObject{Mode: cmp.Or(string(l.TTLMode), string(live.TTLInherit))},
		CreatedAt: formatTime(l.Created), UpdatedAt: formatTime(l.Modified),
	}
	if l.MaxTTL > 0 {
		o.MaxTTL.TTLSecs = &l.MaxTTL
	}
	return o
}

func showNetworks(texts []string) []networkObject {
	shown := make([]networkObject, len(texts))
	for i, text := range texts {
		shown[i].Network = text
	}
	return shown
}

// showEndpoint shows an endpoint; one of which nothing was said is enabled.
func showEndpoint(e *live.Endpoint) endpointShown {
	if e == nil {
		return endpointShown{Enabled: true, Networks: []networkObject{}}
	}
	o := endpointShown{Enabled: e.Enabled, Networks: showNetworks(e.Networks)}
	if e.RequireToken {
		o.RequireToken = &e.RequireToken
	}
	return o
}

// locationBody is what a call says of a location.
type locationBody struct {
	Name                      member[string]          `json:"name" about:"needed"`
	ClientDefault             member[bool]            `json:"client_default" about:"that of clients in no other location"`
	ECSSupport                member[bool]            `json:"ecs_support"`
	Networks                  member[[]networkObject] `json:"networks" about:"addresses and CIDRs of clients"`
	Endpoints                 member[endpointsBody]   `json:"endpoints" about:"those of which nothing is said are enabled"`
	DoHSubdomain              member[string]          `json:"doh_subdomain" about:"Extension: Cloudflare makes one always; here it does unless one is given."`
	MaxTTL                    member[maxTTLBody]      `json:"max_ttl"`
	DNSDestinationIPsID       member[string]          `json:"dns_destination_ips_id"`
	DNSDestinationIPv6BlockID member[string]          `json:"dns_destination_ipv6_block_id"`
}

type endpointsBody struct {
	DoH  member[endpointBody] `json:"doh"`
	DoT  member[endpointBody] `json:"dot"`
	IPv4 member[endpointBody] `json:"ipv4"`
	IPv6 member[endpointBody] `json:"ipv6"`
}

type endpointBody struct {
	Enabled      member[bool]            `json:"enabled"`
	Networks     member[[]networkObject] `json:"networks" about:"of clients that may use it; none: all"`
	RequireToken member[bool]            `json:"require_token"`
}

type maxTTLBody struct {
	Mode    member[live.TTLMode] `json:"mode"`
	TTLSecs member[int64]        `json:"ttl_secs" about:"60 to 36000, with override"`
}

// check looks at what does not depend on other objects and live would not say.
func (b *locationBody) check() *Error {
	if !b.Name.has() {
		return invalid(codeInvalid, "/name", "a location needs a name")
	}
	if b.MaxTTL.Value.TTLSecs.has() {
		if err := live.CheckMaxTTL(b.MaxTTL.Value.TTLSecs.Value); err != nil {
			return invalid(codeInvalid, "/max_ttl/ttl_secs", "%s", err)
		}
	}
	return checkName(b.Name, "location")
}

// apply changes a location as the body says: what is absent goes to its default, but for
// what makes it another one for clients.
func (b *locationBody) apply(l *live.Location) {
	l.Name, l.ECSSupport = b.Name.Value, b.ECSSupport.Value
	put(&l.ClientDefault, b.ClientDefault)
	l.Networks = networksOf(b.Networks.Value)
	e := b.Endpoints.Value
	l.Endpoints = live.Endpoints{DoH: endpointOf(e.DoH), DoT: endpointOf(e.DoT), IPv4: endpointOf(e.IPv4), IPv6: endpointOf(e.IPv6)}
	l.TTLMode, l.MaxTTL = b.MaxTTL.Value.Mode.Value, uint32(b.MaxTTL.Value.TTLSecs.Value) //nolint:gosec // within its range
	if b.DoHSubdomain.Value != "" {
		l.DoHSubdomain = strings.ToLower(b.DoHSubdomain.Value)
	}
}

// endpointOf reads an endpoint, nil if nothing is said of it.
func endpointOf(m member[endpointBody]) *live.Endpoint {
	if !m.has() {
		return nil
	}
	return &live.Endpoint{Enabled: m.Value.Enabled.Value, Networks: networksOf(m.Value.Networks.Value), RequireToken: m.Value.RequireToken.Value}
}

func networksOf(list []networkObject) []string {
	var texts []string
	for _, n := range list {
		texts = append(texts, n.Network)
	}
	return texts
}

// noteIgnored tells what of a location has no effect here.
func (c *call) noteIgnored(b *locationBody) {
	e := b.Endpoints.Value
	for pointer, set := range map[string]bool{
		"/ecs_support": b.ECSSupport.Value, "/dns_destination_ips_id": b.DNSDestinationIPsID.Value != "", "/dns_destination_ipv6_block_id": b.DNSDestinationIPv6BlockID.Value != "",
		"/endpoints/doh/require_token": e.DoH.Value.RequireToken.Value, "/endpoints/dot/require_token": e.DoT.Value.RequireToken.Value,
	} {
		if set {
			c.note(codeNoEffect, pointer[strings.LastIndex(pointer, "/")+1:]+" has no effect here", pointer)
		}
	}
}

func (c *call) mayLocation(want token.Permission, id string) bool {
	return c.may(want, token.Resource{Location: id})
}

// findLocation returns the location of the path, if the bearer has a permission on it.
func (c *call) findLocation(want token.Permission) (*live.Location, *Error) {
	id := c.req.PathValue("location")
	l := c.objects().Location(id)
	if l == nil || !c.mayLocation(token.LocationsRead, id) {
		return nil, notFound(&live.NotFoundError{Kind: "location", ID: id})
	}
	if !c.mayLocation(want, id) {
		return nil, c.forbidden(want)
	}
	return l, nil
}

func listLocations(c *call) *Error {
	shown := []locationObject{}
	for _, l := range c.account.Locations() {
		if c.mayLocation(token.LocationsRead, l.ID) {
			shown = append(shown, showLocation(l))
		}
	}
	c.result, c.info = shown, whole(len(shown))
	return nil
}

func getLocation(c *call) *Error {
	l, bad := c.findLocation(token.LocationsRead)
	if bad != nil {
		return bad
	}
	c.result = showLocation(l)
	return nil
}

func createLocation(c *call) *Error {
	return c.writeLocation(func(ch *live.Change, b *locationBody) (*live.Location, error) {
		var l live.Location
		b.apply(&l)
		return ch.CreateLocation(l)
	})
}

func putLocation(c *call) *Error {
	l, bad := c.findLocation(token.LocationsWrite)
	if bad != nil {
		return bad
	}
	return c.writeLocation(func(ch *live.Change, b *locationBody) (*live.Location, error) {
		return ch.UpdateLocation(l.ID, func(l *live.Location) error {
			b.apply(l)
			return nil
		})
	})
}

// writeLocation makes a change of a location and answers with that.
func (c *call) writeLocation(change func(*live.Change, *locationBody) (*live.Location, error)) *Error {
	var body locationBody
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	if bad := body.check(); bad != nil {
		return bad
	}
	var now *live.Location
	if bad := c.do(func(ch *live.Change) (err error) {
		now, err = change(ch, &body)
		return err
	}); bad != nil {
		return bad
	}
	c.noteIgnored(&body)
	c.result = showLocation(now)
	return nil
}

func deleteLocation(c *call) *Error {
	l, bad := c.findLocation(token.LocationsWrite)
	if bad != nil {
		return bad
	}
	if bad := c.do(func(ch *live.Change) error { return ch.DeleteLocation(l.ID, c.forced()) }); bad != nil {
		return bad
	}
	c.result = struct{}{}
	return nil
}
