package main

import (
	"net/http"
	"slices"
	"testing"

	cloudflare "github.com/cloudflare/cloudflare-go/v7"
	"github.com/cloudflare/cloudflare-go/v7/dns"
	"github.com/cloudflare/cloudflare-go/v7/zero_trust"
)

// The three steps of Cloudflare's guide: a zone with records and a reference, a view, a
// resolver policy. The next query sees each of them.
func TestGuide(t *testing.T) {
	s := owner(t)
	shared, z := s.zone(t, "shared.example"), s.zone(t, "corp.example")
	s.add(t, shared.ID, a("printer", "192.0.2.9"))
	www := s.add(t, z.ID, a("www", "192.0.2.1"))
	settings, err := s.DNS.Settings.Zone.Edit(t.Context(), dns.SettingZoneEditParams{
		ZoneID:      cloudflare.F(z.ID),
		InternalDNS: cloudflare.F(dns.SettingZoneEditParamsInternalDNS{ReferenceZoneID: cloudflare.F(shared.ID)}),
	})
	if err != nil || settings.InternalDNS.ReferenceZoneID != shared.ID {
		t.Fatalf("reference: %+v, %v", settings, err)
	}
	view := s.view(t, "office", z.ID)
	wantHost(t, "www.corp.example")
	rule := s.policy(t, "everyone", view.ID)
	wantHost(t, "www.corp.example", "192.0.2.1")
	wantHost(t, "printer.corp.example")

	got, err := s.DNS.Settings.Account.Views.Get(t.Context(), view.ID, dns.SettingAccountViewGetParams{AccountID: cloudflare.F(s.account)})
	if err != nil || got.JSON.ExtraFields["policies"].Raw() == "" {
		t.Errorf("the view tells of no policy: %+v, %v", got, err)
	}
	if rule.RuleSettings.ResolveDNSInternally.ViewID != view.ID || rule.Traffic != everyone {
		t.Errorf("the policy is %+v", rule)
	}
	wantHost(t, "www.public.example")
	s.fallBack(t, rule.ID, view.ID, zero_trust.RuleSettingResolveDNSInternallyFallbackPublicDNS)
	wantHost(t, "www.public.example", "203.0.113.80")
	s.fallBack(t, rule.ID, view.ID, zero_trust.RuleSettingResolveDNSInternallyFallbackNone)
	wantHost(t, "www.public.example")
	edited, err := s.DNS.Records.Edit(t.Context(), www.ID, dns.RecordEditParams{ZoneID: cloudflare.F(z.ID), Body: a("www.corp.example", "192.0.2.2")})
	if err != nil || edited.Content != "192.0.2.2" {
		t.Errorf("%+v, %v", edited, err)
	}
	wantHost(t, "www.corp.example", "192.0.2.2")
	if _, err := s.DNS.Records.Delete(t.Context(), www.ID, dns.RecordDeleteParams{ZoneID: cloudflare.F(z.ID)}); err != nil {
		t.Error(err)
	}
	wantHost(t, "www.corp.example")
	cleared, err := s.DNS.Settings.Zone.Edit(t.Context(), dns.SettingZoneEditParams{
		ZoneID:      cloudflare.F(z.ID),
		InternalDNS: cloudflare.F(dns.SettingZoneEditParamsInternalDNS{ReferenceZoneID: cloudflare.Null[string]()}),
	})
	if err != nil || cleared.InternalDNS.ReferenceZoneID != "" {
		t.Errorf("cleared: %+v, %v", cleared, err)
	}
}

const everyone = "dns.src_ip in {127.0.0.0/8}"

func (s *server) view(t *testing.T, name string, zones ...string) *dns.SettingAccountViewNewResponse {
	t.Helper()
	v, err := s.DNS.Settings.Account.Views.New(t.Context(), dns.SettingAccountViewNewParams{
		AccountID: cloudflare.F(s.account), Name: cloudflare.F(name), Zones: cloudflare.F(zones),
	})
	if err != nil || v.Name != name || !slices.Equal(v.Zones, zones) {
		t.Fatalf("view: %+v, %v", v, err)
	}
	return v
}

