package scenario

import (
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestTransports(t *testing.T) {
	for _, tc := range []struct{ options, networks string }{
		{"", "udp tcp"},
		{"+tcp", "tcp"},
		{"+notcp", "udp"},
		{"+tls", "tls"},
		{"+https +http3 +quic", "https https3 quic"},
		{"+tcp +quic +tls +tcp", "tcp quic tls"},
	} {
		q, err := ParseQuery(append([]string{"example.org"}, strings.Fields(tc.options)...))
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.Fields(tc.networks); !slices.Equal(q.Networks, want) {
			t.Errorf("%s: asked over %q, want %q", tc.options, q.Networks, want)
		}
	}
	q, err := ParseQuery([]string{"example.org", "+tls", "+tls-hostname=dns.example.org", "+tls-cert=alice"})
	if err != nil || q.Hostname != "dns.example.org" || q.Certificate != "alice" {
		t.Errorf("parsed %+v, error %v", q, err)
	}
}

func TestProxy(t *testing.T) {
	for _, tc := range []struct{ value, client, server string }{
		{"192.0.2.7", "192.0.2.7:49152", "invalid AddrPort"},
		{"192.0.2.7#5353-192.0.2.53", "192.0.2.7:5353", "192.0.2.53:53"},
		{"2001:db8::7-2001:db8::53#5300", "[2001:db8::7]:49152", "[2001:db8::53]:5300"},
		{"::ffff:192.0.2.7", "192.0.2.7:49152", "invalid AddrPort"},
	} {
		q, err := ParseQuery([]string{"example.org", "+proxy=" + tc.value})
		if err != nil {
			t.Fatal(err)
		}
		if q.Proxy.Client.String() != tc.client || q.Proxy.Server.String() != tc.server {
			t.Errorf("+proxy=%s: got %v, want %s and %s", tc.value, q.Proxy, tc.client, tc.server)
		}
	}
	if q, err := ParseQuery([]string{"example.org"}); err != nil || q.Proxy != (Proxy{netip.AddrPort{}, netip.AddrPort{}}) {
		t.Errorf("no +proxy: got %v, error %v", q.Proxy, err)
	}
}

func TestTransportErrors(t *testing.T) {
	for _, tc := range []struct{ option, want string }{
		{"+tls-hostname", "+tls-hostname needs a name"},
		{"+tls-cert=", "+tls-cert needs a name"},
		{"+proxy", "+proxy: want CLIENT[#PORT][-SERVER[#PORT]]"},
		{"+proxy=192.0.2.1-", "+proxy: want CLIENT[#PORT][-SERVER[#PORT]]"},
		{"+proxy=192.0.2.1#many", `+proxy: port needs a number, got "many"`},
		{"+proxy=192.0.2.1-2001:db8::1", "+proxy: 192.0.2.1 and 2001:db8::1 are of different families"},
	} {
		if _, err := ParseQuery([]string{"example.org", tc.option}); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got error %v, want one with %q", tc.option, err, tc.want)
		}
	}
}

func TestClients(t *testing.T) {
	s, err := Parse([]byte(strings.Replace(good, "-- script --", `-- clients --
# who asks
alice cn=Alice ou=dns ou=web email=alice@example.org email=a@example.org

mallory foreign subject-email=mallory@example.org
-- script --`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	want := []Client{
		{Name: "alice", CommonName: "Alice", Units: []string{"dns", "web"}, Emails: []string{"alice@example.org", "a@example.org"}},
		{Name: "mallory", Foreign: true, SubjectEmail: "mallory@example.org"},
	}
	if !reflect.DeepEqual(s.Clients, want) {
		t.Errorf("got %+v, want %+v", s.Clients, want)
	}
	if _, laidOut := s.Files[clientsFile]; laidOut {
		t.Error("the declarations are a file of the server")
	}
}

func TestClientErrors(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"# nobody\n", "clients declares no certificate"},
		{"alice\nbob cn\n", `clients:2: "cn" is not NAME=VALUE`},
		{"alice cn=\n", `clients:1: "cn=" is not NAME=VALUE`},
		{"alice shoe=44\n", `clients:1: unknown property "shoe", known are: foreign cn ou subject-email email`},
	} {
		archive := "SPEC 7: x\n-- Corefile --\n-- clients --\n" + tc.text + "-- error --\n"
		if _, err := Parse([]byte(archive)); err == nil || err.Error() != tc.want {
			t.Errorf("%q: got error %v, want %s", tc.text, err, tc.want)
		}
	}
}
