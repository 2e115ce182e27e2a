package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// joinedCalls writes calls as one body: method, path and body of each.
func joinedCalls(calls ...[3]string) string {
	var list []string
	for _, c := range calls {
		text := fmt.Sprintf(`{"method":%q,"path":%q`, c[0], c[1])
		if c[2] != "" {
			text += `,"body":` + c[2]
		}
		list = append(list, text+"}")
	}
	return `{"calls":[` + strings.Join(list, ",") + "]}"
}

// guide are the three steps of Cloudflare's guide as one change: each needs the id of what
// one before it makes.
func guide(account string) string {
	return joinedCalls(
		[3]string{"POST", "/zones", `{"name":"corp.example"}`},
		[3]string{"POST", "/client/v4/zones/${0.id}/dns_records", `{"type":"A","name":"www","content":"192.0.2.1"}`},
		[3]string{"POST", "/accounts/" + account + "/dns_settings/views", `{"name":"office","zones":["${0.id}"]}`},
		[3]string{"POST", "/accounts/" + account + "/gateway/rules", strings.Replace(ruleText("staff", "${2.id}"), `{"name"`, `{"enabled":true,"name"`, 1)},
	)
}

// LIVE 6: several calls are one change, of which each sees what those before it have made.
func TestSeveralCalls(t *testing.T) {
	s := serve(t)
	path := "/accounts/" + s.account() + "/internal_dns/changes"
	before := s.accounts[0].Revision()
	a := s.must("POST", path, guide(s.account()))
	var made struct {
		Revision uint64
		Results  []struct {
			Result   json.RawMessage
			Messages []message
		}
	}
	if err := json.Unmarshal(a.Result, &made); err != nil {
		t.Fatal(err)
	}
	if made.Revision != before+1 || s.accounts[0].Revision() != before+1 || len(made.Results) != 4 {
		t.Fatalf("revision %d after %d, %d results", made.Revision, before, len(made.Results))
	}
	if len(made.Results[3].Messages) > 0 {
		t.Errorf("the rule does not see the view: %v", made.Results[3].Messages)
	}
	x := s.must("POST", "/accounts/"+s.account()+"/internal_dns/explain", `{"name":"www.corp.example"}`)
	if !strings.Contains(string(x.Result), `"policy":"staff"`) || !strings.Contains(string(x.Result), "192.0.2.1") {
		t.Errorf("explained as %s", x.Result)
	}
	s.must("POST", fmt.Sprintf("%s/%d/revert", path, made.Revision), "")
	if n := len(s.accounts[0].Zones()) + len(s.accounts[0].Views()) + len(s.accounts[0].Rules()); n > 0 {
		t.Errorf("%d objects are left", n)
	}
}

