package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/test/browser"
)

// shownPage is a page, what is on it once it has loaded, and how to bring it there.
type shownPage struct {
	name, path string
	see        string
	open       func(*browser.Page) // opens a dialog or a fold; nil if the page is looked at as it is
}

// pages are all pages, and the forms and dialogs on them.
func (ids *seeded) pages() []shownPage {
	zone := "/zones/" + ids.zone
	click := func(role, name string) func(*browser.Page) {
		return func(p *browser.Page) { p.Click(role, name) }
	}
	return []shownPage{
		{name: "start", path: "/", see: "Put them into views"},
		{name: "zones", path: "/zones", see: "corp.example"},
		{name: "zones-create", path: "/zones", see: "corp.example", open: click("button", "Create zone")},
		{name: "zone", path: zone, see: "192.0.2.7"},
		{name: "zone-add", path: zone, see: "192.0.2.7", open: click("button", "Add record")},
		{name: "zone-settings", path: zone + "/settings", see: "internal.example"},
		{name: "views", path: "/views", see: "london"},
		{name: "view", path: "/views/" + ids.view, see: "London office"},
		{name: "view-zones", path: "/views/" + ids.view, see: "London office", open: click("button", "Manage zones")},
		{name: "policies", path: "/policies", see: "Build machines"},
		{name: "policy", path: "/policies/" + ids.rule, see: "Use Internal DNS"},
		{name: "policy-create", path: "/policies/new", see: "Use Internal DNS"},
		{name: "lists", path: "/lists", see: "Build machines"},
		{name: "lists-create", path: "/lists", see: "Build machines", open: click("button", "Create list")},
		{name: "list", path: "/lists/" + ids.list, see: "192.0.2.64/26"},
		{name: "list-add", path: "/lists/" + ids.list, see: "192.0.2.64/26", open: click("button", "Add items")},
		{name: "locations", path: "/locations", see: "Head office"},
		{name: "location", path: "/locations/" + ids.location, see: "Head office"},
		{name: "tokens", path: "/tokens", see: "Deployment"},
		{name: "token", path: "/tokens/" + ids.token, see: "Deployment"},
		{name: "token-create", path: "/tokens/new", see: "Create a token"},
		{name: "queries", path: "/queries", see: "What is asked of this server now"},
		{name: "changes", path: "/changes", see: "Edits that are collected, and made as one change"},
		{name: "api", path: "/api", see: "List zones"},
		{name: "zones-records", path: "/zones?in=records&search=host", see: "host-01"},
		{name: "zone-import", path: zone + "/transfer", see: "Import"},
		{name: "zone-history", path: zone + "/history", see: "Record added"},
		{name: "tester", path: "/tester?name=www.corp.example&type=A&client=192.0.2.9", see: "London office"},
		{name: "history", path: "/history", see: "corp.example"},
		{name: "change", path: "/history/4", see: "Zone created"},
		{name: "nowhere", path: "/nowhere", see: "There is no such page"},
	}
}

// LIVE 9: each page, wide and narrow, light and dark: nothing that keeps somebody from
// using it, nothing that is wider than the window, no fault. With DASHBOARD_SHOTS=FOLDER
// pictures of all are written there, as `make dashboard-shots` does.
func TestDashboardPages(t *testing.T) {
	d := newDashboard(t)
	axe := browser.LoadAxe(t, "../plugin/internaldns/dashboard")
	ids := d.seed()
	shots, narrow := os.Getenv("DASHBOARD_SHOTS"), int64(360)
	if shots != "" {
		narrow = 390
	}
	for _, look := range []struct {
		name string
		browser.Options
	}{
		{"wide-light", browser.Options{}},
		{"wide-dark", browser.Options{Dark: true}},
		{"narrow-light", browser.Options{Width: narrow}},
		{"narrow-dark", browser.Options{Width: narrow, Dark: true}},
	} {
		if shots == "" && look.Dark == (look.Width == 0) {
			continue // both themes and both widths are looked at without
		}
		t.Run(look.name, func(t *testing.T) {
			p := d.as(t).open("/", d.token, look.Options)
			for _, page := range ids.pages() {
				p.Go(page.path)
				p.See(page.see)
				if page.open != nil {
					page.open(p)
				}
				for _, v := range p.Violations(axe) {
					t.Errorf("%s: %s", page.name, v)
				}
				if over := browser.Eval[float64](p, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
					t.Errorf("%s is %v pixels wider than the window", page.name, over)
				}
				if shots != "" {
					write(t, filepath.Join(shots, page.name+"-"+look.name+".png"), p.Screenshot())
				}
				for _, fault := range p.Faults() {
					t.Errorf("%s: %s", page.name, fault)
				}
			}
		})
	}
}

// as is the dashboard for a test within the test.
func (d *dashboard) as(t *testing.T) *dashboard {
	server := *d.liveServer
	server.t = t
	return &dashboard{&server, d.browser}
}

func write(t *testing.T, path string, octets []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, octets, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Every page of the sidebar is among those that are looked at.
func TestDashboardPlaces(t *testing.T) {
	text, err := os.ReadFile("../plugin/internaldns/dashboard/src/shell/places.ts")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		_, rest, found := strings.Cut(line, `{ href: "`)
		if !found {
			continue
		}
		path, _, _ := strings.Cut(rest, `"`)
		shown := false
		for _, page := range (&seeded{}).pages() {
			shown = shown || page.path == path
		}
		if !shown && path != "/tester" {
			t.Errorf("%s is not among the pages that are looked at", path)
		}
	}
}

// LIVE 9: what a browser loads before the first page can be used is under 300 kB.
func TestDashboardFirstView(t *testing.T) {
	d := newDashboard(t)
	d.seed()
	p := d.open("/", d.token, browser.Options{})
	p.See("Put them into views")
	const most = 300_000 // octets
	got := browser.Eval[float64](p, `performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation")).reduce((sum, e) => sum + e.transferSize, 0)`)
	if got > most || got < 1000 {
		t.Errorf("the first view takes %v octets, %d are wanted", got, most)
	}
	t.Logf("the first view takes %v octets", got)
}
