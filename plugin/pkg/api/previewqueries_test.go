package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/querylog"
)

// previewed returns what a preview of calls says of the last queries.
func (s *server) previewed(calls ...[3]string) (o previewObject) {
	s.t.Helper()
	a := s.must("POST", "/accounts/"+s.account()+"/internal_dns/preview", joinedCalls(calls...))
	if err := json.Unmarshal(a.Result, &o); err != nil {
		s.t.Fatal(err)
	}
	if !o.Valid {
		s.t.Fatalf("refused: %s", a.Result)
	}
	return o
}

// moves words what was found.
func (o *previewQueries) moves() string {
	if o == nil {
		return "nothing"
	}
	text := fmt.Sprintf("%d of %d of %d:", o.Moved, o.Compared, o.Kept)
	for _, m := range o.Changes {
		text += fmt.Sprintf(" %s>%s %d", m.From, m.To, m.Count)
	}
	return text
}

// enabled is a rule for a part of the clients.
func enabled(name, traffic, view string) string {
	return strings.Replace(ruleText(name, view), `{"name"`, fmt.Sprintf(`{"enabled":true,"traffic":%q,"name"`, traffic), 1)
}

// LIVE 6: a preview tells which of the last queries would get another policy.
func TestPreviewQueries(t *testing.T) {
	s := serve(t)
	account := "/accounts/" + s.account()
	rules := account + "/gateway/rules"
	v := s.view("office")
	list := s.id("POST", account+"/gateway/lists", `{"name":"net","type":"IP","items":[{"value":"192.0.2.0/25"}]}`)
	id := s.id("POST", rules, enabled("staff", "dns.src_ip in $"+list, v))
	other := s.id("POST", rules, enabled("guests", "dns.src_ip in {198.51.100.0/24}", v))
	describe := [3]string{"PATCH", rules + "/" + id, `{"description":"d"}`}
	if o := s.previewed(describe); o.Queries != nil || !strings.Contains(o.Missing, "no queries are kept") {
		t.Errorf("without queries: %+v, %q", o.Queries, o.Missing)
	}
	at := time.Now().Add(-time.Minute)
	for i := range 10 {
		s.asked(querylog.Entry{Name: "WWW.example.org.", Type: dns.TypeA, Client: netip.MustParseAddr(fmt.Sprintf("192.0.2.%d", 100+5*i)), Time: at.Add(time.Duration(i) * time.Second), Policy: "staff"})
	}
	s.asked(querylog.Entry{Name: "example.net.", Type: dns.TypeA, Client: netip.MustParseAddr("198.51.100.1")})
	if o := s.previewed([3]string{"POST", account + "/dns_settings/views", `{"name":"new","zones":[]}`}); o.Queries != nil || o.Missing == "" {
		t.Errorf("a view: %+v, %q", o.Queries, o.Missing)
	}
	for _, c := range []struct {
		call [3]string
		want string
	}{
		{describe, "0 of 11 of 11:"},
		{[3]string{"PATCH", rules + "/" + id, `{"name":"people"}`}, "0 of 11 of 11:"},
		{[3]string{"DELETE", rules + "/" + id, ""}, "6 of 11 of 11: staff> 6"},
		{[3]string{"PATCH", rules + "/" + id, `{"traffic":"dns.fqdn == \"www.example.org\""}`}, "4 of 11 of 11: >staff 4"},
		{[3]string{"PATCH", rules + "/" + other, `{"traffic":"","precedence":5}`}, "10 of 11 of 11: staff>guests 6 >guests 4"},
		{[3]string{"POST", rules, strings.Replace(enabled("first", "dns.src_ip == 192.0.2.100", v), "{", `{"precedence":1,`, 1)}, "1 of 11 of 11: staff>first 1"},
		{[3]string{"PATCH", account + "/gateway/lists/" + list, `{"append":[{"value":"192.0.2.145"}]}`}, "1 of 11 of 11: >staff 1"},
	} {
		o := s.previewed(c.call)
		if got := o.Queries.moves(); got != c.want || o.Missing != "" {
			t.Errorf("%v: %s, want %s (%q)", c.call, got, c.want, o.Missing)
		}
	}
	o := s.previewed([3]string{"DELETE", rules + "/" + id, ""})
	m := o.Queries.Changes[0]
	if m.FromID != id || m.ToID != "" || m.Example.Name != "www.example.org" || m.Example.Type != "A" || m.Example.Client != "192.0.2.125" || o.Queries.Since != formatTime(at) {
		t.Errorf("%+v since %s", m, o.Queries.Since)
	}
	o = s.previewed([3]string{"POST", rules, strings.Replace(enabled("first", "", v), "{", `{"precedence":1,`, 1)})
	if m := o.Queries.Changes[0]; m.To != "first" || m.ToID != "" || m.FromID != id || m.Count != 6 {
		t.Errorf("%+v: a policy that is not there yet has no id", m)
	}
}

// A comparison ends in time, and tells how far it came.
func TestPreviewQueriesTime(t *testing.T) {
	s := serve(t)
	account := "/accounts/" + s.account()
	id := s.id("POST", account+"/gateway/rules", enabled("staff", "", s.view("office")))
	s.previewed([3]string{"DELETE", account + "/gateway/rules/" + id, ""})
	for range 5 {
		s.asked(querylog.Entry{Name: "example.org.", Type: dns.TypeA})
	}
	trial, err := s.accounts[0].Try(t.Context(), live.Call{}, func(ch *live.Change) error { return ch.DeleteRule(id) })
	if err != nil {
		t.Fatal(err)
	}
	c := &call{account: s.accounts[0], req: httptest.NewRequest(http.MethodPost, "/", nil)}
	if o, _ := c.replayed(trial, time.Now()); o.moves() != "1 of 1 of 5: staff> 1" || o.Since == "" {
		t.Errorf("%+v", o)
	}
}
