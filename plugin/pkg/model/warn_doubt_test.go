package model_test

import (
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// TestDoubts holds which comparisons with values that a field does not have are
// warned about, and that others are not.
func TestDoubts(t *testing.T) {
	t.Parallel()
	const doubled = "the regular expression needs a backslash, which names do not have; a backslash is not doubled here, write \\. for a dot"
	const wild = `"*.b.test" stands for no other name in a comparison; `
	for source, want := range map[string]string{
		"dns.fqdn == '*.b.test'":                                wild + "for the names below b.test write dns.fqdn wildcard '*.b.test', with that name itself: any(dns.domains[*] == 'b.test')",
		"dns.fqdn == 'a' or not (dns.fqdn in {'c' '*.b.test'})": wild + "for the names below b.test write dns.fqdn wildcard '*.b.test', with that name itself: any(dns.domains[*] == 'b.test')",
		"dns.fqdn != 'w*w.b.test'":                              `"w*w.b.test" stands for no other name in a comparison; write dns.fqdn wildcard 'w*w.b.test'`,
		"any(dns.domains[*] in {'*.b.test' '*'})":               wild + "dns.domains holds the name asked for and all above it, so write any(dns.domains[*] == 'b.test') (and 1 more such values)",
		"dns.fqdn wildcard '*.b.test'":                          "",
		"dns.fqdn matches '.*'":                                 "",
		`dns.fqdn matches '^www\\.b$'`:                          doubled,
		`any(dns.domains[*] matches '(a|b)\\.test')`:            doubled,
		`dns.fqdn matches r'(^a\.b\|c\.d$)'`:                    "the regular expression needs the character |, which names do not have; \\| stands for itself, write | between alternatives",
		`dns.fqdn matches '^WWW'`:                               "the regular expression needs an upper-case letter, and names are matched in lower case; write it in lower case or begin it with (?i): ^WWW",
		`dns.fqdn matches '(?i)^WWW'`:                           "",
		`dns.fqdn matches '(^a\\.b|c)'`:                         "",
		`dns.fqdn matches 'a[\\.]b(\\)*'`:                       "",
		"dns.query_rtype in {'A' 'AAA'}":                        "there is no type AAA",
		"dns.query_rtype in {'A' 'aaaa'}":                       "there is no type aaaa, write AAAA",
		"dns.query_rtype in {'A' 'TYPE28'}":                     "there is no type TYPE28, write AAAA",
		"dns.query_rtype in {'A' 'type65280'}":                  "there is no type type65280, write TYPE65280",
		"dns.query_rtype in {'A' 'TYPE65536'}":                  "there is no type TYPE65536",
		"lower(dns.query_rtype) == 'aaaa'":                      "",
		"dns.src.geo.country != 'Germany'":                      `there is no country "Germany"; countries are codes of two letters (ISO 3166-1), such as NL`,
		"dns.src.geo.country in {'NL' 'de'}":                    `there is no country "de", write DE`,
		"dns.src.geo.continent in {'EU' 'T1'}":                  `there is no continent "T1"; write one of AF AN AS EU NA OC SA`,
		"dns.location == 'office'":                              "",
		"dns.location == 'Office'":                              `no location has the name "Office"`,
	} {
		t.Run(source, func(t *testing.T) {
			problems := problemsOf(model.Spec{
				Known: map[int]func(string) bool{model.FieldLocation: func(name string) bool { return name == "office" }},
				Policies: []*model.PolicySpec{
					{Pos: at(3), Name: "p", Action: model.UsePublic, Traffic: model.Expression{Pos: at(4), Source: "dns.src_ip == 192.0.2.1 or\n" + source}},
					{Pos: at(8), Name: "q", Action: model.UsePublic, Disabled: true, Traffic: model.Expression{Pos: at(9), Source: source}},
				},
			})
			first, _, _ := strings.Cut(problems.Error(), "\n")
			if want != "" {
				want = `Corefile:5: resolverpolicy "p": warning: ` + want
			}
			if first != want || want != "" && len(problems) != 1 {
				t.Errorf("problems:\n%s\nwant:\n%s", problems.Error(), want)
			}
		})
	}
}

// TestDoubtExcerpt holds that the comparison is underlined.
func TestDoubtExcerpt(t *testing.T) {
	t.Parallel()
	problems := problemsOf(model.Spec{Policies: []*model.PolicySpec{{
		Pos: at(3), Name: "p", Action: model.UsePublic,
		Identity: model.Expression{Pos: at(4), Source: "dns.fqdn == 'a' or dns.fqdn == '*'"},
	}}})
	want := `Corefile:4: resolverpolicy "p": warning: "*" stands for no other name in a comparison; write dns.fqdn wildcard '*'
dns.fqdn == 'a' or dns.fqdn == '*'
                   ^^^^^^^^^^^^^^^`
	if got := problems.Error(); got != want {
		t.Errorf("problems:\n%s\nwant:\n%s", got, want)
	}
}

// TestHints holds what is said of selectors that other products have, and that
// none of them is taken for a misspelling of another.
func TestHints(t *testing.T) {
	t.Parallel()
	const answer = "a selector of the answer: a policy is chosen by the query, before there is one"
	for source, want := range map[string]string{
		"any(dns.resolved_ips[*] == 192.0.2.1)":                    "unknown field dns.resolved_ips, " + answer + "; dns.resolved_ip, which has another meaning, is the address of the server that was asked",
		"dns.resolved_ip.geo.country == 'NL'":                      "unknown field dns.resolved_ip.geo.country, " + answer,
		"any(dns.dst.geo.country[*] == 'NL')":                      "unknown field dns.dst.geo.country, " + answer + "; dns.src.geo.country and dns.src.geo.continent tell where the client is, not where the answer leads",
		"any(dns.response.cname[*] in {'www.example.org'})":        "unknown field dns.response.cname, " + answer,
		"any(dns.cname_response_value[*] == 'www.example.org')":    "unknown field dns.cname_response_value, " + answer,
		"any(dns.mx[*] == 'mail.example.org')":                     "unknown field dns.mx, " + answer,
		"dns.response_ip_category == 1":                            "unknown field dns.response_ip_category, " + answer,
		"dns.authoritative_ns_ips == 192.0.2.1":                    "unknown field dns.authoritative_ns_ips, " + answer,
		"any(app.ids[*] in {505})":                                 "unknown field app.ids, there are no applications here; name their domains with dns.domains, or in a list",
		"dns.indicator_feed == 1":                                  "unknown field dns.indicator_feed, there are no indicator feeds here; name domains in a list, or by dns.security_category",
		"any(dns.categories_in_request_context_matches[*] in {1})": "unknown field dns.categories_in_request_context_matches, categories are not read from the query here; those of names are dns.content_category and dns.security_category",
		"dns.src_internal_ip == 192.0.2.1":                         "unknown field dns.src_internal_ip, the only address known of a client is the one its query comes from, dns.src_ip",
		"any(device_posture.checks.failed[*] in {'disk'})":         "unknown field device_posture.checks.failed, of the checks of a device only those it passed are known, write not any(device_posture.checks.passed[*] ...)",
		"net.onramp.type == 'warp'":                                "unknown field net.onramp.type, queries enter by no on-ramp here; tell clients apart by dns.location or dns.src_ip",
		"net.is_isolated == 1":                                     "unknown field net.is_isolated, there is no browser isolation here; leave it out, or tell clients apart by dns.location or dns.src_ip",
		"identity.service_token_uuid == 'x'":                       "unknown field identity.service_token_uuid, there are no service tokens here; a program shows a client certificate, write identity.email or identity.name",
		"net.dst.ip == 192.0.2.1":                                  "unknown field net.dst.ip, write dns.src_ip for the client's address, dns.resolved_ip for the server's",
		"http.request.uri == 'x'":                                  "unknown field http.request.uri, write a selector of DNS policies, such as dns.fqdn",
		"dns.query_name == 'x'":                                    "unknown field dns.query_name, write dns.fqdn",
		"dns.type == 'A'":                                          "unknown field dns.type, write dns.query_rtype",
		"any(cf.threat_category[*] in {1})":                        "unknown field cf.threat_category, write dns.security_category",
		"identity.location.id == 'x'":                              "unknown field identity.location.id, write dns.location",
		"true":                                                     "unknown field true, leave the expression out: without one a policy is for every query",
		"dns.resolvd_ip == 192.0.2.1":                              "unknown field dns.resolvd_ip, did you mean dns.resolved_ip?",
	} {
		problems := problemsOf(model.Spec{Policies: []*model.PolicySpec{
			{Name: "p", Action: model.UsePublic, Traffic: model.Expression{Source: source}},
		}})
		if len(problems) != 1 || problems[0].Text != want {
			t.Errorf("%s:\n%s\nwant:\n%s", source, problems.Error(), want)
		}
	}
}