// The first call that fails ends all, and the error says which it is.
func TestSeveralCallsRefused(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	view := s.view("office", z)
	s.id("POST", "/accounts/"+s.account()+"/gateway/rules", ruleText("staff", view))
	views := "/accounts/" + s.account() + "/dns_settings/views"
	path := "/accounts/" + s.account() + "/internal_dns/changes"
	good := [3]string{"POST", "/zones", `{"name":"other.example"}`}
	cname := [3]string{"POST", "/zones/" + z + "/dns_records", `{"type":"CNAME","name":"a","content":"b.example"}`}
	for _, c := range []struct {
		calls         [][3]string
		status, code  int
		pointer, text string
	}{
		{[][3]string{good, {"POST", "/zones", `{"name":"a..b"}`}}, 400, codeInvalidZoneName, "/calls/1/body/name", "Invalid domain"},
		{[][3]string{good, {"GET", "/zones", ""}}, 400, codeNoMethod, "/calls/1/method", "allowed: POST, PUT, PATCH, DELETE"},
		{[][3]string{good, {"POST", "/nothing", ""}}, 400, codeNoRoute, "/calls/1/path", "there is no such call: POST /client/v4/nothing"},
		{[][3]string{{"POST", "/zones/../zones", "{}"}}, 400, codeNoRoute, "/calls/0/path", "is no path of a call"},
		{[][3]string{{"POST", "//evil.example/zones", "{}"}}, 400, codeNoRoute, "/calls/0/path", "is no path of a call"},
		{[][3]string{{"POST", "/user/tokens", "{}"}}, 400, codeUnsupported, "/calls/0/path", "is made alone"},
		{[][3]string{{"POST", path, `{"calls":[]}`}}, 400, codeUnsupported, "/calls/0/path", "is made alone"},
		{[][3]string{good, {"DELETE", views + "/${1.id}", ""}}, 400, codeInvalid, "/calls/1/path", "only calls before this one"},
		{[][3]string{good, {"DELETE", views + "/" + view, ""}}, 400, codeInUse, "/calls/1", `used by resolver policy "staff"`},
		{[][3]string{cname, {"POST", "/zones/" + z + "/dns_records", `{"type":"A","name":"a","content":"192.0.2.1"}`}}, 400, codeRecordConflict, "/calls/1/body", "stands alone"},
		{[][3]string{cname, {"POST", "/zones/" + z + "/dns_records/batch", `{"posts":[{"type":"A","name":"a","content":"192.0.2.1"}]}`}}, 400, codeRecordConflict, "/calls/1/body/posts/0", "stands alone"},
		{[][3]string{good, {"POST", views, `{"name":"x","zones":["` + z + `","` + z + `"]}`}}, 400, codeInvalid, "/calls/1/body/zones/1", "named twice"},
		{[][3]string{good, {"POST", "/zones", `{"name":"corp.example"}`}, {"PATCH", views + "/" + view, `{"zones":["` + z + `","${1.id}"]}`}}, 400, codeInvalid, "/calls/2/body/zones", "corp.example"},
		{[][3]string{good, {"POST", "/accounts/" + s.account() + "/gateway/rules", strings.Replace(ruleText("x", view), `{"name"`, `{"traffic":"dns.fqdn = 1","name"`, 1)}}, 400, codeInvalid, "/calls/1/body/traffic", "=="},
		{[][3]string{good, {"PATCH", "/zones/0123456789abcdef0123456789abcdef", `{}`}}, 404, codeNoZone, "/calls/1", "there is no zone"},
	} {
		before := s.accounts[0].Revision()
		body := joinedCalls(c.calls...)
		a := s.call("POST", path, body)
		s.want(body, a, c.status, c.code)
		if a.Errors[0].Source == nil || a.Errors[0].Source.Pointer != c.pointer || !strings.Contains(a.Errors[0].Message, c.text) {
			t.Errorf("%s: %+v at %+v, want %q at %s", body, a.Errors[0].Message, a.Errors[0].Source, c.text, c.pointer)
		}
		if s.accounts[0].Revision() != before {
			t.Errorf("%s: something has happened", body)
		}
		tried := s.must("POST", strings.TrimSuffix(path, "changes")+"preview", body)
		var shown previewObject
		if err := json.Unmarshal(tried.Result, &shown); err != nil {
			t.Fatal(err)
		}
		if shown.Valid || len(shown.Errors) == 0 || shown.Errors[0].Code != c.code || !strings.Contains(shown.Errors[0].Message, c.text) || shown.Errors[0].Source.Pointer != c.pointer {
			t.Errorf("%s: the preview says %s", body, tried.Result)
		}
	}
	s.want("no calls", s.call("POST", path, `{"calls":[]}`), http.StatusBadRequest, codeInvalid)
	s.want("too many", s.call("POST", path, joinedCalls(make([][3]string, maxCalls+1)...)), http.StatusBadRequest, codeInvalid)
	s.must("POST", path+"?force=true", joinedCalls([3]string{"DELETE", views + "/" + view, ""}))
}

// A token can do by several calls what it can do by one, and no more.
func TestSeveralCallsRights(t *testing.T) {
	s := serve(t)
	z, other := s.zone("corp.example"), s.zone("other.example")
	account := `"com.cloudflare.api.account.` + s.account() + `":"*"`
	few := s.limited(`{`+account+`,"com.cloudflare.api.account.zone.`+z+`":"*"}`, "Account Settings Read", "Account Settings Write")
	path := "/accounts/" + s.account() + "/internal_dns/changes"
	record := func(zone string) string {
		return joinedCalls([3]string{"POST", "/zones/" + zone + "/dns_records", `{"type":"A","name":"a","content":"192.0.2.1"}`})
	}
	s.want("no right to records", s.as(few, "POST", path, record(z)), http.StatusForbidden, codeAuthentication)
	s.want("preview", s.as(few, "POST", strings.TrimSuffix(path, "changes")+"preview", record(z)), http.StatusForbidden, codeAuthentication)
	made := s.must("POST", "/user/tokens", `{"name":"one zone","policies":[{"effect":"allow","permission_groups":[{"name":"Account Settings Read"}],"resources":{`+account+`}},`+
		`{"effect":"allow","permission_groups":[{"name":"DNS Write"}],"resources":{"com.cloudflare.api.account.zone.`+z+`":"*"}}]}`)
	one := made.text(t, "value")
	s.want("a foreign zone", s.as(one, "POST", path, record(other)), http.StatusForbidden, codeAuthentication)
	if a := s.as(one, "POST", path, record(z)); a.status != http.StatusOK {
		t.Errorf("own zone: %s", a.body)
	}
}

