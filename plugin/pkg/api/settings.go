package api

import (
	"fmt"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// settingsShown is the DNS settings of a zone as they are answered.
type settingsShown struct {
	FlattenAllCNAMEs   bool             `json:"flatten_all_cnames"`
	InternalDNS        live.InternalDNS `json:"internal_dns"`
	MultiProvider      bool             `json:"multi_provider"`
	Nameservers        live.Nameservers `json:"nameservers"`
	NSTTL              uint32           `json:"ns_ttl"`
	SecondaryOverrides bool             `json:"secondary_overrides"`
	SOA                soaShown         `json:"soa"`
	ZoneMode           string           `json:"zone_mode"`
	Declared           *live.Declared   `json:"declared,omitempty" about:"Extension: where the Corefile declares the zone, which can only be read here then."`
}

type soaShown struct {
	MName   *string `json:"mname"`
	RName   string  `json:"rname"`
	Refresh uint32  `json:"refresh"`
	Retry   uint32  `json:"retry"`
	Expire  uint32  `json:"expire"`
	MinTTL  uint32  `json:"min_ttl"`
	TTL     uint32  `json:"ttl"`
}

// settingsBody is what a call changes of them: what is absent stays.
type settingsBody struct {
	FlattenAllCNAMEs   member[bool]             `json:"flatten_all_cnames"`
	FoundationDNS      member[bool]             `json:"foundation_dns" about:"left the API in 2026"`
	InternalDNS        member[internalDNSBody]  `json:"internal_dns"`
	MultiProvider      member[bool]             `json:"multi_provider"`
	Nameservers        member[live.Nameservers] `json:"nameservers"`
	NSTTL              member[int64]            `json:"ns_ttl"`
	SecondaryOverrides member[bool]             `json:"secondary_overrides"`
	SOA                member[soaBody]          `json:"soa"`
	ZoneMode           member[string]           `json:"zone_mode"`
}

type internalDNSBody struct {
	ReferenceZoneID member[string] `json:"reference_zone_id"`
	ReferenceNoData member[bool]   `json:"reference_nodata" about:"Extension: an existing name without records of the type asked for is looked up in the referenced zone, too."`
	Flatten         member[bool]   `json:"flatten" about:"Extension: whether CNAME records are flattened; they always are at Cloudflare."`
	NegativeTTL     member[int64]  `json:"negative_ttl" about:"Extension: an upper bound of the TTL of negative answers, in seconds."`
}

type soaBody struct {
	MName   member[string] `json:"mname"`
	RName   member[string] `json:"rname"`
	Refresh member[int64]  `json:"refresh"`
	Retry   member[int64]  `json:"retry"`
	Expire  member[int64]  `json:"expire"`
	MinTTL  member[int64]  `json:"min_ttl"`
	TTL     member[int64]  `json:"ttl"`
}

// showSettings returns a zone's settings as they are answered. The reference of a token
// that may not see the zone it leads to is not shown.
func showSettings(z *live.Zone, hideReference bool) settingsShown {
	s := z.Settings
	shown := settingsShown{
		FlattenAllCNAMEs: s.FlattenAllCNAMEs, InternalDNS: s.InternalDNS, MultiProvider: s.MultiProvider, Nameservers: s.Nameservers,
		NSTTL: s.NSTTL, SecondaryOverrides: s.SecondaryOverrides, ZoneMode: s.ZoneMode, Declared: z.Declared,
		SOA: soaShown{MName: undotted(s.SOA.MName), RName: domain.NoDot(s.SOA.RName), Refresh: s.SOA.Refresh, Retry: s.SOA.Retry,
			Expire: s.SOA.Expire, MinTTL: s.SOA.MinTTL, TTL: s.SOA.TTL},
	}
	if hideReference {
		shown.InternalDNS.ReferenceZoneID = ""
	}
	return shown
}

func undotted(name *string) *string {
	if name == nil {
		return nil
	}
	text := domain.NoDot(*name)
	return &text
}

// bound is a number with its range.
type bound struct {
	member      member[int64]
	pointer     string
	least, most int64
}

// check holds the ranges that Cloudflare documents (CLOUDFLARE-API 4), and names.
func (s *settingsBody) check(at string) *Error {
	soa := s.SOA.Value
	for _, b := range []bound{
		{s.NSTTL, "/ns_ttl", 30, 86400},
		{soa.Refresh, "/soa/refresh", 600, 86400},
		{soa.Retry, "/soa/retry", 600, 86400},
		{soa.Expire, "/soa/expire", 86400, 2419200},
		{soa.MinTTL, "/soa/min_ttl", 60, 86400},
		{soa.TTL, "/soa/ttl", 300, 86400},
		{s.InternalDNS.Value.NegativeTTL, "/internal_dns/negative_ttl", 0, 86400},
	} {
		if b.member.has() && (b.member.Value < b.least || b.member.Value > b.most) {
			return invalid(codeInvalid, at+b.pointer, "%d is not from %d to %d", b.member.Value, b.least, b.most)
		}
	}
	for pointer, name := range map[string]member[string]{"/soa/mname": soa.MName, "/soa/rname": soa.RName} {
		if !name.has() || name.Value == "" {
			continue
		}
		if _, err := domain.Parse(name.Value); err != nil {
			return invalid(codeInvalid, at+pointer, "%q is no domain name: %s", clip(name.Value), err)
		}
	}
	if set := s.Nameservers.Value.NSSet; s.Nameservers.has() && set != nil && (*set < 1 || *set > 5) {
		return invalid(codeInvalid, at+"/nameservers/ns_set", "%d is not from 1 to 5", *set)
	}
	switch mode := s.ZoneMode.Value; {
	case s.ZoneMode.has() && mode != "standard" && mode != "cdn_only" && mode != "dns_only":
		return invalid(codeInvalid, at+"/zone_mode", "%q, allowed: standard, cdn_only, dns_only", clip(mode))
	case len(s.Nameservers.Value.Type) > maxClip:
		return invalid(codeInvalid, at+"/nameservers/type", "a name of at most %d characters is needed", maxClip)
	}
	return nil
}

// noteUseless tells which of the settings internal zones do not have. They are kept, so
// that tools see what they wrote.
func (c *call) noteUseless(s *settingsBody, at string) {
	for _, m := range []struct {
		set  bool
		name string
	}{
		{s.FlattenAllCNAMEs.has(), "flatten_all_cnames"}, {s.FoundationDNS.Set, "foundation_dns"}, {s.MultiProvider.has(), "multi_provider"},
		{s.Nameservers.has(), "nameservers"}, {s.SecondaryOverrides.has(), "secondary_overrides"}, {s.ZoneMode.has(), "zone_mode"},
	} {
		if m.set {
			c.note(codeNoEffect, fmt.Sprintf("%s has no effect on internal zones", m.name), at+"/"+m.name)
		}
	}
}

// put sets a value that a body has.
func put[T any](into *T, m member[T]) {
	if m.has() {
		*into = m.Value
	}
}

// putSeconds sets a checked number that a body has.
func putSeconds(into *uint32, m member[int64]) {
	if m.has() {
		*into = uint32(m.Value) //nolint:gosec // within its range
	}
}

// apply changes settings as the body says. The body has been checked.
func (s *settingsBody) apply(to *live.ZoneSettings) {
	put(&to.FlattenAllCNAMEs, s.FlattenAllCNAMEs)
	put(&to.MultiProvider, s.MultiProvider)
	put(&to.Nameservers, s.Nameservers)
	put(&to.SecondaryOverrides, s.SecondaryOverrides)
	put(&to.ZoneMode, s.ZoneMode)
	putSeconds(&to.NSTTL, s.NSTTL)

	in := s.InternalDNS.Value
	if in.ReferenceZoneID.Set {
		to.InternalDNS.ReferenceZoneID = in.ReferenceZoneID.Value // empty for null
	}
	put(&to.InternalDNS.ReferenceNoData, in.ReferenceNoData)
	put(&to.InternalDNS.Flatten, in.Flatten)
	if in.NegativeTTL.Set {
		to.InternalDNS.NegativeTTL = nil
		if in.NegativeTTL.has() {
			ttl := uint32(in.NegativeTTL.Value) //nolint:gosec // within its range
			to.InternalDNS.NegativeTTL = &ttl
		}
	}

	soa := s.SOA.Value
	if soa.MName.Set {
		to.SOA.MName = nil
		if name, err := domain.Parse(soa.MName.Value); err == nil && soa.MName.Value != "" {
			to.SOA.MName = &name
		}
	}
	if soa.RName.Set {
		to.SOA.RName = ""
		if name, err := domain.Parse(soa.RName.Value); err == nil && soa.RName.Value != "" {
			to.SOA.RName = name
		}
	}
	putSeconds(&to.SOA.Refresh, soa.Refresh)
	putSeconds(&to.SOA.Retry, soa.Retry)
	putSeconds(&to.SOA.Expire, soa.Expire)
	putSeconds(&to.SOA.MinTTL, soa.MinTTL)
	putSeconds(&to.SOA.TTL, soa.TTL)
}

// showZoneSettings shows the settings of a zone to the bearer.
func (c *call) showZoneSettings(z *live.Zone) settingsShown {
	to := c.objects().Zone(z.Settings.InternalDNS.ReferenceZoneID)
	return showSettings(z, to != nil && !c.may(token.ZoneDNSSettingsRead, token.Resource{Zone: c.grantee(to)}))
}

func getDNSSettings(c *call) *Error {
	c.result = c.showZoneSettings(c.zone)
	return nil
}

func patchDNSSettings(c *call) *Error {
	var body settingsBody
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	if bad := body.check(""); bad != nil {
		return bad
	}
	// A reference shows another zone's records: the bearer must be allowed to see them.
	if id := body.InternalDNS.Value.ReferenceZoneID; id.has() && id.Value != "" {
		if !isID(id.Value) {
			return invalid(codeInvalid, "/internal_dns/reference_zone_id", "%q is no id of 32 hexadecimal digits", clip(id.Value))
		}
		to := &token.Zone{ID: id.Value}
		if z := c.objects().Zone(id.Value); z != nil {
			to = c.grantee(z)
		}
		if !c.may(token.ZoneDNSSettingsRead, token.Resource{Zone: to}) {
			return c.forbidden(token.ZoneDNSSettingsRead)
		}
	}
	c.noteUseless(&body, "")
	var now *live.Zone
	if bad := c.do(func(ch *live.Change) (err error) {
		now, err = ch.UpdateZone(c.zone.ID, func(z *live.Zone) error {
			body.apply(&z.Settings)
			return nil
		})
		return err
	}); bad != nil {
		return bad
	}
	c.result = c.showZoneSettings(now)
	return nil
}
