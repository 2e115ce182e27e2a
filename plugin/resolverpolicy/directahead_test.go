package resolverpolicy

import (
	"bytes"
	"fmt"
	"net/netip"
	"runtime"
	"testing"
	"weak"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/scope/scopetest"
)

// client is who asks in tests.
var client = netip.MustParseAddrPort("192.0.2.1:4242")

// directOf returns a loop of a block.
func directOf(t *testing.T, s *scope.Scope) *directLoop {
	t.Helper()
	p := newHandler(s, &sources{})
	if err := p.onStartup(); err != nil {
		t.Fatal(err)
	}
	return newDirectLoop(&directServer{direct: &direct{handler: p}, server: &dnsserver.Server{Addr: "dns://:53"}}, netip.MustParseAddrPort("192.0.2.53:53"))
}

// many returns a block whose view is large.
func many(t *testing.T) *scope.Scope {
	t.Helper()
	var zones []string
	for i := range 100 {
		zones = append(zones, fmt.Sprintf("zone-%d.example", i))
	}
	return office(t, zones...)
}

// packets are queries that the view answers, whatever that says.
func packets(t *testing.T, names ...string) (out [][]byte) {
	t.Helper()
	for _, name := range names {
		m := new(dns.Msg).SetQuestion(name, dns.TypeSOA)
		m.Id, m.RecursionDesired = 7, false // no fallback takes over
		packet, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, packet)
	}
	return out
}

// answers has a loop answer a batch; an answer is nil if the loop has none.
func answers(l *directLoop, batch [][]byte) (out [][]byte) {
	l.Read(batch)
	for i := range batch {
		replied, ok := l.Answer(nil, i, client)
		if !ok {
			replied = nil
		}
		out = append(out, replied)
	}
	l.Sent(len(batch), 0)
	return out
}

// A query is answered as alone, whatever it came with, before the loop looks ahead and then.
func TestBatch(t *testing.T) {
	batch := packets(t, "zone-1.example.", "host.zone-99.example.", "elsewhere.test.", "zone-1.example.", ".", "a.b.zone-7.example.")
	batch = append(batch, nil, []byte{1, 2, 3}, batch[0][:20], bytes.Repeat([]byte{0xff}, 100))
	s := many(t)
	l := directOf(t, s)
	var want [][]byte
	for _, packet := range batch {
		want = append(want, answers(directOf(t, s), [][]byte{packet})...)
	}
	for round := range 3 {
		if looks := l.ahead.large; looks != (round > 1) { // the first batch tells the policy
			t.Errorf("round %d: looks ahead: %t", round, looks)
		}
		for i, got := range answers(l, batch) {
			if !bytes.Equal(got, want[i]) {
				t.Errorf("round %d: %x is answered with %x, alone with %x", round, batch[i], got, want[i])
			}
		}
	}
	if want[0] == nil || want[1] == nil || want[2] == nil || want[7] != nil {
		t.Errorf("%x", want)
	}
}

// A loop follows the policies: one that is gone, or whose view became small, is not looked
// ahead for.
func TestLookAheadFollows(t *testing.T) {
	s := many(t)
	l := directOf(t, s)
	batch := packets(t, "zone-1.example.", "zone-2.example.", "zone-3.example.", "zone-4.example.")
	for range 2 {
		answers(l, batch)
	}
	if !l.ahead.large || l.ahead.policy != "staff" {
		t.Fatalf("policy %q, large %t", l.ahead.policy, l.ahead.large)
	}
	for _, change := range []func(*model.Spec){
		func(spec *model.Spec) {
			spec.Views = []*model.ViewSpec{{Name: "office", Zones: []model.Ref{{Name: "zone-1.example"}}}}
		},
		func(spec *model.Spec) { spec.Policies = nil },
	} {
		scopetest.Change(t, s, change)
		got := answers(l, batch)
		if l.ahead.large {
			t.Error("a small view is taken for a large one")
		}
		if alone := answers(directOf(t, s), batch[:1]); !bytes.Equal(got[0], alone[0]) {
			t.Errorf("%x, alone %x", got[0], alone[0])
		}
	}
}

// A loop that has nothing to do keeps no snapshot, and the data in it, that nobody else has.
func TestLoopKeepsNothing(t *testing.T) {
	s := many(t)
	l := directOf(t, s)
	for range 2 {
		answers(l, packets(t, "zone-1.example.", "zone-2.example.", "zone-3.example.", "zone-4.example."))
	}
	snapshot := weak.Make(s.Load())
	s.Update(func(old *model.Snapshot) (*model.Snapshot, problem.List) { return old.WithData(nil), nil })
	for range 100 {
		if runtime.GC(); snapshot.Value() == nil {
			break
		}
	}
	if snapshot.Value() != nil {
		t.Error("the snapshot before is kept")
	}
	runtime.KeepAlive(l)
}
