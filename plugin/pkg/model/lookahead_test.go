package model

import (
	"fmt"
	"net"
	"slices"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// ahead is a snapshot with a view of some zones, which have so many hosts each.
func ahead(t *testing.T, hosts int, apexes ...string) (*Snapshot, *View) {
	t.Helper()
	spec := Spec{Views: []*ViewSpec{{Name: "office"}}}
	for _, apex := range apexes {
		b := zone.NewBuilder(zone.Options{Apex: apex})
		for i := range hosts {
			b.Add(&dns.A{Hdr: dns.RR_Header{Name: fmt.Sprintf("host-%d.%s", i, apex), Rrtype: dns.TypeA, Class: dns.ClassINET}, A: net.IPv4(192, 0, 2, 1)}, problem.Pos{})
		}
		data, problems := b.Build()
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		spec.Zones = append(spec.Zones, &ZoneSpec{ID: apex, Apex: apex, Data: data})
		spec.Views[0].Zones = append(spec.Views[0].Zones, Ref{Name: apex})
	}
	s, problems := Build(spec, nil)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return s, s.View("office")
}

// A look ahead guesses the zone that answers for a host right below its apex, and keeps nothing.
func TestLookahead(t *testing.T) {
	several, view := ahead(t, 2, "example.", "sub.example.", "example.org.", "a-name-longer-than-others.example.net.")
	_, alone := ahead(t, 2, "example.org.")
	var l Lookahead
	for _, c := range []struct {
		view *View
		name string
		want string // apex, "" for none
	}{
		{view, "host.example.", "example."},
		{view, "host.sub.example.", "sub.example."},
		{view, "host-1.example.org.", "example.org."},
		{view, "www.a-name-longer-than-others.example.net.", "a-name-longer-than-others.example.net."},
		{view, "deep.below.and-a-label.a-name-longer-than-others.example.net.", "a-name-longer-than-others.example.net."},
		{view, "other.test.", ""},
		{view, "test.", ""},
		{view, ".", ""},
		{alone, "host-1.example.org.", "example.org."},
	} {
		names := []string{c.name, "host.example.", c.name}
		matches := l.Match(c.view, names)
		if got := matches[2]; len(matches) != 3 || matches[0] != got || (got == nil) != (c.want == "") || got != nil && got.Apex != c.want {
			t.Errorf("%s: %+v, want %q", c.name, got, c.want)
		}
		if c.view != view {
			continue
		}
		l.Fetch(several, names)
		if slices.ContainsFunc(l.matches, func(z *Zone) bool { return z != nil }) || slices.ContainsFunc(l.zones, func(z *zone.Zone) bool { return z != nil }) {
			t.Errorf("%s: something is kept", c.name)
		}
		if n := testing.AllocsPerRun(10, func() { l.Match(c.view, names); l.Fetch(several, names) }); n != 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
}

// To look ahead pays for many zones, or many records.
func TestLarge(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range fewZones + 1 {
		many = append(many, fmt.Sprintf("zone-%d.example.", i))
	}
	for _, c := range []struct {
		hosts int
		zones []string
		want  bool
	}{{0, many, true}, {1, many[:fewZones], false}, {fewRecords / 2, many[:2], false}, {fewRecords/2 + 1, many[:2], true}, {0, nil, false}} {
		s, view := ahead(t, c.hosts, c.zones...)
		if got := s.Large(view); got != c.want {
			t.Errorf("%d zones of %d records: %t", len(c.zones), c.hosts, got)
		}
	}
}
