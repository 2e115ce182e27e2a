package test

import (
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/datagram"
	"github.com/internaldns/internaldns/test/loopback"
)

// onLinux skips a test where there is no fast_udp.
func onLinux(t testing.TB) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("fast_udp is of Linux")
	}
}

// fastBlock is a server block with one zone; the first line is its keys, what else the caller
// adds stands in it.
const fastBlock = `%s {
	bind 127.0.0.1
	%s
	internalzone example.org {
		record "www A 192.0.2.1"
	}
	dnsview all example.org
	resolverpolicy {
		fast_udp
	}
	resolverpolicy all {
		view all
	}
}
`

// hosts returns the addresses that a server's plain UDP sockets have, in order.
func (s *server) hosts(t *testing.T) (all []string) {
	t.Helper()
	for _, l := range s.instance.Servers() {
		if l.LocalAddr() == nil {
			continue
		}
		at := netip.MustParseAddrPort(l.LocalAddr().String())
		if address := at.String(); s.schemeAt(at.Port()) == "dns" && !slices.Contains(all, address) {
			all = append(all, address)
		}
	}
	slices.Sort(all)
	return all
}

// wantA asks an address over UDP.
func wantA(t *testing.T, address, name string, rcode int, answers int) {
	t.Helper()
	r, err := dns.Exchange(new(dns.Msg).SetQuestion(name, dns.TypeA), address)
	if err != nil || r.Rcode != rcode || len(r.Answer) != answers {
		t.Errorf("%s at %s: %v, %v", name, address, r, err)
	}
}

// Whatever keeps a block from having sockets of its own is said in one line, and the block
// answers as ever.
func TestFastUDPOff(t *testing.T) {
	onLinux(t)
	const off = "[WARNING] plugin/resolverpolicy: Corefile:%d: fast_udp is off: %s"
	above := func(name string) string {
		return fmt.Sprintf("the plugin %s stands above and has to see every query", name)
	}
	block := func(lines string) string { return fmt.Sprintf(fastBlock, ".:0", lines) }
	for name, row := range map[string]struct{ corefile, why string }{
		"log":           {block("log"), above("log")},
		"metadata":      {block("metadata"), above("metadata")},
		"any":           {block("any"), above("any")},
		"acl":           {block("acl {\n\t\tallow\n\t}"), above("acl")},
		"rewrite":       {block("rewrite class CH IN"), above("rewrite")},
		"several":       {block("errors\n\tlog\n\tmetadata"), above("metadata")},
		"view":          {block("view everybody {\n\t\texpr true\n\t}"), "the plugin view chooses among server blocks"},
		"proxyproto":    {block("proxyproto {\n\t\tallow 192.0.2.0/24\n\t}"), "the plugin proxyproto reads every datagram"},
		"tsig":          {block("tsig {\n\t\tsecret key. c2VjcmV0\n\t}"), above("tsig")},
		"another block": {block("") + strings.ReplaceAll(fmt.Sprintf(fastBlock, "example.net:0", ""), "resolverpolicy {\n\t\tfast_udp\n\t}\n", ""), "another server block has the port PORT, too"},
		"second block":  {fmt.Sprintf(fastBlock, "example.org:0", "") + ".:0 {\n\tbind 127.0.0.2\n\twhoami\n}\n", "another server block has the port PORT, too"},
	} {
		t.Run(name, func(t *testing.T) {
			logged := captureLog(t)
			s := startFor(t, row.corefile)
			lines := slices.DeleteFunc(strings.Split(logged.all(), "\n"), func(l string) bool { return !strings.Contains(l, "fast_udp") })
			line := strings.Count(row.corefile[:strings.Index(row.corefile, "fast_udp")], "\n") + 1
			want := fmt.Sprintf(off, line, strings.ReplaceAll(row.why, "PORT", fmt.Sprint(s.ports["dns"])))
			if len(lines) != 1 || lines[0] != want {
				t.Errorf("\ngot  %q\nwant %q", lines, want)
			}
			for _, address := range s.hosts(t) {
				if datagram.Serving(address) != nil {
					t.Errorf("%s is served with fast_udp", address)
				}
			}
			wantA(t, s.hosts(t)[0], "www.example.org.", dns.RcodeSuccess, 1)
		})
	}
}

// A block without plain DNS has nothing that fast_udp concerns.
func TestFastUDPEncryptedOnly(t *testing.T) {
	onLinux(t)
	before := fastQueries(t, "answered")
	logged := captureLog(t)
	s := startFor(t, fmt.Sprintf(fastBlock, "tls://.:0", ""))
	wantLines(t, logged)
	if hosts := s.hosts(t); len(hosts) > 0 {
		t.Errorf("sockets at %v", hosts)
	}
	if after := fastQueries(t, "answered"); after != before {
		t.Error("something was answered")
	}
}

