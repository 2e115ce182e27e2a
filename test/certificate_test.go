package test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/internaldns/internaldns/test/scenario"
)

// Files of the certificates that are made for a test.
const (
	authorityFile = "ca.pem"
	serverFile    = "cert.pem"
	serverKeyFile = "key.pem"
)

// clientFiles names the files of a client certificate.
func clientFiles(name string) (certificate, key string) { return name + "-cert.pem", name + "-key.pem" }

// authority signs certificates that are good for an hour. It is not safe for
// concurrent use.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	serial      int64
}

func newAuthority(name string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	return &authority{certificate: certificate, key: key, serial: 1}, err
}

// issue signs a certificate like the template and writes it and its key.
func (a *authority) issue(template *x509.Certificate, certificateFile, keyFile string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	a.serial++
	template.SerialNumber = big.NewInt(a.serial)
	template.NotBefore, template.NotAfter = a.certificate.NotBefore, a.certificate.NotAfter
	template.KeyUsage = x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return errors.Join(writePEM(certificateFile, "CERTIFICATE", der), writePEM(keyFile, "PRIVATE KEY", pkcs8))
}

func writePEM(file, kind string, der []byte) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

// makeCertificates writes what servers with encrypted transports need into a
// directory: an authority, the server's certificate, and those of clients.
func makeCertificates(dir string, clients []scenario.Client) error {
	known, err := newAuthority("authority")
	if err != nil {
		return err
	}
	foreign, err := newAuthority("foreign authority")
	if err != nil {
		return err
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	server := &x509.Certificate{
		Subject:     pkix.Name{CommonName: "dns.example.org"},
		DNSNames:    []string{"dns.example.org", "*.dns.example.org"},
		IPAddresses: []net.IP{{127, 0, 0, 1}, {127, 0, 0, 2}, {127, 0, 0, 3}},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	failed := errors.Join(
		writePEM(in(authorityFile), "CERTIFICATE", known.certificate.Raw),
		known.issue(server, in(serverFile), in(serverKeyFile)),
	)
	for _, c := range clients {
		signer := known
		if c.Foreign {
			signer = foreign
		}
		certificate, key := clientFiles(c.Name)
		failed = errors.Join(failed, signer.issue(clientTemplate(c), in(certificate), in(key)))
	}
	return failed
}

func clientTemplate(c scenario.Client) *x509.Certificate {
	subject := pkix.Name{CommonName: c.CommonName, OrganizationalUnit: c.Units}
	if c.SubjectEmail != "" {
		emailAddress := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1} // PKCS #9
		subject.ExtraNames = []pkix.AttributeTypeAndValue{{Type: emailAddress, Value: c.SubjectEmail}}
	}
	return &x509.Certificate{
		Subject: subject, EmailAddresses: c.Emails,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
}
