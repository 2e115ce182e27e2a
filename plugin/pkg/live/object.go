package live

import (
	"encoding/json"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/token"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// Declared is where an object stands that a Corefile declares, and that can only be read
// here.
type Declared struct {
	File string `json:"file"`
	Line int    `json:"line"`
	ID   string `json:"id"` // in the Corefile: a zone's ID, the name of a view or policy
}

// Zone is an internal zone. Immutable.
type Zone struct {
	ID       string       `json:"id"`
	Name     string       `json:"name"` // canonical
	Created  time.Time    `json:"created"`
	Modified time.Time    `json:"modified"` // of the zone, its settings or its records
	Paused   bool         `json:"paused,omitempty"`
	Serial   uint32       `json:"serial"`
	Records  int          `json:"records"`
	Settings ZoneSettings `json:"settings"`
	Declared *Declared    `json:"-"`
	OwnSOA   bool         `json:"-"` // the data of a Corefile's zone have one, which Settings only repeat
}

// ZoneSettings are the DNS settings of a zone, in the form of Cloudflare's API. Those
// beside InternalDNS, NSTTL and SOA have no effect on internal zones and are kept.
type ZoneSettings struct {
	FlattenAllCNAMEs   bool        `json:"flatten_all_cnames"`
	InternalDNS        InternalDNS `json:"internal_dns"`
	MultiProvider      bool        `json:"multi_provider"`
	Nameservers        Nameservers `json:"nameservers"`
	NSTTL              uint32      `json:"ns_ttl"` // seconds, of NS records at the apex whose TTL is automatic
	SecondaryOverrides bool        `json:"secondary_overrides"`
	SOA                SOA         `json:"soa"`
	ZoneMode           string      `json:"zone_mode"`
}

// InternalDNS are the settings that only internal zones have. All but ReferenceZoneID
// are extensions of ours.
type InternalDNS struct {
	ReferenceZoneID string  `json:"reference_zone_id,omitempty"`
	ReferenceNoData bool    `json:"reference_nodata,omitempty" about:"Extension: an existing name without records of the type asked for is looked up in the referenced zone, too."`
	Flatten         bool    `json:"flatten" about:"Extension: whether CNAME records are flattened; they always are at Cloudflare."`
	NegativeTTL     *uint32 `json:"negative_ttl,omitempty" about:"Extension: an upper bound of the TTL of negative answers, in seconds."`
}

// Nameservers says which name servers a public zone has.
type Nameservers struct {
	Type  string `json:"type"`
	NSSet *int   `json:"ns_set,omitempty"`
}

// SOA is what a zone's SOA record holds, but for the serial. Times are in seconds.
type SOA struct {
	MName   *string `json:"mname"` // nil: ns.APEX
	RName   string  `json:"rname"` // empty: hostmaster.APEX
	Refresh uint32  `json:"refresh"`
	Retry   uint32  `json:"retry"`
	Expire  uint32  `json:"expire"`
	MinTTL  uint32  `json:"min_ttl"`
	TTL     uint32  `json:"ttl"`
}

// DefaultSettings are those that Cloudflare documents.
func DefaultSettings() ZoneSettings {
	return ZoneSettings{
		InternalDNS: InternalDNS{Flatten: true},
		Nameservers: Nameservers{Type: "cloudflare.standard"},
		NSTTL:       86400,
		SOA:         SOA{Refresh: 10000, Retry: 2400, Expire: 604800, MinTTL: 1800, TTL: 3600},
		ZoneMode:    "dns_only",
	}
}

// Settings are the DNS settings of an account.
type Settings struct {
	ZoneDefaults   ZoneSettings `json:"zone_defaults"`
	EnforceDNSOnly bool         `json:"enforce_dns_only"`
}

// View is a named set of zones. Immutable.
type View struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Zones    []string  `json:"zones"` // ids
	Created  time.Time `json:"created"`
	Modified time.Time `json:"modified"`
	Declared *Declared `json:"-"`
}

// Rule is a resolver policy. Immutable.
type Rule struct {
	ID            string          `json:"id"` // a UUID
	Name          string          `json:"name"`
	Description   string          `json:"description,omitempty"`
	Enabled       bool            `json:"enabled"`
	Precedence    uint32          `json:"precedence"`
	Filters       []string        `json:"filters,omitempty"` // as sent
	Traffic       string          `json:"traffic,omitempty"`
	Identity      string          `json:"identity,omitempty"`
	DevicePosture string          `json:"device_posture,omitempty"`
	Settings      json.RawMessage `json:"rule_settings,omitempty"` // as sent
	Schedule      *Schedule       `json:"schedule,omitempty"`      // nil: at all hours
	Expiration    *Expiration     `json:"expiration,omitempty"`    // nil: never
	Version       int             `json:"version"`
	Created       time.Time       `json:"created"`
	Modified      time.Time       `json:"modified"`

	// What Settings say.
	Action    model.Action   `json:"action"`
	ViewID    string         `json:"view_id,omitempty"`
	Resolvers []string       `json:"resolvers,omitempty"`
	Fallback  model.Triggers `json:"fallback,omitempty"`
	Private   []string       `json:"private,omitempty"` // canonical names
	Reenter   bool           `json:"reenter,omitempty"`

	Declared *Declared `json:"-"`
}

// Token is a token with what proves it. Immutable.
type Token struct {
	token.Token
	Hash token.Hash `json:"hash"`
}

// soa returns the SOA that the zone's settings ask for.
func (z *Zone) soa() *dns.SOA {
	s := &z.Settings.SOA
	soa := &dns.SOA{
		Hdr: dns.RR_Header{Ttl: s.TTL},
		Ns:  domain.Below("ns", z.Name), Mbox: domain.Below("hostmaster", z.Name),
		Refresh: s.Refresh, Retry: s.Retry, Expire: s.Expire, Minttl: s.MinTTL,
	}
	if s.MName != nil {
		soa.Ns = *s.MName
	}
	if s.RName != "" {
		soa.Mbox = s.RName
	}
	return soa
}

// options returns how the zone's data are built.
func (z *Zone) options() zone.Options {
	opt := zone.Options{
		Apex: z.Name, ID: domain.NoDot(z.Name), Editable: true, Pos: zonePos(z.ID, ""),
		Flatten: z.Settings.InternalDNS.Flatten, Serial: z.Serial, SOA: z.soa(),
	}
	if ttl := z.Settings.InternalDNS.NegativeTTL; ttl != nil {
		opt.NegativeTTL, opt.HasNegativeTTL = *ttl, true
	}
	return opt
}

// nextSerial returns a serial that follows the one before (RFC 1982) and is the time if
// that leaves room, as people expect it to be.
func nextSerial(serial uint32, now time.Time) uint32 {
	return max(serial+1, uint32(now.Unix())) //nolint:gosec // wraps in 2106
}
