package api

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// zoneObject is a zone as Cloudflare shows an internal one (CLOUDFLARE-API 2): tools read
// plan and name_servers whatever the zone is.
type zoneObject struct {
	ID                  string         `json:"id"`
	Name                string         `json:"name"`
	Status              string         `json:"status"`
	Paused              bool           `json:"paused"`
	Type                string         `json:"type"`
	DevelopmentMode     int            `json:"development_mode"`
	NameServers         []string       `json:"name_servers"`
	OriginalNameServers []string       `json:"original_name_servers" nullable:"true"`
	OriginalRegistrar   *string        `json:"original_registrar"`
	OriginalDNSHost     *string        `json:"original_dnshost"`
	ModifiedOn          string         `json:"modified_on"`
	CreatedOn           string         `json:"created_on"`
	ActivatedOn         string         `json:"activated_on"`
	Meta                zoneMeta       `json:"meta"`
	Owner               zoneOwner      `json:"owner"`
	Account             accountName    `json:"account"`
	Tenant              tenant         `json:"tenant"`
	TenantUnit          tenantUnit     `json:"tenant_unit"`
	Permissions         []string       `json:"permissions"`
	Plan                plan           `json:"plan"`
	Records             int            `json:"records" about:"Extension: how many records the zone has."`
	Serial              uint32         `json:"serial" about:"Extension: the serial of the zone's SOA."`
	OwnSOA              bool           `json:"own_soa,omitempty" about:"Extension: whether the zone's data have a SOA of their own, as those of a Corefile's may."`
	InternalDNS         *zoneReference `json:"internal_dns,omitempty" about:"Extension: the zone's reference, if the bearer may read its settings."`
	Declared            *live.Declared `json:"declared,omitempty" about:"Extension: where the Corefile declares the zone, which can only be read here then."`
	Problem             *zoneProblem   `json:"problem,omitempty" about:"Extension: why the zone is not served."`
}

// zoneReference is what of a zone's settings a list shows: without it, finding out which
// zones reference which would take a call for each.
type zoneReference struct {
	ReferenceZoneID string `json:"reference_zone_id,omitempty"`
	ReferenceNoData bool   `json:"reference_nodata,omitempty"`
}

type zoneMeta struct {
	Step                   int  `json:"step"`
	CustomCertificateQuota int  `json:"custom_certificate_quota"`
	PageRuleQuota          int  `json:"page_rule_quota"`
	PhishingDetected       bool `json:"phishing_detected"`
	CDNOnly                bool `json:"cdn_only"`
	DNSOnly                bool `json:"dns_only"`
}

type zoneOwner struct {
	ID    *string `json:"id"`
	Type  string  `json:"type"`
	Email *string `json:"email"`
}

type accountName struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type tenant struct {
	ID   *string `json:"id"`
	Name *string `json:"name"`
}

type tenantUnit struct {
	ID *string `json:"id"`
}

type plan struct {
	ID                string `json:"id"`
	Name              string `json:"name"`
	Price             int    `json:"price"`
	Currency          string `json:"currency"`
	Frequency         string `json:"frequency"`
	IsSubscribed      bool   `json:"is_subscribed"`
	CanSubscribe      bool   `json:"can_subscribe"`
	LegacyID          string `json:"legacy_id"`
	LegacyDiscount    bool   `json:"legacy_discount"`
	ExternallyManaged bool   `json:"externally_managed"`
}

// zoneProblem says why a zone is not served.
type zoneProblem struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

func showProblem(found map[string]problem.Problem, at string) *zoneProblem {
	p, ok := found[at]
	if !ok {
		return nil
	}
	return &zoneProblem{Code: string(p.Code), Text: p.String()}
}

