package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// changes returns the paths of the calls of a list of changes, the newest first.
func (s *server) changes(query string) (paths []string) {
	s.t.Helper()
	var shown []changeObject
	a := s.must("GET", "/accounts/"+s.account()+"/internal_dns/changes"+query, "")
	if err := json.Unmarshal(a.Result, &shown); err != nil {
		s.t.Fatal(err)
	}
	for _, c := range shown {
		paths = append(paths, c.Method+" "+c.Path)
	}
	return paths
}

// names checks what the changes of a list were about, the newest first.
func (s *server) names(query string, want ...string) {
	s.t.Helper()
	var shown []changeObject
	a := s.must("GET", "/accounts/"+s.account()+"/internal_dns/changes"+query, "")
	if err := json.Unmarshal(a.Result, &shown); err != nil {
		s.t.Fatal(err)
	}
	var got []string
	for _, c := range shown {
		var words []string
		for _, n := range c.Names {
			words = append(words, n.Kind+" "+n.Name)
		}
		got = append(got, strings.Join(words, ", "))
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("%s is about %q, want %q", query, got, want)
	}
}

// The history lists what was done, and filters it.
func TestChanges(t *testing.T) {
	s := serve(t)
	z, other := s.zone("corp.example"), s.zone("other.example")
	r := s.record(z, "www", "192.0.2.1")
	s.must("PATCH", "/zones/"+z+"/dns_records/"+r, `{"content":"192.0.2.2"}`)
	v := s.view("office", z)
	all := s.changes("")
	for query, want := range map[string]int{
		"":                            len(all),
		"?per_page=2":                 2,
		"?per_page=2&page=2":          2,
		"?per_page=2&page=1000":       0,
		"?object=" + r:                2,
		"?object=" + z:                3, // made, and its records
		"?object=" + other:            1,
		"?object=" + v:                1,
		"?actor=nobody":               0,
		"?until=2001-01-01T00:00:00Z": 0,
		"?since=2101-01-01T00:00:00Z": 0,
		"?since=2001-01-01T00:00:00Z": len(all),
	} {
		if got := s.changes(query); len(got) != want {
			t.Errorf("%s: %d changes, want %d: %q", query, len(got), want, got)
		}
	}
	if want := "POST /client/v4/accounts/" + s.account() + "/dns_settings/views"; all[0] != want {
		t.Errorf("the last change is %q, want %q", all[0], want)
	}
	s.names("?object="+r, "record www.corp.example A", "record www.corp.example A")
	s.names("?object="+v, "view office")
	s.want("time", s.call("GET", "/accounts/"+s.account()+"/internal_dns/changes?since=x", ""), http.StatusBadRequest, codeInvalid)
	s.want("none", s.call("GET", "/accounts/"+s.account()+"/internal_dns/changes/999999", ""), http.StatusNotFound, codeNoRule)
	s.want("no number", s.call("GET", "/accounts/"+s.account()+"/internal_dns/changes/x", ""), http.StatusBadRequest, codeInvalid)
}

// A change is shown with its objects before and after, as far as the token may see them.
func TestChange(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	r := s.record(z, "www", "192.0.2.1")
	changed := s.must("PATCH", "/zones/"+z+"/dns_records/"+r, `{"content":"192.0.2.2"}`).header.Get("X-Internaldns-Revision")
	gone := s.must("DELETE", "/zones/"+z, "").header.Get("X-Internaldns-Revision")
	path := "/accounts/" + s.account() + "/internal_dns/changes/"
	text := string(s.must("GET", path+changed, "").Result)
	for _, want := range []string{
		`"object_count":1`, `"kind":"record","id":"` + r + `","zone_id":"` + z + `"`,
		`"before":{"id":"` + r, `"content":"192.0.2.1"`, `"after":{"id":"` + r, `"content":"192.0.2.2"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	text = string(s.must("GET", path+gone, "").Result)
	for _, want := range []string{`"object_count":2`, `"kind":"zone","id":"` + z + `"`, `"after":null`, `"dns_settings":{`} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	limited := s.limited(fmt.Sprintf(`{"com.cloudflare.api.account.%s":"*"}`, s.account()), "Account Settings Read")
	a := s.as(limited, "GET", path+gone, "")
	if text := string(a.Result); !a.Success || !strings.Contains(text, `"object_count":2`) || strings.Contains(text, "objects\":") {
		t.Errorf("a token that may see no zones is shown %s", a.body)
	}
	a = s.as(s.limited(fmt.Sprintf(`{"com.cloudflare.api.account.%s":"*"}`, s.account()), "DNS Read"), "GET", path+gone, "")
	s.want("no right", a, http.StatusForbidden, codeAuthentication)
}

// A change is undone by a token that could do so by calls of its own, unless later changes
// have touched what it did.
func TestRevert(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	r := s.record(z, "www", "192.0.2.1")
	records, path := "/zones/"+z+"/dns_records/"+r, "/accounts/"+s.account()+"/internal_dns/changes/"
	edit := func(address string) string {
		return s.must("PATCH", records, `{"content":"`+address+`"}`).header.Get("X-Internaldns-Revision")
	}
	first, second := edit("192.0.2.2"), edit("192.0.2.3")
	s.want("conflict", s.call("POST", path+first+"/revert", ""), http.StatusBadRequest, codeConflict)
	reader := s.limited(fmt.Sprintf(`{"com.cloudflare.api.account.%s":"*"}`, s.account()), "Account Settings Read", "DNS Read")
	s.want("reader", s.as(reader, "POST", path+second+"/revert", ""), http.StatusForbidden, codeAuthentication)
	s.must("POST", path+second+"/revert", "")
	s.must("POST", path+first+"/revert", "")
	if a := s.must("GET", records, ""); !strings.Contains(string(a.Result), `"content":"192.0.2.1"`) {
		t.Errorf("after both are undone: %s", a.Result)
	}
	s.want("none", s.call("POST", path+"999999/revert", ""), http.StatusNotFound, codeNoRule)
}
