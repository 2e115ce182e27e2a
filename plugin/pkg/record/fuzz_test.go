package record

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// FuzzFields creates a record of anything. One that is created is the same after storing,
// and is served, and exported, and replaced by what is shown of it, as itself.
func FuzzFields(f *testing.F) {
	for _, c := range contents {
		f.Add(`{"name":"x",` + c.sent + `}`)
	}
	f.Add(`{"type":"SRV","data":{"service":"_s","proto":"_t","name":"n","priority":1,"weight":2,"port":3,"target":"."},"comment":"c","tags":["a:b"],"settings":{"a":[]},"ttl":60}`)
	f.Add(`{"name":"ü","type":"TXT","content":"\"a\\032\" \"\"","comment":" cf_tags=","tags":["a:\" ,\""]}`)
	base := create(f, `{"name":"y","type":"SRV","content":"1 2 .","priority":3,"comment":"c","tags":["a:b"]}`)
	f.Add(`{"data":{"port":7},"priority":8,"comment":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		var sent Fields
		if json.Unmarshal([]byte(text), &sent) != nil {
			return
		}
		if patched, _ := base.Patch(zone, &sent); patched != nil {
			checkRecord(t, patched)
		}
		r, problems := New(zone, &sent)
		if r == nil {
			for _, p := range problems {
				if p.Pos.Pointer == "" || p.Code == "" || p.Text == "" {
					t.Fatalf("%s: problem %#v", text, p)
				}
			}
			return
		}
		checkRecord(t, r)
		shown := encode(t, r.JSON("z", "example.org", false))
		if again := encode(t, stored(t, r).JSON("z", "example.org", false)); again != shown {
			t.Fatalf("%s\nis stored as %s", shown, again)
		}
		checkExport(t, []*Record{r})
		checkShown(t, r, shown)
	})
}

// checkShown holds that what is shown of a record makes it again, with its data and by
// content alone, and that a patch with it changes nothing.
func checkShown(t *testing.T, r *Record, shown string) {
	t.Helper()
	back := fields(t, shown)
	for _, change := range []func(string, *Fields) (*Record, problem.List){r.Replace, r.Patch} {
		again, problems := change(zone, back)
		if again == nil {
			t.Fatalf("%s: %v", shown, problems)
		}
		if got := encode(t, again.JSON("z", "example.org", false)); got != shown || !again.Same(r) {
			t.Fatalf("%s\nis changed to %s", shown, got)
		}
	}
	back.Data = nil
	again, problems := r.Replace(zone, back)
	if again == nil {
		t.Fatalf("%s: %v", shown, problems)
	}
	again.legacy = r.legacy
	if got := encode(t, again.JSON("z", "example.org", false)); got != shown || !again.Same(r) {
		t.Fatalf("%s\nis replaced by %s", shown, got)
	}
}

// FuzzDecode reads anything as a stored record. One that is read is stored as the same.
func FuzzDecode(f *testing.F) {
	for _, c := range contents {
		r := create(f, `{"name":"x","comment":"c","tags":["a:b"],`+c.sent+`}`)
		b, err := r.AppendBinary(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		name, rrtype, err := DecodeName(b)
		_, _, rr, rrErr := DecodeRR(b)
		if rrErr == nil && (err != nil || rr.Header().Name != name || rr.Header().Rrtype != rrtype) {
			t.Fatalf("%v has the name %s and type %d: %v", rr, name, rrtype, err)
		}
		r, err := Decode("id", b)
		if err != nil {
			return
		}
		if rrErr != nil || r.RR().String() != rr.String() {
			t.Fatalf("%v and %v: %v", r.RR(), rr, rrErr)
		}
		again := encode(t, r.JSON("z", "n", true))
		out, err := r.AppendBinary(nil)
		if err != nil {
			return // larger than any that is made
		}
		back, err := Decode("id", out)
		if err != nil || !reflect.DeepEqual(back, r) || encode(t, back.JSON("z", "n", true)) != again {
			t.Fatalf("%#v\nis read as %#v: %v", r, back, err)
		}
	})
}

// FuzzImport reads anything as a master file. What is read is exported and read again as
// the same.
func FuzzImport(f *testing.F) {
	f.Add(exported)
	var records []*Record
	for _, c := range contents {
		records = append(records, create(f, `{"name":"x","comment":"c;\"","tags":["a:b","c:d,\" e"],`+c.sent+`}`))
	}
	for line := range strings.Lines(string(export(f, records))) {
		f.Add(line)
	}
	f.Add("a 60 A 192.0.2.1 ; x cf_tags=a:\"b\nb 60 ( TXT a ; b\n c ) ; cf_tags=a,b: c\n")
	f.Add("$TTL 5\n$GENERATE 1-3 a$ A 192.0.2.$ ; x\n\\[age:1 A 192.0.2.1;\t x\n")
	f.Fuzz(func(t *testing.T, text string) {
		opt := ImportOptions{MaxRecords: 100, MaxBytes: 1 << 20, MaxProblems: 20}
		imported, parsed, problems := Import(strings.NewReader(text), zone, opt)
		if len(imported) > parsed || parsed > 100 || len(problems) > 42 {
			t.Fatalf("%d of %d records, %d problems", len(imported), parsed, len(problems))
		}
		var records []*Record
		for _, i := range imported {
			checkRecord(t, i.Record)
			records = append(records, i.Record)
		}
		checkExport(t, records)
	})
}
