package test

import (
	"fmt"
	"net/http"
)

// seeded are the objects of an account as a small company has it.
type seeded struct {
	zone, reverse, view, rule, list, location, token string // ids
}

// seed fills the account with something of every kind.
func (d *dashboard) seed() (ids seeded) {
	d.t.Helper()
	account := "/accounts/" + d.account()
	office := d.made("/zones", object{"name": "internal.example", "type": "internal"})
	ids.zone = d.made("/zones", object{"name": "corp.example", "type": "internal"})
	ids.reverse = d.made("/zones", object{"name": "2.0.192.in-addr.arpa", "type": "internal"})
	d.call(http.MethodPatch, "/zones/"+ids.zone+"/dns_settings", object{"internal_dns": object{"reference_zone_id": office}}, nil)
	for _, r := range []object{
		{"name": "www", "type": "A", "content": "192.0.2.7", "ttl": 300, "comment": "the intranet's front page", "tags": []string{"owner:web", "site"}},
		{"name": "www", "type": "AAAA", "content": "2001:db8::7", "ttl": 300},
		{"name": "wiki", "type": "CNAME", "content": "www.corp.example"},
		{"name": "mail", "type": "MX", "content": "mx1.corp.example", "priority": 10},
		{"name": "@", "type": "TXT", "content": "\"v=spf1 -all\""},
		{"name": "_ldap._tcp", "type": "SRV", "data": object{"priority": 0, "weight": 5, "port": 389, "target": "dc1.corp.example"}},
		{"name": "*.build", "type": "A", "content": "192.0.2.40", "ttl": 60},
	} {
		d.made("/zones/"+ids.zone+"/dns_records", r)
	}
	for i := range 12 {
		d.made("/zones/"+office+"/dns_records", aRecord(fmt.Sprintf("host-%02d", i+1), fmt.Sprintf("192.0.2.%d", 100+i)))
	}
	d.made("/zones/"+ids.reverse+"/dns_records", object{"name": "7", "type": "PTR", "content": "www.corp.example"})

	ids.view = d.made(account+"/dns_settings/views", object{"name": "london", "zones": []string{ids.zone, ids.reverse}})
	berlin := d.made(account+"/dns_settings/views", object{"name": "berlin", "zones": []string{office}})
	ids.list = d.made(account+"/gateway/lists", object{"name": "Build machines", "type": "IP", "description": "what compiles at night",
		"items": []object{{"value": "192.0.2.64/26", "description": "rack 4"}, {"value": "2001:db8:4::/64"}}})
	ids.location = d.made(account+"/gateway/locations", object{"name": "Head office", "networks": []object{{"network": "192.0.2.0/24"}}})
	ids.rule = d.rule(account, "London office", `dns.location == "Head office"`, ids.view)
	d.rule(account, "Build machines", "dns.src_ip in $"+ids.list, ids.view)
	d.rule(account, "Berlin", `any(dns.domains[*] == "internal.example") and dns.src_ip in {127.0.0.0/8 198.51.100.0/24}`, berlin)
	ids.token = d.tokenOf("Deployment", "DNS Write")
	return ids
}

// made makes an object and returns its id.
func (d *dashboard) made(path string, body object) string {
	d.t.Helper()
	var made idOf
	d.call(http.MethodPost, path, body, &made)
	return made.ID
}

// tokenOf makes a token that may do something everywhere, and returns its id.
func (d *dashboard) tokenOf(name string, rights ...string) string {
	d.t.Helper()
	id, _ := d.newToken(name, "*", rights...)
	return id
}

// newToken makes a token for a zone or, with "*", for all, and returns its id and value.
func (d *dashboard) newToken(name, zone string, rights ...string) (id, value string) {
	d.t.Helper()
	var all []struct{ ID, Name string }
	d.call(http.MethodGet, "/user/tokens/permission_groups", nil, &all)
	groups := []object{}
	for _, g := range all {
		for _, right := range rights {
			if g.Name == right {
				groups = append(groups, object{"id": g.ID})
			}
		}
	}
	if len(groups) != len(rights) {
		d.t.Fatalf("%q are not all among %+v", rights, all)
	}
	resources := object{"com.cloudflare.api.account." + d.account(): "*"}
	if zone != "*" {
		resources = object{"com.cloudflare.api.account.zone." + zone: "*"}
	}
	var made struct{ ID, Value string }
	d.call(http.MethodPost, "/user/tokens", object{"name": name, "policies": []object{{"effect": "allow", "permission_groups": groups, "resources": resources}}}, &made)
	return made.ID, made.Value
}
