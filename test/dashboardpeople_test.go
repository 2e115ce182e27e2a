package test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/internaldns/internaldns/test/browser"
)

// LIVE 9: two people edit one record. Whoever comes second is told what the first did, and
// nothing is overwritten that was not seen.
func TestDashboardTwoPeople(t *testing.T) {
	d := newDashboard(t)
	ids := d.seed()
	var record struct{ ID string }
	d.call(http.MethodPost, "/zones/"+ids.zone+"/dns_records", aRecord("shared", "192.0.2.20"), &record)
	path := "/zones/" + ids.zone + "?name.contains=shared"
	ada, bob := d.open(path, d.token, browser.Options{}), d.open(path, d.token, browser.Options{})
	edit := func(p *browser.Page, address string) {
		p.Go("/zones/" + ids.zone)
		p.Fill("textbox", "Search records", "shared")
		p.See("1 record of ")
		p.Click("button", "Edit shared.corp.example A")
		p.In("form", "Edit shared.corp.example A").Fill("textbox", "IPv4 address", address)
	}
	edit(ada, "192.0.2.21")
	edit(bob, "192.0.2.22")
	const title = "Change shared.corp.example A"

	// Bob looks at what his edit would change while Ada applies hers.
	bob.In("form", "Edit shared.corp.example A").Click("button", "Review")
	bob.In("dialog", title).Has("button", "Apply")
	bob.See("192.0.2.20")
	ada.In("form", "Edit shared.corp.example A").Click("button", "Review")
	applied(ada, title, "Apply")

	bob.In("dialog", title).Click("button", "Apply")
	bob.See("The account was changed by somebody else in the meantime", "Somebody else has changed this since it was opened here", "192.0.2.21")
	d.wantRecord(ids.zone, record.ID, "192.0.2.21")
	applied(bob, title, "Apply")
	d.wantRecord(ids.zone, record.ID, "192.0.2.22")

	// And undoes it: Ada's is there again.
	bob.Click("button", "Undo")
	bob.See("Undone: shared.corp.example A changed")
	d.wantRecord(ids.zone, record.ID, "192.0.2.21")
}

func (d *dashboard) wantRecord(zone, record, content string) {
	d.t.Helper()
	var got struct{ Content string }
	d.call(http.MethodGet, "/zones/"+zone+"/dns_records/"+record, nil, &got)
	if got.Content != content {
		d.t.Errorf("the record is %q, want %q", got.Content, content)
	}
}

// LIVE 9: a session that has ended keeps what was typed, and goes on where it was.
func TestDashboardExpired(t *testing.T) {
	d := newDashboard(t)
	ids := d.seed()
	p := d.open("/zones/"+ids.zone, d.token, browser.Options{})
	p.Click("button", "Add record")
	form := p.In("form", "Add a record")
	form.Fill("textbox", "Name", "typed")
	form.Fill("textbox", "IPv4 address", "192.0.2.30")
	d.kill()
	d.start(liveCorefile) // sessions do not outlive the process
	form.Click("button", "Review")
	p.See("Your session has ended")
	p.In("dialog", "Your session has ended").Fill("textbox", "API token", "wrong")
	p.Press(kb.Enter)
	p.In("dialog", "Your session has ended").Has("textbox", "API token")
	p.In("dialog", "Your session has ended").Fill("textbox", "API token", d.token)
	p.Press(kb.Enter)
	applied(p, "Add typed.corp.example A", "Add")
	p.See("typed.corp.example")
	p.Faults() // the server was away for a moment, of which the browser complains
	if out := d.out.String(); strings.Contains(out, d.token) {
		t.Errorf("the token is in the log:\n%s", out)
	}
}

// LIVE 9: who may only read sees no button that is of no use to them.
func TestDashboardReadOnly(t *testing.T) {
	d := newDashboard(t)
	ids := d.seed()
	_, value := d.newToken("reader", "*", "Zone Read", "DNS Read", "Zone DNS Settings Read", "DNS View Read", "Resolver Policies Read", "Lists Read", "Locations Read",
		"Account Settings Read", "Account API Tokens Read", "Account DNS Settings Read", "Zero Trust Read")
	p := d.open("/", value, browser.Options{})
	writes := []string{"Create", "Add", "Delete", "Edit", "Import", "Rename", "Manage", "Remove", "Roll", "Save", "Review", "Apply", "Undo", "Turn", "Duplicate", "New"}
	for _, page := range ids.pages() {
		if page.open != nil || strings.HasSuffix(page.path, "/new") {
			continue
		}
		p.Go(page.path)
		p.See(page.see)
		for _, name := range p.Names("button") {
			for _, word := range writes {
				if strings.HasPrefix(name, word) {
					t.Errorf("%s shows the button %q", page.name, name)
				}
			}
		}
	}
}

// LIVE 9: a token for one zone sees that zone, and is told what it may not see.
func TestDashboardOneZone(t *testing.T) {
	d := newDashboard(t)
	ids := d.seed()
	_, value := d.newToken("one zone", ids.zone, "Zone Read", "DNS Read", "DNS Write")
	p := d.open("/zones", value, browser.Options{})
	p.See("corp.example")
	if p.Shows("internal.example") {
		t.Error("another zone is shown")
	}
	p.Go("/zones/" + ids.zone)
	p.See("192.0.2.7")
	p.Click("button", "Add record")
	p.In("form", "Add a record").Fill("textbox", "Name", "mine")
	p.In("form", "Add a record").Fill("textbox", "IPv4 address", "192.0.2.31")
	p.In("form", "Add a record").Click("button", "Review")
	p.See("This token may not preview changes")
	applied(p, "Add mine.corp.example A", "Add")
	p.See("mine.corp.example")
	for _, path := range []string{"/views", "/policies", "/history"} {
		p.Go(path)
		p.See("This token may not see this")
	}
}
