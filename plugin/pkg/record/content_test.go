package record

import (
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/zonefile"
)

const sha1, sha256 = "aabbccddeeff00112233AABBCCDDEEFF00112233", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// contents are records of each type: what is sent, what the API shows, what is served.
var contents = []struct{ sent, shown, rdata string }{
	{`"type":"A","content":"192.0.2.1"`, `192.0.2.1`, `192.0.2.1`},
	{`"type":"a","content":"192.0.2.1","proxied":false,"priority":null,"data":null`, `192.0.2.1`, `192.0.2.1`},
	{`"type":"AAAA","content":"2001:DB8:0:0::1"`, `2001:db8::1`, `2001:db8::1`},
	{`"type":"CNAME","content":"Host.example.net."`, `Host.example.net`, `Host.example.net.`},
	{`"type":"CNAME","content":"@"`, `example.org`, `example.org.`},
	{`"type":"CNAME","content":"bücher.example"`, `xn--bcher-kva.example`, `xn--bcher-kva.example.`},
	{`"type":"NS","content":"ns.example.net"`, `ns.example.net`, `ns.example.net.`},
	{`"type":"PTR","content":"host.example.net"`, `host.example.net`, `host.example.net.`},
	{`"type":"DNAME","content":"other.example"`, `other.example`, `other.example.`},
	{`"type":"MX","content":"mail.example.net","priority":10`, `mail.example.net | 10`, `10 mail.example.net.`},
	{`"type":"MX","content":".","priority":0.0`, `. | 0`, `0 .`},
	{`"type":"MX","content":"20 mail.example.net."`, `mail.example.net | 20`, `20 mail.example.net.`},
	{`"type":"SRV","data":{"priority":10,"weight":"5","port":5222.0,"target":"talk.example.net."},"content":"ignored"`,
		`5 5222 talk.example.net | 10 | {"port":5222,"priority":10,"target":"talk.example.net","weight":5}`, `10 5 5222 talk.example.net.`},
	{`"type":"SRV","priority":1,"data":{"weight":0,"port":1,"target":"."}`, `0 1 . | 1 | {"port":1,"priority":1,"target":".","weight":0}`, `1 0 1 .`},
	{`"type":"SRV","content":"0 5222 talk.example.net","priority":7`, `0 5222 talk.example.net | 7 | {"port":5222,"priority":7,"target":"talk.example.net","weight":0}`, `7 0 5222 talk.example.net.`},
	{`"type":"SRV","content":"7 0 5222 talk.example.net"`, `0 5222 talk.example.net | 7 | {"port":5222,"priority":7,"target":"talk.example.net","weight":0}`, `7 0 5222 talk.example.net.`},
	{`"type":"CAA","data":{"flags":0,"tag":"issue","value":"ca.example; account=\"1\""}`,
		`0 issue "ca.example; account=\"1\"" | {"flags":0,"tag":"issue","value":"ca.example; account=\"1\""}`, `0 issue "ca.example; account=\"1\""`},
	{`"type":"CAA","content":"128 iodef mailto:ca@example.org"`, `128 iodef "mailto:ca@example.org" | {"flags":128,"tag":"iodef","value":"mailto:ca@example.org"}`, `128 iodef "mailto:ca@example.org"`},
	{`"type":"DS","data":{"key_tag":1,"algorithm":13,"digest_type":1,"digest":"` + sha1 + `"}`,
		`1 13 1 ` + sha1 + ` | {"algorithm":13,"digest":"` + sha1 + `","digest_type":1,"key_tag":1}`, `1 13 1 ` + strings.ToUpper(sha1)},
	{`"type":"DS","content":"1 13 1 ` + sha1[:20] + " " + sha1[20:] + `"`,
		`1 13 1 ` + sha1 + ` | {"algorithm":13,"digest":"` + sha1 + `","digest_type":1,"key_tag":1}`, `1 13 1 ` + strings.ToUpper(sha1)},
	{`"type":"DNSKEY","data":{"flags":257,"protocol":3,"algorithm":13,"public_key":"AAEC Aw=="}`,
		`257 3 13 AAECAw== | {"algorithm":13,"flags":257,"protocol":3,"public_key":"AAECAw=="}`, `257 3 13 AAECAw==`},
	{`"type":"CERT","data":{"type":1,"key_tag":2,"algorithm":8,"certificate":"AAECAw=="}`,
		`1 2 8 AAECAw== | {"algorithm":8,"certificate":"AAECAw==","key_tag":2,"type":1}`, `PKIX 2 RSASHA256 AAECAw==`},
	{`"type":"SSHFP","data":{"algorithm":4,"type":1,"fingerprint":"` + sha1 + `"}`, `4 1 ` + sha1 + ` | {"algorithm":4,"fingerprint":"` + sha1 + `","type":1}`, `4 1 ` + strings.ToUpper(sha1)},
	{`"type":"TLSA","content":"3 1 1 ` + sha256 + `"`, `3 1 1 ` + sha256 + ` | {"certificate":"` + sha256 + `","matching_type":1,"selector":1,"usage":3}`, `3 1 1 ` + sha256},
	{`"type":"SMIMEA","data":{"usage":3,"selector":0,"matching_type":0,"certificate":"00FF"}`, `3 0 0 00FF | {"certificate":"00FF","matching_type":0,"selector":0,"usage":3}`, `3 0 0 00ff`},
	{`"type":"LOC","data":{"lat_degrees":37,"lat_minutes":46,"lat_seconds":46,"lat_direction":"N","long_degrees":122,"long_minutes":23,"long_seconds":35,"long_direction":"W","altitude":0,"size":100,"precision_horz":0,"precision_vert":0}`,
		`37 46 46.000 N 122 23 35.000 W 0.00 100.00 0.00 0.00 | {"altitude":0,"lat_degrees":37,"lat_direction":"N","lat_minutes":46,"lat_seconds":46,"long_degrees":122,"long_direction":"W","long_minutes":23,"long_seconds":35,"precision_horz":0,"precision_vert":0,"size":100}`,
		`37 46 46.000 N 122 23 35.000 W 0m 100m 0.00m 0.00m`},
	{`"type":"LOC","content":"1 2 3.5 s 4 e -1.5m"`,
		`1 2 3.500 S 4 0 0.000 E -1.50 1.00 10000.00 10.00 | {"altitude":-1.5,"lat_degrees":1,"lat_direction":"S","lat_minutes":2,"lat_seconds":3.5,"long_degrees":4,"long_direction":"E","long_minutes":0,"long_seconds":0,"precision_horz":10000,"precision_vert":10,"size":1}`,
		`01 02 3.500 S 04 00 0.000 E -1.50m 1m 10000m 10m`},
	{`"type":"NAPTR","data":{"order":10,"preference":100,"flags":"S","service":"SIP+D2U","regex":"!^(.*)$!sip:\\1@example.org!","replacement":"."}`,
		`10 100 "S" "SIP+D2U" "!^(.*)$!sip:\\1@example.org!" . | {"flags":"S","order":10,"preference":100,"regex":"!^(.*)$!sip:\\1@example.org!","replacement":".","service":"SIP+D2U"}`,
		`10 100 "S" "SIP+D2U" "!^(.*)$!sip:\\1@example.org!" .`},
	{`"type":"HTTPS","data":{"priority":1,"target":"www.unit.example.","value":" alpn=\"h3,h2\""}`,
		`1 www.unit.example. alpn="h3,h2" | {"priority":1,"target":"www.unit.example.","value":"alpn=\"h3,h2\""}`, `1 www.unit.example. alpn="h3,h2"`},
	{`"type":"SVCB","content":"1 . alpn=h2 port=8443"`, `1 . alpn="h2" port="8443" | {"priority":1,"target":".","value":"alpn=\"h2\" port=\"8443\""}`, `1 . alpn="h2" port="8443"`},
	{`"type":"HTTPS","data":{"priority":0,"target":"svc.example"}`, `0 svc.example. | {"priority":0,"target":"svc.example.","value":""}`, `0 svc.example.`},
	{`"type":"URI","priority":10,"data":{"weight":1,"target":"https://example.net/\"x\""}`,
		`1 "https://example.net/\"x\"" | 10 | {"priority":10,"target":"https://example.net/\"x\"","weight":1}`, `10 1 "https://example.net/\"x\""`},
	{`"type":"URI","content":"10 1 \"https://example.net/ a b\""`, `1 "https://example.net/ a b" | 10 | {"priority":10,"target":"https://example.net/ a b","weight":1}`, `10 1 "https://example.net/ a b"`},
	{`"type":"OPENPGPKEY","content":"AAECAw=="`, `AAECAw==`, `AAECAw==`},
	{`"type":"HINFO","content":"\"Intel CPU\" linux"`, `"Intel CPU" "linux"`, `"Intel CPU" "linux"`},
	{`"type":"RP","content":"admin.example.org. ."`, `admin.example.org. .`, `admin.example.org. .`},
	{`"type":"SPF","content":"v=spf1 -all"`, `v=spf1 -all`, `"v=spf1 -all"`},
	{`"type":"TYPE65400","content":"\\# 3 010203"`, `\# 3 010203`, `\# 3 010203`},
	{`"type":"TYPE1","content":"\\# 4 c0000201"`, `192.0.2.1`, `192.0.2.1`},
	{`"type":"APL","content":"1:192.0.2.0/24"`, `1:192.0.2.0/24`, `1:192.0.2.0/24`},
}

