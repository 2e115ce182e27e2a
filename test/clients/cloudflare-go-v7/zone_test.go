package main

import (
	"net/http"
	"testing"

	cloudflare "github.com/cloudflare/cloudflare-go/v7"
	"github.com/cloudflare/cloudflare-go/v7/dns"
	"github.com/cloudflare/cloudflare-go/v7/zones"
)

func TestZones(t *testing.T) {
	s := owner(t)
	for _, name := range []string{"zones.example", "zones.example", "printer", "."} {
		z := s.zone(t, name)
		if z.Name != name || z.Type != zones.TypeInternal || z.Account.ID != s.account || z.Plan.LegacyID == "" {
			t.Errorf("%s: %s", name, z.JSON.RawJSON())
		}
		got, err := s.Zones.Get(t.Context(), zones.ZoneGetParams{ZoneID: cloudflare.F(z.ID)})
		if err != nil || got.ID != z.ID {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	found, err := s.Zones.List(t.Context(), zones.ZoneListParams{
		Name: cloudflare.F("zones.example"), Type: cloudflare.F([]zones.ZoneListParamsType{zones.ZoneListParamsTypeInternal, zones.ZoneListParamsTypeFull}),
	})
	if err != nil || len(found.Result) != 2 {
		t.Errorf("two zones of one name: %+v, %v", found, err)
	}
	n := 0
	pages := s.Zones.ListAutoPaging(t.Context(), zones.ZoneListParams{PerPage: cloudflare.F(2.)})
	for pages.Next() {
		n++
	}
	if pages.Err() != nil || n < 4 {
		t.Errorf("%d zones, %v", n, pages.Err())
	}
	edited, err := s.Zones.Edit(t.Context(), zones.ZoneEditParams{ZoneID: cloudflare.F(found.Result[0].ID), Paused: cloudflare.F(true)})
	if err != nil || !edited.Paused {
		t.Errorf("edit: %+v, %v", edited, err)
	}
	_, err = s.Zones.New(t.Context(), zones.ZoneNewParams{
		Account: cloudflare.F(zones.ZoneNewParamsAccount{ID: cloudflare.F(s.account)}), Name: cloudflare.F("public.example"), Type: cloudflare.F(zones.TypeFull),
	})
	wantStatus(t, "a public zone", err, http.StatusBadRequest, 0)
	if _, err := s.Zones.Delete(t.Context(), zones.ZoneDeleteParams{ZoneID: cloudflare.F(edited.ID)}); err != nil {
		t.Error(err)
	}
	_, err = s.Zones.Get(t.Context(), zones.ZoneGetParams{ZoneID: cloudflare.F(edited.ID)})
	wantStatus(t, "a zone that is gone", err, http.StatusNotFound, 0)
}

func TestSettings(t *testing.T) {
	s := owner(t)
	z := cloudflare.F(s.zone(t, "settings.example").ID)
	edited, err := s.DNS.Settings.Zone.Edit(t.Context(), dns.SettingZoneEditParams{
		ZoneID: z, NSTTL: cloudflare.F(3600.), SOA: cloudflare.F(dns.SettingZoneEditParamsSOA{MinTTL: cloudflare.F(60.), MNAME: cloudflare.F("ns.settings.example")}),
	})
	if err != nil || edited.NSTTL != 3600 || edited.SOA.MinTTL != 60 || edited.SOA.MNAME != "ns.settings.example" || edited.SOA.Refresh != 10000 {
		t.Errorf("edit: %+v, %v", edited, err)
	}
	if got, err := s.DNS.Settings.Zone.Get(t.Context(), dns.SettingZoneGetParams{ZoneID: z}); err != nil || got.SOA.MinTTL != 60 {
		t.Errorf("get: %+v, %v", got, err)
	}
	account := cloudflare.F(s.account)
	defaults, err := s.DNS.Settings.Account.Edit(t.Context(), dns.SettingAccountEditParams{
		AccountID: account, ZoneDefaults: cloudflare.F(dns.SettingAccountEditParamsZoneDefaults{NSTTL: cloudflare.F(1800.)}),
	})
	if err != nil || defaults.ZoneDefaults.NSTTL != 1800 {
		t.Errorf("defaults: %+v, %v", defaults, err)
	}
	if got, err := s.DNS.Settings.Account.Get(t.Context(), dns.SettingAccountGetParams{AccountID: account}); err != nil || got.ZoneDefaults.NSTTL != 1800 {
		t.Errorf("defaults: %+v, %v", got, err)
	}
	later := cloudflare.F(s.zone(t, "later.example").ID)
	if got, err := s.DNS.Settings.Zone.Get(t.Context(), dns.SettingZoneGetParams{ZoneID: later}); err != nil || got.NSTTL != 1800 {
		t.Errorf("a later zone: %+v, %v", got, err)
	}
}
