package requestinfo_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/category"
	"github.com/internaldns/internaldns/plugin/pkg/identity"
	"github.com/internaldns/internaldns/plugin/pkg/location"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/requestinfo"
)

const identities = `
identities:
- clients: [192.0.2.0/24]
  email: desk@example.org
  groups: [guests]
- clients: [192.0.2.7]
  email: Alice@example.org
  name: Alice
  groups: [{id: "17", name: dns, email: dns@example.org}]
  attributes: {site: berlin}
  posture: [disk]
  claims: {team: [dns, web]}
`

const locations = `
locations:
- {name: office, clients: [192.0.2.0/24]}
- {name: annex, servers: [198.51.100.53]}
- {name: roaming, doh_subdomains: [ab12]}
`

func sources(t testing.TB) *requestinfo.Sources {
	t.Helper()
	s := new(requestinfo.Sources)
	people, problems := identity.Parse(strings.NewReader(identities), "identities")
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	places, problems := location.Parse(strings.NewReader(locations), "locations")
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	s.Identities.Store(people)
	s.Locations.Store(places)
	for _, text := range []string{"67 example.net\n2 example.net", "67 net\n125 example.org"} {
		table, problems := category.Parse(strings.NewReader(text), "categories", "categories")
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		current := new(atomic.Pointer[category.Table])
		current.Store(table)
		s.Content = append(s.Content, current)
	}
	s.Geo = func(addr netip.Addr, _ *dns.Msg) (string, string) {
		if addr == netip.MustParseAddr("192.0.2.7") {
			return "DE", "EU"
		}
		return "", ""
	}
	return s
}

func certificate(mail, name string, units ...string) *x509.Certificate {
	return &x509.Certificate{EmailAddresses: []string{mail}, Subject: pkix.Name{CommonName: name, OrganizationalUnit: units}}
}

// TestString holds the sources of the selectors with one string (SPEC 7).
func TestString(t *testing.T) {
	desk, alice := netip.MustParseAddr("192.0.2.9"), netip.MustParseAddr("192.0.2.7")
	stranger := netip.MustParseAddr("203.0.113.1")
	for name, c := range map[string]struct {
		client requestinfo.Info
		field  int
		want   string // "" for no value
	}{
		"host":                         {requestinfo.Info{Host: "AB12.dns.example.org:8443"}, model.FieldDoHSubdomain, "ab12"},
		"no host":                      {requestinfo.Info{}, model.FieldDoHSubdomain, ""},
		"host is an address":           {requestinfo.Info{Host: "192.0.2.53:443"}, model.FieldDoHSubdomain, ""},
		"host is an IPv6 address":      {requestinfo.Info{Host: "[2001:db8::53]"}, model.FieldDoHSubdomain, ""},
		"location by client":           {requestinfo.Info{Addr: desk}, model.FieldLocation, "office"},
		"location by server":           {requestinfo.Info{Addr: desk, Server: netip.MustParseAddr("198.51.100.53")}, model.FieldLocation, "annex"},
		"location by host":             {requestinfo.Info{Addr: desk, Server: netip.MustParseAddr("198.51.100.53"), Host: "ab12.example.org"}, model.FieldLocation, "roaming"},
		"no location":                  {requestinfo.Info{Addr: stranger}, model.FieldLocation, ""},
		"country":                      {requestinfo.Info{Addr: alice}, model.FieldCountry, "DE"},
		"continent":                    {requestinfo.Info{Addr: alice}, model.FieldContinent, "EU"},
		"unknown country":              {requestinfo.Info{Addr: stranger}, model.FieldCountry, ""},
		"mail by longest prefix":       {requestinfo.Info{Addr: alice}, model.FieldEmail, "alice@example.org"},
		"mail by network":              {requestinfo.Info{Addr: desk}, model.FieldEmail, "desk@example.org"},
		"name the file does not give":  {requestinfo.Info{Addr: desk}, model.FieldName, ""},
		"stranger":                     {requestinfo.Info{Addr: stranger}, model.FieldEmail, ""},
		"certificate before address":   {requestinfo.Info{Addr: alice, Certificate: certificate("Bob@example.org", "Bob")}, model.FieldEmail, "bob@example.org"},
		"name of a certificate":        {requestinfo.Info{Certificate: certificate("bob@example.org", "Bob")}, model.FieldName, "Bob"},
		"stated mail":                  {requestinfo.Info{Email: "Carol@example.org", Addr: alice}, model.FieldEmail, "carol@example.org"},
		"field of another package":     {requestinfo.Info{Addr: alice}, model.FieldFQDN, ""},
		"certificate without any mail": {requestinfo.Info{Addr: alice, Certificate: &x509.Certificate{}}, model.FieldEmail, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.client.Sources = sources(t)
			got, ok := c.client.String(c.field)
			if got != c.want || ok != (c.want != "") {
				t.Errorf("%q %t, want %q", got, ok, c.want)
			}
		})
	}
}