func TestContents(t *testing.T) {
	for _, c := range contents {
		r := create(t, `{"name":"x",`+c.sent+`}`)
		if got := shape(t, r); got != c.shown {
			t.Errorf("%s\nis shown  %s\nnot       %s", c.sent, got, c.shown)
		}
		rr := r.RR()
		got, err := zonefile.Rdata(rr)
		if err != nil || got != c.rdata {
			t.Errorf("%s\nis served as %s\nnot          %s", c.sent, got, c.rdata)
		}
		if h := rr.Header(); h.Name != "x.example.org." || h.Ttl != AutomaticSeconds || h.Class != dns.ClassINET {
			t.Errorf("%s has the header %v", c.sent, h)
		}
		checkRecord(t, r)
	}
}

// What the API shows makes the same record again, from each half.
func TestHalves(t *testing.T) {
	for _, c := range contents {
		r := create(t, `{"name":"x",`+c.sent+`}`)
		o := r.JSON("", "", false)
		sent := map[string]any{"name": o.Name, "type": o.Type, "content": o.Content, "priority": o.Priority}
		if back := create(t, encode(t, sent)); !back.Same(r) || shape(t, back) != shape(t, r) {
			t.Errorf("%s: by content %s", c.sent, shape(t, back))
		}
		if o.Data == nil {
			continue
		}
		sent["content"], sent["data"] = "ignored", o.Data
		if back := create(t, encode(t, sent)); !back.Same(r) || shape(t, back) != shape(t, r) {
			t.Errorf("%s: by data %s", c.sent, shape(t, back))
		}
	}
}

