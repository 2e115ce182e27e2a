package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/record"
)

const zoneText = `$TTL 600
www 60 IN A 192.0.2.1 ; front cf_tags=team:web,blue
@ IN MX 10 mail
@ IN TXT "one" "two"
_sip._tcp IN SRV 1 2 5060 sip
@ IN CAA 0 issue "ca.example"
sub IN NS ns.sub
ns.sub IN A 192.0.2.53
below.sub IN A 192.0.2.54
svc IN HTTPS 1 . alpn="h2"
`

// Files are taken with and without a name, and once more without harm; an empty one is
// one, too. What is exported says the same again.
func TestImportExport(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	for _, tt := range []struct {
		name, text    string
		added, parsed string
	}{
		{"zone.txt", zoneText, "9", "9"}, {"", zoneText, "0", "9"}, {"zone.txt", "", "0", "0"}, {"", "", "0", "0"},
	} {
		a := s.importFile(z, tt.name, tt.text)
		if a.status != http.StatusOK || a.text(t, "recs_added") != tt.added || a.text(t, "total_records_parsed") != tt.parsed {
			t.Errorf("%q: %d, %s", tt.name, a.status, a.body)
		}
	}
	export := s.must("GET", "/zones/"+z+"/dns_records/export", "")
	if kind := export.header.Get("Content-Type"); kind != "text/plain; charset=utf-8" {
		t.Errorf("Content-Type: %s", kind)
	}
	again := s.zone("corp.example")
	if a := s.importFile(again, "", string(export.body)); a.text(t, "recs_added") != "9" {
		t.Errorf("%s\n%s", a.body, export.body)
	}
	if got, want := s.contents(again), s.contents(z); !slices.Equal(got, want) || len(got) != 9 {
		t.Errorf("imported again:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	a := s.importFile(z, "", "x IN A 192.0.2.9\ny IN A nothing\n")
	if a.status != http.StatusBadRequest || !strings.Contains(a.Errors[0].Message, "line 2") || slices.Contains(s.contents(z), "x.corp.example") {
		t.Errorf("a wrong line: %s", a.body)
	}
}

// contents returns what records of a zone say, each as a text.
func (s *server) contents(z string) (lines []string) {
	s.t.Helper()
	for _, o := range s.objects("/zones/" + z + "/dns_records") {
		tags, comment := strings.Join(o.Tags, ","), ""
		if o.Comment != nil {
			comment = *o.Comment
		}
		lines = append(lines, strings.Join([]string{o.Name, o.Type, o.Content, number(int(o.TTL)), tags, comment}, "|"))
	}
	slices.Sort(lines)
	return lines
}

func (s *server) objects(path string) (all []record.Object) {
	s.t.Helper()
	if err := json.Unmarshal(s.must("GET", path, "").Result, &all); err != nil {
		s.t.Fatal(err)
	}
	return all
}

// Both halves of a structured record are filled however it came.
func TestContentAndData(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	s.importFile(z, "", zoneText)
	for _, o := range s.objects("/zones/" + z + "/dns_records?type=SRV,CAA,HTTPS&match=any") {
		if o.Content == "" || len(o.Data) == 0 {
			t.Errorf("%s: content %q, data %v", o.Type, o.Content, o.Data)
		}
	}
}

// Records below an NS record are told of as hidden, when that is asked for.
func TestShadows(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	s.importFile(z, "", zoneText)
	records := "/zones/" + z + "/dns_records"
	for query, want := range map[string][]string{
		"?include_shadow_metadata=true&shadowed_by_name=sub.corp.example": {"below.sub.corp.example", "ns.sub.corp.example"},
		"?shadowing_name=below.sub.corp.example":                          {"sub.corp.example"},
		"?shadowing_name=www.corp.example":                                nil,
	} {
		var names []string
		for _, o := range s.objects(records + query) {
			names = append(names, o.Name)
		}
		slices.Sort(names)
		if !slices.Equal(names, want) {
			t.Errorf("%s: %q, want %q", query, names, want)
		}
	}
	for _, o := range s.objects(records + "?include_shadow_metadata=true") {
		by, glue := o.Meta["shadowed_by"], o.Meta["is_glue"]
		switch o.Name {
		case "ns.sub.corp.example", "below.sub.corp.example":
			if by != "sub.corp.example" || glue != (o.Name == "ns.sub.corp.example") {
				t.Errorf("%s: %v", o.Name, o.Meta)
			}
		case "sub.corp.example":
			if o.Meta["shadowed_records_count"] != 2. {
				t.Errorf("%s: %v", o.Name, o.Meta)
			}
		default:
			if len(o.Meta) > 0 {
				t.Errorf("%s: %v", o.Name, o.Meta)
			}
		}
	}
	s.want("no flag", s.call("GET", records+"?shadowed_by_name=sub.corp.example", ""), http.StatusBadRequest, codeInvalid)
}
