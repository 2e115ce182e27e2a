package model_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// timed is policies that are for all queries at some times, and one for all at all times.
func timed(t testing.TB) *model.Snapshot {
	t.Helper()
	public := func(name string) *model.PolicySpec { return &model.PolicySpec{Name: name, Action: model.UsePublic} }
	hourly, brief, both, last := public("hours"), public("brief"), public("both"), public("last")
	hourly.Schedule = hours(t, "UTC", "mon 08:00-09:00")
	brief.Expires = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	both.Schedule, both.Expires = hours(t, "UTC", "mon 08:00-10:00"), time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)
	both.Traffic.Source = "dns.query_rtype == 'A'"
	s, problems := model.Build(model.Spec{Policies: []*model.PolicySpec{hourly, brief, both, last}}, nil)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

// A policy outside its hours, and one that has expired, do not match: not even within
// their hours.
func TestInForce(t *testing.T) {
	t.Parallel()
	s := timed(t)
	for at, want := range map[string]string{
		"2026-03-01T11:59:59Z": "brief",
		"2026-03-01T12:00:00Z": "last", // a Sunday
		"2026-03-02T08:00:00Z": "hours",
		"2026-03-02T09:00:00Z": "both",
		"2026-03-02T10:00:00Z": "last",
		"2026-03-09T09:30:00Z": "last", // within its hours, and expired
	} {
		instant, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Select(&model.Query{Name: "example.org.", Type: 1, At: instant}); got == nil || got.Name != want {
			t.Errorf("%s: %+v, want %s", at, got, want)
		}
	}
	if p := s.Certain(); p != nil {
		t.Errorf("%s is certain and not always in force", p.Name)
	}
	for _, spec := range []*model.PolicySpec{{Expires: time.Unix(1, 0)}, {Posture: model.Expression{Source: "any(device_posture.checks.passed[*] == 'x')"}}} {
		spec.Name, spec.Action = "p", model.UsePublic
		if s, _ := model.Build(model.Spec{Policies: []*model.PolicySpec{spec}}, nil); s.Certain() != nil {
			t.Errorf("%+v is certain", spec)
		}
	}
}

// The clock is read once for a query, and only if a policy depends on it.
func TestClock(t *testing.T) {
	t.Parallel()
	s := timed(t)
	reads := 0
	clock := func() time.Time {
		reads++
		return time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	}
	q := &model.Query{Name: "example.org.", Type: 1, Clock: clock}
	if got := s.Select(q); got.Name != "last" || reads != 1 || q.At != clock() {
		t.Errorf("%s after %d looks at the clock, %v", got.Name, reads, q.At)
	}
	reads = 0
	elsewhere := &model.PolicySpec{Name: "elsewhere", Action: model.UsePublic, Schedule: hours(t, "UTC", "mon 00:00-24:00")}
	elsewhere.Traffic.Source = "dns.fqdn == 'example.net'"
	s, _ = model.Build(model.Spec{Policies: []*model.PolicySpec{elsewhere, {Name: "all", Action: model.UsePublic}}}, nil)
	if got := s.Select(&model.Query{Name: "example.org.", Type: 1, Clock: clock}); got.Name != "all" || reads != 0 {
		t.Errorf("%s after %d looks at the clock", got.Name, reads)
	}
	if got := s.Select(&model.Query{Name: "example.net.", Type: 1}); got.Name != "elsewhere" { // the zero time is a Monday
		t.Errorf("%s without a clock", got.Name)
	}
}

// A policy that is not always in force takes no query from one behind it for sure.
func TestTimedTakesNothing(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*model.PolicySpec){
		"always":   func(*model.PolicySpec) {},
		"schedule": func(p *model.PolicySpec) { p.Schedule = hours(t, "UTC", "mon 00:00-24:00") },
		"expires":  func(p *model.PolicySpec) { p.Expires = time.Unix(1, 0) },
		"posture":  func(p *model.PolicySpec) { p.Posture.Source = "any(device_posture.checks.passed[*] == 'x')" },
	} {
		for _, traffic := range []string{"", "dns.src_ip in {192.0.2.0/24}", "dns.fqdn matches '^a'"} {
			first := &model.PolicySpec{Name: "first", Action: model.UsePublic, Traffic: model.Expression{Source: traffic}}
			change(first)
			second := &model.PolicySpec{Name: "second", Action: model.UsePublic, Traffic: model.Expression{Source: traffic}}
			second.Schedule = hours(t, "UTC", "tue 08:00-09:00")
			s, problems := model.Build(model.Spec{Policies: []*model.PolicySpec{first, second}}, nil)
			if err := problems.Err(); err != nil {
				t.Fatal(err)
			}
			warned := strings.Contains(model.Warnings(s).Error(), `"second": warning: the policy can never match`)
			if warned != (name == "always") {
				t.Errorf("%s, %q: warned %t", name, traffic, warned)
			}
		}
	}
}

// The posture of a device is a condition like the others: of its own text, and filed.
func TestPosture(t *testing.T) {
	t.Parallel()
	p := &model.PolicySpec{Name: "p", Action: model.UsePublic, Traffic: model.Expression{Source: "dns.query_rtype == 'A'"}}
	p.Posture = model.Expression{Pos: at(9), Source: "any(device_posture.checks.passed[*] == 'disk') and dns.query_rtype == 'Q'"}
	contradicted := problemsOf(model.Spec{Policies: []*model.PolicySpec{p}}).Error()
	if !strings.Contains(contradicted, "the policy can never match: there is no type Q") {
		t.Error(contradicted)
	}
	p.Posture.Source = "any(device_posture.checks.passed[*] = 'disk')"
	wrong := problemsOf(model.Spec{Policies: []*model.PolicySpec{p}})
	if len(wrong) != 1 || wrong[0].Pos.Line != 9 || !strings.Contains(wrong[0].Excerpt, "^") || !strings.HasPrefix(wrong[0].Excerpt, p.Posture.Source) {
		t.Errorf("%+v", wrong)
	}
}

// BenchmarkSchedule is what a policy with a schedule adds to a query.
func BenchmarkSchedule(b *testing.B) {
	for name, spec := range map[string]*model.ScheduleSpec{"none": nil, "berlin": hours(b, "Europe/Berlin", "mon 08:00-12:30,13:30-17:00")} {
		b.Run(name, func(b *testing.B) {
			p := &model.PolicySpec{Name: "p", Action: model.UsePublic, Schedule: spec}
			p.Traffic.Source = "dns.src_ip in {192.0.2.0/24}"
			s, _ := model.Build(model.Spec{Policies: []*model.PolicySpec{p}}, nil)
			q := new(model.Query)
			client := netip.MustParseAddr("192.0.2.7")
			b.ReportAllocs()
			for b.Loop() {
				*q = model.Query{Name: "www.example.org.", Type: 1, Client: model.Client{Addr: client}, Clock: time.Now}
				s.Select(q)
			}
		})
	}
}

// A schedule costs no allocation.
func TestScheduleAllocations(t *testing.T) {
	var specs []*model.PolicySpec
	for i := range 7 {
		specs = append(specs, &model.PolicySpec{
			Name: fmt.Sprint(i), Action: model.UsePublic, Schedule: hours(t, "Europe/Berlin", model.DayNames()[i]+" 08:00-12:30,13:30-17:00"),
			Expires: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		})
	}
	s, problems := model.Build(model.Spec{Policies: specs}, nil)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	q := new(model.Query)
	if n := testing.AllocsPerRun(100, func() {
		*q = model.Query{Name: "www.example.org.", Type: 1, Clock: time.Now}
		s.Select(q)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
