package test

import (
	"net/http"
	"testing"

	"github.com/internaldns/internaldns/test/browser"
)

// LIVE 9: edits of several pages are collected, shown together and made as one change;
// what somebody else did to the same objects in between is shown first.
func TestDashboardChangeSet(t *testing.T) {
	d := newDashboard(t)
	ids := d.seed()
	p := d.open("/zones/"+ids.zone, d.token, browser.Options{})
	p.Click("button", "Add record")
	form := p.In("form", "Add a record")
	form.Fill("textbox", "Name", "set")
	form.Fill("textbox", "IPv4 address", "192.0.2.60")
	form.Click("button", "Review")
	p.In("dialog", "Add set.corp.example A").Click("button", "Add to change set")
	p.HasNot("dialog", "Add set.corp.example A")
	p.Click("button", "Edit www.corp.example A")
	p.In("form", "Edit www.corp.example A").Fill("textbox", "IPv4 address", "192.0.2.61")
	p.In("form", "Edit www.corp.example A").Click("button", "Review")
	p.In("dialog", "Change www.corp.example A").Click("button", "Add to change set")
	p.HasNot("dialog", "Change www.corp.example A")
	if got := d.records(ids.zone, "set.corp.example"); len(got) != 0 {
		t.Errorf("what was only collected is there: %q", got)
	}

	before := d.call(http.MethodGet, "/zones", nil, nil).revision
	www := d.record(ids.zone, "www.corp.example")
	d.call(http.MethodPatch, "/zones/"+ids.zone+"/dns_records/"+www, object{"content": "192.0.2.62"}, nil)
	p.Click("link", "Change set")
	p.See("Add set.corp.example A", "has changed this, too, since it was collected", "192.0.2.62")
	p.Click("button", "Apply 2 edits")
	p.Click("button", "Apply all the same")
	p.See("Nothing is collected")
	d.wantRecord(ids.zone, www, "192.0.2.61")
	if got := d.records(ids.zone, "set.corp.example"); len(got) != 1 || got[0] != "192.0.2.60" {
		t.Errorf("the added record: %q", got)
	}
	if after := d.call(http.MethodGet, "/zones", nil, nil).revision; after != before+2 {
		t.Errorf("revision %d, want one change after the other's %d", after, before+1)
	}
}

// records returns the contents of the A records of a name.
func (d *dashboard) records(zone, name string) (contents []string) {
	d.t.Helper()
	var all []struct{ Content string }
	d.call(http.MethodGet, "/zones/"+zone+"/dns_records?type=A&name="+name, nil, &all)
	for _, r := range all {
		contents = append(contents, r.Content)
	}
	return contents
}

// record returns the id of the first A record of a name.
func (d *dashboard) record(zone, name string) string {
	d.t.Helper()
	var all []idOf
	d.call(http.MethodGet, "/zones/"+zone+"/dns_records?type=A&name="+name, nil, &all)
	return all[0].ID
}

// LIVE 9: the value of a token is shown once, and works; a token that was deleted ends the
// sessions that began with it.
func TestDashboardTokens(t *testing.T) {
	d := newDashboard(t)
	d.seed()
	p := d.open("/tokens/new", d.token, browser.Options{})
	p.Fill("textbox", "Name", "Reader")
	p.Click("radio", "Read")
	p.Click("button", "Review")
	p.Click("button", "Create")
	p.See("It is shown this once")
	value := browser.Eval[string](p, `document.querySelector("code[aria-label=Value]").textContent`)
	other := d.open("/zones", value, browser.Options{})
	other.See("corp.example")
	p.Click("button", "I have copied it")
	p.Go("/tokens")
	p.See("Reader")
	if p.Shows(value) {
		t.Error("the value of the token is shown again")
	}
	p.Click("link", "Reader")
	p.Click("button", "Delete")
	p.In("dialog", "Delete Reader").Click("button", "Delete")
	p.HasNot("dialog", "Delete Reader")
	other.Go("/views")
	other.Has("textbox", "API token")
}

// LIVE 9: what is asked now is seen as it comes, and leads to the tester.
func TestDashboardQueries(t *testing.T) {
	d := newDashboard(t)
	d.seed()
	p := d.open("/queries", d.token, browser.Options{})
	p.See("No queries yet")
	d.wantAnswer("host-01.internal.example.", "NOERROR", "192.0.2.100")
	p.See("host-01.internal.example", "Berlin")
	p.Fill("textbox", "Name", "nothing like it")
	p.Gone("host-01.internal.example")
	p.Click("button", "Clear the filter")
	p.Click("link", "host-01.internal.example")
	p.See("Berlin", "192.0.2.100", "NOERROR")
}

// LIVE 9: an expression is written as rows and as text, each in step with the other; the
// preview tells which of the last queries would get another policy.
func TestDashboardBuilder(t *testing.T) {
	d := newDashboard(t)
	ids := d.seed()
	p := d.open("/policies/"+ids.rule, d.token, browser.Options{})
	p.Has("combobox", "Value of condition 1")
	p.Fill("textbox", "Traffic as text", `any(dns.domains[*] == "internal.example")`)
	p.See("The expression can be read")
	if got := p.Value("combobox", "Value of condition 1"); got != "internal.example" {
		t.Errorf("the row has the value %q", got)
	}
	d.wantAnswer("host-01.internal.example.", "NOERROR", "192.0.2.100") // by Berlin, until now
	p.Click("button", "Review")
	p.See("1 query gets another policy", "Berlin")
	applied(p, "Change London office", "Apply")
	d.wantAnswer("host-01.internal.example.", "REFUSED", "") // no zone of the view london
	if rules := d.rules(); rules[0].Traffic != `any(dns.domains[*] == "internal.example")` {
		t.Errorf("the policy has %q", rules[0].Traffic)
	}
}