// LIVE 6: a preview shows objects and answers, and nothing has happened.
func TestPreview(t *testing.T) {
	s := serve(t)
	account := "/accounts/" + s.account()
	s.must("POST", account+"/internal_dns/changes", guide(s.account()))
	z := s.accounts[0].Zones()[0].ID
	r := s.record(z, "ftp", "192.0.2.5")
	before := s.call("GET", account+"/internal_dns/backup", "").body
	var shown previewObject
	a := s.must("POST", account+"/internal_dns/preview", joinedCalls(
		[3]string{"PATCH", "/zones/" + z + "/dns_records/" + r, `{"content":"192.0.2.6"}`},
		[3]string{"POST", "/zones/" + z + "/dns_records", `{"type":"A","name":"new","content":"192.0.2.7"}`},
	))
	if err := json.Unmarshal(a.Result, &shown); err != nil {
		t.Fatal(err)
	}
	if !shown.Valid || shown.Count != 2 || len(shown.Objects) != 2 || len(shown.Results) != 2 {
		t.Fatalf("preview: %s", a.Result)
	}
	var answers []string
	for _, c := range shown.Answers.Changes {
		answers = append(answers, fmt.Sprintf("%s %s %s %v", c.Name, c.Type, c.Kind, c.Policies))
	}
	if got := strings.Join(answers, "\n"); got != "ftp.corp.example. A changed [staff]\nnew.corp.example. A added [staff]" {
		t.Errorf("answers:\n%s", got)
	}
	if now := s.call("GET", account+"/internal_dns/backup", "").body; string(now) != string(before) {
		t.Error("something has happened")
	}
}

// Rules are put into an order among themselves; the others stay where they are.
func TestOrder(t *testing.T) {
	s := serve(t)
	account := "/accounts/" + s.account()
	v := s.view("office")
	ids := make(map[string]string)
	for _, name := range []string{"a", "b", "c", "d"} {
		ids[name] = s.id("POST", account+"/gateway/rules", ruleText(name, v))
	}
	order := func() (names string) {
		for _, r := range s.accounts[0].Rules() {
			names += fmt.Sprintf("%s:%d ", r.Name, r.Precedence)
		}
		return strings.TrimSpace(names)
	}
	if got := order(); got != "a:1000 b:1001 c:1002 d:1003" {
		t.Fatalf("at first %s", got)
	}
	s.must("PUT", account+"/internal_dns/rules/order", fmt.Sprintf(`{"rules":[%q,%q,%q]}`, ids["d"], ids["a"], ids["b"]))
	if got := order(); got != "d:1000 a:1001 c:1002 b:1003" {
		t.Errorf("then %s", got)
	}
	for body, pointer := range map[string]string{
		fmt.Sprintf(`{"rules":[%q,%q]}`, ids["a"], ids["a"]): "/rules/1",
		`{"rules":["nothing"]}`:                              "/rules/0",
	} {
		a := s.call("PUT", account+"/internal_dns/rules/order", body)
		if a.status != http.StatusBadRequest || a.Errors[0].Source == nil || a.Errors[0].Source.Pointer != pointer {
			t.Errorf("%s: %s", body, a.body)
		}
	}
}

// LIVE 7: any kept state can be had, as a backup; guardrails are named and forced.
func TestStateAndGuards(t *testing.T) {
	s := serve(t)
	account := "/accounts/" + s.account()
	z := s.zone("corp.example")
	var posts []string
	for i := range 101 {
		posts = append(posts, fmt.Sprintf(`{"type":"A","name":"h%d","content":"192.0.2.1"}`, i))
	}
	made := s.must("POST", "/zones/"+z+"/dns_records/batch", `{"posts":[`+strings.Join(posts, ",")+`]}`)
	full, revision := s.call("GET", account+"/internal_dns/backup", "").body, made.header.Get("X-Internaldns-Revision")
	undo := account + "/internal_dns/changes/" + revision + "/revert"
	refused := s.call("POST", undo, "")
	s.want("emptying", refused, http.StatusBadRequest, codeInUse)
	if text := refused.Errors[0].Message; text != `the zone "corp.example" would lose all of its 101 records; repeat the call with force=true if this is meant` {
		t.Errorf("refused: %s", text)
	}
	s.must("POST", undo+"?force=true", "")
	if then := s.call("GET", account+"/internal_dns/state?revision="+revision, "").body; string(then) != string(full) {
		t.Error("the state is not that of the backup")
	}
	s.want("yet to come", s.call("GET", account+"/internal_dns/state?revision=999", ""), http.StatusNotFound, codeNoRule)
	s.want("no number", s.call("GET", account+"/internal_dns/state?revision=x", ""), http.StatusBadRequest, codeInvalid)
}
