package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// A query is explained as the command line explains it, with the ids of what decided.
func TestExplain(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	s.record(z, "www", "192.0.2.1")
	v := s.view("office", z)
	all := "/accounts/" + s.account() + "/gateway/rules"
	rule := s.id("POST", all, ruleText("staff", v))
	s.must("PATCH", all+"/"+rule, `{"enabled":true,"traffic":"dns.src_ip in {198.51.100.0/24}"}`)
	path := "/accounts/" + s.account() + "/internal_dns/explain"

	var x struct {
		Route  string `json:"route"`
		Policy string `json:"policy"`
		Block  []string
		Answer struct {
			Answer []string `json:"answer"`
		} `json:"answer"`
		IDs explainedIDs `json:"ids"`
	}
	read := func(body string) {
		t.Helper()
		x.IDs = explainedIDs{}
		if err := json.Unmarshal(s.must("POST", path, body).Result, &x); err != nil {
			t.Fatal(err)
		}
	}
	read(`{"name":"WWW.corp.example","client":"198.51.100.7"}`)
	if x.Route != "view" || x.Policy != "staff" || len(x.Answer.Answer) != 1 || !strings.Contains(x.Answer.Answer[0], "192.0.2.1") {
		t.Errorf("explained as %+v", x)
	}
	if x.IDs.Policies["staff"] != rule || x.IDs.Views["office"] != v || x.IDs.Zones[z] != z {
		t.Errorf("ids are %+v", x.IDs)
	}
	read(`{"name":"www.corp.example","client":"192.0.2.7","type":"AAAA"}`)
	if x.Route != "public" || x.Policy != "" {
		t.Errorf("a stranger's query is explained as %+v", x)
	}

	for body, pointer := range map[string]string{
		`{"name":"a..b"}`:                    "/name",
		`{"name":"a","type":"NO"}`:           "/type",
		`{"name":"a","client":"x"}`:          "/client",
		`{"name":"a","server":"x"}`:          "/server",
		`{"name":"a","transport":"pigeon"}`:  "/transport",
		`{"name":"a","block":"tls://.:853"}`: "/block",
	} {
		a := s.call("POST", path, body)
		s.want(body, a, http.StatusBadRequest, codeInvalid)
		if a.Errors[0].Source == nil || a.Errors[0].Source.Pointer != pointer {
			t.Errorf("%s: the error points to %v, want %s", body, a.Errors[0].Source, pointer)
		}
	}
	few := s.limited(`{"com.cloudflare.api.account.`+s.account()+`":"*"}`, "Account Settings Read")
	s.want("few rights", s.as(few, "POST", path, `{"name":"www.corp.example"}`), http.StatusForbidden, codeAuthentication)
}

// The status tells what serves, and which objects do not.
func TestStatus(t *testing.T) {
	s := serve(t)
	s.view("office", s.zone("corp.example"))
	a := s.must("GET", "/accounts/"+s.account()+"/internal_dns/status", "")
	var got statusObject
	if err := json.Unmarshal(a.Result, &got); err != nil {
		t.Fatal(err)
	}
	if got.Version != "test" || got.Revision != s.accounts[0].Revision() || len(got.Servers) != 1 || got.Objects["view"] != 1 {
		t.Errorf("status is %+v", got)
	}
	if one := got.Servers[0]; one.Zones != 1 || one.Views != 1 || one.Revision != got.Revision || one.Block[0] != "dns://.:53" {
		t.Errorf("the server is %+v", one)
	}
}
