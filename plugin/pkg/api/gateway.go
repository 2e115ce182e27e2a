package api

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/internaldns/internaldns/plugin/pkg/live"
)

// What clients of Cloudflare's Zero Trust read when they start (CLOUDFLARE-API 6.4).

// gatewayObject stands for the account's Gateway.
type gatewayObject struct {
	ID           string `json:"id"`
	GatewayTag   string `json:"gateway_tag"`
	ProviderName string `json:"provider_name"`
}

func getGateway(c *call) *Error {
	c.result = gatewayObject{ID: c.account.ID(), GatewayTag: c.account.ID(), ProviderName: "internaldns"}
	return nil
}

// loggingObject says what is logged: resolverpolicy's query_log decides, and not the API.
type loggingObject struct {
	RedactPII bool                   `json:"redact_pii"`
	Settings  map[string]loggedRules `json:"settings_by_rule_type"`
}

type loggedRules struct {
	LogAll    bool `json:"log_all"`
	LogBlocks bool `json:"log_blocks"`
}

func getLogging(c *call) *Error {
	c.result = loggingObject{Settings: map[string]loggedRules{"dns": {}, "http": {}, "l4": {}}}
	return nil
}

// configurationObject is the settings of the account's Gateway.
type configurationObject struct {
	Settings  map[string]json.RawMessage `json:"settings" about:"max_ttl_secs, and what else was set, which has no effect"`
	CreatedAt string                     `json:"created_at"`
	UpdatedAt string                     `json:"updated_at"`
}

// configurationBody is what a call says of them.
type configurationBody struct {
	Settings member[gatewaySettings] `json:"settings"`
}

// gatewaySettings are those that Cloudflare has. Those but the first have no effect here:
// they are about what is not DNS.
type gatewaySettings struct {
	MaxTTLSecs            member[int64]           `json:"max_ttl_secs" about:"the highest TTL of all answers, 60 to 36000; null for none"`
	ActivityLog           member[json.RawMessage] `json:"activity_log"`
	Antivirus             member[json.RawMessage] `json:"antivirus"`
	AppControl            member[json.RawMessage] `json:"app_control"`
	BlockPage             member[json.RawMessage] `json:"block_page"`
	BodyScanning          member[json.RawMessage] `json:"body_scanning"`
	BrowserIsolation      member[json.RawMessage] `json:"browser_isolation"`
	Certificate           member[json.RawMessage] `json:"certificate"`
	CustomCertificate     member[json.RawMessage] `json:"custom_certificate"`
	ExtendedEmailMatching member[json.RawMessage] `json:"extended_email_matching"`
	FIPS                  member[json.RawMessage] `json:"fips"`
	HostSelector          member[json.RawMessage] `json:"host_selector"`
	Inspection            member[json.RawMessage] `json:"inspection"`
	ProtocolDetection     member[json.RawMessage] `json:"protocol_detection"`
	Sandbox               member[json.RawMessage] `json:"sandbox"`
	TLSDecrypt            member[json.RawMessage] `json:"tls_decrypt"`
}

// others returns the settings without effect, by name.
func (s *gatewaySettings) others() map[string]member[json.RawMessage] {
	return map[string]member[json.RawMessage]{
		"activity_log": s.ActivityLog, "antivirus": s.Antivirus, "app_control": s.AppControl, "block_page": s.BlockPage, "body_scanning": s.BodyScanning,
		"browser_isolation": s.BrowserIsolation, "certificate": s.Certificate, "custom_certificate": s.CustomCertificate,
		"extended_email_matching": s.ExtendedEmailMatching, "fips": s.FIPS, "host_selector": s.HostSelector, "inspection": s.Inspection,
		"protocol_detection": s.ProtocolDetection, "sandbox": s.Sandbox, "tls_decrypt": s.TLSDecrypt,
	}
}

func (c *call) showConfiguration(g live.Gateway) configurationObject {
	at := c.accountObject().CreatedOn
	o := configurationObject{Settings: make(map[string]json.RawMessage, len(g.Others)+1), CreatedAt: at, UpdatedAt: at}
	maps.Copy(o.Settings, g.Others)
	if g.MaxTTL > 0 {
		o.Settings["max_ttl_secs"] = json.RawMessage(strconv.FormatUint(uint64(g.MaxTTL), 10))
	}
	if !g.Modified.IsZero() {
		o.UpdatedAt = formatTime(g.Modified)
	}
	return o
}

func getConfiguration(c *call) *Error {
	c.result = c.showConfiguration(c.objects().Gateway())
	return nil
}

func putConfiguration(c *call) *Error { return c.configure(false) }

func patchConfiguration(c *call) *Error { return c.configure(true) }

// configure changes the settings: what is absent stays with PATCH, and goes with PUT.
func (c *call) configure(patch bool) *Error {
	var body configurationBody
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	s := &body.Settings.Value
	if s.MaxTTLSecs.has() {
		if err := live.CheckMaxTTL(s.MaxTTLSecs.Value); err != nil {
			return invalid(codeInvalid, "/settings/max_ttl_secs", "%s", err)
		}
	}
	var now live.Gateway
	if bad := c.do(func(ch *live.Change) error {
		now = live.Gateway{Others: make(map[string]json.RawMessage)}
		if patch {
			before := ch.Gateway()
			now.MaxTTL = before.MaxTTL
			maps.Copy(now.Others, before.Others)
		}
		s.apply(&now)
		ch.SetGateway(now)
		now = ch.Gateway()
		return nil
	}); bad != nil {
		return bad
	}
	for _, name := range slices.Sorted(maps.Keys(s.others())) {
		if s.others()[name].has() {
			c.note(codeNoEffect, name+" has no effect here", "/settings/"+name)
		}
	}
	c.result = c.showConfiguration(now)
	return nil
}

// apply changes settings: null takes one away.
func (s *gatewaySettings) apply(g *live.Gateway) {
	if s.MaxTTLSecs.Set {
		g.MaxTTL = uint32(s.MaxTTLSecs.Value) //nolint:gosec // within its range
	}
	for name, m := range s.others() {
		switch {
		case m.Null:
			delete(g.Others, name)
		case m.Set:
			g.Others[name] = slices.Clone(m.Value)
		}
	}
}
