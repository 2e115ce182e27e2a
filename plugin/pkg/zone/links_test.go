package zone

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// What is read without order is what All yields, in zones that were edited, too.
func TestLinks(t *testing.T) {
	opt := Options{Apex: "example.org.", Serial: 1, Flatten: true, Editable: true}
	rr := func(text string) dns.RR {
		out, err := dns.NewRR(text)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	b := NewBuilder(opt)
	for i := range 400 {
		b.Add(rr(fmt.Sprintf("h%d.example.org. 60 A 192.0.2.1", i)), problem.Pos{})
		b.Add(rr(fmt.Sprintf("a%d.sub.example.org. 60 CNAME h%d.example.org.", i, i)), problem.Pos{})
	}
	b.Add(rr("Cut.example.org. 60 NS ns.cut.example.org."), problem.Pos{})
	b.Add(rr("ns.cut.example.org. 60 A 192.0.2.2"), problem.Pos{})
	z, problems := b.Build()
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	checkReaders(t, z)
	for i := range 40 {
		e := z.Edit(opt)
		e.Remove(fmt.Sprintf("a%d.sub.example.org.", i*3), dns.TypeCNAME)
		e.Remove(fmt.Sprintf("h%d.example.org.", i*5), dns.TypeA)
		e.Add(rr(fmt.Sprintf("n%d.new.example.org. 60 DNAME other.example.", i)), problem.Pos{})
		e.Add(rr(fmt.Sprintf("c%d.example.org. 60 NS ns.other.example.", i)), problem.Pos{})
		e.Add(rr(fmt.Sprintf("c%d.example.org. 60 DS 1 8 2 %064d", i, i)), problem.Pos{})
		if z, problems = e.Build(); z == nil {
			t.Fatal(problems)
		}
		checkReaders(t, z)
	}
}

func checkReaders(t *testing.T, z *Zone) {
	t.Helper()
	var links, wantLinks []string
	for rr := range z.Links() {
		links = append(links, rr.String())
	}
	owned := make(map[string][]string)
	for rr := range z.All() {
		name := strings.ToLower(rr.Header().Name)
		owned[name] = append(owned[name], rr.String())
		if slices.Contains([]uint16{dns.TypeCNAME, dns.TypeDNAME, dns.TypeNS}, rr.Header().Rrtype) {
			wantLinks = append(wantLinks, rr.String())
		}
	}
	slices.Sort(links)
	slices.Sort(wantLinks)
	if !slices.Equal(links, wantLinks) {
		t.Fatalf("%d links, want %d", len(links), len(wantLinks))
	}
	for name, want := range owned {
		var got []string
		for _, rr := range z.Owned(name) {
			got = append(got, rr.String())
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s owns %q, want %q", name, got, want)
		}
	}
	for _, top := range []string{"example.org.", "sub.example.org.", "cut.example.org.", "h1.example.org.", "nothing.example.org."} {
		want := slices.DeleteFunc(slices.Sorted(maps.Keys(owned)), func(name string) bool { return !domain.IsSubdomain(top, name) })
		if top == "example.org." {
			want = append(want, top) // of which the SOA is made up
		}
		got := slices.Collect(z.Below(top))
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("below %s: %d owners, want %d", top, len(got), len(want))
		}
		if z.Holds(top) != (len(want) > 0) {
			t.Errorf("%s: exists %t", top, z.Holds(top))
		}
	}
}