// showZone returns how a zone is shown, given what is quarantined.
func (c *call) showZone(out map[string]problem.Problem) func(*live.Zone) zoneObject {
	account := accountName{ID: c.account.ID(), Name: c.account.Name()}
	return func(z *live.Zone) zoneObject {
		o := zoneObject{
			ID: z.ID, Name: shownZone(z), Status: "active", Paused: z.Paused, Type: "internal", NameServers: []string{},
			ModifiedOn: formatTime(z.Modified), CreatedOn: formatTime(z.Created), ActivatedOn: formatTime(z.Created),
			Meta: zoneMeta{Step: 4, DNSOnly: true}, Owner: zoneOwner{Type: "organization"}, Account: account,
			Permissions: []string{"#dns_records:edit", "#dns_records:read", "#zone:edit", "#zone:read"},
			Plan:        plan{ID: "internal", Name: "Internal DNS", Currency: "USD", IsSubscribed: true, LegacyID: "enterprise", ExternallyManaged: true},
			Records:     z.Records, Serial: z.Serial, OwnSOA: z.OwnSOA, Declared: z.Declared,
			Problem: showProblem(out, "/zones/"+z.ID),
		}
		if o.Problem == nil {
			o.Problem = showProblem(out, "/zones/"+z.ID+"/internal_dns/reference_zone_id")
		}
		if c.may(token.ZoneDNSSettingsRead, token.Resource{Zone: c.grantee(z)}) {
			o.InternalDNS = &zoneReference{z.Settings.InternalDNS.ReferenceZoneID, z.Settings.InternalDNS.ReferenceNoData}
		}
		if z.Declared != nil {
			o.Permissions = []string{"#dns_records:read", "#zone:read"}
		}
		return o
	}
}

// shownZone returns a zone's name as Cloudflare shows it: in Unicode, without final dot.
func shownZone(z *live.Zone) string {
	if z.Name == domain.Root {
		return z.Name
	}
	return domain.ToUnicode(domain.NoDot(z.Name))
}

func listZones(c *call) *Error {
	p, bad := c.readPage(20, 1000)
	if bad != nil {
		return bad
	}
	q := c.req.URL.Query()
	wanted, bad := zoneFilter(c, q)
	if bad != nil {
		return bad
	}
	types := listOf(q["type"])
	var all []*live.Zone
	if c.api.shows(c.account, types) {
		all = slices.DeleteFunc(c.account.Zones(), func(z *live.Zone) bool { return !wanted(z) || !c.mayRead(z) })
	}
	if bad := sortZones(all, q); bad != nil {
		return bad
	}
	return reply(c, p, all, c.showZone(c.account.Quarantined()))
}

// shows reports whether a list of zones of some types has internal ones.
func (a *API) shows(account Account, types []string) bool {
	if len(types) == 0 {
		return !account.HideInternal
	}
	return slices.Contains(types, "internal")
}

// listOf returns the values of a parameter that may be repeated, or hold several.
func listOf(values []string) (list []string) {
	for _, v := range values {
		for item := range strings.SplitSeq(v, ",") {
			if item = strings.TrimSpace(item); item != "" {
				list = append(list, item)
			}
		}
	}
	return list
}

// zoneFilter returns which zones a query asks for.
func zoneFilter(c *call, q url.Values) (func(*live.Zone) bool, *Error) {
	var conditions []func(*live.Zone) bool
	for _, text := range q["name"] {
		if text == "" {
			continue
		}
		matches, bad := nameFilter(text)
		if bad != nil {
			return nil, bad
		}
		conditions = append(conditions, matches)
	}
	if id := q.Get("account.id"); id != "" {
		conditions = append(conditions, func(*live.Zone) bool { return id == c.account.ID() })
	}
	if name := q.Get("account.name"); name != "" {
		matches, bad := textFilter(name)
		if bad != nil {
			return nil, bad
		}
		conditions = append(conditions, func(*live.Zone) bool { return matches(c.account.Name()) })
	}
	if status := listOf(q["status"]); len(status) > 0 {
		conditions = append(conditions, func(*live.Zone) bool { return slices.Contains(status, "active") })
	}
	return combined(q, conditions), nil
}

// nameFilter reads a condition on the name of a zone, in Unicode or Punycode.
func nameFilter(text string) (func(*live.Zone) bool, *Error) {
	matches, bad := textFilter(text)
	if bad != nil {
		return nil, bad
	}
	return func(z *live.Zone) bool {
		return matches(shownZone(z)) || matches(domain.NoDot(z.Name))
	}, nil
}

// textFilter reads a condition on a text: the text, or OPERATOR:TEXT.
func textFilter(text string) (func(string) bool, *Error) {
	operator, operand, found := strings.Cut(text, ":")
	fold := !strings.HasSuffix(operator, "_case_sensitive")
	operator = strings.TrimSuffix(operator, "_case_sensitive")
	if !found {
		operator, operand = "equal", text
	}
	if len(operand) > 1 {
		operand = strings.TrimSuffix(operand, ".")
	}
	test := map[string]func(s, operand string) bool{
		"equal": func(s, o string) bool { return s == o }, "not_equal": func(s, o string) bool { return s != o },
		"starts_with": strings.HasPrefix, "ends_with": strings.HasSuffix, "contains": strings.Contains,
	}[operator]
	if test == nil {
		return nil, errorf(http.StatusBadRequest, codeInvalid, "unknown operator %q, allowed: equal, not_equal, starts_with, ends_with, contains, each also with _case_sensitive", clip(operator))
	}
	if fold {
		operand = strings.ToLower(operand)
	}
	return func(s string) bool {
		if fold {
			s = strings.ToLower(s)
		}
		return test(s, operand)
	}, nil
}

