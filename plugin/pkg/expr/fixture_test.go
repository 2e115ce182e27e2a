package expr

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
)

// The fields of the tests: every type that a field may have.
const (
	fqdn = iota
	domains
	rtype
	srcIP
	resolvedIP
	country
	category
	port
	email
	groupID
	groupName
	groupEmail
	saml
	checks
	claims
	claimTexts
)

// foldName stands for the normalization of names.
func foldName(s string) (string, error) {
	if strings.Contains(s, "..") || strings.HasPrefix(s, ".") && s != "." {
		return "", errors.New("the name has an empty label")
	}
	return strings.ToLower(strings.TrimSuffix(s, ".")), nil
}

func testSchema() *Schema {
	return NewSchema([]Field{
		fqdn:       {Name: "dns.fqdn", Type: String, Fold: foldName, Lower: true},
		domains:    {Name: "dns.domains", Type: ArrayOf(String), Fold: foldName, Lower: true},
		rtype:      {Name: "dns.query_rtype", Type: String},
		srcIP:      {Name: "dns.src_ip", Type: IP},
		resolvedIP: {Name: "dns.resolved_ip", Type: ArrayOf(IP)},
		country:    {Name: "dns.src.geo.country", Type: String},
		category:   {Name: "dns.content_category", Type: ArrayOf(Int)},
		port:       {Name: "dns.src_port", Type: Int},
		email:      {Name: "identity.email", Type: String},
		groupID:    {Name: "identity.groups[*].id", Type: ArrayOf(String)},
		groupName:  {Name: "identity.groups[*].name", Type: ArrayOf(String)},
		groupEmail: {Name: "identity.groups[*].email", Type: ArrayOf(String)},
		saml:       {Name: "identity.saml_attributes", Type: MapOf(ArrayOf(String))},
		checks:     {Name: "device_posture.checks.passed", Type: ArrayOf(String)},
		claims:     {Name: "identity.oidc_claims", Type: MapOf(ArrayOf(String))},
		claimTexts: {Name: "identity.oidc_claims", Type: ArrayOf(String), Fold: foldName},
	}, map[string]string{
		"net.dst.ip":        "write dns.src_ip",
		"http.request.host": "write dns.fqdn",
		"http.*":            "write a dns.* field",
		"http.response*":    "nothing is known of the answer",
	})
}

// values is a Source of fixed values; what is not in it is missing.
type values map[int]any

func lookup[T any](v values, field int) (T, bool) {
	x, ok := v[field].(T)
	return x, ok
}

func (v values) String(f int) (string, bool)    { return lookup[string](v, f) }
func (v values) Int(f int) (int64, bool)        { return lookup[int64](v, f) }
func (v values) IP(f int) (netip.Addr, bool)    { return lookup[netip.Addr](v, f) }
func (v values) Strings(f int) ([]string, bool) { return lookup[[]string](v, f) }
func (v values) Ints(f int) ([]int64, bool)     { return lookup[[]int64](v, f) }
func (v values) IPs(f int) ([]netip.Addr, bool) { return lookup[[]netip.Addr](v, f) }
func (v values) Map(f int, k string) ([]string, bool) {
	m, _ := lookup[map[string][]string](v, f)
	x, ok := m[k]
	return x, ok
}

// office has a value for every field, bare for none.
func office() values {
	return values{
		fqdn:       "www.example.org",
		domains:    []string{"www.example.org", "example.org", "org"},
		rtype:      "AAAA",
		srcIP:      netip.MustParseAddr("192.0.2.77"),
		resolvedIP: []netip.Addr{netip.MustParseAddr("2001:db8::53"), netip.MustParseAddr("198.51.100.1")},
		country:    "PT",
		category:   []int64{67, 125, -3},
		port:       int64(5353),
		email:      "Ada@example.com",
		groupID:    []string{"g1", "g2"},
		groupName:  []string{"finance", "IT \"ops\""},
		groupEmail: []string{"finance@example.com", "ops@example.com"},
		saml:       map[string][]string{"dept": {"R&D", "Legal"}, "none": {}},
		checks:     []string{"1308749e-fcfb-4ebc-b051-fe022b632644"},
		claims:     map[string][]string{"team": {"dns", "web"}},
		claimTexts: []string{"team=dns", "team=web"},
	}
}

func bare() values { return values{} }

// fixedList is a List of literals.
type fixedList struct {
	kind    Type
	strings []string
	ints    []int64
	ips     []netip.Prefix
}

func (l *fixedList) Type() Type              { return l.kind }
func (l *fixedList) HasString(v string) bool { return slices.Contains(l.strings, v) }
func (l *fixedList) HasInt(v int64) bool     { return slices.Contains(l.ints, v) }
func (l *fixedList) HasIP(v netip.Addr) bool {
	return slices.ContainsFunc(l.ips, func(p netip.Prefix) bool { return p.Contains(v) })
}

// namedLists is Lists with names for messages.
type namedLists map[string]*fixedList

func (l namedLists) List(name string) (List, bool) {
	list, ok := l[name]
	return list, ok
}

func (l namedLists) Names() []string {
	var names []string
	for name := range l {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func testLists() namedLists {
	return namedLists{
		"names":                                {kind: String, strings: []string{"example.org", "AAAA", "finance"}},
		"ports":                                {kind: Int, ints: []int64{53, 5353, 67}},
		"nets":                                 {kind: IP, ips: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/25")}},
		"3f2504e0-4f89-11d3-9a0c-0305e82c3301": {kind: String, strings: []string{"org"}},
	}
}

// record is a Source as a program would have it: typed fields, no maps to look into.
type record struct {
	names [claimTexts + 1]string
	lists [claimTexts + 1][]string
	ip    netip.Addr
	ips   []netip.Addr
	ints  []int64
	attrs map[string][]string
}

// boxed is the source of office without the cost of dynamic values.
func boxed() *record {
	v := office()
	r := &record{
		ip: v[srcIP].(netip.Addr), ips: v[resolvedIP].([]netip.Addr), ints: v[category].([]int64),
		attrs: v[saml].(map[string][]string),
	}
	for f, x := range v {
		switch x := x.(type) {
		case string:
			r.names[f] = x
		case []string:
			r.lists[f] = x
		}
	}
	return r
}

func (r *record) String(f int) (string, bool)    { return r.names[f], true }
func (r *record) Int(int) (int64, bool)          { return 5353, true }
func (r *record) IP(int) (netip.Addr, bool)      { return r.ip, true }
func (r *record) Strings(f int) ([]string, bool) { return r.lists[f], true }
func (r *record) Ints(int) ([]int64, bool)       { return r.ints, true }
func (r *record) IPs(int) ([]netip.Addr, bool)   { return r.ips, true }
func (r *record) Map(_ int, k string) ([]string, bool) {
	v, ok := r.attrs[k]
	return v, ok
}