// A TXT is shown as it was sent, and served as it is meant.
func TestText(t *testing.T) {
	long := strings.Repeat("x", 255)
	for _, c := range []struct{ content, served string }{
		{`hello`, `"hello"`},
		{`v=spf1 include:example.net ~all`, `"v=spf1 include:example.net ~all"`},
		{`"hello"`, `"hello"`},
		{`"hello" "world"`, `"hello" "world"`},
		{`"hello""world"`, `"hello" "world"`},
		{`""`, `""`},
		{`"`, `"\""`},
		{`a "b" c`, `"a \"b\" c"`},
		{`a\b;c`, `"a\\b;c"`},
		{`"a\"b\\c\032d;e"`, `"a\"b\\c d;e"`},
		{`"a\bc"`, `"abc"`},
		{`ü`, `"\195\188"`},
		{`"ü"`, `"\195\188"`},
		{long + "y", `"` + long + `" "y"`},
		{`"` + long + `y"`, `"` + long + `" "y"`},
	} {
		r := create(t, `{"name":"x","type":"TXT","content":`+encode(t, c.content)+`}`)
		rr := r.RR()
		if got := strings.TrimPrefix(rr.String(), rr.Header().String()); r.Content != c.content || got != c.served {
			t.Errorf("%s is shown %s and served %s, not %s", c.content, r.Content, got, c.served)
		}
		checkRecord(t, r)
		if back, err := FromRR(rr); err != nil || !back.Same(r) {
			t.Errorf("%s: %v %v", c.content, back, err)
		}
	}
}

// Octets that JSON has no text for stand in content alone, and come back from there.
func TestOctets(t *testing.T) {
	r := create(t, `{"name":"x","type":"CAA","content":"0 issue \"a\\255\"","data":{}}`)
	o := r.JSON("", "", false)
	if o.Data != nil || o.Content != `0 issue "a\255"` {
		t.Errorf("%s %v", o.Content, o.Data)
	}
}

// Records of a zone file are of any type, and owners of any letter case.
func TestFromRR(t *testing.T) {
	for _, c := range []struct{ line, content string }{
		{"WWW.Example.ORG. 0 IN A 192.0.2.1", "192.0.2.1"},
		{"example.org. 60 IN SOA ns.example.org. host.example.org. 1 2 3 4 5", "ns.example.org. host.example.org. 1 2 3 4 5"},
		{"example.org. 60 IN RRSIG A 8 2 60 20260101000000 20250101000000 1 example.org. AAEC", "A 8 2 60 20260101000000 20250101000000 1 example.org. AAEC"},
		{`example.org. 60 IN TXT "\195\188 \000" "b"`, `"ü \000" "b"`},
		{`example.org. 60 IN TYPE65400 \# 0`, `\# 0`},
	} {
		rr, err := zonefile.ParseRecord(c.line, zonefile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := FromRR(rr)
		if err != nil || r.Content != c.content || r.Name != strings.ToLower(r.Name) || r.TTL != rr.Header().Ttl {
			t.Errorf("%s gives %+v, %v", c.line, r, err)
			continue
		}
		checkRecord(t, r)
	}
	for _, rr := range []dns.RR{
		&dns.A{Hdr: dns.RR_Header{Name: "x.", Rrtype: dns.TypeA, Class: dns.ClassCHAOS}, A: []byte{192, 0, 2, 1}},
		&dns.A{Hdr: dns.RR_Header{Name: "x..", Rrtype: dns.TypeA, Class: dns.ClassINET}, A: []byte{192, 0, 2, 1}},
		&dns.A{Hdr: dns.RR_Header{Name: "x.", Rrtype: dns.TypeA, Class: dns.ClassINET}},
		&dns.RFC3597{Hdr: dns.RR_Header{Name: "x.", Rrtype: dns.TypeA, Class: dns.ClassINET}, Rdata: "00"},
	} {
		if r, err := FromRR(rr); err == nil {
			t.Errorf("%v gives %+v", rr, r)
		}
	}
}
