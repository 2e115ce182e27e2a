package scenario

import (
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

func TestParseQuery(t *testing.T) {
	q, err := ParseQuery(strings.Fields("@127.0.0.2 -b 127.0.0.5 -p 1053 -c CH example.org TYPE65280 +tcp +norec +cd +ad +dnssec +bufsize=4096 +timeout=3 +opcode=NOTIFY"))
	if err != nil {
		t.Fatal(err)
	}
	if q.Server.String() != "127.0.0.2" || q.Client.String() != "127.0.0.5" || q.Over("udp") || !q.Over("tcp") || q.Timeout != 3*time.Second {
		t.Errorf("parsed %+v", q)
	}
	m := q.Msg()
	opt := m.IsEdns0()
	if m.RecursionDesired || !m.CheckingDisabled || !m.AuthenticatedData || m.Opcode != dns.OpcodeNotify ||
		m.Question[0] != (dns.Question{Name: "example.org.", Qtype: 65280, Qclass: dns.ClassCHAOS}) || !opt.Do() || opt.UDPSize() != 4096 {
		t.Errorf("request %v", m)
	}
	plain, err := ParseQuery([]string{"example.org", "+noedns"})
	if err != nil {
		t.Fatal(err)
	}
	if m := plain.Msg(); m.IsEdns0() != nil || !m.RecursionDesired || m.Question[0].Qtype != dns.TypeA {
		t.Errorf("request %v", m)
	}
}

func TestParseQueryErrors(t *testing.T) {
	for _, tc := range []struct{ words, want string }{
		{"", "want NAME"}, {"a A b", "want NAME"}, {"a NONE1", "unknown type"}, {"-x a", "unknown flag"},
		{"a -b", "needs a value"}, {"a -b here", "unable to parse IP"}, {"a -c XX", "unknown class"},
		{"a +what", "unknown option +what"}, {"a +bufsize=big", "+bufsize needs a number"}, {"a +opcode=X", "unknown opcode"},
	} {
		if _, err := ParseQuery(strings.Fields(tc.words)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("dig %s: got error %v, want one with %q", tc.words, err, tc.want)
		}
	}
}

func record(t *testing.T, text string) dns.RR {
	t.Helper()
	rr, err := dns.NewRR(text)
	if err != nil {
		t.Fatal(err)
	}
	return rr
}

func TestRender(t *testing.T) {
	request, err := ParseQuery([]string{"example.org", "+dnssec"})
	if err != nil {
		t.Fatal(err)
	}
	asked := request.Msg()
	m := new(dns.Msg).SetReply(asked)
	m.Authoritative = true
	m.Answer = []dns.RR{record(t, "example.org. 5 IN A 192.0.2.2"), record(t, "example.org. 5 IN A 192.0.2.1"), record(t, `example.org. 5 IN TXT "a  b"`)}
	m.SetEdns0(1232, true)
	m.IsEdns0().Option = []dns.EDNS0{&dns.EDNS0_EDE{InfoCode: dns.ExtendedErrorCodeOther, ExtraText: "why"}}
	want := []string{
		";; status: NOERROR, flags: qr aa rd",
		"; EDNS: version: 0, flags: do; udp: 1232",
		"; EDE: 0 (Other): (why)",
		";; ANSWER SECTION:",
		"example.org. 5 IN A 192.0.2.1",
		"example.org. 5 IN A 192.0.2.2",
		`example.org. 5 IN TXT "a  b"`,
	}
	if got := request.Render(asked, m); !Equal(got, want) {
		t.Errorf("rendered, against what was wanted:\n%s", Diff(got, want))
	}
	m.Id++
	if got := request.Render(asked, m); !strings.Contains(strings.Join(got, "\n"), "WARNING: the identifier") {
		t.Errorf("a wrong identifier went unnoticed:\n%s", strings.Join(got, "\n"))
	}
}

func TestRenderParts(t *testing.T) {
	for _, tc := range []struct{ options, want string }{
		{"+short", "192.0.2.1"},
		{"+noall +answer", "example.org. 5 IN A 192.0.2.1"},
		{"+noall +answer +nottlid", "example.org. IN A 192.0.2.1"},
	} {
		q, err := ParseQuery(append([]string{"example.org"}, strings.Fields(tc.options)...))
		if err != nil {
			t.Fatal(err)
		}
		asked := q.Msg()
		m := new(dns.Msg).SetReply(asked)
		m.Answer = []dns.RR{record(t, "example.org. 5 IN A 192.0.2.1")}
		if got := strings.Join(q.Render(asked, m), "\n"); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.options, got, tc.want)
		}
	}
}
