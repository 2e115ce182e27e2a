package record

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// lines returns imported records a line each.
func lines(records []Imported) string {
	var b strings.Builder
	for _, i := range records {
		r := i.Record
		fmt.Fprintf(&b, "%d %s %d %s %s [%s] %q\n", i.Line, r.Name, r.TTL, dns.TypeToString[r.Type], r.Content, r.Comment, r.Tags)
	}
	return b.String()
}

// An export of Cloudflare, whose SOA has no final dot.
const exported = `;;
;; Domain:     example.org.
;; Exported:   2026-02-03 04:05:06
;;

;; SOA Record
example.org	3600	IN	SOA	ns.example.net. dns.example.net. 2046906170 10000 2400 604800 3600

;; NS Records
example.org.	86400	IN	NS	ns.example.net.
sub.example.org.	300	IN	NS	ns.example.net.

;; A Records
www.example.org.	1	IN	A	192.0.2.1 ; the "web"; it is cf_tags=cf-proxied:false,prod,team:dns,note:"a, b ""c"""
*.example.org.	60	IN	A	192.0.2.2 ; cf_tags=cf-proxied:true

;; MX Records
example.org.	1	IN	MX	10 mail.example.net.

;; TXT Records
example.org.	1	IN	TXT	"v=spf1 -all; x" "y"	;	about mail
`

func TestImport(t *testing.T) {
	records, parsed, problems := Import(strings.NewReader(exported), zone, ImportOptions{File: "file"})
	want := `11 sub.example.org. 300 NS ns.example.net [] []
14 www.example.org. 1 A 192.0.2.1 [the "web"; it is] ["prod" "team:dns" "note:a, b \"c\""]
15 *.example.org. 60 A 192.0.2.2 [] []
18 example.org. 1 MX mail.example.net [] []
21 example.org. 1 TXT "v=spf1 -all; x" "y" [about mail] []
`
	if got := lines(records); got != want || parsed != 7 {
		t.Errorf("%d parsed, got\n%s", parsed, got)
	}
	if len(problems) != 2 || problems.HasErrors() || problems[0].Code != problem.ZoneFileDoubtful || problems[1].Code != problem.ProxiedUnsupported || problems[1].Pos.Line != 15 {
		t.Errorf("%v", problems)
	}
}

func TestImportOthers(t *testing.T) {
	const text = `$ORIGIN example.org.
$TTL 1w
@ SOA ns host 1 2 3 4 5
@ NS ns
$GENERATE 1-2 h$ 600 A 192.0.2.$
a 0 A 192.0.2.1
alias CNAME host ; see cf_tags= in the manual
type TYPE65400 \# 2 0102
`
	records, parsed, problems := Import(strings.NewReader(text), zone, ImportOptions{})
	want := `5 h1.example.org. 600 A 192.0.2.1 [] []
5 h2.example.org. 600 A 192.0.2.2 [] []
6 a.example.org. 30 A 192.0.2.1 [] []
7 alias.example.org. 86400 CNAME host.example.org [see cf_tags= in the manual] []
8 type.example.org. 86400  \# 2 0102 [] []
`
	if got := lines(records); got != want || parsed != 7 || problems.HasErrors() || len(problems) != 2 {
		t.Errorf("%d parsed, got\n%s%v", parsed, got, problems)
	}
	if records, parsed, problems := Import(strings.NewReader(""), zone, ImportOptions{}); len(records)+parsed+len(problems) > 0 {
		t.Errorf("of nothing %v %d %v", records, parsed, problems)
	}
}

