package record

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// kept returns a record that was written to a backup and read again.
func kept(t *testing.T, r *Record) (*Record, string) {
	t.Helper()
	text, err := json.Marshal(r.Keep())
	if err != nil {
		t.Fatal(err)
	}
	var k Kept
	if err := json.Unmarshal(text, &k); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	again, err := k.Record()
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return again, string(text)
}

// A backup keeps all that is stored, whatever the type and the notation.
func TestKept(t *testing.T) {
	for _, text := range []string{
		`{"type":"A","content":"192.0.2.1"}`, `{"type":"AAAA","content":"2001:db8::1"}`, `{"type":"AAAA","content":"::ffff:192.0.2.1"}`,
		`{"type":"CNAME","content":"WWW.Example.org"}`, `{"type":"NS","content":"@"}`, `{"type":"PTR","content":"a\\.b.example"}`,
		`{"type":"MX","content":"mail.example","priority":10}`, `{"type":"MX","content":"@","priority":0}`,
		`{"type":"SRV","data":{"priority":1,"weight":2,"port":3,"target":".","service":"_sip","proto":"_tcp","name":"x"},"name":"_sip._tcp"}`,
		`{"type":"TXT","content":"plain, not quoted"}`, `{"type":"TXT","content":"\"in quotes\" \"two; texts\""}`, `{"type":"TXT","content":"\"\\009 \\200\""}`,
		`{"type":"TXT","content":"<&> ä","comment":"a <b> & c","tags":["team:dns","x"],"settings":{"ipv4_only":true}}`,
		`{"type":"CAA","data":{"flags":0,"tag":"issue","value":"ca.example; x=\"1\""}}`, `{"type":"URI","content":"5 \"https://x.example/\"","priority":4}`,
		`{"type":"LOC","content":"51 30 12.748 N 0 7 39.611 W 0.00m 0.00m 0.00m 0.00m"}`,
		`{"type":"TLSA","content":"3 1 1 0B9FA5A59EED715C26C1020C711B4F6EC42D58B0015E14337A39DAD301C5AFC3"}`,
		`{"type":"SSHFP","content":"2 1 123456789abcdef67890123456789abcdef67890"}`, `{"type":"HTTPS","content":"1 . alpn=\"h2,h3\" ipv4hint=192.0.2.1"}`,
		`{"type":"NAPTR","content":"100 10 \"S\" \"SIP+D2U\" \"!^.*$!sip:x@example!\" ."}`, `{"type":"DS","content":"60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118"}`,
		`{"type":"CERT","content":"1 2 3 AwEAAQ=="}`, `{"type":"SVCB","content":"0 other.example"}`,
	} {
		var f Fields
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			t.Fatal(err)
		}
		if f.Name == nil {
			f.Name = json.RawMessage(`"WWW"`)
		}
		r, problems := New("corp.example.", &f)
		if r == nil {
			t.Errorf("%s: %v", text, problems)
			continue
		}
		r.ID, r.Created, r.Modified = "00112233445566778899aabbccddeeff", time.UnixMicro(1_700_000_000_000_001).UTC(), time.UnixMicro(1_700_000_000_000_002).UTC()
		if r.Comment != "" {
			r.CommentModified = r.Modified
		}
		holdKept(t, r)
	}
}

// holdKept holds that a record is stored as before once it was kept.
func holdKept(t *testing.T, r *Record) {
	t.Helper()
	again, text := kept(t, r)
	want, err := r.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := again.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	if again.ID != r.ID || again.Content != r.Content || !bytes.Equal(got, want) {
		t.Errorf("%s is read as %+v, was %+v", text, again, r)
	}
	if _, next := kept(t, again); next != text {
		t.Errorf("%s is written again as %s", text, next)
	}
}

// Rdata that no content stands for are kept as they are.
func TestKeptRdata(t *testing.T) {
	for _, rr := range []dns.RR{
		&dns.RFC3597{Hdr: dns.RR_Header{Name: "x.example.", Rrtype: 65280, Class: dns.ClassINET, Ttl: 60}, Rdata: "0102ff"},
		&dns.TXT{Hdr: dns.RR_Header{Name: "x.example.", Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 60}, Txt: []string{"a\\000b", ""}},
		&dns.CNAME{Hdr: dns.RR_Header{Name: "x.example.", Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: 60}, Target: "\\@."},
		&dns.DNSKEY{Hdr: dns.RR_Header{Name: "x.example.", Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET, Ttl: 60}, Flags: 256, Protocol: 3, Algorithm: 8, PublicKey: "AwEAAQ=="},
	} {
		r, err := FromRR(rr)
		if err != nil {
			t.Fatal(err)
		}
		r.ID = "00112233445566778899aabbccddeeff"
		if _, err := ParseType(r.Keep().Type); err != nil {
			continue // of a type that no account holds
		}
		holdKept(t, r)
	}
}

func TestKeptRefused(t *testing.T) {
	for _, c := range []Kept{
		{Name: "x.example.", Type: "A", Content: "2001:db8::1"},
		{Name: "x.example.", Type: "A", Content: "192.0.2.1", Rdata: "c0000202"},
		{Name: "x.example.", Type: "A", Content: "192.0.2.1", Rdata: "zz"},
		{Name: "X.example.", Type: "A", Content: "192.0.2.1"},
		{Name: "x.example.", Type: "NONE", Content: "192.0.2.1"},
		{Name: "x.example.", Type: "A", Content: "192.0.2.1", TTL: 1 << 31},
		{Name: "x.example.", Type: "MX", Content: "mail.example"},
		{Name: "x.example.", Type: "A", Content: "192.0.2.1", Settings: json.RawMessage(`[]`)},
		{Name: "x.example.", Type: "A", Content: "192.0.2.1", Tags: []string{"no space allowed:\x00"}},
	} {
		if r, err := c.Record(); err == nil {
			t.Errorf("%+v is taken as %+v", c, r)
		}
	}
}
