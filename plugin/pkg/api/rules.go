package api

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// ruleObject is a Gateway rule as Cloudflare shows a resolver policy (CLOUDFLARE-API 6.1).
type ruleObject struct {
	ID            string          `json:"id"`
	Name          string          `json:"name"`
	Description   string          `json:"description,omitempty"`
	Action        string          `json:"action"`
	Enabled       bool            `json:"enabled"`
	Precedence    uint32          `json:"precedence"`
	Filters       []string        `json:"filters"`
	Traffic       string          `json:"traffic"`
	Identity      string          `json:"identity"`
	DevicePosture string          `json:"device_posture"`
	RuleSettings  json.RawMessage `json:"rule_settings"`
	Schedule      *live.Schedule  `json:"schedule"`
	Expiration    *expiration     `json:"expiration"`
	CreatedAt     string          `json:"created_at"`
	UpdatedAt     string          `json:"updated_at"`
	DeletedAt     *string         `json:"deleted_at"`
	Version       int             `json:"version"`
	SourceAccount string          `json:"source_account"`
	Sharable      bool            `json:"sharable"`
	ReadOnly      bool            `json:"read_only"`
	WarningStatus *string         `json:"warning_status"`
	Declared      *live.Declared  `json:"declared,omitempty" about:"Extension: where the Corefile declares the rule, which can only be read here then."`
	Problem       *zoneProblem    `json:"problem,omitempty" about:"Extension: why the rule is not served."`
}

func (c *call) showRule(r *live.Rule) ruleObject {
	o := ruleObject{
		ID: r.ID, Name: r.Name, Description: r.Description, Action: "resolve", Enabled: r.Enabled, Precedence: r.Precedence,
		Filters: r.Filters, Traffic: r.Traffic, Identity: r.Identity, DevicePosture: r.DevicePosture, RuleSettings: r.Settings,
		Schedule: r.Schedule, Expiration: showExpiration(r, time.Now()),
		CreatedAt: formatTime(r.Created), UpdatedAt: formatTime(r.Modified), Version: r.Version, SourceAccount: c.account.ID(),
		ReadOnly: r.Declared != nil, Declared: r.Declared, Problem: showProblem(c.account.Quarantined(), "/rules/"+r.ID),
	}
	if o.Filters == nil {
		o.Filters = []string{"dns_resolver"}
	}
	if o.RuleSettings == nil {
		o.RuleSettings = declaredSettings(r)
	}
	return o
}

// declaredSettings words what a policy of the Corefile does.
func declaredSettings(r *live.Rule) json.RawMessage {
	settings := make(map[string]any)
	switch r.Action {
	case model.UseView:
		internally := resolveInternally{ViewID: r.ViewID, Fallback: "none", PrivateNames: r.Private, Reenter: r.Reenter}
		for i, name := range model.TriggerNames() {
			if r.Fallback.Has(1 << i) {
				internally.Fallback = "public_dns"
				internally.FallbackOn = append(internally.FallbackOn, name)
			}
		}
		settings["resolve_dns_internally"] = internally
	case model.UsePublic:
		settings["resolve_dns_through_cloudflare"] = true
	case model.UseResolvers:
		settings["resolvers"] = r.Resolvers // as the Corefile has them, by host and port
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return json.RawMessage("{}")
	}
	return text
}

// ruleBody is what a call says of a rule.
type ruleBody struct {
	Name          member[string]          `json:"name" about:"needed but by PATCH"`
	Description   member[string]          `json:"description"`
	Action        member[string]          `json:"action" about:"resolve; needed but by PATCH"`
	Enabled       member[bool]            `json:"enabled"`
	Precedence    member[int64]           `json:"precedence"`
	Filters       member[[]string]        `json:"filters"`
	Traffic       member[string]          `json:"traffic"`
	Identity      member[string]          `json:"identity"`
	DevicePosture member[string]          `json:"device_posture"`
	RuleSettings  member[json.RawMessage] `json:"rule_settings" about:"exactly one of the three; needed but by PATCH"`
	Schedule      member[json.RawMessage] `json:"schedule"`
	Expiration    member[json.RawMessage] `json:"expiration"`
}