// Blocks that share a port of another transport have nothing to do with each other here.
func TestFastUDPBesideEncrypted(t *testing.T) {
	onLinux(t)
	logged := captureLog(t)
	s := startFor(t, fmt.Sprintf(fastBlock, "dns://.:0 tls://.:0", "")+"tls://example.net:0 {\n\tbind 127.0.0.1\n\twhoami\n}\n")
	wantLines(t, logged)
	address := s.hosts(t)[0]
	servingFast(t, address)
	wantA(t, address, "www.example.org.", dns.RcodeSuccess, 1)
}

// wantLines reports what the log says of fast_udp.
func wantLines(t *testing.T, logged *capture, want ...string) {
	t.Helper()
	if got := logged.drain(); !slices.Equal(got, want) {
		t.Errorf("logged %q, want %q", got, want)
	}
}

func TestFastUDPTwice(t *testing.T) {
	s, err := start(strings.Replace(fmt.Sprintf(fastBlock, ".:0", ""), "fast_udp", "fast_udp\n\t\tfast_udp", 1))
	if err == nil {
		s.stop(t)
		t.Fatal("it starts")
	}
	if !strings.Contains(err.Error(), "Corefile:10: resolverpolicy: property fast_udp is repeated") {
		t.Error(err)
	}
	s, err = start(strings.Replace(fmt.Sprintf(fastBlock, ".:0", ""), "fast_udp", "fast_udp on", 1))
	if err == nil {
		s.stop(t)
		t.Fatal("it starts with an argument")
	}
}

// With plugins above that only look on, and with every way to have addresses, queries are
// answered from sockets of the suite's own.
func TestFastUDPOn(t *testing.T) {
	onLinux(t)
	plain := fmt.Sprintf(fastBlock, ".:0", "")
	for name, row := range map[string]struct {
		corefile string
		hosts    int
		outside  int // rcode for a name outside the zones
	}{
		"plain":              {plain, 1, dns.RcodeRefused},
		"watched":            {fmt.Sprintf(fastBlock, ".:0", "errors\n\tprometheus 127.0.0.1:0"), 1, dns.RcodeRefused},
		"watched, stopped":   {fmt.Sprintf(fastBlock, ".:0", "errors {\n\t\tconsolidate 1m .*\n\t}"), 1, dns.RcodeRefused},
		"other directives":   {fmt.Sprintf(fastBlock, ".:0", "debug\n\troot /\n\treload 1h"), 1, dns.RcodeRefused},
		"IPv6":               {strings.Replace(plain, "bind 127.0.0.1", "bind ::1", 1), 1, dns.RcodeRefused},
		"addresses":          {strings.Replace(plain, "bind 127.0.0.1", "bind 127.0.0.1 127.0.0.2 ::1", 1), 3, dns.RcodeRefused},
		"sockets":            {fmt.Sprintf(fastBlock, ".:0", "multisocket 3"), 1, dns.RcodeRefused},
		"keys":               {fmt.Sprintf(fastBlock, "example.org:0 b.example:0", ""), 1, dns.RcodeRefused},
		"one zone":           {fmt.Sprintf(fastBlock, "example.org:0", ""), 1, dns.RcodeRefused},
		"a zone within":      {fmt.Sprintf(fastBlock, "www.EXAMPLE.org:0 x.test:0", ""), 1, dns.RcodeRefused},
		"plain and over TLS": {fmt.Sprintf(fastBlock, ".:0 tls://.:0", ""), 1, dns.RcodeRefused},
	} {
		t.Run(name, func(t *testing.T) {
			logged := captureLog(t)
			s := startFor(t, row.corefile)
			hosts := s.hosts(t)
			if len(hosts) != row.hosts {
				t.Fatalf("addresses: %v", hosts)
			}
			for _, address := range hosts {
				servingFast(t, address)
				answered := fastQueries(t, "answered")
				wantA(t, address, "www.example.org.", dns.RcodeSuccess, 1)
				wantA(t, address, "WWW.example.ORG.", dns.RcodeSuccess, 1)
				wantA(t, address, "elsewhere.example.", row.outside, 0)
				if !eventually(func() bool { return fastQueries(t, "answered") >= answered+2 }) {
					t.Errorf("%s: %v queries were answered by fast_udp, %v passed on", address, fastQueries(t, "answered")-answered, fastQueries(t, "passed"))
				}
			}
			wantLines(t, logged)
		})
	}
}

// A socket without an address answers from the address asked.
func TestFastUDPWildcard(t *testing.T) {
	onLinux(t)
	port, err := loopback.Everywhere()
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf(":%d", port)
	startFor(t, strings.Replace(fmt.Sprintf(fastBlock, "."+address, ""), "\tbind 127.0.0.1\n", "", 1))
	servingFast(t, address)
	answered := fastQueries(t, "answered")
	for _, host := range []string{"127.0.0.1", "127.0.0.9", "::1"} {
		wantA(t, net.JoinHostPort(host, address[1:]), "www.example.org.", dns.RcodeSuccess, 1)
	}
	if !eventually(func() bool { return fastQueries(t, "answered") >= answered+3 }) {
		t.Errorf("%v of 3 queries were answered by fast_udp", fastQueries(t, "answered")-answered)
	}
}
