package record

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

const zone = "example.org."

// fields reads the members of a call.
func fields(t testing.TB, text string) *Fields {
	t.Helper()
	var f Fields
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return &f
}

// create returns the record that a call creates.
func create(t testing.TB, text string) *Record {
	t.Helper()
	r, problems := New(zone, fields(t, text))
	if r == nil {
		t.Fatalf("%s: %v", text, problems)
	}
	return r
}

// shape returns what the API shows of a record's rdata.
func shape(t testing.TB, r *Record) string {
	t.Helper()
	o := r.JSON("z", "example.org", false)
	var b strings.Builder
	fmt.Fprintf(&b, "%s", o.Content)
	if o.Priority != nil {
		fmt.Fprintf(&b, " | %d", *o.Priority)
	}
	if o.Data != nil {
		data, err := json.Marshal(o.Data)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, " | %s", data)
	}
	return b.String()
}

// stored returns a record as it comes back from its stored form.
func stored(t testing.TB, r *Record) *Record {
	t.Helper()
	b, err := r.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Decode(r.ID, b)
	if err != nil {
		t.Fatalf("%s %s: %v", r.Name, r.Content, err)
	}
	name, rrtype, rr, err := DecodeRR(b)
	if err != nil || name != r.Name || rrtype != r.Type || rr.String() != r.RR().String() {
		t.Fatalf("DecodeRR gives %s %d %v %v for %v", name, rrtype, rr, err, r.RR())
	}
	if name, rrtype, err = DecodeName(b); err != nil || name != r.Name || rrtype != r.Type {
		t.Fatalf("DecodeName gives %s %d %v", name, rrtype, err)
	}
	return back
}

// A record is the same after storing, and from the RR that it is served as.
func checkRecord(t testing.TB, r *Record) {
	t.Helper()
	if back := stored(t, r); !reflect.DeepEqual(back, r) {
		t.Fatalf("stored %#v\nread   %#v", r, back)
	}
	rr := r.RR()
	again, err := FromRR(rr)
	if err != nil {
		t.Fatalf("%v: %v", rr, err)
	}
	if !again.Same(r) || again.TTL != ServedTTL(r.TTL) {
		t.Fatalf("%v gives %v", rr, again.RR())
	}
	if !isText(r.Type) && !strings.EqualFold(again.Content, r.Content) {
		t.Fatalf("%v gives the content %q, was %q", rr, again.Content, r.Content)
	}
	buf := make([]byte, 1<<17)
	n, err := dns.PackRR(rr, buf, 0, nil, false)
	if err != nil {
		t.Fatalf("%v: %v", rr, err)
	}
	if _, generic := rr.(*dns.RFC3597); generic {
		return
	}
	back, _, err := dns.UnpackRR(buf[:n], 0)
	if err != nil || back.String() != rr.String() {
		t.Fatalf("%v is unpacked as %v: %v", rr, back, err)
	}
}

// All that a record has comes back, and times to the microsecond.
func TestStored(t *testing.T) {
	r := create(t, `{"type":"SRV","data":{"service":"_xmpp","proto":"_tcp","name":"im","priority":1,"weight":2,"port":3,"target":"a.example.net."},
		"comment":"ü; \"x\"","tags":["a:b","c"],"settings":{"x": 1},"ttl":60}`)
	r.ID = strings.Repeat("a1", 16)
	r.Created = time.Date(2026, 2, 3, 4, 5, 6, 7000, time.UTC)
	r.Modified, r.TagsModified = r.Created.Add(time.Hour), r.Created.Add(time.Minute)
	checkRecord(t, r)
	got, err := json.Marshal(r.JSON("zid", "example.org", true))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1","zone_id":"zid","zone_name":"example.org","name":"_xmpp._tcp.im.example.org","type":"SRV",` +
		`"content":"2 3 a.example.net","priority":1,"data":{"name":"im","port":3,"priority":1,"proto":"_tcp","service":"_xmpp","target":"a.example.net","weight":2},` +
		`"proxiable":false,"proxied":false,"ttl":60,"locked":false,"settings":{"x":1},"meta":{"read_only":true},"comment":"ü; \"x\"","tags":["a:b","c"],` +
		`"created_on":"2026-02-03T04:05:06.000007Z","modified_on":"2026-02-03T05:05:06.000007Z","tags_modified_on":"2026-02-03T04:06:06.000007Z"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Octets that were cut short or come from a later version are refused.
func TestDecodeRefuses(t *testing.T) {
	r := create(t, `{"type":"CAA","name":"www","content":"0 issue \"ca.example\"","comment":"c","tags":["t:v"]}`)
	b, err := r.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b {
		if _, err := Decode("", b[:i]); err == nil {
			t.Errorf("%d of %d octets are a record", i, len(b))
		}
	}
	for name, octets := range map[string][]byte{
		"later version":       append([]byte{2}, b[1:]...),
		"longer":              append(b[:len(b):len(b)], 0),
		"name not canonical":  {1, 4, 'W', 'W', 'W', '.', 0, 1, 1, 4, 1, 2, 3, 4},
		"address of 3 octets": {1, 2, 'w', '.', 0, 1, 1, 3, 1, 2, 3},
	} {
		if _, err := Decode("", octets); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, octets := range [][]byte{{1, 2, 'w', '.', 0, 1, 1, 3, 1, 2, 3}, {1, 2, 'w', '.', 0, 5, 1, 2, 0xc0, 0}, {1, 2, 'w', '.', 0, 16, 1, 1, 9}} {
		if _, _, rr, err := DecodeRR(octets); err == nil {
			t.Errorf("%v is %v", octets, rr)
		}
	}
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{`{"type":"MX","name":"a","content":"Mail.example.net","priority":1}`, `{"type":"MX","name":"A","content":"mail.EXAMPLE.net.","priority":1}`, true},
		{`{"type":"MX","name":"a","content":"mail.example.net","priority":1}`, `{"type":"MX","name":"a","content":"mail.example.net","priority":2}`, false},
		{`{"type":"MX","name":"a","content":"mail.example.net","priority":16705}`, `{"type":"MX","name":"a","content":"mail.example.net","priority":24929}`, false},
		{`{"type":"TXT","name":"a","content":"x y"}`, `{"type":"TXT","name":"a","content":"\"x\\032y\""}`, true},
		{`{"type":"TXT","name":"a","content":"x"}`, `{"type":"TXT","name":"a","content":"X"}`, false},
		{`{"type":"DS","name":"a","content":"1 8 1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`, `{"type":"DS","name":"a","content":"1 8 1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}`, true},
		{`{"type":"A","name":"a","content":"192.0.2.1"}`, `{"type":"A","name":"b","content":"192.0.2.1"}`, false},
	} {
		if got := create(t, c.a).Same(create(t, c.b)); got != c.same {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
}