func TestImportRefused(t *testing.T) {
	for _, c := range []struct{ line, code, text string }{
		{"$INCLUDE other", "zone-file-invalid", "included"},
		{"www.example.net. 60 A 192.0.2.1", "owner-outside", "outside"},
		{"www 60 A x", "zone-file-invalid", "IPv4"},
		{"www 60 NSEC a.example.org. A", "record-type-unknown", "not signed"},
		{"www 60 CNAME www", "content-invalid", "must differ"},
		{"www 60 TYPE65400 \\# 5000 " + strings.Repeat("00", 5000), "content-invalid", "at most 4096"},
		{"www 60 A 192.0.2.1 ; " + strings.Repeat("x", 501), "comment-invalid", "500"},
		{"www 60 A 192.0.2.1 ; cf_tags=" + strings.Repeat("x", 33), "tag-invalid", "bad name"},
		{"www 60 A 192.0.2.1 ; cf_tags=a" + strings.Repeat(",a", 20), "tag-invalid", "at most 20"},
	} {
		records, _, problems := Import(strings.NewReader("\n"+c.line+"\n"), zone, ImportOptions{})
		if len(records) > 0 || len(problems) != 1 || string(problems[0].Code) != c.code || !strings.Contains(problems[0].Text, c.text) || problems[0].Pos.Line != 2 {
			t.Errorf("%s: %v %v", c.line, records, problems)
		}
	}
	many := strings.Repeat("a.example.net. A 192.0.2.1\n", 30)
	if _, _, problems := Import(strings.NewReader(many), zone, ImportOptions{MaxProblems: 3}); len(problems) != 4 || !problems.HasErrors() {
		t.Errorf("%v", problems)
	}
	if records, _, problems := Import(strings.NewReader("a A 192.0.2.1\nb A 192.0.2.1\n"), zone, ImportOptions{MaxRecords: 1}); len(records) != 1 || !problems.HasErrors() {
		t.Errorf("%v %v", records, problems)
	}
}

// export returns what is exported of records.
func export(t testing.TB, records []*Record) []byte {
	t.Helper()
	soa, err := dns.NewRR("example.org. 3600 IN SOA ns.example.org. host.example.org. 1 2 3 4 5")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Export(&b, zone, soa, slices.Values(records)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// checkExport holds that an export is imported as the same records.
func checkExport(t testing.TB, records []*Record) {
	t.Helper()
	text := export(t, records)
	back, _, problems := Import(bytes.NewReader(text), zone, ImportOptions{})
	if len(back) != len(records) || len(problems) > 0 {
		t.Fatalf("%d of %d records come back from\n%s%v", len(back), len(records), text, problems)
	}
	for i, r := range records {
		b := back[i].Record
		same := b.Same(r) && b.TTL == r.TTL && b.Comment == r.Comment && slices.Equal(b.Tags, r.Tags)
		if !same || !isText(r.Type) && !strings.EqualFold(b.Content, r.Content) {
			t.Errorf("%s %q %q %q comes back as %s %q %q %q from\n%s", r.Name, r.Content, r.Comment, r.Tags, b.Name, b.Content, b.Comment, b.Tags, text)
		}
	}
}

func TestExport(t *testing.T) {
	var records []*Record
	for _, c := range contents {
		records = append(records, create(t, `{"name":"x",`+c.sent+`}`))
	}
	checkExport(t, records)
	records = nil
	for i, c := range []string{
		"plain", `with "quotes" and; semicolons`, "cf_tags=", "x cf_tags=a", `x cf_tags=a:"b`, " leading", "trailing ", " ", "ünïcode",
		`back\slash \`, "( [", "cf_tags=a cf_tags=b,c:d",
	} {
		for _, tags := range [][]string{{}, {"a"}, {"a:b", `c:d "e", f`}, {"a: cf_tags=b", "x:"}, {`a:" cf_tags=b:""`, `a:"`}} {
			records = append(records, create(t, encode(t, map[string]any{"name": fmt.Sprintf("n%d", i), "type": "TXT", "content": `a;"b`, "comment": c, "tags": tags})))
		}
	}
	for _, name := range []string{`$x`, `[age:1]`, `a\;b`, `a\"b`, `\@`, `a\032b`, `\(`} {
		records = append(records, create(t, encode(t, map[string]any{"name": name, "type": "A", "content": "192.0.2.1", "ttl": 60})))
	}
	checkExport(t, records)
}

// The text is as Cloudflare writes it.
func TestExportText(t *testing.T) {
	records := []*Record{
		create(t, `{"name":"www","type":"A","content":"192.0.2.1","comment":"the web","tags":["prod","note:a, \"b\""]}`),
		create(t, `{"name":"@","type":"MX","content":"mail.example.net","priority":10,"ttl":600}`),
	}
	_, got, _ := strings.Cut(string(export(t, records)), "tags.\n;;\n")
	want := `
;; SOA Record
example.org.	3600	IN	SOA	ns.example.org. host.example.org. 1 2 3 4 5

;; A Records
www.example.org.	1	IN	A	192.0.2.1 ; the web cf_tags=prod,note:"a, ""b"""

;; MX Records
example.org.	600	IN	MX	10 mail.example.net.
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
}