// ruleSettings are those of the many settings of a rule that resolver policies have.
type ruleSettings struct {
	Internally *resolveInternally `json:"resolve_dns_internally"`
	Resolvers  *dnsResolvers      `json:"dns_resolvers"`
	Cloudflare bool               `json:"resolve_dns_through_cloudflare" about:"the public path"`
}

type resolveInternally struct {
	ViewID       string   `json:"view_id" required:"true"`
	Fallback     string   `json:"fallback"`
	FallbackOn   []string `json:"fallback_on,omitempty" about:"Extension: what the fallback is for; without it Cloudflare's triggers."`
	Reenter      bool     `json:"reenter,omitempty" about:"Extension: a public CNAME that leads to a name of the view is answered from there; goes with fallback public_dns."`
	PrivateNames []string `json:"private_names,omitempty" about:"Extension: names that never fall back to public DNS; special stands for those of special use."`
}

type dnsResolvers struct {
	IPv4 []dnsResolver `json:"ipv4"`
	IPv6 []dnsResolver `json:"ipv6"`
}

type dnsResolver struct {
	IP   string `json:"ip" required:"true"`
	Port *int64 `json:"port"`
}

// The bounds of rules.
const (
	maxExpression = 64 << 10
	maxResolvers  = 10 // of each family
	maxPrecedence = 1<<31 - 1
	maxPrivate    = 10_000
)

// check looks at what does not depend on other objects.
func (b *ruleBody) check() *Error {
	if bad := checkName(b.Name, "rule"); bad != nil {
		return bad
	}
	switch {
	case b.Action.has() && b.Action.Value != "resolve":
		return invalid(codeUnsupported, "/action", "only resolver policies are served here, with the action resolve, not %q", clip(b.Action.Value))
	case b.Precedence.has() && (b.Precedence.Value < 0 || b.Precedence.Value > maxPrecedence):
		return invalid(codeInvalid, "/precedence", "%d is not from 0 to %d", b.Precedence.Value, maxPrecedence)
	}
	for i, f := range b.Filters.Value {
		if f != "dns_resolver" && f != "dns" {
			return invalid(codeUnsupported, "/filters/"+number(i), "only resolver policies are served here, with the filter dns_resolver, not %q", clip(f))
		}
	}
	for pointer, e := range map[string]member[string]{"/traffic": b.Traffic, "/identity": b.Identity, "/device_posture": b.DevicePosture} {
		if len(e.Value) > maxExpression {
			return invalid(codeInvalid, pointer, "an expression has at most %d octets", maxExpression)
		}
	}
	return nil
}

// checkWhole looks for what every rule has. What is wrong is told before what is missing:
// rules of other kinds have no settings.
func (b *ruleBody) checkWhole() *Error {
	switch {
	case !b.Name.has():
		return invalid(codeInvalid, "/name", "a rule needs a name")
	case !b.Action.has():
		return invalid(codeUnsupported, "/action", "the action resolve is needed")
	case !b.RuleSettings.has():
		return invalid(codeInvalid, "/rule_settings", "a resolver policy needs settings that say where to resolve")
	}
	return nil
}

// apply changes a rule as the body says.
func (b *ruleBody) apply(r *live.Rule) *Error {
	put(&r.Name, b.Name)
	put(&r.Enabled, b.Enabled)
	for into, m := range map[*string]member[string]{&r.Description: b.Description, &r.Traffic: b.Traffic, &r.Identity: b.Identity, &r.DevicePosture: b.DevicePosture} {
		if m.Set {
			*into = m.Value
		}
	}
	if b.Precedence.has() {
		r.Precedence = uint32(b.Precedence.Value) //nolint:gosec // within its range
	}
	if b.Filters.Set {
		r.Filters = slices.Clone(b.Filters.Value)
	}
	if bad := b.applyTimes(r); bad != nil {
		return bad
	}
	if b.RuleSettings.has() {
		return applySettings(r, b.RuleSettings.Value)
	}
	return nil
}

