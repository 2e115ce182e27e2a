package test

import (
	"testing"

	"github.com/internaldns/internaldns/test/browser"
)

// wrongInput is what somebody mistypes in a form, and what the form says of it.
type wrongInput struct {
	name, path string
	fill       func(*browser.Page)
	see        []string
}

// LIVE 9: wrong input in each form is told where it stands, in words that help, and what
// was typed stays.
func TestDashboardWrongInput(t *testing.T) {
	d := newDashboard(t)
	ids := d.seed()
	before := d.call("GET", "/zones", nil, nil).revision
	p := d.open("/", d.token, browser.Options{})
	for _, w := range ids.wrongInputs() {
		p.Go(w.path)
		w.fill(p)
		p.See(w.see...)
		for _, fault := range p.Faults() {
			t.Errorf("%s: %s", w.name, fault)
		}
	}
	if after := d.call("GET", "/zones", nil, nil).revision; after != before {
		t.Errorf("wrong input has changed something: revision %d, want %d", after, before)
	}
}

func (ids *seeded) wrongInputs() []wrongInput {
	dialog := func(button, title, field, text string) func(*browser.Page) {
		return func(p *browser.Page) {
			p.Click("button", button)
			p.In("dialog", title).Fill("textbox", field, text)
			p.In("dialog", title).Click("button", "Review")
		}
	}
	record := func(fill func(browser.Within)) func(*browser.Page) {
		return func(p *browser.Page) {
			p.Click("button", "Add record")
			fill(p.In("form", "Add a record"))
			p.In("form", "Add a record").Click("button", "Review")
		}
	}
	return []wrongInput{
		{"zone", "/zones", dialog("Create zone", "Create a zone", "Name", "corp..example"), []string{"corp..example", "empty label"}},
		{"address", "/zones/" + ids.zone, record(func(f browser.Within) {
			f.Fill("textbox", "Name", "www")
			f.Fill("textbox", "IPv4 address", "192.0.2.256")
		}), []string{"192.0.2.256", "IPv4"}},
		{"TTL", "/zones/" + ids.zone, record(func(f browser.Within) {
			f.Fill("textbox", "IPv4 address", "192.0.2.25")
			f.Fill("combobox", "TTL", "soon")
		}), []string{"TTL"}},
		{"SOA", "/zones/" + ids.zone + "/settings", func(p *browser.Page) {
			p.Fill("textbox", "Refresh", "-1")
			p.Click("button", "Review")
		}, []string{"-1 is not from 600 to 86400"}},
		{"view", "/views", dialog("Create view", "Create a view", "Name", "london"), []string{"the view name is taken"}},
		{"expression", "/policies/new", func(p *browser.Page) {
			p.Fill("textbox", "Traffic as text", `dns.fqdn = "corp.example"`)
		}, []string{"^", "=="}},
		{"list", "/lists/" + ids.list, func(p *browser.Page) {
			p.Click("button", "Add items")
			p.In("dialog", "Add items").Fill("textbox", "", "192.0.2.1\nnonsense\n192.0.2.1")
		}, []string{"nonsense", "2"}},
		{"location", "/locations/new", func(p *browser.Page) {
			p.Fill("textbox", "Name", "Branch")
			p.Fill("textbox", "Networks", "192.0.2.0/33")
			p.Click("button", "Review")
		}, []string{"192.0.2.0/33"}},
		{"token", "/tokens/new", func(p *browser.Page) {
			p.Fill("textbox", "Name", "Nobody")
			p.Click("radio", "Read")
			p.Fill("textbox", "Only from", "192.0.2.0/33")
		}, []string{"“192.0.2.0/33” is neither an address nor a network"}},
		{"tester", "/tester", func(p *browser.Page) {
			p.Fill("textbox", "Name", "www.corp.example")
			p.Fill("textbox", "Client", "nobody")
			p.Click("button", "Explain")
		}, []string{"nobody"}},
		{"import", "/zones/" + ids.zone + "/transfer", func(p *browser.Page) {
			p.Fill("textbox", "Or paste it", "new 300 IN A 192.0.2.50\nbad 300 IN A 192.0.2.500\n")
			p.Click("button", "Preview")
		}, []string{"Refused 1", "Added 1"}},
	}
}
