package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// form says what a call and Terraform make an object of, so that it can be copied as
// either. The object is what the route answers with.
type form struct {
	method  string   // of the call that makes it
	path    string   // of that call, as a route's
	members []string // of the object that the call takes

	resource string      // of Cloudflare's provider for Terraform, version 5
	imported string      // by what the resource is imported, as a path; {id} is the object's
	beyond   []extension // members that the resource has no attribute for

	shape func(c *call, o object) *Error // puts right what is shown otherwise than it is taken; may be nil
	hcl   func(o object)                 // the same for the resource; may be nil
	zone  func(c *call) *Error           // answers with lines of a zone file; may be nil
}

// extension is a member that goes beyond Cloudflare's API.
type extension struct {
	path  string // names with dots between them
	usual any    // the value that it has without being set
}

// object is a JSON object.
type object = map[string]any

// shapes returns what the parameter as may ask for.
func (f *form) shapes() []string {
	if f.zone != nil {
		return []string{"curl", "terraform", "zone"}
	}
	return []string{"curl", "terraform"}
}

// answer has the route's handler answer, in another form if the query asks for one.
func (c *call) answer() *Error {
	f := c.route.form
	q := c.req.URL.Query()
	if f == nil || !q.Has("as") {
		return c.route.handle(c)
	}
	as := q.Get("as")
	if !slices.Contains(f.shapes(), as) {
		return errorf(http.StatusBadRequest, codeInvalid, "as %q, allowed: %s", clip(as), strings.Join(f.shapes(), ", "))
	}
	if as == "zone" {
		return f.zone(c)
	}
	if bad := c.route.handle(c); bad != nil {
		return bad
	}
	shown, err := asObject(c.result)
	if err != nil {
		return c.fail(err)
	}
	if f.shape != nil {
		if bad := f.shape(c, shown); bad != nil {
			return bad
		}
	}
	copied := c.copyOf(shown)
	if as == "curl" {
		c.text = copied.curl()
	} else {
		c.text = copied.terraform()
	}
	return nil
}

// asObject returns a result as it is answered.
func asObject(result any) (o object, err error) {
	text, err := json.Marshal(result)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber() // no digit is lost
	return o, dec.Decode(&o)
}

// copied is an object on its way to another form.
type copied struct {
	*form
	shown    object // as it is answered
	taken    object // what the call takes
	base     string // URL of the API
	ids      map[string]string
	named    string // what people call it
	declared string // where the Corefile declares it, or the zone that holds it; "" if it is of the store
}

// copyOf gathers what an object is copied from.
func (c *call) copyOf(shown object) *copied {
	scheme, host := "http", c.req.Host
	if c.req.TLS != nil {
		scheme = "https"
	}
	if host == "" {
		host = "localhost" // of HTTP/1.0
	}
	o := &copied{form: c.route.form, shown: shown, taken: make(object), base: scheme + "://" + host + base, ids: map[string]string{"account": c.account.ID()}, named: c.account.Name()}
	for _, name := range o.members {
		if v, ok := shown[name]; ok && !isNothing(v) {
			o.taken[name] = v
		}
	}
	if c.zone != nil {
		o.ids["zone"], o.named = c.zone.ID, shownZone(c.zone)
		o.declared = textOf(c.zone.Declared)
	}
	o.ids["id"], _ = shown["id"].(string)
	if name, ok := shown["name"].(string); ok {
		o.named = name
	}
	if at, ok := shown["declared"].(object); ok && o.declared == "" {
		o.declared = fmt.Sprintf("%v:%v", at["file"], at["line"])
	}
	return o
}

func textOf(d *live.Declared) string {
	if d == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d", d.File, d.Line)
}

// isNothing reports whether a member says no more than one that is absent.
func isNothing(v any) bool {
	o, isObject := v.(object)
	return v == nil || v == "" || isObject && len(o) == 0
}

// inside reports whether the object is part of a zone that the Corefile declares, which
// the call cannot change: it is for another zone.
func (o *copied) inside() bool { return o.declared != "" && strings.Contains(o.path, "{zone}") }

// notes are what is to be known of a copy; none ends a line.
func (o *copied) notes() (lines []string) {
	switch {
	case o.inside():
		lines = append(lines, "The Corefile declares the zone ("+printable(o.declared)+"), which can only be read: this is for the zone that you name.")
	case o.declared != "":
		lines = append(lines, "The Corefile declares it ("+printable(o.declared)+"), and is where to edit it: this makes another one.")
	}
	return lines
}

// zoneForm and those that follow are what the objects of the API are copied as. Paths and
// attributes are those of CLOUDFLARE-API and of the provider's documentation.
func zoneForm() *form {
	return &form{
		method: http.MethodPost, path: "/zones", members: []string{"account", "name", "type"},
		resource: "cloudflare_zone", imported: "{id}",
		shape: func(_ *call, o object) *Error {
			if account, ok := o["account"].(object); ok {
				delete(account, "name")
			}
			return nil
		},
		zone: func(c *call) *Error {
			if !c.may(token.DNSRead, token.Resource{Zone: c.grantee(c.zone)}) {
				return c.forbidden(token.DNSRead)
			}
			return exportRecords(c)
		},
	}
}

