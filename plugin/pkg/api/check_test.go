package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/coredns/coredns/plugin"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// refusing stands for the plugin that reads zone files.
type refusing struct{ refused map[string]string }

func (refusing) Name() string { return "internalzone" }
func (refusing) ServeDNS(context.Context, dns.ResponseWriter, *dns.Msg) (int, error) {
	return dns.RcodeServerFailure, nil
}
func (r refusing) Refused() map[string]string { return r.refused }

func (s *server) check() (o checkObject) {
	s.t.Helper()
	if err := json.Unmarshal(s.must("GET", "/accounts/"+s.account()+"/internal_dns/check", "").Result, &o); err != nil {
		s.t.Fatal(err)
	}
	return o
}

// What serves is checked, each finding is there once, and has the object that it is about.
func TestCheck(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	s.must("POST", "/zones/"+z+"/dns_records", `{"type":"CNAME","name":"gone","content":"nothing.corp.example"}`)
	rule := s.id("POST", "/accounts/"+s.account()+"/gateway/rules", strings.Replace(ruleText("staff", s.view("office", z)), `{"name"`, `{"enabled":true,"name"`, 1))
	unused := s.view("unused")
	one := s.accounts[0].Servers
	s.accounts[0].Servers = func() []Server {
		both := append(one(), one()...)
		both[1].Handlers = []plugin.Handler{refusing{map[string]string{z: "line 3 is wrong"}}}
		return both
	}
	o := s.check()
	want := map[problem.Code]problem.Finding{
		problem.CNAMELeadsNowhere: {Severity: "warning", Kind: "zone", ID: z, Object: `zone "corp.example" (` + z + `)`},
		problem.ViewUnused:        {Severity: "warning", Kind: "view", ID: unused, Object: `view "unused"`},
		problem.ZoneFileInvalid:   {Severity: "error", Kind: "zone", ID: z, Object: `zone "corp.example" (` + z + `)`},
	}
	seen := make(map[problem.Code]int)
	for _, f := range o.Findings {
		seen[f.Code]++
		if w, ok := want[f.Code]; ok && (f.Severity != w.Severity || f.Kind != w.Kind || f.ID != w.ID || f.Object != w.Object || f.Pointer == "") {
			t.Errorf("found %+v, want %+v", f, w)
		}
	}
	for code := range want {
		if seen[code] != 1 {
			t.Errorf("%s found %d times", code, seen[code])
		}
	}
	if o.Errors != 1 || o.Errors+o.Warnings+o.Notes != len(o.Findings) || o.Notes == 0 || o.Revision != s.accounts[0].Revision() {
		t.Errorf("%+v (rule %s)", o, rule)
	}
	few := s.limited(`{"com.cloudflare.api.account.`+s.account()+`":"*"}`, "Account Settings Read")
	s.want("few rights", s.as(few, "GET", "/accounts/"+s.account()+"/internal_dns/check", ""), http.StatusForbidden, codeAuthentication)
}

// A policy that another one leaves nothing to is found with that one's id.
func TestCheckShadowed(t *testing.T) {
	s := serve(t)
	v := s.view("office")
	all := "/accounts/" + s.account() + "/gateway/rules"
	first := s.id("POST", all, enabled("first", "dns.src_ip in {192.0.2.0/24}", v))
	second := s.id("POST", all, enabled("second", "dns.src_ip == 192.0.2.7", v))
	third := s.id("POST", all, enabled("third", "dns.fqdn == \"a.example\" and dns.fqdn == \"b.example\"", v))
	by := make(map[string]string)
	for _, f := range s.check().Findings {
		if f.Code == problem.PolicyNeverMatches && f.Kind == "rule" {
			by[f.ID] = f.ByKind + f.ByID
		}
	}
	if len(by) != 2 || by[second] != "rule"+first || by[third] != "" {
		t.Errorf("found %v", by)
	}
}

