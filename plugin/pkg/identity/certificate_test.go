package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strconv"
	"testing"
)

// certificate makes a certificate as it arrives: written and read again.
func certificate(t *testing.T, subject pkix.Name, emails ...string) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: subject, EmailAddresses: emails}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// subjectEmail is the attribute emailAddress of a subject.
func subjectEmail(address string) []pkix.AttributeTypeAndValue {
	return []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, Value: address}}
}

func TestFromCertificate(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		subject pkix.Name
		emails  []string
		want    string
	}{
		"all": {
			pkix.Name{CommonName: "Alice", OrganizationalUnit: []string{"dns", "engineering", "dns"}, ExtraNames: subjectEmail("other@example.org")},
			[]string{"Alice@Example.org", "second@example.org"},
			`alice@example.org "Alice" [{ dns } { engineering }] ids ["" ""] names ["dns" "engineering"] emails ["" ""] map[] []`,
		},
		"mail of the subject": {
			pkix.Name{CommonName: "cn@example.org", ExtraNames: subjectEmail("Alice@example.org")}, nil,
			`alice@example.org "" [] ids [] names [] emails [] map[] []`,
		},
		"mail as common name": {
			pkix.Name{CommonName: "Alice@example.org"}, nil,
			`alice@example.org "" [] ids [] names [] emails [] map[] []`,
		},
		"no mail":          {pkix.Name{CommonName: "alice"}, nil, ` "alice" [] ids [] names [] emails [] map[] []`},
		"no mail address":  {pkix.Name{CommonName: "alice", ExtraNames: subjectEmail("alice")}, nil, ` "alice" [] ids [] names [] emails [] map[] []`},
		"a unit only":      {pkix.Name{OrganizationalUnit: []string{"dns"}}, nil, ` "" [{ dns }] ids [""] names ["dns"] emails [""] map[] []`},
		"an organization":  {pkix.Name{Organization: []string{"Example"}}, nil, "nobody"},
		"an empty subject": {pkix.Name{}, nil, "nobody"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := describe(FromCertificate(certificate(t, row.subject, row.emails...))); got != row.want {
				t.Errorf("%s\nwant %s", got, row.want)
			}
		})
	}
	if got := FromCertificate(nil); got != nil {
		t.Errorf("no certificate gives %s", describe(got))
	}
}

func TestWith(t *testing.T) {
	t.Parallel()
	some := New(Identity{
		Email: "Alice@example.org", Name: "Alice", Groups: []Group{{Name: "dns"}, {Name: "web"}, {ID: "1", Name: "ops"}},
		Attributes: map[string][]string{"site": {"berlin"}, "x": {"1"}}, Posture: []string{"disk"},
		Claims: map[string][]string{"team": {"dns"}},
	})
	more := New(Identity{
		Email: "alice@example.org", Name: "A. Example", Groups: []Group{{ID: "2", Name: "ops"}, {ID: "17", Name: "dns", Email: "DNS@example.org"}, {Name: "web"}},
		Attributes: map[string][]string{"site": {"berlin", "bonn"}, "y": {"2"}}, Posture: []string{"disk", "firewall"},
		Claims: map[string][]string{"team": {"web", "dns"}, "a": {"1"}},
	})
	const (
		someWant = `alice@example.org "Alice" [{ dns } { web } {1 ops }] ids ["" "" "1"] names ["dns" "web" "ops"] emails ["" "" ""] map[site:[berlin] x:[1]] [disk] map[team:[dns]] ["team=dns"]`
		moreWant = `alice@example.org "A. Example" [{2 ops } {17 dns dns@example.org} { web }] ids ["2" "17" ""] names ["ops" "dns" "web"] emails ["" "dns@example.org" ""] ` +
			`map[site:[berlin bonn] y:[2]] [disk firewall] map[a:[1] team:[web dns]] ["a=1" "team=web" "team=dns"]`
	)
	for name, row := range map[string]struct {
		got  *Identity
		want string
	}{
		"both": {some.With(more), `alice@example.org "Alice" [{17 dns dns@example.org} { web } {1 ops } {2 ops }] ids ["17" "" "1" "2"] names ["dns" "web" "ops" "ops"] ` +
			`emails ["dns@example.org" "" "" ""] map[site:[berlin bonn] x:[1] y:[2]] [disk firewall] map[a:[1] team:[dns web]] ["a=1" "team=dns" "team=web"]`},
		"empty first":  {New(Identity{}).With(more), moreWant},
		"empty second": {some.With(New(Identity{})), someWant},
		"nil first":    {(*Identity)(nil).With(more), moreWant},
		"nil second":   {some.With(nil), someWant},
		"nil both":     {(*Identity)(nil).With(nil), "nobody"},
		"first after":  {some, someWant}, // neither is changed
		"second after": {more, moreWant},
	} {
		if got := describe(row.got); got != row.want {
			t.Errorf("%s: %s\nwant %s", name, got, row.want)
		}
	}
}

// TestWithMany holds that what the sources share is there once, however much a file
// lists: joining it is work of a query, and linear in the file's part.
func TestWithMany(t *testing.T) {
	t.Parallel()
	const many = 50_000
	more := Identity{Posture: make([]string, many), Groups: make([]Group, many)}
	for i := range many {
		more.Posture[i] = strconv.Itoa(i)
		more.Groups[i] = Group{ID: strconv.Itoa(i), Name: strconv.Itoa(i)}
	}
	some := New(Identity{Posture: []string{"7", "own"}, Groups: []Group{{Name: "7"}, {Name: "own"}}})
	got := some.With(New(more))
	if len(got.Posture) != many+1 || len(got.Groups) != many+1 {
		t.Errorf("%d checks and %d groups, want %d of each", len(got.Posture), len(got.Groups), many+1)
	}
}

func TestNobody(t *testing.T) {
	t.Parallel()
	var i *Identity
	if i.GroupIDs() != nil || i.GroupNames() != nil || i.GroupEmails() != nil {
		t.Error("nobody has groups")
	}
}