// applySettings reads what a rule's settings say, and keeps them as they were sent.
func applySettings(r *live.Rule, raw json.RawMessage) *Error {
	var s ruleSettings
	if err := json.Unmarshal(raw, &s); err != nil {
		bad := badJSON(err)
		pointer := "/rule_settings"
		if bad.Source != nil {
			pointer += bad.Source.Pointer
		}
		bad.Source = &source{pointer}
		return bad
	}
	r.Settings = slices.Clone(raw)
	r.ViewID, r.Resolvers, r.Fallback, r.Private, r.Reenter = "", nil, 0, nil, false
	actions := 0
	if s.Internally != nil {
		actions++
		if bad := s.Internally.apply(r); bad != nil {
			return bad
		}
	}
	if s.Resolvers != nil && len(s.Resolvers.IPv4)+len(s.Resolvers.IPv6) > 0 {
		actions++
		if bad := s.Resolvers.apply(r); bad != nil {
			return bad
		}
	}
	if s.Cloudflare {
		actions++
		r.Action = model.UsePublic
	}
	if actions != 1 {
		return invalid(codeInvalid, "/rule_settings", "exactly one of resolve_dns_internally, dns_resolvers and resolve_dns_through_cloudflare (the public path) is needed")
	}
	return nil
}

func (s *resolveInternally) apply(r *live.Rule) *Error {
	const at = "/rule_settings/resolve_dns_internally"
	r.Action, r.ViewID = model.UseView, s.ViewID
	if s.ViewID == "" || len(s.ViewID) > maxClip || printable(s.ViewID) != s.ViewID {
		return invalid(codeInvalid, at+"/view_id", "the id of a view is needed")
	}
	switch s.Fallback {
	case "", "none":
		if len(s.FallbackOn) > 0 {
			return invalid(codeInvalid, at+"/fallback_on", "fallback none has no triggers")
		}
	case "public_dns":
		r.Fallback = model.DefaultTriggers
		if len(s.FallbackOn) > 0 {
			r.Fallback = 0
		}
	default:
		return invalid(codeInvalid, at+"/fallback", "%q, allowed: none, public_dns", clip(s.Fallback))
	}
	for i, word := range s.FallbackOn {
		t, ok := model.ParseTrigger(word)
		if !ok {
			return invalid(codeInvalid, at+"/fallback_on/"+number(i), "%q, allowed: %s", clip(word), strings.Join(model.TriggerNames(), ", "))
		}
		r.Fallback |= t
	}
	if s.Reenter && r.Fallback == 0 {
		return invalid(codeInvalid, at+"/reenter", "reenter goes with fallback public_dns: without one public DNS is not asked")
	}
	r.Reenter = s.Reenter
	if len(s.PrivateNames) > maxPrivate {
		return invalid(codeInvalid, at+"/private_names", "more than %d names", maxPrivate)
	}
	for i, word := range s.PrivateNames {
		if word == "special" {
			r.Private = append(r.Private, model.SpecialNames()...)
			continue
		}
		name, err := domain.ParseZone(word)
		if err != nil {
			return invalid(codeInvalid, at+"/private_names/"+number(i), "%s", err)
		}
		r.Private = append(r.Private, name)
	}
	return nil
}

func (s *dnsResolvers) apply(r *live.Rule) *Error {
	r.Action = model.UseResolvers
	for i, list := range [][]dnsResolver{s.IPv4, s.IPv6} {
		family := []string{"ipv4", "ipv6"}[i]
		at := "/rule_settings/dns_resolvers/" + family
		if len(list) > maxResolvers {
			return invalid(codeInvalid, at, "%d resolvers, at most %d are allowed", len(list), maxResolvers)
		}
		for i, one := range list {
			addr, err := netip.ParseAddr(one.IP)
			if err != nil || addr.Is4() != (family == "ipv4") || addr.Zone() != "" {
				return invalid(codeInvalid, at+"/"+number(i)+"/ip", "%q is no address of %s", clip(one.IP), family)
			}
			port := int64(53)
			if one.Port != nil && *one.Port != 0 {
				port = *one.Port
			}
			if port < 1 || port > 65535 {
				return invalid(codeInvalid, at+"/"+number(i)+"/port", "%d is not from 1 to 65535", port)
			}
			r.Resolvers = append(r.Resolvers, netip.AddrPortFrom(addr, uint16(port)).String())
		}
	}
	return nil
}
