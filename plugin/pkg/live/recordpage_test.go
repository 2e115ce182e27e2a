package live

import (
	"fmt"
	"net/url"
	"slices"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/record"
)

// filterOf reads a query that has to be right.
func filterOf(t testing.TB, query string) (*record.Filter, record.Order) {
	t.Helper()
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	f, wrong := record.ParseFilter(q)
	o, more := record.ParseOrder(q)
	if len(wrong)+len(more) > 0 {
		t.Fatal(wrong, more)
	}
	return f, o
}

// A page holds what stands there among all records that match, whatever the order; package
// api compares all of them with what is sorted in memory.
func TestRecordPage(t *testing.T) {
	b := newBench(t, "")
	z := b.zone("corp.example", "b A 192.0.2.2", "b A 192.0.2.1", "b/60 TXT x", "a MX 5 mail", "c A 192.0.2.3")
	for _, c := range []struct {
		query    string
		from, to int
		want     string
		total    int
	}{
		{"order=name", 0, 3, "a MX, b A 192.0.2.1, b A 192.0.2.2", 5},
		{"order=name", 2, 4, "b A 192.0.2.2, b TXT x", 5},
		{"order=name&direction=desc", 0, 2, "c A 192.0.2.3, b A 192.0.2.1", 5},
		{"order=type", 2, 4, "c A 192.0.2.3, a MX", 5},
		{"order=ttl&direction=desc", 0, 1, "b TXT x", 5},
		{"type=A", 1, 9, "b A 192.0.2.2, c A 192.0.2.3", 3},
		{"search=none", 0, 9, "", 0},
		{"order=name", 7, 9, "", 5},
	} {
		f, o := filterOf(t, c.query)
		page, total, err := b.RecordPage(t.Context(), b.Zone(z), RecordQuery{Filter: f, Order: o, From: c.from, To: c.to})
		got := ""
		for i, r := range page {
			if i > 0 {
				got += ", "
			}
			got += r.Name[:1] + " " + map[uint16]string{1: "A " + r.Content, 15: "MX", 16: "TXT x"}[r.Type]
		}
		if got != c.want || total != c.total || err != nil {
			t.Errorf("%s from %d: %q of %d, want %q of %d; %v", c.query, c.from, got, total, c.want, c.total, err)
		}
	}
	f, o := filterOf(t, "")
	visible := func(_ string, rrtype uint16) bool { return rrtype == 16 }
	if page, total, err := b.RecordPage(t.Context(), b.Zone(z), RecordQuery{Filter: f, Order: o, Visible: visible, To: 9}); len(page) != 1 || total != 1 || err != nil {
		t.Errorf("%d of %d visible; %v", len(page), total, err)
	}
}

// Zones are searched in the order given, those of a Corefile too, and no further than is
// wanted.
func TestFind(t *testing.T) {
	b := newBench(t, "internalzone shared.example {\n record \"www A 192.0.2.9\"\n record \"other A 192.0.2.9\"\n}")
	one, two := b.zone("one.example", "www A 192.0.2.1", "x A 192.0.2.1"), b.zone("two.example", "x CNAME WWW.one.example")
	zones := b.Zones()
	slices.SortFunc(zones, func(x, y *Zone) int {
		return slices.Index([]string{two, one}, x.ID) - slices.Index([]string{two, one}, y.ID)
	})
	for query, want := range map[string]string{
		"search=www":                   "www.shared.example. x.two.example. www.one.example. ",
		"name=www.one.example":         "www.one.example. ",
		"type=CNAME":                   "x.two.example. ",
		"content.startswith=192.0.2.9": "other.shared.example. www.shared.example. ",
	} {
		f, _ := filterOf(t, query)
		got := ""
		for found, err := range b.Find(t.Context(), zones, f) {
			if err != nil {
				t.Fatal(err)
			}
			got += found.Record.Name + " "
		}
		if got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
		n := 0
		for range b.Find(t.Context(), zones, f) {
			n++
			break
		}
		if n != 1 {
			t.Errorf("%s: %d are found before the end", query, n)
		}
	}
}

// many makes zones with as many records each, some zones a change.
func many(b *testing.B, zones, records int) *bench {
	account := newBench(b, "")
	const together = 500
	for from := 0; from < zones; from += together {
		account.change(func(c *Change) error {
			for i := from; i < min(from+together, zones); i++ {
				if err := fill(b, c, fmt.Sprintf("zone%d.example", i), records); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return account
}

// fill makes a zone with addresses, aliases and texts.
func fill(b *testing.B, c *Change, name string, records int) error {
	z, err := c.CreateZone(name)
	for n := 0; n < records && err == nil; n++ {
		text := fmt.Sprintf("host-%d A 10.%d.%d.%d", n, n>>16, n>>8&255, n&255)
		switch n % 5 {
		case 3:
			text = fmt.Sprintf("alias-%d CNAME host-%d", n, n)
		case 4:
			text = fmt.Sprintf("txt-%d TXT text-%d", n, n)
		}
		_, err = c.AddRecord(z.ID, recordOf(b, z.Name, text), "")
	}
	return err
}

// BenchmarkRecordPage lists 200 of 100,000 records.
func BenchmarkRecordPage(b *testing.B) {
	account := many(b, 1, 100_000)
	z := account.Zones()[0]
	for _, query := range []string{"order=name", "order=name&direction=desc", "order=type", "order=ttl", "order=name&search=9999", "order=name&search=nowhere", "order=name&name.contains=7&type=TXT&match=any"} {
		b.Run(query, func(b *testing.B) {
			f, o := filterOf(b, query)
			for b.Loop() {
				if _, _, err := account.RecordPage(b.Context(), z, RecordQuery{Filter: f, Order: o, From: 0, To: 200}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFind searches 1,000,000 records in 10,000 zones for what is in none.
func BenchmarkFind(b *testing.B) {
	account := many(b, 10_000, 100)
	f, _ := filterOf(b, "search=nowhere")
	for b.Loop() {
		for range account.Find(b.Context(), account.Zones(), f) {
			b.Fatal("found")
		}
	}
}
