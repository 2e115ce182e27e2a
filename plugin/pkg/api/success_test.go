package api

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/querylog"
)

// Every call of the document succeeds once, with an answer as documented.
func TestEveryCall(t *testing.T) {
	s := serve(t)
	z, other := s.zone("corp.example"), s.zone("shared.example")
	everyRecordCall(s, z)
	account := "/accounts/" + s.account()
	for _, call := range []struct{ method, path, body string }{
		{"GET", "/zones", ""},
		{"GET", "/zones/" + z, ""},
		{"PATCH", "/zones/" + z, `{"paused":false}`},
		{"GET", "/zones/" + z + "/dns_settings", ""},
		{"PATCH", "/zones/" + z + "/dns_settings", `{"internal_dns":{"reference_zone_id":"` + other + `","negative_ttl":30},"soa":{"mname":null}}`},
		{"GET", "/zones/" + z + "/pagerules", ""},
		{"GET", "/zones/" + z + "/custom_hostnames", ""},
		{"GET", "/zones/" + z + "/addressing/regional_hostnames", ""},
		{"GET", "/accounts", ""},
		{"GET", account, ""},
		{"GET", "/user", ""},
		{"GET", account + "/dns_settings", ""},
		{"PATCH", account + "/dns_settings", `{"zone_defaults":{"ns_ttl":3600}}`},
		{"GET", account + "/dns_records/usage", ""},
		{"GET", account + "/gateway", ""},
		{"GET", account + "/gateway/logging", ""},
		{"GET", account + "/gateway/configuration", ""},
		{"GET", account + "/gateway/categories", ""},
		{"GET", account + "/gateway/app_types", ""},
		{"GET", "/openapi.json", ""},
	} {
		s.must(call.method, call.path, call.body)
	}
	everyTokenCall(s, "/user/tokens")
	everyTokenCall(s, account+"/tokens")
	everyViewAndRuleCall(s, account, z)
	everyListCall(s, account)
	everyLocationCall(s, account)
	everyExtensionCall(s, account)
	visitor := s.signIn(s.owners[0])
	visitor.must("GET", "/session", "")
	visitor.must("DELETE", "/session", "")
	kept := s.call("GET", account+"/internal_dns/backup", "")
	s.must("POST", account+"/internal_dns/restore", string(kept.body))
	s.must("DELETE", "/zones/"+z+"?force=true", "")
	everyQueryCall(s, account)
	if left := s.contract.Unseen(); len(left) > 0 {
		t.Errorf("never called: %q", left)
	}
}

// everyQueryCall ends all streams.
func everyQueryCall(s *server, account string) {
	s.t.Helper()
	s.must("GET", account+"/internal_dns/queries", "")
	s.must("GET", account+"/internal_dns/analytics", "")
	f := s.follow("", "")
	s.asked(querylog.Entry{Name: "www.corp.example."})
	if got := f.name(); got != "www.corp.example" {
		s.t.Errorf("the stream of queries: %s", got)
	}
	s.api.EndStreams()
	if got := f.next(); got.kind != "end of file" {
		s.t.Errorf("behind the end: %+v", got)
	}
}

func everyExtensionCall(s *server, account string) {
	s.t.Helper()
	s.must("GET", account+"/internal_dns/changes", "")
	s.must("GET", account+"/internal_dns/changes/1", "")
	s.must("POST", account+"/internal_dns/changes/"+s.must("POST", "/zones", `{"name":"undone.example"}`).header.Get("X-Internaldns-Revision")+"/revert", "")
	calls := `{"calls":[{"method":"POST","path":"/zones","body":{"name":"joined.example"}},{"method":"POST","path":"/zones/${0.id}/dns_records","body":{"type":"A","name":"a","content":"192.0.2.9"}}]}`
	s.must("POST", account+"/internal_dns/preview", calls)
	s.must("POST", account+"/internal_dns/changes", calls)
	s.must("GET", account+"/internal_dns/state?revision=1", "")
	s.must("POST", account+"/internal_dns/explain", `{"name":"www.corp.example"}`)
	s.must("GET", account+"/internal_dns/status", "")
	s.must("GET", account+"/internal_dns/records?search=www", "")
	s.must("GET", account+"/internal_dns/check", "")
	s.must("GET", account+"/internal_dns/queries", "")
	s.must("GET", account+"/internal_dns/analytics", "")
}

