package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// everyListCall makes each call of a list once.
func everyListCall(s *server, account string) {
	s.t.Helper()
	lists := account + "/gateway/lists"
	l := s.id("POST", lists, `{"name":"names","type":"DOMAIN","description":"d","items":[{"value":"a.example","description":"first"},{"value":"B.example."}]}`)
	s.must("GET", lists, "")
	s.must("PUT", lists+"/"+l, `{"name":"other","items":[{"value":"c.example"},{"value":"a.example"}]}`)
	s.must("PATCH", lists+"/"+l, `{"append":[{"value":"d.example"}],"remove":["c.example"]}`)
	s.must("GET", lists+"/"+l, "")
	s.must("GET", lists+"/"+l+"/items", "")
	s.must("DELETE", lists+"/"+l, "")
}

// inLists is the path of the lists.
func (s *server) inLists() string { return "/accounts/" + s.account() + "/gateway/lists" }

// list makes a list of values.
func (s *server) list(name, kind string, values ...string) string {
	s.t.Helper()
	items := make([]string, len(values))
	for i, v := range values {
		items[i] = fmt.Sprintf(`{"value":%q}`, v)
	}
	return s.id("POST", s.inLists(), fmt.Sprintf(`{"name":%q,"type":%q,"items":[%s]}`, name, kind, strings.Join(items, ",")))
}

func (a *answer) values(t testing.TB) string {
	t.Helper()
	var out []string
	for part := range strings.SplitSeq(string(a.Result), `"value":"`) {
		if value, _, ok := strings.Cut(part, `"`); ok && !strings.HasPrefix(part, "[") && !strings.HasPrefix(part, "{") {
			out = append(out, value)
		}
	}
	return strings.Join(out, " ")
}

// CLOUDFLARE-API 6.2: what a list holds after each call, and where items are shown.
func TestLists(t *testing.T) {
	s := serve(t)
	l := s.list("names", "DOMAIN", "a.example", "b.example")
	s.list("addresses", "IP", "192.0.2.1", "2001:db8::/32")
	one := s.inLists() + "/" + l
	for _, tt := range []struct{ method, path, body, values, text string }{
		{"GET", one, "", "a.example b.example", `"count":2`},
		{"GET", s.inLists(), "", "", `"count":2`},
		{"GET", s.inLists() + "?type=ip", "", "", `"addresses"`},
		{"GET", one + "/items", "", "a.example b.example", `"created_at"`},
		{"GET", one + "/items?page=2&per_page=1", "", "b.example", `"created_at"`},
		{"GET", one + "/items?page=3&per_page=1", "", "", `[]`},
		{"PATCH", one, `{"append":[{"value":"C.example","description":"why"}],"remove":["A.example."]}`, "", `"count":2`},
		{"GET", one, "", "b.example C.example", `"why"`},
		{"PATCH", one, `{"append":[{"value":"b.example","description":"again"}],"remove":["b.example"]}`, "", `"count":2`},
		{"PUT", one, `{"name":"renamed"}`, "C.example b.example", `"renamed"`},
		{"PUT", one, `{"name":"renamed","description":"d","items":[{"value":"d.example"}]}`, "d.example", `"d"`},
		{"PUT", one, `{"name":"renamed","items":[]}`, "", `"count":0`},
		{"DELETE", one, "", "", `{}`},
	} {
		a := s.must(tt.method, tt.path, tt.body)
		if got := a.values(t); got != tt.values || !strings.Contains(string(a.Result), tt.text) {
			t.Errorf("%s %s %s: %q in %s, want %q and %s", tt.method, tt.path, tt.body, got, a.Result, tt.values, tt.text)
		}
	}
	if ids := s.must("GET", s.inLists()+"?type=IP", "").ids(t); len(ids) != 1 {
		t.Errorf("lists of addresses: %q", ids)
	}
	s.want("the list that was deleted", s.call("GET", one, ""), http.StatusNotFound, codeNoList)
}

