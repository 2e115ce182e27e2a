package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// everyLocationCall makes each call of a location and of Gateway's settings once.
func everyLocationCall(s *server, account string) {
	s.t.Helper()
	locations := account + "/gateway/locations"
	l := s.id("POST", locations, `{"name":"office","networks":[{"network":"192.0.2.0/24"}],"endpoints":{"doh":{"enabled":true,"networks":[],"require_token":true},"ipv4":{"enabled":true}}}`)
	s.must("GET", locations, "")
	s.must("GET", locations+"/"+l, "")
	s.must("PUT", locations+"/"+l, `{"name":"branch","max_ttl":{"mode":"override","ttl_secs":60}}`)
	s.must("DELETE", locations+"/"+l, "")
	s.must("PUT", account+"/gateway/configuration", `{"settings":{"max_ttl_secs":600}}`)
	s.must("PATCH", account+"/gateway/configuration", `{"settings":{"fips":{"tls":true}}}`)
}

func (s *server) inLocations() string { return "/accounts/" + s.account() + "/gateway/locations" }

// CLOUDFLARE-API 6.3: what a location is shown as.
func TestLocations(t *testing.T) {
	s := serve(t)
	a := s.must("POST", s.inLocations(), `{"name":"office","client_default":true,"ecs_support":true,"networks":[{"network":"192.0.2.1"},{"network":"2001:db8::/32"}],
		"endpoints":{"dot":{"enabled":false},"ipv6":{"enabled":true,"networks":[{"network":"2001:db8::/48"}]}},"max_ttl":{"mode":"override","ttl_secs":600}}`)
	if len(a.Messages) != 1 || a.Messages[0].Source.Pointer != "/ecs_support" || a.Messages[0].Code != codeNoEffect {
		t.Errorf("messages: %+v", a.Messages)
	}
	one, subdomain := s.inLocations()+"/"+a.text(t, "id"), a.text(t, "doh_subdomain")
	for _, want := range []string{
		`"client_default":true`, `"networks":[{"network":"192.0.2.1"},{"network":"2001:db8::/32"}]`, `"dot":{"enabled":false,"networks":[]}`, `"doh":{"enabled":true,"networks":[]}`,
		`"max_ttl":{"mode":"override","ttl_secs":600}`, `"dns_destination_ips_id":null`, `"ip":""`,
	} {
		if got := string(s.must("GET", one, "").Result); !strings.Contains(got, want) {
			t.Errorf("%s: no %s", got, want)
		}
	}
	if len(subdomain) != 10 {
		t.Errorf("the subdomain is %q", subdomain)
	}
	a = s.must("PUT", one, `{"name":"branch"}`)
	if got := string(a.Result); !strings.Contains(got, `"max_ttl":{"mode":"inherit"}`) || !strings.Contains(got, `"networks":[],"endpoints"`) || a.text(t, "doh_subdomain") != subdomain ||
		!strings.Contains(got, `"client_default":true`) {
		t.Errorf("replaced: %s", got)
	}
	if got := s.must("PUT", one, `{"name":"branch","doh_subdomain":"Branch-1"}`).text(t, "doh_subdomain"); got != "branch-1" {
		t.Errorf("the subdomain is %q", got)
	}
	if ids := s.must("GET", s.inLocations(), "").ids(t); len(ids) != 1 {
		t.Errorf("locations: %q", ids)
	}
}

// What is wrong with a location is told with its place and Cloudflare's codes.
func TestLocationRefusals(t *testing.T) {
	s := serve(t)
	all := s.inLocations()
	first := s.id("POST", all, `{"name":"office","client_default":true,"networks":[{"network":"192.0.2.0/24"}],"doh_subdomain":"office"}`)
	second := s.id("POST", all, `{"name":"branch"}`)
	for _, tt := range []struct {
		method, path, body string
		code               int
		pointer, text      string
	}{
		{"POST", all, `{}`, codeInvalid, "/name", "needs a name"},
		{"POST", all, `{"name":"office"}`, codeInvalid, "/name", "is taken"},
		{"POST", all, `{"name":"x","networks":[{"network":"198.51.100.1"},{"network":"192.0.2.0/24"}]}`, codeInvalid, "/networks/1/network", `of the location "office"`},
		{"POST", all, `{"name":"x","networks":[{"network":"192.0.2.1/24"}]}`, codeInvalid, "/networks/0/network", "write 192.0.2.0/24"},
		{"POST", all, `{"name":"x","endpoints":{"doh":{"enabled":true,"networks":[{"network":"office"}]}}}`, codeInvalid, "/endpoints/doh/networks/0/network", "neither an address nor a CIDR"},
		{"POST", all, `{"name":"x","doh_subdomain":"a.b"}`, codeInvalid, "/doh_subdomain", "no DoH subdomain"},
		{"POST", all, `{"name":"x","doh_subdomain":"OFFICE"}`, codeInvalid, "/doh_subdomain", `of the location "office"`},
		{"POST", all, `{"name":"x","max_ttl":{"mode":"override"}}`, codeInvalid, "/max_ttl/ttl_secs", "0 is not from 60 to 36000"},
		{"POST", all, `{"name":"x","max_ttl":{"mode":"override","ttl_secs":36001}}`, codeInvalid, "/max_ttl/ttl_secs", "36001 is not from 60"},
		{"POST", all, `{"name":"x","max_ttl":{"mode":"never"}}`, codeInvalid, "/max_ttl/mode", "inherit, override, disabled"},
		{"PUT", all + "/" + first, `{"name":"office","client_default":false}`, 1216, "/client_default", "make another one the default first"},
		{"DELETE", all + "/" + first, "", 1217, "", "make another one the default first"},
	} {
		a := s.call(tt.method, tt.path, tt.body)
		if s.want(tt.body, a, http.StatusBadRequest, tt.code); !strings.Contains(a.Errors[0].Message, tt.text) || tt.pointer != "" && (a.Errors[0].Source == nil || a.Errors[0].Source.Pointer != tt.pointer) {
			t.Errorf("%s %s: %s, want %q at %s", tt.method, tt.body, a.body, tt.text, tt.pointer)
		}
	}
	s.want("missing", s.call("GET", all+"/0123456789abcdef0123456789abcdef", ""), http.StatusNotFound, 1103)
	s.must("PUT", all+"/"+second, `{"name":"branch","client_default":true}`)
	s.must("DELETE", all+"/"+first, "")
}