func everyRecordCall(s *server, z string) {
	s.t.Helper()
	all := "/zones/" + z + "/dns_records"
	r := s.record(z, "www", "192.0.2.1")
	s.must("GET", all, "")
	s.must("GET", all+"/"+r, "")
	s.must("PATCH", all+"/"+r, `{"comment":"a word","tags":["a:b"]}`)
	s.must("PUT", all+"/"+r, `{"type":"A","name":"web","content":"192.0.2.2","ttl":60}`)
	s.must("POST", all+"/batch", `{"posts":[{"type":"MX","name":"@","content":"mail.corp.example","priority":10}]}`)
	s.must("GET", all+"/export", "")
	s.must("GET", all+"/usage", "")
	s.must("GET", all+"/scan/review", "")
	for _, path := range []string{"/scan", "/scan/trigger", "/scan/review"} {
		s.must("POST", all+path, "")
	}
	if a := s.importFile(z, "file", "b 60 IN A 192.0.2.3\n"); a.status != http.StatusOK {
		s.t.Errorf("import: %s", a.body)
	}
	s.must("DELETE", all+"/"+r, "")
}

// importFile imports a file with a name, or without one.
func (s *server) importFile(z, name, text string) *answer {
	s.t.Helper()
	return s.importInto(z, "", name, text)
}

// importInto is importFile with parameters.
func (s *server) importInto(z, query, name, text string) *answer {
	s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	var err error
	if name == "" {
		err = form.WriteField("file", text)
	} else {
		w, made := form.CreateFormFile("file", name)
		if err = made; err == nil {
			_, err = w.Write([]byte(text))
		}
	}
	if err != nil || form.Close() != nil {
		s.t.Fatal(err)
	}
	req := s.request("POST", "/zones/"+z+"/dns_records/import"+query, body.String())
	req.Header.Set("Content-Type", form.FormDataContentType())
	return s.do(req)
}

func everyTokenCall(s *server, all string) {
	s.t.Helper()
	made := s.must("POST", all, tokenText(`{"com.cloudflare.api.account.zone.*":"*"}`, "Zone Read"))
	one := all + "/" + made.text(s.t, "id")
	if value := made.text(s.t, "value"); value == "" || strings.Contains(string(s.must("GET", one, "").body), value) {
		s.t.Error("the value of a token is shown other than once")
	}
	s.must("GET", all, "")
	s.must("GET", all+"/verify", "")
	s.must("GET", all+"/permission_groups", "")
	s.must("PUT", one, tokenText(`{"com.cloudflare.api.account.zone.*":"*"}`, "DNS Read"))
	s.must("PUT", one+"/value", "{}")
	s.must("DELETE", one, "")
}

func everyViewAndRuleCall(s *server, account, z string) {
	s.t.Helper()
	v := s.view("office", z)
	views, rules := account+"/dns_settings/views", account+"/gateway/rules"
	s.must("GET", views, "")
	s.must("PATCH", views+"/"+v, `{"name":"branch"}`)
	r := s.id("POST", rules, ruleText("everyone", v))
	if a := s.must("GET", views+"/"+v, ""); !strings.Contains(string(a.Result), r) {
		s.t.Errorf("the view does not tell of its policy: %s", a.Result)
	}
	s.must("GET", rules, "")
	s.must("GET", rules+"/"+r, "")
	s.must("PUT", rules+"/"+r, ruleText("nobody", v))
	s.must("PATCH", rules+"/"+r, `{"enabled":true,"schedule":{"mon":"08:00-09:00"},"expiration":{"expires_at":"2030-01-01T00:00:00Z","duration":5}}`)
	s.must("POST", rules+"/"+r+"/reset_expiration", "")
	s.must("PUT", account+"/internal_dns/rules/order", `{"rules":["`+r+`"]}`)
	s.must("DELETE", rules+"/"+r, "")
	s.must("DELETE", views+"/"+v, "")
}

