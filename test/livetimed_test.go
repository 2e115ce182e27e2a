package test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// CLOUDFLARE-API 6.1: a rule is in force within its schedule and before it expires, from
// the next query on.
func TestLiveTimed(t *testing.T) {
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	zone := s.zone("corp.test")
	s.call(http.MethodPost, "/zones/"+zone+"/dns_records", aRecord("www", "192.0.2.1"), nil)
	rules := "/accounts/" + s.account() + "/gateway/rules"
	var all []idOf
	s.call(http.MethodGet, rules, nil, &all)
	rule := rules + "/" + all[0].ID
	served := func(what string, inForce bool) {
		t.Helper()
		rcode, address := s.dig("www.corp.test.")
		if (address == "192.0.2.1") != inForce {
			t.Errorf("%s: %s %q, in force: %t", what, rcode, address, inForce)
		}
	}
	// The days that are not today, nor yesterday or tomorrow, whatever the zone.
	always, later := map[string]any{"time_zone": "Asia/Tokyo"}, map[string]any{"time_zone": "America/Los_Angeles"}
	for i, day := range model.DayNames() {
		always[day] = "00:00-24:00"
		if away := (i - int(time.Now().UTC().Weekday()) + 7) % 7; away > 1 && away < 6 {
			later[day] = "00:00-24:00"
		}
	}
	patch := func(members map[string]any) {
		t.Helper()
		s.call(http.MethodPatch, rule, members, nil)
	}
	served("without a schedule", true)
	patch(map[string]any{"schedule": later})
	served("outside its schedule", false)
	patch(map[string]any{"schedule": always})
	served("within its schedule", true)
	patch(map[string]any{"expiration": map[string]any{"expires_at": "2014-01-01T00:00:00Z", "duration": 60}})
	served("expired within its schedule", false)
	s.call(http.MethodPost, rule+"/reset_expiration", nil, nil)
	served("with its expiration reset", true)

	// All of that outlives the process.
	patch(map[string]any{"schedule": later})
	s.kill()
	s.start(liveCorefile)
	served("outside its schedule after a start", false)
	var kept struct {
		Schedule   map[string]any
		Expiration struct{ Expired bool }
	}
	s.call(http.MethodGet, rule, nil, &kept)
	if !maps.Equal(kept.Schedule, later) || kept.Expiration.Expired {
		t.Errorf("kept %+v, sent %v", kept, later)
	}
	patch(map[string]any{"schedule": nil})
	served("without a schedule again", true)
	if a := s.refused(http.MethodPatch, rule, map[string]any{"schedule": map[string]any{"mon": "22:00-06:00"}}, http.StatusBadRequest, "midnight"); !strings.Contains(a.text, "/schedule/mon") {
		t.Error(a.text)
	}
}
