package test

import (
	"net/http"
	"strings"
	"testing"
)

// object is a JSON object.
type object = map[string]any

// rule makes a policy that answers from a view, and returns its id.
func (s *liveServer) rule(account, name, traffic, view string) string {
	s.t.Helper()
	var made idOf
	s.call(http.MethodPost, account+"/gateway/rules", object{
		"name": name, "action": "resolve", "enabled": true, "traffic": traffic,
		"rule_settings": object{"resolve_dns_internally": object{"view_id": view, "fallback": "none"}},
	}, &made)
	return made.ID
}

// twoViews makes two views, each with a zone in which www has another address, and returns
// the path of the account and the ids of the views.
func (s *liveServer) twoViews() (account, first, second string) {
	s.t.Helper()
	account = "/accounts/" + s.account()
	var views [2]idOf
	for i, address := range []string{"192.0.2.1", "192.0.2.2"} {
		var zone idOf
		s.call(http.MethodPost, "/zones", object{"name": "corp.example", "type": "internal"}, &zone)
		s.call(http.MethodPost, "/zones/"+zone.ID+"/dns_records", object{"name": "www", "type": "A", "content": address, "ttl": 7200}, nil)
		s.call(http.MethodPost, account+"/dns_settings/views", object{"name": address, "zones": []string{zone.ID}}, &views[i])
	}
	return account, views[0].ID, views[1].ID
}

func (s *liveServer) revert(account string, revision string) {
	s.t.Helper()
	s.call(http.MethodPost, account+"/internal_dns/changes/"+revision+"/revert", nil, nil)
}

// LIVE 2, 3, 7: a list steers the next query, whichever way it changes, and after a kill.
func TestLiveLists(t *testing.T) {
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	account, first, second := s.twoViews()
	lists := account + "/gateway/lists"
	var names, clients idOf
	s.call(http.MethodPost, lists, object{"name": "names", "type": "DOMAIN", "items": []object{}}, &names)
	s.call(http.MethodPost, lists, object{"name": "clients", "type": "IP", "items": []object{{"value": "127.0.0.0/8"}}}, &clients)
	s.rule(account, "by list", "any(dns.domains[*] in $"+strings.ToUpper(strings.ReplaceAll(names.ID, "-", ""))+") and dns.src_ip in $"+clients.ID, first)
	s.rule(account, "everyone", "", second)

	s.wantAnswer("www.corp.example.", "NOERROR", "192.0.2.2")
	appended := s.call(http.MethodPatch, lists+"/"+names.ID, object{"append": []object{{"value": "Corp.Example."}}}, nil).header.Get("X-Internaldns-Revision")
	s.wantAnswer("www.corp.example.", "NOERROR", "192.0.2.1")
	s.call(http.MethodPatch, lists+"/"+clients.ID, object{"remove": []string{"127.0.0.0/8"}}, nil)
	s.wantAnswer("www.corp.example.", "NOERROR", "192.0.2.2")
	s.call(http.MethodPut, lists+"/"+clients.ID, object{"name": "clients", "items": []object{{"value": "127.0.0.1"}}}, nil)
	s.wantAnswer("www.corp.example.", "NOERROR", "192.0.2.1")
	s.kill()
	s.start(liveCorefile)
	s.wantAnswer("www.corp.example.", "NOERROR", "192.0.2.1")
	s.revert(account, appended)
	s.wantAnswer("www.corp.example.", "NOERROR", "192.0.2.2")
	s.refused(http.MethodDelete, lists+"/"+names.ID, nil, http.StatusBadRequest, "by list")
	s.refused(http.MethodPost, account+"/gateway/rules", object{
		"name": "x", "action": "resolve", "traffic": "dns.fqdn in $" + first, "rule_settings": object{"resolve_dns_through_cloudflare": true},
	}, http.StatusBadRequest, "unknown list")
	deleted := s.call(http.MethodDelete, lists+"/"+names.ID+"?force=true", nil, nil).header.Get("X-Internaldns-Revision")
	s.wantAnswer("www.corp.example.", "NOERROR", "192.0.2.2")
	s.revert(account, deleted)
	s.call(http.MethodPatch, lists+"/"+names.ID, object{"append": []object{{"value": "corp.example"}}}, nil)
	s.wantAnswer("www.corp.example.", "NOERROR", "192.0.2.1")
}
