package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/record"
)

// mixedZone makes a zone with owners of several types and records, as many as several pages hold.
func (s *server) mixedZone(name string) string {
	s.t.Helper()
	z := s.zone(name)
	var b strings.Builder
	b.WriteString("@ 60 TXT \"apex\"\nx TXT gr\xc3\xbc\xc3\x9f\nx.y 300 A 192.0.2.250\n* A 192.0.2.251\n")
	for i := range 12 {
		fmt.Fprintf(&b, "h%d %d A 192.0.2.%d\nh%d 60 A 192.0.2.%d ; Word cf_tags=team:web\nh%d 60 TXT \"Text %d\"\nh%d MX 5 h%d\n", i, 60+i%3, i, i, 200-i, i, i, i, i+1)
		fmt.Fprintf(&b, "c%d CNAME H%d\n", i, i)
	}
	if a := s.importFile(z, "", b.String()); a.status != http.StatusOK {
		s.t.Fatalf("%s", a.body)
	}
	return z
}

// pages reads all pages of a list of records, and how many there are by what they say.
func (s *server) pages(path string, size int) (ids []string, total int) {
	s.t.Helper()
	for page := 1; ; page++ {
		a := s.must("GET", fmt.Sprintf("%s&per_page=%d&page=%d", path, size, page), "")
		var all []record.Object
		if err := json.Unmarshal(a.Result, &all); err != nil {
			s.t.Fatal(err)
		}
		if len(all) == 0 {
			return ids, a.Info.TotalCount
		}
		for _, o := range all {
			ids = append(ids, o.ID)
		}
	}
}

// Pages that are made of looks at the store are those that are made of all records, which
// is what questions about shadows need.
func TestRecordPages(t *testing.T) {
	s := serve(t)
	z := s.mixedZone("corp.example")
	all := "/zones/" + z + "/dns_records"
	limited := s.limited(fmt.Sprintf(`{"com.cloudflare.api.account.zone.%s":{"name ends_with":".corp.example","type":"A"}}`, z), "DNS Read")
	for _, order := range []string{"type", "name", "ttl", "content", "proxied"} {
		for _, direction := range []string{"asc", "desc"} {
			for _, filter := range []string{"", "&search=2", "&search=gr%C3%BC%C3%9F", "&type=A,MX&name.startswith=h1", "&comment.present=true&type=CNAME&match=any", "&tag=team:web", "&search=nowhere"} {
				query := "?order=" + order + "&direction=" + direction + filter
				got, total := s.pages(all+query, 7)
				want, count := s.pages(all+query+"&include_shadow_metadata=true", 1000)
				if !slices.Equal(got, want) || total != count || total != len(got) {
					t.Errorf("%s: %d of %d:\n%v\nwant %d:\n%v", query, len(got), total, got, count, want)
				}
				if total == 0 != strings.HasSuffix(filter, "nowhere") {
					t.Errorf("%s finds %d", query, total)
				}
			}
		}
	}
	a := s.as(limited, "GET", all+"?per_page=5", "")
	if a.status != http.StatusOK || a.Info.TotalCount != 26 {
		t.Errorf("who may see A records only: %s", a.body)
	}
}

// A search goes through all zones that the token may see, by the name of the zone, and ends
// once it has found enough.
func TestFindRecords(t *testing.T) {
	s := serve(t)
	first, second := s.zone("a.example"), s.zone("b.example")
	path := "/accounts/" + s.account() + "/internal_dns/records"
	for i := range 3 {
		s.record(second, fmt.Sprintf("www%d", i), "192.0.2.1")
		s.record(first, fmt.Sprintf("www%d", i), "192.0.2.2")
	}
	limited := s.limited(`{"com.cloudflare.api.account.zone.`+second+`":"*"}`, "DNS Read")
	find := func(text, query string) (string, bool) {
		a := s.as(text, "GET", path+query, "")
		var got foundObject
		if err := json.Unmarshal(a.Result, &got); err != nil || a.status != http.StatusOK {
			t.Fatalf("%s: %v: %s", query, err, a.body)
		}
		var names []string
		for _, o := range got.Records {
			names = append(names, o.Name)
			if want := map[string]string{"a.example": first, "b.example": second}[o.ZoneName]; o.ZoneID != want {
				t.Errorf("%+v", o)
			}
		}
		return strings.Join(names, " "), got.More
	}
	for _, c := range []struct {
		token, query, want string
		more               bool
	}{
		{s.owners[0], "?search=www1", "www1.a.example www1.b.example", false},
		{s.owners[0], "?search=WWW&per_page=4", "www0.a.example www1.a.example www2.a.example www0.b.example", true},
		{s.owners[0], "?search=www&per_page=4&page=2", "www1.b.example www2.b.example", false},
		{s.owners[0], "?search=www&per_page=4&page=3", "", false},
		{s.owners[0], "?name=www2.b.example", "www2.b.example", false},
		{s.owners[0], "?type=AAAA", "", false},
		{s.owners[0], "?content=192.0.2.2&name.startswith=www2&match=all", "www2.a.example", false},
		{limited, "?search=www", "www0.b.example www1.b.example www2.b.example", false},
	} {
		if got, more := find(c.token, c.query); got != c.want || more != c.more {
			t.Errorf("%s: %q, more %v; want %q, %v", c.query, got, more, c.want, c.more)
		}
	}
	s.want("a wrong type", s.call("GET", path+"?type=NONE", ""), http.StatusBadRequest, codeInvalid)
	s.want("a wrong page", s.call("GET", path+"?page=0", ""), http.StatusBadRequest, codeInvalid)
	s.want("no right", s.as(s.limited(`{"com.cloudflare.api.account.zone.*":"*"}`, "Zone Read"), "GET", path, ""), http.StatusForbidden, codeAuthentication)
}
