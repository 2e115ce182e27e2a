package main

import (
	"net/http"
	"strings"
	"testing"

	cloudflare "github.com/cloudflare/cloudflare-go/v7"
	"github.com/cloudflare/cloudflare-go/v7/dns"
	"github.com/cloudflare/cloudflare-go/v7/option"
)

func TestRecords(t *testing.T) {
	s := owner(t)
	z := cloudflare.F(s.zone(t, "records.example").ID)
	srv := s.add(t, z.Value, dns.SRVRecordParam{
		Name: cloudflare.F("_sip._tcp"), Type: cloudflare.F(dns.SRVRecordTypeSRV), TTL: cloudflare.F(dns.TTL(120)),
		Data: cloudflare.F(dns.SRVRecordDataParam{Priority: cloudflare.F(1.), Weight: cloudflare.F(2.), Port: cloudflare.F(5060.), Target: cloudflare.F("sip.records.example")}),
	})
	if srv.Content != "2 5060 sip.records.example" || srv.TTL != 120 {
		t.Errorf("SRV: %s", srv.JSON.RawJSON())
	}
	txt := s.add(t, z.Value, dns.TXTRecordParam{
		Name: cloudflare.F("records.example"), Type: cloudflare.F(dns.TXTRecordTypeTXT), TTL: cloudflare.F(dns.TTL1), Content: cloudflare.F(`"v=spf1 -all"`),
		Comment: cloudflare.F("no mail"), Tags: cloudflare.F([]dns.RecordTagsParam{"team:mail"}),
	})
	if txt.Content != `"v=spf1 -all"` || txt.Comment != "no mail" {
		t.Errorf("TXT: %s", txt.JSON.RawJSON())
	}
	put, err := s.DNS.Records.Update(t.Context(), txt.ID, dns.RecordUpdateParams{ZoneID: z, Body: dns.TXTRecordParam{
		Name: cloudflare.F("@"), Type: cloudflare.F(dns.TXTRecordTypeTXT), TTL: cloudflare.F(dns.TTL(600)), Content: cloudflare.F("plain"),
	}})
	if err != nil || put.Content != "plain" || put.Comment != "" || put.TTL != 600 {
		t.Errorf("put: %+v, %v", put, err)
	}
	if got, err := s.DNS.Records.Get(t.Context(), txt.ID, dns.RecordGetParams{ZoneID: z}); err != nil || got.Content != "plain" || got.Name != "records.example" {
		t.Errorf("get: %+v, %v", got, err)
	}
	found, err := s.DNS.Records.List(t.Context(), dns.RecordListParams{
		ZoneID: z, Name: cloudflare.F(dns.RecordListParamsName{Exact: cloudflare.F("_SIP._tcp.records.example")}), Type: cloudflare.F(dns.RecordListParamsTypeSRV),
	})
	if err != nil || len(found.Result) != 1 || found.Result[0].ID != srv.ID {
		t.Errorf("list: %+v, %v", found, err)
	}
	usage, err := s.DNS.Usage.Zone.Get(t.Context(), dns.UsageZoneGetParams{ZoneID: z})
	if err != nil || usage.RecordUsage != 2 {
		t.Errorf("usage: %+v, %v", usage, err)
	}
	if _, err := s.DNS.Usage.Account.Get(t.Context(), dns.UsageAccountGetParams{AccountID: cloudflare.F(s.account)}); err != nil {
		t.Error(err)
	}
	if deleted, err := s.DNS.Records.Delete(t.Context(), txt.ID, dns.RecordDeleteParams{ZoneID: z}); err != nil || deleted.ID != txt.ID {
		t.Errorf("delete: %+v, %v", deleted, err)
	}
	_, err = s.DNS.Records.Get(t.Context(), txt.ID, dns.RecordGetParams{ZoneID: z})
	wantStatus(t, "a record that is gone", err, http.StatusNotFound, 81044)
}

// The client repeats what is answered with 409 or a failure of the server: a duplicate
// must be neither.
func TestDuplicate(t *testing.T) {
	s := owner(t)
	z := s.zone(t, "twice.example")
	s.add(t, z.ID, a("www", "192.0.2.1"))
	for _, tt := range []struct {
		body dns.RecordNewParamsBodyUnion
		code int64
	}{
		{a("www", "192.0.2.1"), 81058},
		{dns.CNAMERecordParam{Name: cloudflare.F("www"), Type: cloudflare.F(dns.CNAMERecordTypeCNAME), TTL: cloudflare.F(dns.TTL1), Content: cloudflare.F("x.example")}, 81053},
		{a("www", "no address"), 1004},
	} {
		before := s.requests.Load()
		_, err := s.DNS.Records.New(t.Context(), dns.RecordNewParams{ZoneID: cloudflare.F(z.ID), Body: tt.body}, option.WithMaxRetries(3))
		wantStatus(t, "a duplicate", err, http.StatusBadRequest, tt.code)
		if n := s.requests.Load() - before; n != 1 {
			t.Errorf("code %d was sent %d times", tt.code, n)
		}
	}
}

