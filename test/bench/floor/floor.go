package main

import (
	"context"
	"os"
	"slices"
	"strings"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"
	"github.com/miekg/dns"
)

// floor answers from a map. Read-only after setup.
type floor struct {
	answers map[string]answer // by name in lower case
	packed  bool
	denial  []dns.RR // the SOA
}

// answer is one name's answer in both forms; one of them is empty.
type answer struct {
	rrs  []dns.RR
	wire []byte // from the header on, with ID and RD to be filled in
}

func setup(c *caddy.Controller) error {
	f := &floor{answers: map[string]answer{}}
	for c.Next() {
		args := c.RemainingArgs()
		if len(args) != 3 || args[0] != "packed" && args[0] != "messages" {
			return plugin.Error("floor", c.ArgErr())
		}
		f.packed = args[0] == "packed"
		if err := f.read(args[1], dns.Fqdn(args[2])); err != nil {
			return plugin.Error("floor", err)
		}
	}
	dnsserver.GetConfig(c).AddPlugin(func(plugin.Handler) plugin.Handler { return f })
	return nil
}

// read takes the A records and the SOA of a master file.
func (f *floor) read(path, origin string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	parser := dns.NewZoneParser(file, origin, path)
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		name := strings.ToLower(rr.Header().Name)
		switch rr := rr.(type) {
		case *dns.A:
			if f.answers[name], err = f.prepare(rr); err != nil {
				return err
			}
		case *dns.SOA:
			f.denial = []dns.RR{rr}
		}
	}
	return parser.Err()
}

func (f *floor) prepare(rr dns.RR) (answer, error) {
	if !f.packed {
		return answer{rrs: []dns.RR{rr}}, nil
	}
	m := new(dns.Msg).SetQuestion(rr.Header().Name, dns.TypeA)
	m.Response, m.Authoritative, m.RecursionDesired, m.Compress = true, true, false, true
	m.Answer = []dns.RR{rr}
	wire, err := m.Pack()
	return answer{wire: wire}, err
}

// Name implements the plugin.Handler interface.
func (f *floor) Name() string { return "floor" }

// ServeDNS implements the plugin.Handler interface.
func (f *floor) ServeDNS(_ context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
	a, ok := f.answers[strings.ToLower(r.Question[0].Name)]
	if f.packed && ok {
		return f.write(w, r, a.wire)
	}
	m := new(dns.Msg)
	m.SetReply(r)
	m.Authoritative, m.RecursionAvailable = true, true
	if ok {
		m.Answer = a.rrs
	} else {
		m.Rcode, m.Ns = dns.RcodeNameError, f.denial
	}
	return dns.RcodeSuccess, w.WriteMsg(m)
}

// write sends a copy of prepared octets with the header bits of the query.
func (f *floor) write(w dns.ResponseWriter, r *dns.Msg, wire []byte) (int, error) {
	out := slices.Clone(wire)
	out[0], out[1] = byte(r.Id>>8), byte(r.Id)
	if r.RecursionDesired {
		out[2] |= 1
		out[3] |= 0x80
	}
	_, err := w.Write(out)
	return dns.RcodeSuccess, err
}
