package model

import (
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/expr"
)

// The fields of SPEC 7, by their index in the schema.
const (
	FieldFQDN = iota
	FieldDomains
	FieldType
	FieldSrcIP
	FieldResolvedIP
	FieldDoHSubdomain
	FieldLocation
	FieldCountry
	FieldContinent
	FieldContentCategory
	FieldSecurityCategory
	FieldEmail
	FieldName
	FieldGroupIDs
	FieldGroupNames
	FieldGroupEmails
	FieldAttributes
	FieldClaims
	FieldClaimTexts // the same, as NAME=VALUE
	FieldPosture
	fieldCount
)

// schema is the closed list of fields of an expression.
var schema = expr.NewSchema(fields(), hints())

// fields declares the fields in the order of their indices.
func fields() []expr.Field {
	strs := expr.ArrayOf(expr.String)
	f := make([]expr.Field, fieldCount)
	f[FieldFQDN] = expr.Field{Name: "dns.fqdn", Type: expr.String, Fold: foldName, Lower: true}
	f[FieldDomains] = expr.Field{Name: "dns.domains", Type: strs, Fold: foldName, Lower: true}
	f[FieldType] = expr.Field{Name: "dns.query_rtype", Type: expr.String}
	f[FieldSrcIP] = expr.Field{Name: "dns.src_ip", Type: expr.IP}
	f[FieldResolvedIP] = expr.Field{Name: "dns.resolved_ip", Type: expr.ArrayOf(expr.IP)}
	f[FieldDoHSubdomain] = expr.Field{Name: "dns.doh_subdomain", Type: expr.String, Fold: foldCase, Lower: true}
	f[FieldLocation] = expr.Field{Name: "dns.location", Type: expr.String}
	f[FieldCountry] = expr.Field{Name: "dns.src.geo.country", Type: expr.String}
	f[FieldContinent] = expr.Field{Name: "dns.src.geo.continent", Type: expr.String}
	f[FieldContentCategory] = expr.Field{Name: "dns.content_category", Type: expr.ArrayOf(expr.Int)}
	f[FieldSecurityCategory] = expr.Field{Name: "dns.security_category", Type: expr.ArrayOf(expr.Int)}
	f[FieldEmail] = expr.Field{Name: "identity.email", Type: expr.String, Fold: foldCase, Lower: true}
	f[FieldName] = expr.Field{Name: "identity.name", Type: expr.String}
	f[FieldGroupIDs] = expr.Field{Name: "identity.groups[*].id", Type: strs}
	f[FieldGroupNames] = expr.Field{Name: "identity.groups[*].name", Type: strs}
	f[FieldGroupEmails] = expr.Field{Name: "identity.groups[*].email", Type: strs, Fold: foldCase, Lower: true}
	f[FieldAttributes] = expr.Field{Name: "identity.saml_attributes", Type: expr.MapOf(strs)}
	f[FieldClaims] = expr.Field{Name: "identity.oidc_claims", Type: expr.MapOf(strs)}
	f[FieldClaimTexts] = expr.Field{Name: "identity.oidc_claims", Type: strs, Fold: unquote}
	f[FieldPosture] = expr.Field{Name: "device_posture.checks.passed", Type: strs}
	return f
}

// foldName normalizes a name that is compared with dns.fqdn or dns.domains, whose
// values are canonical without the final dot. The root is "".
func foldName(s string) (string, error) {
	if s == "" || s == domain.Root {
		return "", nil
	}
	name, err := domain.Parse(s)
	if err != nil {
		return "", err
	}
	return domain.NoDot(name), nil
}

// unquote takes quotes away that Cloudflare writes around NAME=VALUE within the string.
func unquote(s string) (string, error) {
	for len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	return s, nil
}

// foldCase normalizes a label or a mail address, which are kept in lower case.
func foldCase(s string) (string, error) { return strings.ToLower(s), nil }