// A list has all five members of result_info, and an empty page behind the last.
func TestPaging(t *testing.T) {
	s := serve(t)
	for _, name := range []string{"a.example", "b.example", "c.example"} {
		s.zone(name)
	}
	for _, tt := range []struct {
		query string
		want  pageInfo
	}{
		{"", pageInfo{1, 20, 3, 3, 1}},
		{"?page=1&per_page=2", pageInfo{1, 2, 2, 3, 2}},
		{"?page=2&per_page=2", pageInfo{2, 2, 1, 3, 2}},
		{"?page=3&per_page=2", pageInfo{3, 2, 0, 3, 2}},
		{"?page=9223372036854775807&per_page=1", pageInfo{9223372036854775807, 1, 0, 3, 3}},
		{"?per_page=1000000", pageInfo{1, 1000, 3, 3, 1}},
		{"?name=nothing.example", pageInfo{1, 20, 0, 0, 0}},
	} {
		a := s.must("GET", "/zones"+tt.query, "")
		if *a.Info != tt.want || len(a.ids(t)) != tt.want.Count {
			t.Errorf("%s: %+v, %d zones", tt.query, *a.Info, len(a.ids(t)))
		}
	}
	for _, query := range []string{"page=0", "page=-1", "page=x", "per_page=0", "order=x", "direction=x"} {
		s.want(query, s.call("GET", "/zones?"+query, ""), http.StatusBadRequest, codeInvalid)
	}
}

// What is unknown does no harm: members are told of, parameters are not.
func TestUnknown(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	a := s.must("POST", "/zones/"+z+"/dns_records?0=0&1=1", `{"type":"A","name":"www","content":"192.0.2.1","colour":"red"}`)
	if len(a.Messages) != 1 || a.Messages[0].Code != codeUnknown || a.Messages[0].Source.Pointer != "/colour" {
		t.Errorf("messages: %+v", a.Messages)
	}
	s.must("GET", "/zones?0=0&1=1&colour=red", "")
	a = s.must("PATCH", "/zones/"+z+"/dns_settings", `{"internal_dns":{"a/b":1},"multi_provider":true}`)
	if len(a.Messages) != 2 || a.Messages[0].Source.Pointer != "/internal_dns/a~1b" || a.Messages[1].Code != codeNoEffect {
		t.Errorf("messages: %+v", a.Messages)
	}
}

// Answers tell the revision, and a write is refused when it has moved on.
func TestRevision(t *testing.T) {
	s := serve(t)
	before := s.must("GET", "/zones", "").header.Get("X-Internaldns-Revision")
	req := s.request("POST", "/zones", `{"name":"a.example"}`)
	req.Header.Set("If-Match", `"`+before+`"`)
	a := s.do(req)
	after := a.header.Get("X-Internaldns-Revision")
	if a.status != http.StatusOK || before != "1" || after != "2" {
		t.Fatalf("revision %s, then %s: %s", before, after, a.body)
	}
	for text, code := range map[string]int{`"` + before + `"`: codeRevision, "x": codeInvalid} {
		req := s.request("POST", "/zones", `{"name":"b.example"}`)
		req.Header.Set("If-Match", text)
		status := http.StatusPreconditionFailed
		if code == codeInvalid {
			status = http.StatusBadRequest
		}
		s.want("If-Match "+text, s.do(req), status, code)
	}
	if n := len(s.must("GET", "/zones", "").ids(t)); n != 1 {
		t.Errorf("%d zones", n)
	}
}

// Clients write collections with a final slash, and speak old HTTP.
func TestOldClients(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	if ids := s.must("GET", "/zones/?name=corp.example", "").ids(t); len(ids) != 1 || ids[0] != z {
		t.Errorf("with a slash: %q", ids)
	}
	got := s.raw("GET /client/v4/zones HTTP/1.0\r\nAuthorization: Bearer " + s.owners[0] + "\r\n\r\n")
	if !strings.Contains(got, " 200 OK\r\n") || !strings.Contains(got, z) {
		t.Errorf("HTTP/1.0: %s", got)
	}
}

// With hide_internal a list of zones without types leaves them out, as at Cloudflare.
func TestHideInternal(t *testing.T) {
	s := serve(t, Account{HideInternal: true})
	s.zone("corp.example")
	for query, want := range map[string]int{"": 0, "?type=full": 0, "?type=internal": 1, "?type=full,internal": 1, "?type=full&type=internal": 1} {
		if n := len(s.must("GET", "/zones"+query, "").ids(t)); n != want {
			t.Errorf("%q: %d zones", query, n)
		}
	}
}
