package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// previewFile has the API tell what a file would do.
func (s *server) previewFile(z, query, text string) *importPreview {
	s.t.Helper()
	a := s.importInto(z, "?dry_run=true"+query, "", text)
	if a.status != http.StatusOK {
		s.t.Fatalf("%d: %s", a.status, a.body)
	}
	var got importObject
	if err := json.Unmarshal(a.Result, &got); err != nil || got.Preview == nil || got.Added != 0 {
		s.t.Fatalf("%v: %s", err, a.body)
	}
	return got.Preview
}

// told words a group of a preview, a record each.
func (g *importGroup) told() string {
	var out []string
	for _, l := range g.Records {
		text := fmt.Sprintf("%d %s%s %s %s", l.Line, l.Object, l.Name, l.Type, l.Content)
		if len(l.Beside) > 0 {
			text += " beside " + strings.Join(l.Beside, " ")
		}
		if l.Reason != "" {
			text = strings.TrimSpace(text) + ": " + l.Reason
		}
		out = append(out, strings.Join(strings.Fields(text), " "))
	}
	return strings.Join(out, "\n")
}

const mixedFile = `$TTL 600
@ IN SOA ns host 1 2 3 4 5
www IN A 192.0.2.1
www IN A 192.0.2.2 ; a word
new IN TXT ( "a"
  "b" )
alias IN CNAME www
alias IN A 192.0.2.3
outside.example. IN A 192.0.2.4
bad (
 A
 nothing )
again IN A 192.0.2.5
bad..owner A 192.0.2.6
 IN A 192.0.2.7
`

// A preview tells of each record of a file what becomes of it, and of each that is refused
// why. It changes nothing, and the import without what is refused does what it told.
func TestImportPreview(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	s.record(z, "www", "192.0.2.1")
	revision := s.accounts[0].Revision()
	o := s.previewFile(z, "", mixedFile)
	for what, pair := range map[string][2]string{
		"added":   {o.Added.told(), "5 new.corp.example TXT \"a\" \"b\"\n7 alias.corp.example CNAME www.corp.example\n13 again.corp.example A 192.0.2.5"},
		"changed": {o.Changed.told(), "4 www.corp.example A 192.0.2.2 beside 192.0.2.1"},
		"present": {o.Present.told(), "3 www.corp.example A 192.0.2.1: its TTL is automatic, and stays so"},
		"refused": {o.Refused.told(), `8 record "alias.corp.example" A: a CNAME record with that name exists already; a CNAME stands alone at its name
9 record "outside.example." A: it lies outside of the zone corp.example.
12 record "bad.corp.example.": A has "nothing", which is not an IPv4 address
14: bad owner: "bad..owner.corp.example." has an empty label
15: its owner is that of a record before that could not be read`},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s:\n%s\nwant\n%s", what, pair[0], pair[1])
		}
	}
	if o.Valid || !o.Skippable || len(o.Errors) > 0 || o.Revision != revision || o.Answers == nil {
		t.Errorf("%+v", o)
	}
	if now := s.accounts[0].Revision(); now != revision {
		t.Errorf("revision %d, it was %d", now, revision)
	}
	if a := s.importFile(z, "", mixedFile); a.status != http.StatusBadRequest || len(a.Errors) != 4 || !strings.Contains(a.Errors[0].Message, "line 9") {
		t.Errorf("refused: %d, %s", a.status, a.body)
	}
	a := s.importInto(z, "?skip_refused=true", "", mixedFile)
	if a.status != http.StatusOK || a.text(t, "recs_added") != "4" || a.text(t, "recs_refused") != "5" {
		t.Errorf("without: %d, %s", a.status, a.body)
	}
	if n := len(s.contents(z)); n != 5 {
		t.Errorf("%d records", n)
	}
	if o := s.previewFile(z, "", mixedFile); o.Present.Count != 5 || o.Added.Count+o.Changed.Count != 0 || o.Refused.Count != 5 {
		t.Errorf("once more: %+v", o)
	}
}