func dnsRecordForm() *form {
	return &form{
		method: http.MethodPost, path: "/zones/{zone}/dns_records",
		members:  []string{"name", "type", "content", "data", "priority", "ttl", "comment", "tags", "settings"},
		resource: "cloudflare_dns_record", imported: "{zone}/{id}",
		shape: func(_ *call, o object) *Error {
			if o["data"] != nil {
				delete(o, "content") // made of the data
			}
			if tags, ok := o["tags"].([]any); ok && len(tags) == 0 {
				delete(o, "tags")
			}
			return nil
		},
		zone: recordLine,
	}
}

// internalExtensions are the settings below a path that only internal zones here have.
func internalExtensions(at string) []extension {
	return []extension{{at + "internal_dns.reference_nodata", false}, {at + "internal_dns.flatten", true}, {at + "internal_dns.negative_ttl", nil}}
}

func settingsForm() *form {
	return &form{
		method: http.MethodPatch, path: "/zones/{zone}/dns_settings",
		members:  []string{"flatten_all_cnames", "internal_dns", "multi_provider", "nameservers", "ns_ttl", "secondary_overrides", "soa", "zone_mode"},
		resource: "cloudflare_zone_dns_settings", imported: "{zone}", beyond: internalExtensions(""),
		hcl: func(o object) { withoutNothing(o) },
	}
}

func accountSettingsForm() *form {
	return &form{
		method: http.MethodPatch, path: "/accounts/{account}/dns_settings", members: []string{"enforce_dns_only", "zone_defaults"},
		resource: "cloudflare_account_dns_settings", imported: "{account}",
		beyond: append(internalExtensions("zone_defaults."), extension{"enforce_dns_only", false}),
		hcl:    func(o object) { withoutNothing(o) },
	}
}

// withoutNothing takes away what says nothing, at any depth.
func withoutNothing(o object) {
	for name, v := range o {
		if inner, ok := v.(object); ok {
			withoutNothing(inner)
		}
		if isNothing(v) {
			delete(o, name)
		}
	}
}

func viewForm() *form {
	return &form{
		method: http.MethodPost, path: "/accounts/{account}/dns_settings/views", members: []string{"name", "zones"},
		resource: "cloudflare_account_dns_settings_internal_view", imported: "{account}/{id}",
	}
}

func ruleForm() *form {
	const internally = "rule_settings.resolve_dns_internally."
	return &form{
		method: http.MethodPost, path: "/accounts/{account}/gateway/rules",
		members: []string{"name", "description", "action", "enabled", "precedence", "filters", "traffic", "identity", "device_posture",
			"rule_settings", "schedule", "expiration"},
		resource: "cloudflare_zero_trust_gateway_policy", imported: "{account}/{id}",
		beyond: []extension{{internally + "fallback_on", nil}, {internally + "private_names", nil}, {internally + "reenter", false}},
		shape: func(_ *call, o object) *Error {
			if expiration, ok := o["expiration"].(object); ok {
				delete(expiration, "expired") // computed
			}
			return declaredResolvers(o)
		},
	}
}

// tokenForm is that of the tokens of one of their two collections.
func tokenForm(all string) *form {
	f := &form{
		method: http.MethodPost, path: all, members: []string{"name", "status", "policies", "condition", "not_before", "expires_on"},
		resource: "cloudflare_api_token", imported: "{id}", hcl: tokenResource,
		shape: func(_ *call, o object) *Error {
			if o["status"] != string(token.StatusDisabled) { // the others are of its times
				o["status"] = string(token.StatusActive)
			}
			return nil
		},
	}
	if strings.Contains(all, "{account}") {
		f.resource, f.imported = "cloudflare_account_token", "{account}/{id}"
	}
	return f
}

// tokenResource has policies as the provider takes them: the groups by their ids, the
// resources as a JSON text.
func tokenResource(o object) {
	policies, _ := o["policies"].([]any)
	for _, p := range policies {
		policy, _ := p.(object)
		delete(policy, "id")
		groups, _ := policy["permission_groups"].([]any)
		for _, g := range groups {
			if group, ok := g.(object); ok {
				delete(group, "name")
			}
		}
		policy["resources"] = hclCall{"jsonencode", policy["resources"]}
	}
}

func listForm() *form {
	return &form{
		method: http.MethodPost, path: "/accounts/{account}/gateway/lists", members: []string{"name", "description", "type", "items"},
		resource: "cloudflare_zero_trust_list", imported: "{account}/{id}",
		shape: func(_ *call, o object) *Error {
			items, _ := o["items"].([]any) // none in an empty list
			for _, item := range items {
				if one, ok := item.(object); ok {
					delete(one, "created_at")
				}
			}
			return nil
		},
	}
}

func locationForm() *form {
	return &form{
		method: http.MethodPost, path: "/accounts/{account}/gateway/locations",
		members:  []string{"name", "client_default", "ecs_support", "networks", "endpoints", "doh_subdomain", "max_ttl"},
		resource: "cloudflare_zero_trust_dns_location", imported: "{account}/{id}", beyond: []extension{{"doh_subdomain", nil}},
	}
}
