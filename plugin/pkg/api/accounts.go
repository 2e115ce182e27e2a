package api

import (
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// accountObject is an account as Cloudflare shows it.
type accountObject struct {
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	Type      string          `json:"type"`
	Settings  accountSettings `json:"settings"`
	CreatedOn string          `json:"created_on"`
}

type accountSettings struct {
	EnforceTwofactor bool `json:"enforce_twofactor"`
}

func (c *call) accountObject() accountObject {
	created := ""
	if tokens := c.account.Tokens(); len(tokens) > 0 {
		created = formatTime(tokens[0].IssuedOn) // the first start makes one
	}
	return accountObject{ID: c.account.ID(), Name: c.account.Name(), Type: "standard", CreatedOn: created}
}

func listAccounts(c *call) *Error {
	p, bad := c.readPage(20, 50)
	if bad != nil {
		return bad
	}
	all := []accountObject{c.accountObject()}
	if name := c.req.URL.Query().Get("name"); name != "" && !strings.EqualFold(name, c.account.Name()) {
		all = nil
	}
	return reply(c, p, all, func(o accountObject) accountObject { return o })
}

func getAccount(c *call) *Error {
	c.result = c.accountObject()
	return nil
}

// userObject stands for the bearer of a token: there are no users beside tokens.
type userObject struct {
	ID                string  `json:"id"`
	Email             string  `json:"email"`
	FirstName         *string `json:"first_name"`
	LastName          *string `json:"last_name"`
	Suspended         bool    `json:"suspended"`
	TwoFactorEnabled  bool    `json:"two_factor_authentication_enabled"`
	HasProZones       bool    `json:"has_pro_zones"`
	HasBusinessZones  bool    `json:"has_business_zones"`
	HasEnterprise     bool    `json:"has_enterprise_zones"`
	CreatedOn         string  `json:"created_on"`
	ModifiedOn        string  `json:"modified_on"`
	PreferredUsername *string `json:"username"`
}

func getUser(c *call) *Error {
	name := c.token.Name
	c.result = userObject{
		ID: c.token.ID, Email: "token@" + c.account.Name() + ".invalid", FirstName: &name, HasEnterprise: true,
		CreatedOn: formatTime(c.token.IssuedOn), ModifiedOn: formatTime(c.token.Modified),
	}
	return nil
}

// accountSettingsObject is the DNS settings of an account.
type accountSettingsObject struct {
	EnforceDNSOnly bool          `json:"enforce_dns_only"`
	ZoneDefaults   settingsShown `json:"zone_defaults"`
}

// accountSettingsBody is what a call changes of them.
type accountSettingsBody struct {
	EnforceDNSOnly member[bool]         `json:"enforce_dns_only"`
	ZoneDefaults   member[settingsBody] `json:"zone_defaults"`
}

func showAccountSettings(s live.Settings) accountSettingsObject {
	return accountSettingsObject{EnforceDNSOnly: s.EnforceDNSOnly, ZoneDefaults: showSettings(&live.Zone{Name: ".", Settings: s.ZoneDefaults}, false)}
}

func getAccountDNSSettings(c *call) *Error {
	c.result = showAccountSettings(c.account.Settings())
	return nil
}

func patchAccountDNSSettings(c *call) *Error {
	var body accountSettingsBody
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	defaults := body.ZoneDefaults.Value
	if defaults.InternalDNS.Value.ReferenceZoneID.has() {
		return invalid(codeInvalid, "/zone_defaults/internal_dns/reference_zone_id", "a reference belongs to a zone; it cannot be a default of all")
	}
	if bad := defaults.check("/zone_defaults"); bad != nil {
		return bad
	}
	c.noteUseless(&defaults, "/zone_defaults")
	var now live.Settings
	err := c.do(func(ch *live.Change) error {
		now = ch.Settings()
		if body.EnforceDNSOnly.has() {
			now.EnforceDNSOnly = body.EnforceDNSOnly.Value
		}
		defaults.apply(&now.ZoneDefaults)
		ch.SetSettings(now)
		return nil
	})
	if err != nil {
		return err
	}
	c.result = showAccountSettings(now)
	return nil
}

// empty answers calls about what internal zones do not have.
func empty(c *call) *Error {
	c.result, c.info = []struct{}{}, whole(0)
	return nil
}

// scanned answers calls that look for records in public DNS.
func scanned(c *call) *Error {
	c.result = scanObject{}
	return nil
}

type scanObject struct {
	Added  int `json:"recs_added"`
	Parsed int `json:"total_records_parsed"`
}

// mayRead reports whether the bearer may see a zone.
func (c *call) mayRead(z *live.Zone) bool {
	return c.may(token.ZoneRead, token.Resource{Zone: c.grantee(z)})
}