// CLOUDFLARE-API 6.4, 6.7: the account's highest TTL, and settings without effect.
func TestConfiguration(t *testing.T) {
	s := serve(t)
	at := "/accounts/" + s.account() + "/gateway/configuration"
	for _, tt := range []struct{ method, body, want string }{
		{"GET", "", `{}`},
		{"PATCH", `{"settings":{"max_ttl_secs":60,"activity_log":{"enabled":true}}}`, `{"activity_log":{"enabled":true},"max_ttl_secs":60}`},
		{"PATCH", `{"settings":{"fips":{"tls":true},"activity_log":null}}`, `{"fips":{"tls":true},"max_ttl_secs":60}`},
		{"PATCH", `{}`, `{"fips":{"tls":true},"max_ttl_secs":60}`},
		{"PATCH", `{"settings":{"max_ttl_secs":null}}`, `{"fips":{"tls":true}}`},
		{"PUT", `{"settings":{"max_ttl_secs":36000}}`, `{"max_ttl_secs":36000}`},
		{"GET", "", `{"max_ttl_secs":36000}`},
		{"PUT", `{}`, `{}`},
	} {
		if a := s.must(tt.method, at, tt.body); !strings.Contains(string(a.Result), `"settings":`+tt.want) {
			t.Errorf("%s %s: %s, want %s", tt.method, tt.body, a.Result, tt.want)
		}
	}
	for _, body := range []string{`{"settings":{"max_ttl_secs":59}}`, `{"settings":{"max_ttl_secs":36001}}`, `{"settings":{"max_ttl_secs":0}}`} {
		if a := s.call("PATCH", at, body); a.status != http.StatusBadRequest || a.Errors[0].Source.Pointer != "/settings/max_ttl_secs" {
			t.Errorf("%s: %s", body, a.body)
		}
	}
	a := s.must("PATCH", at, `{"settings":{"tls_decrypt":{},"nothing":1}}`)
	if len(a.Messages) != 2 || a.Messages[0].Code != codeUnknown || a.Messages[1].Code != codeNoEffect {
		t.Errorf("messages: %+v", a.Messages)
	}
}

// Tokens of one location see that alone; what the history undoes has to be theirs.
func TestLocationTokens(t *testing.T) {
	s := serve(t)
	mine, other := s.id("POST", s.inLocations(), `{"name":"mine"}`), s.id("POST", s.inLocations(), `{"name":"other"}`)
	text := s.limited(`{"internaldns.location.`+mine+`":"*"}`, "Locations Write")
	if ids := s.as(text, "GET", s.inLocations(), "").ids(t); len(ids) != 1 || ids[0] != mine {
		t.Errorf("locations: %q", ids)
	}
	s.want("another", s.as(text, "GET", s.inLocations()+"/"+other, ""), 404, 1103)
	s.want("its own", s.as(text, "PUT", s.inLocations()+"/"+mine, `{"name":"changed"}`), 200, 0)
	a := s.as(text, "POST", s.inLocations(), `{"name":"new"}`)
	if s.want("a new one", a, 403, codeAuthentication); !strings.Contains(string(a.body), "Locations Write") {
		t.Errorf("a new one: %s", a.body)
	}
	account := "/accounts/" + s.account()
	changed := s.must("PATCH", account+"/gateway/configuration", `{"settings":{"max_ttl_secs":60}}`).header.Get("X-Internaldns-Revision")
	change := account + "/internal_dns/changes/" + changed
	if got := string(s.must("GET", change, "").Result); !strings.Contains(got, `"kind":"gateway"`) || !strings.Contains(got, `"max_ttl_secs":60`) {
		t.Errorf("the change: %s", got)
	}
	reader := s.limited(fmt.Sprintf(`{"com.cloudflare.api.account.%s":"*"}`, s.account()), "Account Settings Read", "Zero Trust Read")
	s.want("undone", s.as(reader, "POST", change+"/revert", ""), 403, codeAuthentication)
	s.must("POST", change+"/revert", "")
	if got := string(s.must("GET", account+"/gateway/configuration", "").Result); strings.Contains(got, "max_ttl_secs") {
		t.Errorf("the settings: %s", got)
	}
}