// What is wrong with a file as a whole is not left out: what follows it would mean
// something else.
func TestImportBroken(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	for text, want := range map[string]string{
		"$ORIGIN bad..name\na A 192.0.2.1\n":          "$ORIGIN",
		"$TTL soon\na A 192.0.2.1\n":                  "$TTL",
		"a A 192.0.2.1\nb TXT ( \"x\"\nc A 192.0.2.2": "not closed by the end",
		"$INCLUDE other\n":                            "cannot be included",
	} {
		o := s.previewFile(z, "", text)
		if o.Valid || o.Skippable || len(o.Errors) != 1 || !strings.Contains(o.Errors[0].Message, want) || o.Answers != nil {
			t.Errorf("%q: %+v", text, o)
		}
		if a := s.importInto(z, "?skip_refused=true", "", text); a.status != http.StatusBadRequest {
			t.Errorf("%q: %s", text, a.body)
		}
	}
}

// What only the zone as a whole refuses has its line, too, and can be left out.
func TestImportBarred(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	const text = "old 60 DNAME new\na.old 60 A 192.0.2.1\nb.old 60 A 192.0.2.2\nc 60 A 192.0.2.3\n"
	o := s.previewFile(z, "", text)
	var lines []int
	for _, l := range o.Refused.Records {
		lines = append(lines, l.Line)
	}
	if !slices.Equal(lines, []int{2, 3}) || o.Added.Count != 2 || !o.Skippable {
		t.Errorf("%+v", o)
	}
	if a := s.importFile(z, "", text); a.status != http.StatusBadRequest || !strings.Contains(a.Errors[0].Message, "line 2") {
		t.Errorf("refused: %s", a.body)
	}
	if a := s.importInto(z, "?skip_refused=true", "", text); a.text(t, "recs_added") != "2" || a.text(t, "recs_refused") != "2" {
		t.Errorf("without: %s", a.body)
	}
	// Of two, the one that was there already is not the import's to leave out.
	if o := s.previewFile(z, "", "d.old A 192.0.2.9\n"); o.Skippable && o.Refused.Count != 1 {
		t.Errorf("%+v", o)
	}
}

// A guardrail is told of by a preview, which can be forced as the import can.
func TestImportGuarded(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	s.record(z, "a.sub", "192.0.2.1")
	const text = "sub NS ns.example.\n"
	if o := s.previewFile(z, "", text); o.Valid || len(o.Errors) != 1 || o.Errors[0].Code != codeInUse {
		t.Errorf("%+v", o)
	}
	if o := s.previewFile(z, "&force=true", text); !o.Valid || o.Added.Count != 1 {
		t.Errorf("%+v", o)
	}
}

// An import can be one of several calls, whose file is a member of their body.
func TestImportJoined(t *testing.T) {
	s := serve(t)
	account := "/accounts/" + s.account()
	calls := func(path, file string) string {
		return fmt.Sprintf(`{"calls":[{"method":"POST","path":"/zones","body":{"name":"joined.example"}},{"method":"POST","path":"/zones/${0.id}/dns_records/import%s","body":{"file":%q}}]}`, path, file)
	}
	s.want("a wrong line", s.call("POST", account+"/internal_dns/changes", calls("", "a A nothing\n")), http.StatusBadRequest, codeValidation)
	s.want("dry", s.call("POST", account+"/internal_dns/changes", calls("?dry_run=true", "a A 192.0.2.1\n")), http.StatusBadRequest, codeUnsupported)
	s.want("a below b", s.call("POST", account+"/internal_dns/changes", calls("", "b DNAME c\na.b A 192.0.2.1\n")), http.StatusBadRequest, codeValidation)
	a := s.must("POST", account+"/internal_dns/changes", calls("", "a A 192.0.2.1\nb A 192.0.2.2\n"))
	if !strings.Contains(string(a.body), `"recs_added":2`) {
		t.Errorf("%s", a.body)
	}
}
