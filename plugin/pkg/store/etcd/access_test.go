package etcd_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/etcd"
	"github.com/internaldns/internaldns/plugin/pkg/store/etcd/etcdtest"
	"github.com/internaldns/internaldns/plugin/pkg/store/storetest"
)

// Users that may do nothing, read, or all are told apart; no error has a password.
func TestUsers(t *testing.T) {
	m := etcdtest.Start(t)
	m.Ctl("user", "add", "root:root-secret")
	m.Ctl("user", "grant-role", "root", "root")
	for _, c := range [][]string{{"none"}, {"reader", "read"}, {"writer", "readwrite"}} {
		m.Ctl("user", "add", c[0]+":secret")
		m.Ctl("role", "add", c[0])
		m.Ctl("user", "grant-role", c[0], c[0])
		if len(c) > 1 {
			m.Ctl("role", "grant-permission", "--prefix", c[0], c[1], "/internaldns/")
		}
	}
	m.Ctl("auth", "enable")
	as := func(name, password string) etcd.Options {
		opt := options(t, m.Endpoint())
		opt.Username, opt.Password, opt.DialTimeout = name, password, time.Second
		return opt
	}
	writer := open(t, as("writer", "secret"))
	storetest.Commit(t, writer, storetest.Account, storetest.Put("key", "value"))
	reader := open(t, as("reader", "secret"))
	await(t, reader, 1)
	err := reader.Commit(context.Background(), storetest.Account, 1, 2, nil)
	if !errors.Is(err, store.ErrReadOnly) || !strings.Contains(err.Error(), `"reader"`) {
		t.Error(err)
	}
	for name, opt := range map[string]etcd.Options{"no right": as("none", "secret"), "wrong password": as("writer", "other-secret"), "no user": as("", "")} {
		_, err := etcd.Open(opt)
		want := store.ErrUnreachable
		if name == "no right" {
			want = store.ErrReadOnly
		}
		if !errors.Is(err, want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	m.Restart() // which forgets all sessions
	for began := time.Now(); ; {
		if err = writer.Commit(context.Background(), storetest.Account, 1, 2, nil); err == nil {
			break
		}
		if time.Since(began) > 20*time.Second {
			t.Fatal(err)
		}
	}
	await(t, reader, 2)
}

// certificates writes an authority and a certificate that it has signed, for both sides.
func certificates(t *testing.T) (ca, cert, key string) {
	t.Helper()
	folder := t.TempDir()
	write := func(name, kind string, der []byte) string {
		name = filepath.Join(folder, name)
		if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	template := func(n int64, isCA bool) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(n), Subject: pkix.Name{CommonName: fmt.Sprint("test ", n)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
			IsCA: isCA, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		}
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	authority, err := x509.CreateCertificate(rand.Reader, template(1, true), template(1, true), &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.CreateCertificate(rand.Reader, template(2, false), template(1, true), &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return write("ca.pem", "CERTIFICATE", authority), write("cert.pem", "CERTIFICATE", leaf), write("key.pem", "EC PRIVATE KEY", der)
}

func TestTLS(t *testing.T) {
	ca, cert, key := certificates(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	secure := "https://" + l.Addr().String()
	_ = l.Close()
	m := etcdtest.StartWith(t, secure, "--cert-file", cert, "--key-file", key, "--trusted-ca-file", ca, "--client-cert-auth")
	if !strings.HasPrefix(m.Endpoint(), "http://") {
		t.Error(m.Endpoint())
	}
	opt := options(t, secure)
	opt.CA, opt.Cert, opt.Key, opt.DialTimeout = ca, cert, key, 5*time.Second
	storetest.Commit(t, open(t, opt), storetest.Account, storetest.Put("key", "value"))
	for name, change := range map[string]func(*etcd.Options){
		"cannot be reached": func(o *etcd.Options) { o.Cert, o.Key = "", "" }, "unknown authority": func(o *etcd.Options) { o.CA = "" },
	} {
		bad := opt
		bad.Copy, bad.DialTimeout = filepath.Join(t.TempDir(), "copy.db"), 4*time.Second
		change(&bad)
		if _, err := etcd.Open(bad); !errors.Is(err, store.ErrUnreachable) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOptions(t *testing.T) {
	_, cert, key := certificates(t)
	for want, change := range map[string]func(*etcd.Options){
		"no endpoint":    func(o *etcd.Options) { o.Endpoints = nil },
		"not a URL":      func(o *etcd.Options) { o.Endpoints = []string{"192.0.2.1:2379"} },
		"for https":      func(o *etcd.Options) { o.Cert, o.Key = cert, key },
		"not one like":   func(o *etcd.Options) { o.Path = "here" },
		"a password":     func(o *etcd.Options) { o.Username = "user" },
		"needs a key":    func(o *etcd.Options) { o.Endpoints, o.Cert = []string{"https://192.0.2.1:2379"}, cert },
		"no file":        func(o *etcd.Options) { o.Copy = "" },
		"no such file":   func(o *etcd.Options) { o.Endpoints, o.CA = []string{"https://192.0.2.1:2379"}, "/nonexistent" },
		"no certificate": func(o *etcd.Options) { o.Endpoints, o.CA = []string{"https://192.0.2.1:2379"}, key },
	} {
		opt := options(t, "http://192.0.2.1:2379")
		change(&opt)
		if _, err := etcd.Open(opt); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
