package resolverpolicy

import (
	"testing"
	"time"

	"github.com/coredns/coredns/plugin/pkg/dnstest"
	"github.com/coredns/coredns/plugin/test"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// hands is a clock that a test sets, and that counts the looks at it.
type hands struct {
	at    time.Time
	looks int
}

func (h *hands) now() time.Time {
	h.looks++
	return h.at
}

// timed is a block whose policy for a view is in force on Mondays from eight to nine, and
// not from 2030 on; without, all of that policy is left out.
func timed(t *testing.T, without bool) *scope.Scope {
	t.Helper()
	s := new(scope.Scope)
	s.AddView(&model.ViewSpec{Name: "office"})
	p := &model.PolicySpec{Name: "work", View: model.Ref{Name: "office"}, Traffic: model.Expression{Source: "dns.query_rtype == 'A'"}}
	if !without {
		p.Schedule = &model.ScheduleSpec{Zone: time.UTC}
		p.Schedule.Days[time.Monday] = "08:00-09:00"
		p.Expires = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	s.AddPolicy(p)
	s.AddPolicy(&model.PolicySpec{Name: "home", Action: model.UsePublic})
	if err := s.Build().Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

// A policy is in force by the clock, from one query to the next.
func TestClock(t *testing.T) {
	s, clock, n := timed(t, false), new(hands), new(below)
	n.scope = s
	p := newHandler(s, &sources{})
	p.Next, p.clock = n.handler(), clock.now
	if err := p.onStartup(); err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		at     string
		qtype  uint16
		inside bool
		looks  int
	}{
		{"2026-03-02T07:59:59Z", dns.TypeA, false, 1},
		{"2026-03-02T08:00:00Z", dns.TypeA, true, 1},
		{"2026-03-02T08:59:59Z", dns.TypeA, true, 1},
		{"2026-03-02T08:59:59Z", dns.TypeTXT, false, 0}, // the expression has said no
		{"2026-03-02T09:00:00Z", dns.TypeA, false, 1},
		{"2030-01-07T08:30:00Z", dns.TypeA, false, 1}, // a Monday, and expired
	} {
		var err error
		if clock.at, err = time.Parse(time.RFC3339, c.at); err != nil {
			t.Fatal(err)
		}
		clock.looks, n.pinned = 0, 0
		r := new(dns.Msg).SetQuestion("www.example.org.", c.qtype)
		if _, err := p.ServeDNS(t.Context(), dnstest.NewRecorder(&test.ResponseWriter{}), r); err != nil {
			t.Fatal(err)
		}
		if (n.pinned == 1) != c.inside || clock.looks != c.looks {
			t.Errorf("%d, %s: in the view %t, %d looks at the clock", i, c.at, n.pinned == 1, clock.looks)
		}
	}
}

// A query's metadata and its answer are of one instant; where no policy needs it, nobody
// looks at the clock.
func TestClockOnce(t *testing.T) {
	for name, without := range map[string]bool{"timed": false, "always": true} {
		t.Run(name, func(t *testing.T) {
			p := described(t, timed(t, without), func(*model.Snapshot) resolve.Result { return resolve.Result{Rcode: dns.RcodeRefused} })
			clock := &hands{at: time.Date(2026, 3, 2, 8, 59, 59, 0, time.UTC)}
			p.clock = clock.now
			r, w := new(dns.Msg).SetQuestion("www.example.org.", dns.TypeA), &test.ResponseWriter{}
			ctx := collect(p, w, r)
			if got := told(ctx)["policy"]; got != "work" {
				t.Errorf("policy %q before the query is served", got)
			}
			clock.at = clock.at.Add(time.Minute)
			if _, err := p.ServeDNS(ctx, w, r); err != nil {
				t.Fatal(err)
			}
			want := 1
			if without {
				want = 0
			}
			if got := told(ctx)["policy"]; got != "work" || clock.looks != want {
				t.Errorf("policy %q after %d looks at the clock", got, clock.looks)
			}
		})
	}
}
