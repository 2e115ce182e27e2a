package test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/internaldns/internaldns/test/browser"
)

// LIVE 9: the guide by keyboard alone.
func TestDashboardKeys(t *testing.T) {
	d := newDashboard(t)
	p := d.open("/", d.token, browser.Options{})
	p.See("Create zones")
	press := func(role, name string) {
		t.Helper()
		p.TabTo(role, name)
		p.Press(kb.Enter)
	}
	apply := func(title, button string) {
		t.Helper()
		p.In("dialog", title).Focused("button", button) // has the focus once it can be pressed
		p.Press(kb.Enter)
		p.HasNot("dialog", title)
	}
	goTo := func(key string) {
		t.Helper()
		p.Press("g")
		p.Press(key)
	}

	p.Press("?")
	p.See("Keyboard shortcuts")
	p.Press(kb.Escape)
	p.HasNot("dialog", "Keyboard shortcuts")

	goTo("z")
	press("button", "Create zone")
	p.In("dialog", "Create a zone").Focused("textbox", "Name")
	p.Type("corp.example")
	p.Press(kb.Enter)
	apply("Create zone corp.example", "Create")
	press("button", "Add record")
	p.In("form", "Add a record").Focused("textbox", "Name")
	p.Type("www")
	p.TabTo("textbox", "IPv4 address")
	p.Type("192.0.2.7")
	p.Press(kb.Enter)
	apply("Add www.corp.example A", "Add")

	goTo("v")
	press("button", "Create view")
	p.In("dialog", "Create a view").Focused("textbox", "Name")
	p.Type("london")
	p.Press(kb.Enter)
	apply("Create view london", "Create")
	press("button", "Manage zones")
	press("button", "Add corp.example")
	press("button", "Review")
	apply("Change the zones of london", "Apply")

	goTo("p")
	press("button", "Create policy")
	p.TabTo("textbox", "Name")
	p.Type("Everybody")
	p.TabTo("combobox", "View")
	p.Press(kb.ArrowDown)
	p.Has("option", "london")
	p.Press(kb.Enter)
	press("button", "Review")
	apply("Create policy Everybody", "Apply")
	d.wantAnswer("www.corp.example.", "NOERROR", "192.0.2.7")

	// The palette finds everything.
	p.Press("/")
	p.In("dialog", "").Focused("combobox", "")
	p.Type("corp.ex")
	p.Has("option", "corp.example")
	p.Press(kb.Enter)
	p.See("192.0.2.7")
}
