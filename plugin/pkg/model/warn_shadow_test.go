package model_test

import (
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// anyList stands for a list of names, whatever the word.
type anyList struct{ expr.List }

func (anyList) Type() expr.Type       { return expr.String }
func (anyList) HasString(string) bool { return true }

type anyLists struct{}

func (anyLists) List(string) (expr.List, bool) { return anyList{}, true }
func (anyLists) Names() []string               { return nil }

// TestUnmatchable holds which policies are known never to match, and that no
// others are: each case is the traffic expressions of policies p0, p1, …
func TestUnmatchable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		traffic []string
		want    string
	}{
		"after one that matches everything": {
			[]string{"", "dns.fqdn == 'a'"}, `"p1": warning: the policy can never match: "p0" (precedence 1000) before it matches everything`},
		"two names at once": {
			[]string{"dns.fqdn == 'a.test' and dns.fqdn == 'b.test'"}, `"p0": warning: the policy can never match: no value of dns.fqdn meets all conditions`},
		"two places at once": {
			[]string{"dns.src_ip in {192.0.2.0/25} and dns.src_ip in {192.0.2.128/25}"}, `"p0": warning: the policy can never match: no value of dns.src_ip meets all conditions`},
		"a name that is not below": {
			[]string{"dns.fqdn == 'a.test' and any(dns.domains[*] == 'b.test')"}, `"p0": warning: the policy can never match: no name asked for in dns.fqdn lies below one in dns.domains`},
		"a name that is below": {[]string{"dns.fqdn == 'a.b.test' and any(dns.domains[*] == 'b.test')"}, ""},
		"no such type":         {[]string{"dns.query_rtype == 'AAA'"}, `"p0": warning: the policy can never match: there is no type AAA`},
		"no such country":      {[]string{"dns.src.geo.country in {'Germany' 'nl'}"}, `"p0": warning: the policy can never match: there is no country "Germany"; countries are codes of two letters (ISO 3166-1), such as NL`},
		"no such continent":    {[]string{"dns.src.geo.continent == 'North America'"}, `"p0": warning: the policy can never match: there is no continent "North America"; write one of AF AN AS EU NA OC SA`},
		"types":                {[]string{"dns.query_rtype in {'AAAA' 'TYPE65280'}"}, ""},
		"the same again": {
			[]string{"dns.fqdn matches '^a'", "dns.fqdn  matches  '^a'"}, `"p1": warning: the policy can never match: "p0" (precedence 1000) before it takes every query that it could`},
		"the same list elsewhere": {[]string{"dns.fqdn in $a", "dns.fqdn in $a"}, ""},
		"a narrower network": {
			[]string{"dns.src_ip in {192.0.2.0/24}", "dns.src_ip == 192.0.2.9 and dns.fqdn contains 'a'"}, `"p1": warning: the policy can never match: "p0" (precedence 1000) before it takes every query that it could`},
		"a wider network":    {[]string{"dns.src_ip in {192.0.2.0/25}", "dns.src_ip in {192.0.2.0/24}"}, ""},
		"a condition more":   {[]string{"dns.src_ip in {192.0.2.0/24} and dns.fqdn == 'a'", "dns.src_ip in {192.0.2.0/25}"}, ""},
		"a name below":       {[]string{"any(dns.domains[*] in {'b.test' 'c.test'})", "dns.fqdn in {'a.b.test' 'c.test'}"}, `"p1": warning: the policy can never match: "p0" (precedence 1000) before it takes every query that it could`},
		"one name elsewhere": {[]string{"any(dns.domains[*] in {'b.test' 'c.test'})", "dns.fqdn in {'a.b.test' 'd.test'}"}, ""},
		"a domain below":     {[]string{"any(dns.domains[*] == 'b.test')", "any(dns.domains[*] == 'a.b.test')"}, `"p1": warning: the policy can never match: "p0" (precedence 1000) before it takes every query that it could`},
		"a domain above":     {[]string{"any(dns.domains[*] == 'a.b.test')", "any(dns.domains[*] == 'b.test')"}, ""},
		"a single element":   {[]string{"dns.domains[0] == 'b.test'", "any(dns.domains[*] == 'b.test')"}, ""},
		"either of two": {
			[]string{"dns.fqdn == 'a' or dns.fqdn == 'b'", "dns.fqdn == 'b'"}, `"p1": warning: the policy can never match: "p0" (precedence 1000) before it takes every query that it could`},
		"either of two fields": {[]string{"dns.fqdn == 'a' or dns.src_ip == 192.0.2.1", "dns.fqdn == 'a'"}, ""},
		"two that together take it": {
			[]string{"dns.src_ip == 192.0.2.1", "dns.src_ip == 192.0.2.2", "dns.src_ip in {192.0.2.1 192.0.2.2}"}, `"p2": warning: the policy can never match: "p1" (precedence 1001) before it takes every query that it could`},
		"one that cannot match takes nothing": {
			[]string{"dns.query_rtype == 'B' and dns.fqdn == 'a'", "dns.query_rtype == 'B' and dns.fqdn == 'a'", "dns.fqdn == 'a'"},
			`"p0": warning: the policy can never match: there is no type B
"p1": warning: the policy can never match: there is no type B`},
	} {
		t.Run(name, func(t *testing.T) {
			spec := model.Spec{Zones: zones(t, "example."), Views: []*model.ViewSpec{{Name: "v", Zones: names("z0")}}}
			for i, source := range c.traffic {
				spec.Policies = append(spec.Policies, &model.PolicySpec{
					Name: "p" + string(rune('0'+i)), Traffic: model.Expression{Source: source}, View: model.Ref{Name: "v"}, Lists: anyLists{},
				})
			}
			problems := problemsOf(spec)
			got := strings.ReplaceAll(problems.Error(), "resolverpolicy ", "")
			if got != c.want {
				t.Errorf("problems:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

// TestSpecialNames holds when a fallback is warned about for names of special
// use in the view (SPEC 6).
func TestSpecialNames(t *testing.T) {
	t.Parallel()
	const warning = `Corefile:60: resolverpolicy "p": warning: the fallback sends names of special use that the view does not have to public DNS, where they mean nothing: those below "corp.internal.", "10.in-addr.arpa."; keep them in with the property private`
	for name, c := range map[string]struct {
		fallback model.Triggers
		private  []string
		want     string
	}{
		"default":          {fallback: model.DefaultTriggers, want: warning},
		"none":             {},
		"refused only":     {fallback: model.OnRefused},
		"nodata":           {fallback: model.OnNoData, want: warning},
		"private special":  {fallback: model.DefaultTriggers, private: model.SpecialNames()},
		"private, one":     {fallback: model.DefaultTriggers, private: []string{"10.in-addr.arpa."}, want: strings.Replace(warning, `, "10.in-addr.arpa."`, "", 1)},
		"private by names": {fallback: model.DefaultTriggers, private: []string{"10.in-addr.arpa.", "corp.internal."}},
	} {
		t.Run(name, func(t *testing.T) {
			problems := problemsOf(model.Spec{
				Zones: zones(t, "corp.internal.", "10.in-addr.arpa.", "example.org."),
				Views: []*model.ViewSpec{{Name: "v", Zones: names("z0", "z1", "z2")}},
				Policies: []*model.PolicySpec{
					{Pos: at(60), Name: "p", View: model.Ref{Name: "v"}, Fallback: c.fallback, Private: c.private},
				},
			})
			if got := problems.Error(); got != c.want {
				t.Errorf("problems:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}