// sortZones puts zones in the order asked for; ties stay in the order they were made.
func sortZones(all []*live.Zone, q url.Values) *Error {
	switch order := q.Get("order"); order {
	case "name":
		slices.SortStableFunc(all, func(a, b *live.Zone) int { return cmp.Compare(shownZone(a), shownZone(b)) })
	case "", "status", "account.id", "account.name", "plan.id": // the same for all zones
	default:
		return errorf(http.StatusBadRequest, codeInvalid, "order %q, allowed: name, status, account.id, account.name, plan.id", clip(order))
	}
	return turn(all, q)
}

// zoneBody is a zone that is to be made.
type zoneBody struct {
	Account   member[accountName] `json:"account"`
	Name      string              `json:"name" required:"true" about:"any TLD, or . for the root"`
	Type      string              `json:"type" about:"internal"`
	JumpStart json.RawMessage     `json:"jump_start" about:"has no effect: there is no public DNS to scan"`
}

func createZone(c *call) *Error {
	var body zoneBody
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	if id := body.Account.Value.ID; body.Account.has() && id != "" && id != c.account.ID() {
		return c.forbidden(token.ZoneWrite)
	}
	if body.Type != "" && body.Type != "internal" {
		return invalid(codeBadZoneType, "/type", "only zones of type internal are served here, not %q", clip(body.Type))
	}
	if body.Name == "" {
		return invalid(codeInvalidZoneName, "/name", "a zone needs a name: any TLD, or . for the root")
	}
	name, err := domain.ParseZone(body.Name)
	if err != nil {
		return invalid(codeInvalidZoneName, "/name", "Invalid domain: %s", err)
	}
	// Who may write listed zones only has no right to one more, but by its name.
	if !c.may(token.ZoneWrite, token.Resource{Zone: &token.Zone{Name: domain.NoDot(name)}}) {
		return c.forbidden(token.ZoneWrite)
	}
	var made *live.Zone
	if bad := c.do(func(ch *live.Change) (err error) {
		made, err = ch.CreateZone(name)
		return err
	}); bad != nil {
		return bad
	}
	c.result = c.showZone(nil)(made)
	return nil
}

func getZone(c *call) *Error {
	c.result = c.showZone(c.account.Quarantined())(c.zone)
	return nil
}

// zonePatch is what can be changed of a zone.
type zonePatch struct {
	Paused            member[bool]     `json:"paused"`
	Type              member[string]   `json:"type"`
	VanityNameServers member[[]string] `json:"vanity_name_servers"`
	Plan              json.RawMessage  `json:"plan"`
}

func patchZone(c *call) *Error {
	var body zonePatch
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	if body.Type.has() && body.Type.Value != "internal" {
		return invalid(codeBadZoneType, "/type", "a zone stays internal; public ones are not served here")
	}
	if body.VanityNameServers.has() && len(body.VanityNameServers.Value) > 0 || len(body.Plan) > 0 {
		c.note(codeNoEffect, "name servers and plans have no meaning for internal zones", "")
	}
	var now *live.Zone
	if bad := c.do(func(ch *live.Change) (err error) {
		now, err = ch.UpdateZone(c.zone.ID, func(z *live.Zone) error {
			if body.Paused.has() {
				z.Paused = body.Paused.Value
			}
			return nil
		})
		return err
	}); bad != nil {
		return bad
	}
	if now.Paused {
		c.note(codeNoEffect, "pausing has no effect on internal zones: they are not proxied", "/paused")
	}
	c.result = c.showZone(nil)(now)
	return nil
}

// idObject is what deleting something is answered with.
type idObject struct {
	ID string `json:"id"`
}

func deleteZone(c *call) *Error {
	if bad := c.do(func(ch *live.Change) error { return ch.DeleteZone(c.zone.ID, c.forced()) }); bad != nil {
		return bad
	}
	c.result = idObject{c.zone.ID}
	return nil
}

// forced reports whether the call is to be done whatever it breaks.
func (c *call) forced() bool {
	return c.force || c.asked("force") || !c.account.Guardrails
}