// What is wrong with a value is told with its place, and nothing of the call is done.
func TestListRefusals(t *testing.T) {
	s := serve(t)
	lists, l := s.inLists(), s.list("names", "DOMAIN", "a.example")
	for _, tt := range []struct{ method, path, body, pointer, text string }{
		{"POST", lists, `{"type":"DOMAIN"}`, "/name", "needs a name"},
		{"POST", lists, `{"name":"x"}`, "/type", "needs a type"},
		{"POST", lists, `{"name":"x","type":"NAMES"}`, "/type", "SERIAL, URL, DOMAIN"},
		{"POST", lists, `{"name":"x","type":"DOMAIN","items":[{"value":"a.example"},{"value":"a..b"}]}`, "/items/1/value", "empty label"},
		{"POST", lists, `{"name":"x","type":"DOMAIN","items":[{"value":"*.example"}]}`, "/items/0/value", "without wildcards"},
		{"POST", lists, `{"name":"x","type":"DOMAIN","items":[{"value":"https://a.example/"}]}`, "/items/0/value", "a URL"},
		{"POST", lists, `{"name":"x","type":"IP","items":[{"value":"192.0.2.1"},{"value":"10.0.0.1/8"}]}`, "/items/1/value", "has host bits set, write 10.0.0.0/8"},
		{"POST", lists, `{"name":"x","type":"IP","items":[{"value":"a.example"}]}`, "/items/0/value", "neither an address nor a CIDR"},
		{"POST", lists, `{"name":"x","type":"IP","items":[{"value":"192.0.2.1"},{"value":"192.0.2.1/32"}]}`, "/items/1/value", "in the list already"},
		{"POST", lists, `{"name":"x","type":"EMAIL","items":[{"value":"a.example"}]}`, "/items/0/value", "no mail address"},
		{"POST", lists, `{"name":"x","type":"CATEGORY","items":[{"value":"games"}]}`, "/items/0/value", "no number of a category"},
		{"POST", lists, `{"name":"x","type":"URL","items":[{"value":"a.example"}]}`, "/items/0/value", "no URL"},
		{"POST", lists, `{"name":"x","type":"SERIAL","items":[{"value":" "}]}`, "/items/0/value", "spaces around it"},
		{"POST", lists, `{"name":"x","type":"DOMAIN","items":[{"value":5}]}`, "", "wrong type"},
		{"PUT", lists + "/" + l, `{"name":"x","type":"IP"}`, "/type", "cannot be changed: it is DOMAIN"},
		{"PATCH", lists + "/" + l, `{"append":[{"value":"b.example"},{"value":"A.example"}]}`, "/append/1/value", "in the list already"},
	} {
		a := s.call(tt.method, tt.path, tt.body)
		if a.status != http.StatusBadRequest || !strings.Contains(a.Errors[0].Message, tt.text) ||
			tt.pointer != "" && (a.Errors[0].Source == nil || a.Errors[0].Source.Pointer != tt.pointer) {
			t.Errorf("%s %s: %d %s, want %q at %s", tt.method, tt.body, a.status, a.body, tt.text, tt.pointer)
		}
	}
	if a := s.must("GET", lists+"/"+l, ""); a.values(t) != "a.example" {
		t.Errorf("the list holds %s", a.Result)
	}
	a := s.must("PATCH", lists+"/"+l, `{"remove":["z.example"]}`)
	if len(a.Messages) != 1 || a.Messages[0].Code != codeNoEffect || !strings.Contains(a.Messages[0].Message, "z.example") {
		t.Errorf("a value that is not there: %+v", a.Messages)
	}
}

// LIVE 7: a list that a policy names is deleted by force only; the policy is then left out,
// and told of.
func TestListInUse(t *testing.T) {
	s := serve(t)
	rules, v := "/accounts/"+s.account()+"/gateway/rules", s.view("office")
	names, addresses := s.list("names", "DOMAIN", "a.example"), s.list("addresses", "IP", "192.0.2.1")
	text := func(expression string) string {
		return strings.Replace(ruleText("by list", v), `"action"`, fmt.Sprintf(`"traffic":%q,"action"`, expression), 1)
	}
	r := s.id("POST", rules, text("dns.fqdn in $"+names))
	for expression, want := range map[string]string{
		"dns.fqdn in $" + addresses:                     "is a list of type ip",
		"dns.fqdn in $0123456789abcdef0123456789abcdef": "unknown list",
		"dns.fqdn in $names":                            "unknown list $names",
	} {
		a := s.call("PUT", rules+"/"+r, text(expression))
		if a.status != http.StatusBadRequest || a.Errors[0].Source.Pointer != "/traffic" || !strings.Contains(strings.ToLower(a.Errors[0].Message), want) || !strings.Contains(a.Errors[0].Message, "^") {
			t.Errorf("%s: %s", expression, a.body)
		}
	}
	one := s.inLists() + "/" + names
	a := s.call("DELETE", one, "")
	if s.want("in use", a, http.StatusBadRequest, codeInUse); !strings.Contains(string(a.body), `resolver policy \"by list\"`) {
		t.Errorf("in use: %s", a.body)
	}
	s.must("DELETE", one+"?force=true", "")
	if a := s.must("GET", rules+"/"+r, ""); !strings.Contains(string(a.Result), `"problem":{`) || !strings.Contains(string(a.Result), "unknown list") {
		t.Errorf("the rule: %s", a.Result)
	}
	s.want("renamed", s.call("PATCH", rules+"/"+r, `{"name":"x"}`), http.StatusBadRequest, codeInvalid)
	if a := s.must("PATCH", rules+"/"+r, fmt.Sprintf(`{"traffic":"dns.src_ip in $%s"}`, addresses)); strings.Contains(string(a.Result), `"problem"`) {
		t.Errorf("the rule: %s", a.Result)
	}
	// The error is about the policy: nothing of this body is to be pointed at.
	s.must("PATCH", s.inLists()+"/"+addresses, `{"remove":["192.0.2.1"]}`)
	s.must("PATCH", rules+"/"+r, fmt.Sprintf(`{"traffic":"dns.fqdn in $%s"}`, addresses)) // of an empty list
	a = s.call("PATCH", s.inLists()+"/"+addresses, `{"append":[{"value":"192.0.2.1"}]}`)
	if s.want("another type", a, http.StatusBadRequest, codeInvalid); a.Errors[0].Source != nil || !strings.Contains(a.Errors[0].Message, `"by list"`) {
		t.Errorf("another type: %s", a.body)
	}
}

