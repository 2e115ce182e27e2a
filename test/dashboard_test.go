package test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/internaldns/internaldns/test/browser"
)

// dashboard is a server and somebody who looks at its pages.
type dashboard struct {
	*liveServer
	browser *browser.Browser
}

// newDashboard starts a server whose account is empty, and a browser.
func newDashboard(t *testing.T) *dashboard {
	t.Helper()
	b := browser.Start(t)
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	return &dashboard{s, b}
}

func (d *dashboard) address(path string) string {
	return fmt.Sprintf("%s://127.0.0.1:%d%s", d.scheme, d.api, path)
}

// open opens a page and signs in with a token.
func (d *dashboard) open(path, token string, o browser.Options) *browser.Page {
	d.t.Helper()
	p := d.browser.Open(d.t, d.address(path), o)
	p.Fill("textbox", "API token", token)
	p.Press(kb.Enter)
	p.HasNot("textbox", "API token")
	return p
}

// applied waits for the dialog that tells what a write changes, and applies it.
func applied(p *browser.Page, title, button string) {
	p.In("dialog", title).Click("button", button)
	p.HasNot("dialog", title)
}

// LIVE 9, the guide: from an empty account to an answered name, with nothing but the pages.
func TestDashboardGuide(t *testing.T) {
	d := newDashboard(t)
	p := d.open("/", d.token, browser.Options{})
	p.See("Create zones", "Put them into views", "Write resolver policies")
	p.Click("button", "Create a zone")
	p.Click("button", "Create zone")
	p.In("dialog", "Create a zone").Fill("textbox", "Name", "corp.example")
	p.In("dialog", "Create a zone").Click("button", "Review")
	applied(p, "Create zone corp.example", "Create")

	p.Click("button", "Add record")
	form := p.In("form", "Add a record")
	form.Fill("textbox", "Name", "www")
	form.Fill("textbox", "IPv4 address", "192.0.2.7")
	form.Click("button", "Review")
	applied(p, "Add www.corp.example A", "Add")
	p.See("www.corp.example", "192.0.2.7")
	d.wantAnswer("www.corp.example.", "SERVFAIL", "")

	p.Click("link", "Views")
	p.Click("button", "Create view")
	p.In("dialog", "Create a view").Fill("textbox", "Name", "london")
	p.In("dialog", "Create a view").Click("button", "Review")
	applied(p, "Create view london", "Create")
	p.Click("button", "Manage zones")
	p.Click("button", "Add corp.example")
	p.Click("button", "Review")
	applied(p, "Change the zones of london", "Apply")

	p.Click("link", "Resolver policies")
	p.Click("button", "Create policy")
	p.Fill("textbox", "Name", "Everybody")
	p.Click("combobox", "View")
	p.Click("option", "london")
	p.Click("button", "Review")
	applied(p, "Create policy Everybody", "Apply")
	p.See("Everybody")
	d.wantAnswer("www.corp.example.", "NOERROR", "192.0.2.7")
	if rules := d.rules(); len(rules) != 1 || rules[0].Name != "Everybody" {
		t.Errorf("rules: %+v", rules)
	}
}

type ruleOf struct {
	ID, Name, Traffic string
	Enabled           bool
}

func (d *dashboard) rules() (rules []ruleOf) {
	d.call(http.MethodGet, "/accounts/"+d.account()+"/gateway/rules", nil, &rules)
	return rules
}