// More findings than are listed are counted.
func TestCheckBound(t *testing.T) {
	s := serve(t)
	c := &call{account: s.accounts[0]}
	var list problem.List
	for range 2 {
		for i := range maxFindings + 5 {
			list.Warnf(problem.Internal, problem.Pos{Line: i}, "", "a thing")
		}
	}
	if o := c.checked(list, nil); o.Warnings != maxFindings+5 || len(o.Findings) != maxFindings {
		t.Errorf("%d warnings, %d listed", o.Warnings, len(o.Findings))
	}
}

// A rule that a client reads of an answer is the rule that the account holds.
func TestReadRule(t *testing.T) {
	s := serve(t)
	v := s.view("office")
	all := "/accounts/" + s.account() + "/gateway/rules"
	id := s.id("POST", all, `{"name":"a","description":"d","enabled":true,"precedence":5,"action":"resolve","traffic":"dns.fqdn == \"a.example\"","identity":"identity.email == \"a@example.org\"",
		"rule_settings":{"resolve_dns_internally":{"view_id":"`+v+`","fallback":"public_dns","fallback_on":["cname"],"private_names":["b.example"],"reenter":true}}}`)
	got, err := ReadRule(s.must("GET", all+"/"+id, "").Result)
	if err != nil {
		t.Fatal(err)
	}
	want := s.accounts[0].Rule(id)
	if got.ID != id || got.Name != "a" || got.Description != "d" || !got.Enabled || got.Precedence != 5 || got.Traffic != want.Traffic || got.Identity != want.Identity ||
		got.Action != model.UseView || got.ViewID != v || got.Fallback != model.OnCNAME || len(got.Private) != 1 || !got.Reenter || !want.Reenter {
		t.Errorf("read %+v, want %+v", got, want)
	}
	declared := live.Rule{ID: "x", Name: "r", Action: model.UseResolvers, Resolvers: []string{"192.0.2.1", "tls://192.0.2.2"}, Declared: &live.Declared{File: "Corefile", Line: 3, ID: "r"}}
	c := &call{account: s.accounts[0]}
	text, err := json.Marshal(c.showRule(&declared))
	if err != nil {
		t.Fatal(err)
	}
	if got, err = ReadRule(text); err != nil || got.Action != model.UseResolvers || len(got.Resolvers) != 2 || got.Declared == nil || got.Declared.Line != 3 {
		t.Errorf("read %+v, %v", got, err)
	}
	for _, text := range []string{`[]`, `{"name":"a"}`, `{"precedence":1,"rule_settings":[]}`, `{"precedence":-1,"rule_settings":{}}`, `{"precedence":1,"rule_settings":{}}`, `{"precedence":1,"rule_settings":{"resolvers":["a"]}}`} {
		if r, err := ReadRule(json.RawMessage(text)); err == nil {
			t.Errorf("%s is read as %+v", text, r)
		}
	}
	a := s.call("PATCH", all+"/"+id, `{"rule_settings":{"resolve_dns_internally":{"view_id":"`+v+`","reenter":true}}}`)
	s.want("reenter without a fallback", a, http.StatusBadRequest, codeInvalid)
}

// What is wrong with an expression of several lines is told by its line, and what is doubtful by the
// rule that it is of.
func TestExpressionLine(t *testing.T) {
	s := serve(t)
	v := s.view("office")
	all := "/accounts/" + s.account() + "/gateway/rules"
	a := s.call("POST", all, enabled("first", "dns.fqdn == \"a.example\"\n  or dns.fqdn = \"b.example\"", v))
	s.want("the second line", a, http.StatusBadRequest, codeInvalid)
	if e := a.Errors[0]; !strings.HasPrefix(e.Message, "line 2: ") || !strings.HasSuffix(e.Message, "\n  or dns.fqdn = \"b.example\"\n              ^") || e.Source.Pointer != "/traffic" {
		t.Errorf("%q at %+v", e.Message, e.Source)
	}
	id := s.id("POST", all, enabled("second", "dns.fqdn == \"a.example\" or\ndns.query_rtype in {\"A\" \"NOTHING\"}", v))
	for _, f := range s.check().Findings {
		if f.Code == problem.ExpressionDoubtful {
			if f.Kind != "rule" || f.ID != id || f.Line != 2 {
				t.Errorf("found %+v", f)
			}
			return
		}
	}
	t.Error("nothing is doubtful")
}
