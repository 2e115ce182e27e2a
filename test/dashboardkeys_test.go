package test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/internaldns/internaldns/test/browser"
)

// keyboard is somebody who has no mouse.
type keyboard struct{ *browser.Page }

// press presses a button.
func (p keyboard) press(role, name string) {
	p.TabTo(role, name)
	p.Press(kb.Enter)
}

// apply applies what a dialog tells of. The button has the focus once it can be pressed.
func (p keyboard) apply(title, button string) {
	p.In("dialog", title).Focused("button", button)
	p.Press(kb.Enter)
	p.HasNot("dialog", title)
}

// goTo goes to a page by its key.
func (p keyboard) goTo(key string) {
	p.Press("g")
	p.Press(key)
}

// LIVE 9: the guide by keyboard alone.
func TestDashboardKeys(t *testing.T) {
	d := newDashboard(t)
	p := keyboard{d.open("/", d.token, browser.Options{})}
	p.See("Create zones")
	p.Press("?")
	p.See("Keyboard shortcuts")
	p.Press(kb.Escape)
	p.HasNot("dialog", "Keyboard shortcuts")

	p.zone()
	p.view()
	p.policy()
	d.wantAnswer("www.corp.example.", "NOERROR", "192.0.2.7")

	// The palette finds everything.
	p.Press("/")
	p.In("dialog", "").Focused("combobox", "")
	p.Type("corp.ex")
	p.Has("option", "corp.example")
	p.Press(kb.Enter)
	p.See("192.0.2.7")
}

// zone makes a zone with a record.
func (p keyboard) zone() {
	p.goTo("z")
	p.press("button", "Create zone")
	p.In("dialog", "Create a zone").Focused("textbox", "Name")
	p.Type("corp.example")
	p.Press(kb.Enter)
	p.apply("Create zone corp.example", "Create")
	p.press("button", "Add record")
	p.In("form", "Add a record").Focused("textbox", "Name")
	p.Type("www")
	p.TabTo("textbox", "IPv4 address")
	p.Type("192.0.2.7")
	p.Press(kb.Enter)
	p.apply("Add www.corp.example A", "Add")
}

// view puts the zone into a view.
func (p keyboard) view() {
	p.goTo("v")
	p.press("button", "Create view")
	p.In("dialog", "Create a view").Focused("textbox", "Name")
	p.Type("london")
	p.Press(kb.Enter)
	p.apply("Create view london", "Create")
	p.press("button", "Manage zones")
	p.press("button", "Add corp.example")
	p.press("button", "Review")
	p.apply("Change the zones of london", "Apply")
}

// policy leads everybody to the view.
func (p keyboard) policy() {
	p.goTo("p")
	p.press("button", "Create policy")
	p.TabTo("textbox", "Name")
	p.Type("Everybody")
	p.TabTo("combobox", "View")
	p.Press(kb.ArrowDown)
	p.Has("option", "london")
	p.Press(kb.Enter)
	p.press("button", "Review")
	p.apply("Create policy Everybody", "Apply")
}
