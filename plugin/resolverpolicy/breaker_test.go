package resolverpolicy

import (
	"net"
	"testing"
	"time"

	"github.com/miekg/dns"
)

func TestBreaker(t *testing.T) {
	var b breaker
	now := time.Unix(1_767_225_600, 0)
	enter := func(want bool) {
		t.Helper()
		if got := b.enter(now); got != want {
			t.Errorf("after %d failures with %d waiting: enter = %t, want %t", b.failures.Load(), b.waiting.Load(), got, want)
		}
	}
	for range maxWaiting {
		enter(true)
	}
	enter(false) // no more wait, whatever happens
	for range maxWaiting {
		b.leave(answered)
	}
	enter(true)
	for range brokenAfter - 1 {
		b.leave(unanswered)
		enter(true)
	}
	b.leave(unanswered) // the last one that breaks it
	enter(true)         // a probe
	enter(false)
	now = now.Add(probeEvery)
	enter(true)
	for range maxProbes - 2 {
		now = now.Add(probeEvery)
		enter(true)
	}
	now = now.Add(probeEvery)
	enter(false) // all probes wait
	b.leave(unanswered)
	now = now.Add(probeEvery)
	enter(true)
	b.leave(answered) // one is answered
	for range 100 {
		enter(true)
	}
}

// reached is a writer that notes what gets to the client.
type reached struct {
	dns.ResponseWriter
	messages int
	octets   int
}

func (r *reached) WriteMsg(*dns.Msg) error       { r.messages++; return nil }
func (r *reached) Write(buf []byte) (int, error) { r.octets += len(buf); return len(buf), nil }
func (r *reached) RemoteAddr() net.Addr          { return nil }

// TestVerifier holds which replies reach the client.
func TestVerifier(t *testing.T) {
	request := new(dns.Msg).SetQuestion("WWW.example.org.", dns.TypeA)
	for name, c := range map[string]struct {
		change func(*dns.Msg)
		passes bool
	}{
		"answer":            {func(*dns.Msg) {}, true},
		"other letter case": {func(m *dns.Msg) { m.Question[0].Name = "www.EXAMPLE.org." }, true},
		"refused":           {func(m *dns.Msg) { m.Rcode = dns.RcodeRefused }, true},
		"refused, bare":     {func(m *dns.Msg) { m.Rcode, m.Question = dns.RcodeRefused, nil }, true},
		"no question":       {func(m *dns.Msg) { m.Question = nil }, false},
		"two questions":     {func(m *dns.Msg) { m.Question = append(m.Question, m.Question[0]) }, false},
		"other name":        {func(m *dns.Msg) { m.Question[0].Name = "example.org." }, false},
		"other type":        {func(m *dns.Msg) { m.Question[0].Qtype = dns.TypeAAAA }, false},
		"other class":       {func(m *dns.Msg) { m.Question[0].Qclass = dns.ClassCHAOS }, false},
		"a query":           {func(m *dns.Msg) { m.Response = false }, false},
		"FORMERR":           {func(m *dns.Msg) { m.Rcode = dns.RcodeFormatError }, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := new(dns.Msg).SetReply(request)
			c.change(m)
			w := new(reached)
			o := verify(w, request)
			if err := o.WriteMsg(m); err != nil {
				t.Fatal(err)
			}
			if (w.messages == 1) != c.passes || o.written != c.passes || o.refused == c.passes {
				t.Errorf("%d messages, written %t, refused %t; want it to pass: %t", w.messages, o.written, o.refused, c.passes)
			}
		})
	}
	for first, passes := range map[[2]byte]bool{{0x81, 0x80}: true, {0x01, 0x80}: false, {0x81, 0x81}: false, {0x81, 0x85}: true} {
		w := new(reached)
		o := verify(w, request)
		if _, err := o.Write([]byte{0, 1, first[0], first[1]}); err != nil || (w.octets == 4) != passes || o.written != passes {
			t.Errorf("%x: %d octets, written %t, want %t", first, w.octets, o.written, passes)
		}
	}
}