func (s *server) policy(t *testing.T, name, view string) *zero_trust.GatewayRule {
	t.Helper()
	r, err := s.ZeroTrust.Gateway.Rules.New(t.Context(), zero_trust.GatewayRuleNewParams{
		AccountID: cloudflare.F(s.account), Name: cloudflare.F(name), Enabled: cloudflare.F(true),
		Action: cloudflare.F(zero_trust.GatewayRuleNewParamsActionResolve), Filters: cloudflare.F([]zero_trust.GatewayFilter{zero_trust.GatewayFilterDNSResolver}),
		Traffic: cloudflare.F(everyone), RuleSettings: cloudflare.F(internally(view)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func internally(view string) zero_trust.RuleSettingParam {
	return zero_trust.RuleSettingParam{ResolveDNSInternally: cloudflare.F(zero_trust.RuleSettingResolveDNSInternallyParam{
		ViewID: cloudflare.F(view), Fallback: cloudflare.F(zero_trust.RuleSettingResolveDNSInternallyFallbackNone),
	})}
}

// fallBack changes the fallback of a policy.
func (s *server) fallBack(t *testing.T, rule, view string, fallback zero_trust.RuleSettingResolveDNSInternallyFallback) {
	t.Helper()
	r, err := s.ZeroTrust.Gateway.Rules.Update(t.Context(), rule, zero_trust.GatewayRuleUpdateParams{
		AccountID: cloudflare.F(s.account), Name: cloudflare.F("everyone"), Enabled: cloudflare.F(true), Traffic: cloudflare.F(everyone),
		Action: cloudflare.F(zero_trust.GatewayRuleUpdateParamsActionResolve),
		RuleSettings: cloudflare.F(zero_trust.RuleSettingParam{ResolveDNSInternally: cloudflare.F(zero_trust.RuleSettingResolveDNSInternallyParam{
			ViewID: cloudflare.F(view), Fallback: cloudflare.F(fallback),
		})}),
	})
	if err != nil || r.RuleSettings.ResolveDNSInternally.Fallback != fallback {
		t.Fatalf("fallback %s: %+v, %v", fallback, r, err)
	}
}

// A list steers the next query by what it holds then.
func TestLists(t *testing.T) {
	s := owner(t)
	z := s.zone(t, "listed.example")
	s.add(t, z.ID, a("www", "192.0.2.7"))
	view := s.view(t, "listed", z.ID)
	lists := s.ZeroTrust.Gateway.Lists
	list, err := lists.New(t.Context(), zero_trust.GatewayListNewParams{
		AccountID: cloudflare.F(s.account), Name: cloudflare.F("names"), Type: cloudflare.F(zero_trust.GatewayListNewParamsTypeDomain),
		Items: cloudflare.F([]zero_trust.GatewayListNewParamsItem{{Value: cloudflare.F("other.example")}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	rule, err := s.ZeroTrust.Gateway.Rules.New(t.Context(), zero_trust.GatewayRuleNewParams{
		AccountID: cloudflare.F(s.account), Name: cloudflare.F("by list"), Enabled: cloudflare.F(true), Precedence: cloudflare.F(int64(5)),
		Action:  cloudflare.F(zero_trust.GatewayRuleNewParamsActionResolve),
		Traffic: cloudflare.F("any(dns.domains[*] in $" + list.ID + ")"), RuleSettings: cloudflare.F(internally(view.ID)),
	})
	if err != nil {
		t.Fatal(err)
	}
	wantHost(t, "www.listed.example")
	if _, err := lists.Edit(t.Context(), list.ID, zero_trust.GatewayListEditParams{
		AccountID: cloudflare.F(s.account), Append: cloudflare.F([]zero_trust.GatewayListEditParamsAppend{{Value: cloudflare.F("listed.example")}}),
	}); err != nil {
		t.Fatal(err)
	}
	wantHost(t, "www.listed.example", "192.0.2.7")
	var values []string
	items := lists.Items.ListAutoPaging(t.Context(), list.ID, zero_trust.GatewayListItemListParams{AccountID: cloudflare.F(s.account)})
	for items.Next() {
		values = append(values, items.Current().Value)
	}
	if items.Err() != nil || !slices.Equal(values, []string{"other.example", "listed.example"}) {
		t.Errorf("items: %q, %v", values, items.Err())
	}
	_, err = lists.Delete(t.Context(), list.ID, zero_trust.GatewayListDeleteParams{AccountID: cloudflare.F(s.account)})
	wantStatus(t, "a list that a policy uses", err, http.StatusBadRequest, 0)
	if _, err := s.ZeroTrust.Gateway.Rules.Delete(t.Context(), rule.ID, zero_trust.GatewayRuleDeleteParams{AccountID: cloudflare.F(s.account)}); err != nil {
		t.Error(err)
	}
	if _, err := lists.Delete(t.Context(), list.ID, zero_trust.GatewayListDeleteParams{AccountID: cloudflare.F(s.account)}); err != nil {
		t.Error(err)
	}
	_, err = lists.Get(t.Context(), list.ID, zero_trust.GatewayListGetParams{AccountID: cloudflare.F(s.account)})
	wantStatus(t, "a list that is gone", err, http.StatusNotFound, 2218)
}

func TestViews(t *testing.T) {
	s := owner(t)
	z := s.zone(t, "views.example")
	v := s.view(t, "branch", z.ID)
	views := s.DNS.Settings.Account.Views
	found, err := views.List(t.Context(), dns.SettingAccountViewListParams{
		AccountID: cloudflare.F(s.account), Name: cloudflare.F(dns.SettingAccountViewListParamsName{Startswith: cloudflare.F("BRA")}), ZoneName: cloudflare.F("views.example"),
	})
	if err != nil || len(found.Result) != 1 || found.Result[0].ID != v.ID {
		t.Errorf("list: %+v, %v", found, err)
	}
	edited, err := views.Edit(t.Context(), v.ID, dns.SettingAccountViewEditParams{
		AccountID: cloudflare.F(s.account), Name: cloudflare.F("branch 2"), Zones: cloudflare.F([]string{}),
	})
	if err != nil || edited.Name != "branch 2" || len(edited.Zones) != 0 {
		t.Errorf("edit: %+v, %v", edited, err)
	}
	if deleted, err := views.Delete(t.Context(), v.ID, dns.SettingAccountViewDeleteParams{AccountID: cloudflare.F(s.account)}); err != nil || deleted.ID != v.ID {
		t.Errorf("delete: %+v, %v", deleted, err)
	}
	_, err = views.Get(t.Context(), v.ID, dns.SettingAccountViewGetParams{AccountID: cloudflare.F(s.account)})
	wantStatus(t, "a view that is gone", err, http.StatusNotFound, 1015)
}

func TestRules(t *testing.T) {
	s := owner(t)
	v := s.view(t, "for rules", s.zone(t, "rules.example").ID)
	r := s.policy(t, "first", v.ID)
	rules := s.ZeroTrust.Gateway.Rules
	updated, err := rules.Update(t.Context(), r.ID, zero_trust.GatewayRuleUpdateParams{
		AccountID: cloudflare.F(s.account), Name: cloudflare.F("second"), Action: cloudflare.F(zero_trust.GatewayRuleUpdateParamsActionResolve),
		Traffic: cloudflare.F(everyone + " and not dns.fqdn == \"x.example\""), RuleSettings: cloudflare.F(internally(v.ID)), Precedence: cloudflare.F(int64(77)),
	})
	if err != nil || updated.Name != "second" || updated.Precedence != 77 || updated.Version <= r.Version {
		t.Errorf("update: %+v, %v", updated, err)
	}
	public, err := rules.New(t.Context(), zero_trust.GatewayRuleNewParams{
		AccountID: cloudflare.F(s.account), Name: cloudflare.F("public"), Action: cloudflare.F(zero_trust.GatewayRuleNewParamsActionResolve),
		RuleSettings: cloudflare.F(zero_trust.RuleSettingParam{ResolveDNSThroughCloudflare: cloudflare.F(true)}),
	})
	if err != nil || public.Enabled || !public.RuleSettings.ResolveDNSThroughCloudflare {
		t.Errorf("public: %+v, %v", public, err)
	}
	var names []string
	pages := rules.ListAutoPaging(t.Context(), zero_trust.GatewayRuleListParams{AccountID: cloudflare.F(s.account)})
	for pages.Next() {
		names = append(names, pages.Current().Name)
	}
	if pages.Err() != nil || !slices.Contains(names, "second") || !slices.Contains(names, "public") {
		t.Errorf("list: %q, %v", names, pages.Err())
	}
	for _, id := range []string{r.ID, public.ID} {
		if _, err := rules.Delete(t.Context(), id, zero_trust.GatewayRuleDeleteParams{AccountID: cloudflare.F(s.account)}); err != nil {
			t.Error(err)
		}
		_, err := rules.Get(t.Context(), id, zero_trust.GatewayRuleGetParams{AccountID: cloudflare.F(s.account)})
		wantStatus(t, "a rule that is gone", err, http.StatusNotFound, 0)
	}
	_, err = rules.New(t.Context(), zero_trust.GatewayRuleNewParams{
		AccountID: cloudflare.F(s.account), Name: cloudflare.F("wrong"), Action: cloudflare.F(zero_trust.GatewayRuleNewParamsActionResolve),
		Traffic: cloudflare.F("dns.src_ip in 5"), RuleSettings: cloudflare.F(internally(v.ID)),
	})
	wantStatus(t, "a wrong expression", err, http.StatusBadRequest, 0)
}
