package test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/internaldns/internaldns/test/browser"
)

// zoneFile is a zone file of so many A records.
func zoneFile(records int) string {
	var b strings.Builder
	for i := range records {
		fmt.Fprintf(&b, "host-%06d 300 IN A 10.%d.%d.%d\n", i, i>>16, i>>8&255, i&255)
	}
	return b.String()
}

// imported makes a zone of so many records, and returns its id.
func (d *dashboard) imported(name string, records int) string {
	d.t.Helper()
	zone := d.made("/zones", object{"name": name, "type": "internal"})
	d.call(http.MethodPost, "/zones/"+zone+"/dns_records/import", formOf(zoneFile(records)), nil)
	return zone
}

// LIVE 9: 100,000 records are scrolled through and filtered; the browser holds only those
// that are looked at, and what is typed is there at once.
func TestDashboardManyRecords(t *testing.T) {
	const records = 100_000
	d := newDashboard(t)
	zone := d.imported("corp.example", records)
	p := d.open("/zones/"+zone, d.token, browser.Options{})
	p.See("host-000000", "100,000 records")
	if rows := browser.Eval[int](p, `document.querySelectorAll("tr").length`); rows > 200 {
		t.Errorf("the page holds %d rows", rows)
	}
	for _, at := range []struct {
		part string
		see  string
	}{{"0.5", "host-0500"}, {"1", "host-099999"}, {"0", "host-000000"}} {
		browser.Eval[bool](p, `(scrollTo(0, (document.documentElement.scrollHeight - innerHeight) * `+at.part+`), true)`)
		p.See(at.see)
	}
	p.Fill("textbox", "Search records", "host-04321")
	p.See("10 records", "host-043219")
	p.Gone("host-000000")
	p.Fill("textbox", "Search records", "nothing like it")
	p.See("No record is like this")

	// What is typed is shown before the next frame but one, however many records there are.
	p.Fill("textbox", "Search records", "")
	p.See("100,000 records")
	browser.Eval[bool](p, `(window.slowest = 0, new PerformanceObserver((list) => { for (const e of list.getEntries()) window.slowest = Math.max(window.slowest, e.duration); }).observe({ type: "event", durationThreshold: 16 }), true)`)
	p.Click("textbox", "Search records")
	for _, letter := range "host-099" {
		p.Press(string(letter))
	}
	p.See("1,000 records", "host-099000")
	t.Logf("the slowest key took %v ms until it was seen", browser.Eval[float64](p, `window.slowest`))
}

// Records are edited, chosen and changed together.
func TestDashboardRecords(t *testing.T) {
	d := newDashboard(t)
	zone := d.imported("corp.example", 30)
	p := d.open("/zones/"+zone, d.token, browser.Options{})
	p.Click("button", "Edit host-000003.corp.example A")
	form := p.In("form", "Edit host-000003.corp.example A")
	form.Fill("textbox", "IPv4 address", "not an address")
	form.Click("button", "Review")
	p.See("IPv4")
	form.Fill("textbox", "IPv4 address", "192.0.2.3")
	form.Click("button", "Review")
	applied(p, "Change host-000003.corp.example A", "Apply")
	p.See("192.0.2.3")

	p.Fill("textbox", "Search records", "host-00001")
	p.See("10 records")
	_ = kb.Escape
}
