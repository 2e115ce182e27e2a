package identity

import (
	"crypto/x509"
	"slices"
)

// oidEmailAddress is the attribute emailAddress of a subject (RFC 5280 section 4.1.2.6).
const oidEmailAddress = "1.2.840.113549.1.9.1"

// FromCertificate returns the person that a client certificate names, nil if it
// names nobody. The email is the first mail address among the subject alternative
// names (RFC 5280 section 4.2.1.6), else the subject's emailAddress, else its
// common name if that is a mail address. The name is the common name unless that
// is a mail address, and every organizational unit is the name of a group. The
// caller has verified the certificate.
func FromCertificate(c *x509.Certificate) *Identity {
	if c == nil {
		return nil
	}
	i := Identity{Email: emailOf(c)}
	if !isEmail(c.Subject.CommonName) {
		i.Name = c.Subject.CommonName
	}
	for _, unit := range c.Subject.OrganizationalUnit {
		if g := (Group{Name: unit}); unit != "" && !slices.Contains(i.Groups, g) {
			i.Groups = append(i.Groups, g)
		}
	}
	if i.Email == "" && i.Name == "" && len(i.Groups) == 0 {
		return nil
	}
	return New(i)
}

// emailOf returns the mail address of a certificate, or "".
func emailOf(c *x509.Certificate) string {
	for _, address := range c.EmailAddresses {
		if isEmail(address) {
			return address
		}
	}
	for _, attribute := range c.Subject.Names {
		if address, ok := attribute.Value.(string); ok && attribute.Type.String() == oidEmailAddress && isEmail(address) {
			return address
		}
	}
	if isEmail(c.Subject.CommonName) {
		return c.Subject.CommonName
	}
	return ""
}