// Pages end with an empty one, whatever their size.
func TestPages(t *testing.T) {
	s := owner(t)
	z := s.zone(t, "pages.example")
	var posts []dns.RecordBatchParamsPostUnion
	for i := range 25 {
		posts = append(posts, a("host"+string(rune('a'+i)), "192.0.2.1"))
	}
	if _, err := s.DNS.Records.Batch(t.Context(), dns.RecordBatchParams{ZoneID: cloudflare.F(z.ID), Posts: cloudflare.F(posts)}); err != nil {
		t.Fatal(err)
	}
	for _, size := range []float64{5, 7, 25, 100} {
		seen := make(map[string]bool)
		pages := s.DNS.Records.ListAutoPaging(t.Context(), dns.RecordListParams{
			ZoneID: cloudflare.F(z.ID), PerPage: cloudflare.F(size), Order: cloudflare.F(dns.RecordListParamsOrderName),
		})
		for pages.Next() {
			seen[pages.Current().ID] = true
		}
		if pages.Err() != nil || len(seen) != 25 {
			t.Errorf("pages of %v: %d records, %v", size, len(seen), pages.Err())
		}
	}
}

func TestBatch(t *testing.T) {
	s := owner(t)
	z := cloudflare.F(s.zone(t, "batch.example").ID)
	one, two, three := s.add(t, z.Value, a("one", "192.0.2.1")), s.add(t, z.Value, a("two", "192.0.2.2")), s.add(t, z.Value, a("three", "192.0.2.3"))
	made, err := s.DNS.Records.Batch(t.Context(), dns.RecordBatchParams{
		ZoneID:  z,
		Deletes: cloudflare.F([]dns.RecordBatchParamsDelete{{ID: cloudflare.F(one.ID)}}),
		Patches: cloudflare.F([]dns.BatchPatchUnionParam{dns.BatchPatchARecordParam{ID: cloudflare.F(two.ID), ARecordParam: a("two", "192.0.2.22")}}),
		Puts:    cloudflare.F([]dns.BatchPutUnionParam{dns.BatchPutARecordParam{ID: cloudflare.F(three.ID), ARecordParam: a("drei", "192.0.2.33")}}),
		Posts:   cloudflare.F([]dns.RecordBatchParamsPostUnion{a("one", "192.0.2.11")}),
	})
	if err != nil || len(made.Deletes) != 1 || len(made.Patches) != 1 || len(made.Puts) != 1 || len(made.Posts) != 1 ||
		made.Patches[0].Content != "192.0.2.22" || made.Puts[0].Name != "drei.batch.example" || made.Posts[0].ID == one.ID {
		t.Fatalf("%+v, %v", made, err)
	}
	_, err = s.DNS.Records.Batch(t.Context(), dns.RecordBatchParams{
		ZoneID: z, Posts: cloudflare.F([]dns.RecordBatchParamsPostUnion{a("four", "192.0.2.4"), a("one", "192.0.2.11")}),
	})
	wantStatus(t, "a batch with a duplicate", err, http.StatusBadRequest, 81058)
	left, err := s.DNS.Records.List(t.Context(), dns.RecordListParams{ZoneID: z})
	if err != nil || len(left.Result) != 3 {
		t.Errorf("a failed batch left %+v, %v", left, err)
	}
}

// What is exported can be imported again.
func TestTransfer(t *testing.T) {
	s := owner(t)
	from, to := s.zone(t, "transfer.example"), s.zone(t, "transfer.example")
	s.add(t, from.ID, a("www", "192.0.2.1"))
	s.add(t, from.ID, dns.MXRecordParam{
		Name: cloudflare.F("@"), Type: cloudflare.F(dns.MXRecordTypeMX), TTL: cloudflare.F(dns.TTL(3600)), Content: cloudflare.F("mail.transfer.example"), Priority: cloudflare.F(10.),
	})
	text, err := s.DNS.Records.Export(t.Context(), dns.RecordExportParams{ZoneID: cloudflare.F(from.ID)})
	if err != nil || !strings.Contains(*text, "www.transfer.example.\t") {
		t.Fatalf("%v, %v", text, err)
	}
	done, err := s.DNS.Records.Import(t.Context(), dns.RecordImportParams{ZoneID: cloudflare.F(to.ID), File: cloudflare.F(*text)})
	if err != nil || done.RecsAdded != 2 {
		t.Errorf("import: %+v, %v", done, err)
	}
	again, err := s.DNS.Records.Export(t.Context(), dns.RecordExportParams{ZoneID: cloudflare.F(to.ID)})
	if err != nil || records(*again) != records(*text) {
		t.Errorf("exported again: %v\n%s\nwant\n%s", err, records(*again), records(*text))
	}
	if scan, err := s.DNS.Records.Scan(t.Context(), dns.RecordScanParams{ZoneID: cloudflare.F(to.ID), Body: struct{}{}}); err != nil || scan.RecsAdded != 0 {
		t.Errorf("scan: %+v, %v", scan, err)
	}
	if _, err := s.DNS.Records.ScanTrigger(t.Context(), dns.RecordScanTriggerParams{ZoneID: cloudflare.F(to.ID)}); err != nil {
		t.Error(err)
	}
	if list, err := s.DNS.Records.ScanList(t.Context(), dns.RecordScanListParams{ZoneID: cloudflare.F(to.ID)}); err != nil || len(list.Result) != 0 {
		t.Errorf("scan list: %+v, %v", list, err)
	}
}

// records returns the lines of a zone file that stay the same: not the comments, nor the
// SOA, whose serial is that of the zone.
func records(text string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, ";") && !strings.Contains(line, "\tSOA\t") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}