// TestStrings holds that the identity file completes what a certificate says.
func TestStrings(t *testing.T) {
	from := sources(t)
	byAddress := &requestinfo.Info{Sources: from, Addr: netip.MustParseAddr("192.0.2.7")}
	byCertificate := &requestinfo.Info{Sources: from, Certificate: certificate("ALICE@example.org", "Alice A.", "web")}
	nobody := &requestinfo.Info{Sources: from, Addr: netip.MustParseAddr("203.0.113.1")}
	for name, c := range map[string]struct {
		client *requestinfo.Info
		field  int
		want   []string
	}{
		"group names":            {byAddress, model.FieldGroupNames, []string{"dns"}},
		"group IDs":              {byAddress, model.FieldGroupIDs, []string{"17"}},
		"group mails":            {byAddress, model.FieldGroupEmails, []string{"dns@example.org"}},
		"posture":                {byAddress, model.FieldPosture, []string{"disk"}},
		"groups of both":         {byCertificate, model.FieldGroupNames, []string{"web", "dns"}},
		"claims":                 {byAddress, model.FieldClaimTexts, []string{"team=dns", "team=web"}},
		"claims of certificate":  {byCertificate, model.FieldClaimTexts, []string{"team=dns", "team=web"}},
		"posture of certificate": {byCertificate, model.FieldPosture, []string{"disk"}},
		"nobody":                 {nobody, model.FieldGroupNames, nil},
	} {
		if got, ok := c.client.Strings(c.field); !slices.Equal(got, c.want) || ok != (c.want != nil) {
			t.Errorf("%s: %q %t, want %q", name, got, ok, c.want)
		}
	}
	if got, ok := byAddress.Map(model.FieldAttributes, "site"); !ok || !slices.Equal(got, []string{"berlin"}) {
		t.Errorf("attribute: %q %t", got, ok)
	}
	if got, ok := byAddress.Map(model.FieldClaims, "team"); !ok || !slices.Equal(got, []string{"dns", "web"}) {
		t.Errorf("claim: %q %t", got, ok)
	}
	if got, ok := byAddress.Map(model.FieldClaims, "site"); ok {
		t.Errorf("an attribute is taken for a claim: %q", got)
	}
	if got, ok := byAddress.Map(model.FieldAttributes, "none"); ok {
		t.Errorf("attribute that is not there: %q", got)
	}
}

// TestInts holds that the numbers of several files come ascending, each once.
func TestInts(t *testing.T) {
	from := sources(t)
	for name, want := range map[string][]int64{
		"www.example.net.": {2, 67}, "example.org.": {125}, "other.net.": {67}, "test.": {}, ".": {},
	} {
		c := &requestinfo.Info{Sources: from, Name: name}
		if got, ok := c.Ints(model.FieldContentCategory); !ok || !slices.Equal(got, want) {
			t.Errorf("%s: %v %t, want %v", name, got, ok, want)
		}
		if got, ok := c.Ints(model.FieldSecurityCategory); !ok || len(got) != 0 {
			t.Errorf("%s: security categories %v %t of no file", name, got, ok)
		}
	}
}

// All policies of a query see the same tables, also while a changed file is taken over.
func TestTablesOfOneQuery(t *testing.T) {
	from := sources(t)
	c := &requestinfo.Info{Sources: from, Addr: netip.MustParseAddr("192.0.2.7"), Name: "www.example.net."}
	values := func() string {
		place, _ := c.String(model.FieldLocation)
		mail, _ := c.String(model.FieldEmail)
		content, _ := c.Ints(model.FieldContentCategory)
		security, _ := c.Ints(model.FieldSecurityCategory)
		return fmt.Sprint(place, mail, content, security)
	}
	from.Security = from.Content[1:]
	before := values()
	if want := "officealice@example.org[2 67] [67]"; before != want {
		t.Fatalf("%s, want %s", before, want)
	}
	from.Locations.Store(nil)
	from.Identities.Store(nil)
	from.Content[0].Store(nil)
	from.Content[1].Store(nil)
	if got := values(); got != before {
		t.Errorf("%s within the query, want %s", got, before)
	}
}

// TestAllocations holds what a query pays for selectors without a certificate.
func TestAllocations(t *testing.T) {
	from := sources(t)
	c := new(requestinfo.Info)
	allocations := testing.AllocsPerRun(100, func() {
		*c = requestinfo.Info{Sources: from, Addr: netip.MustParseAddr("192.0.2.7"), Name: "www.example.net."}
		c.String(model.FieldLocation)
		c.String(model.FieldEmail)
		c.Strings(model.FieldGroupNames)
		c.Ints(model.FieldContentCategory)
		c.Map(model.FieldAttributes, "site")
	})
	if allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}