// Tokens of one list see that alone.
func TestListTokens(t *testing.T) {
	s := serve(t)
	mine, other := s.list("mine", "DOMAIN", "a.example"), s.list("other", "DOMAIN", "b.example")
	reader := s.limited(`{"internaldns.list.`+mine+`":"*"}`, "Lists Read")
	if ids := s.as(reader, "GET", s.inLists(), "").ids(t); len(ids) != 1 || ids[0] != mine {
		t.Errorf("lists: %q", ids)
	}
	s.want("its list", s.as(reader, "GET", s.inLists()+"/"+mine+"/items", ""), 200, 0)
	s.want("another", s.as(reader, "GET", s.inLists()+"/"+other, ""), 404, codeNoList)
	writer := s.limited(`{"internaldns.list.`+mine+`":"*"}`, "Lists Write")
	s.want("written", s.as(writer, "PATCH", s.inLists()+"/"+mine, `{"append":[{"value":"c.example"}]}`), 200, 0)
	account := `{"com.cloudflare.api.account.` + s.account() + `":"*"}`
	for text, group := range map[string]string{reader: "Lists Write", s.limited(account, "Resolver Policies Write"): "Lists Write"} {
		a := s.as(text, "POST", s.inLists(), `{"name":"x","type":"IP"}`)
		if s.want("making one", a, 403, codeAuthentication); !strings.Contains(string(a.body), group) {
			t.Errorf("making one: %s", a.body)
		}
	}
	a := s.as(reader, "DELETE", s.inLists()+"/"+mine, "")
	if s.want("deleting", a, 403, codeAuthentication); !strings.Contains(string(a.body), "Lists Write") {
		t.Errorf("deleting: %s", a.body)
	}
	s.want("by Zero Trust", s.as(s.limited(account, "Zero Trust Write"), "DELETE", s.inLists()+"/"+mine, ""), 200, 0)
}

// The history shows lists, and puts them back for who may write them.
func TestListHistory(t *testing.T) {
	s := serve(t)
	l := s.list("names", "DOMAIN", "a.example")
	a := s.must("PATCH", s.inLists()+"/"+l, `{"append":[{"value":"b.example"}]}`)
	change := "/accounts/" + s.account() + "/internal_dns/changes/" + a.header.Get("X-Internaldns-Revision")
	if a := s.must("GET", change, ""); !strings.Contains(string(a.Result), `"kind":"list"`) || a.values(t) != "a.example a.example b.example" {
		t.Errorf("the change: %s", a.Result)
	}
	reader := s.limited(`{"com.cloudflare.api.account.`+s.account()+`":"*"}`, "Account Settings Read", "Lists Read")
	s.want("undone", s.as(reader, "POST", change+"/revert", ""), 403, codeAuthentication)
	s.must("POST", change+"/revert", "")
	if a := s.must("GET", s.inLists()+"/"+l, ""); a.values(t) != "a.example" {
		t.Errorf("the list: %s", a.Result)
	}
}

// A list and the policy that names it may come in one change.
func TestListWithRule(t *testing.T) {
	s := serve(t)
	account := "/accounts/" + s.account()
	s.must("POST", account+"/internal_dns/changes", fmt.Sprintf(`{"calls":[
		{"method":"POST","path":"%s","body":{"name":"x","type":"DOMAIN","items":[{"value":"a.example"}]}},
		{"method":"POST","path":"%s/gateway/rules","body":{"name":"r","action":"resolve","traffic":"dns.fqdn in $${0.id}","rule_settings":{"resolve_dns_through_cloudflare":true}}}]}`,
		s.inLists(), account))
	a := s.call("POST", account+"/internal_dns/changes", fmt.Sprintf(`{"calls":[{"method":"POST","path":"%s","body":{"name":"x","type":"DOMAIN","items":[{"value":"a..b"}]}}]}`, s.inLists()))
	if s.want("a bad value", a, 400, codeInvalid); a.Errors[0].Source.Pointer != "/calls/0/body/items/0/value" {
		t.Errorf("a bad value: %s", a.body)
	}
}
