package etcd

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/peer"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// Options are where the store is, and how it is reached.
type Options struct {
	Endpoints          []string // http or https URLs, of one cluster
	Path               string   // what all keys begin with; default /internaldns
	Username, Password string   // none: without authentication
	Cert, Key          string   // files of the client's certificate; none: without
	CA                 string   // file of the authorities; none: the system's
	Copy               string   // the file of the copy, which is made if there is none

	DialTimeout    time.Duration // how long a first start waits for etcd; default 5s
	RequestTimeout time.Duration // how long a request may take; default 3s
	ServerTTL      time.Duration // how long a server that is gone is listed; default 5s

	bounds // of which tests have others
}

// bounds are when something happens that seldom does.
type bounds struct {
	longEntries, longOctets uint64        // of a log
	stageTTL                time.Duration // for how long the parts of a commit are kept that does not come
	lockTTL                 time.Duration // for how long the others leave a snapshot to a server that is gone
}

// A server that starts without a copy reads snapshot and log, so that the log is to be
// no longer than half of what it goes on from, or that.
const (
	longEntries = 10_000
	longOctets  = 16 << 20
	stageTTL    = time.Minute
	lockTTL     = 15 * time.Second
)

// The defaults of Options.
const (
	DefaultPath    = "/internaldns"
	dialTimeout    = 5 * time.Second
	requestTimeout = 3 * time.Second
	serverTTL      = 5 * time.Second
)

func (o Options) withDefaults() Options {
	if o.Path == "" {
		o.Path = DefaultPath
	}
	for _, d := range []struct {
		of    *time.Duration
		usual time.Duration
	}{{&o.DialTimeout, dialTimeout}, {&o.RequestTimeout, requestTimeout}, {&o.ServerTTL, serverTTL}, {&o.stageTTL, stageTTL}, {&o.lockTTL, lockTTL}} {
		if *d.of <= 0 {
			*d.of = d.usual
		}
	}
	if o.longEntries == 0 {
		o.longEntries = longEntries
	}
	if o.longOctets == 0 {
		o.longOctets = longOctets
	}
	return o
}

// seconds returns a time to live as etcd wants it.
func seconds(d time.Duration) int64 { return max(1, int64(d/time.Second)) }

// Check returns what is wrong with options, as Open would, and opens nothing.
func (o Options) Check() error { return o.withDefaults().check() }

// check returns what is wrong with options, and reads the files that they name.
func (o Options) check() error {
	if len(o.Endpoints) == 0 {
		return errors.New("no endpoint")
	}
	for _, endpoint := range o.Endpoints {
		u, err := url.Parse(endpoint)
		switch {
		case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "":
			return fmt.Errorf("endpoint %q: not a URL like https://192.0.2.1:2379", endpoint)
		case u.Scheme == "http" && (o.Cert != "" || o.CA != ""):
			return fmt.Errorf("endpoint %q: certificates are for https", endpoint)
		}
	}
	switch {
	case !strings.HasPrefix(o.Path, "/") || strings.Trim(o.Path, "/") == "":
		return fmt.Errorf("path %q: not one like %s", o.Path, DefaultPath)
	case (o.Username == "") != (o.Password == ""):
		return errors.New("a username needs a password, and the reverse")
	case (o.Cert == "") != (o.Key == ""):
		return errors.New("a certificate needs a key, and the reverse")
	case o.Copy == "":
		return errors.New("no file for the copy")
	}
	_, err := o.tlsConfig()
	return err
}

// tlsConfig returns nil if no endpoint needs one. The client's certificate is read for each
// connection, so that it can be renewed.
func (o Options) tlsConfig() (*tls.Config, error) {
	if !strings.HasPrefix(o.Endpoints[0], "https:") {
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CA != "" {
		text, err := os.ReadFile(filepath.Clean(o.CA))
		if err != nil {
			return nil, err
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s: no certificate in PEM", o.CA)
		}
	}
	if o.Cert != "" {
		if _, err := tls.LoadX509KeyPair(o.Cert, o.Key); err != nil {
			return nil, err
		}
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			pair, err := tls.LoadX509KeyPair(o.Cert, o.Key)
			return &pair, err
		}
	}
	return c, nil
}

// dial makes a client. It waits for etcd only if a username has to be shown.
func (s *Store) dial() (*clientv3.Client, error) {
	config, err := s.opt.tlsConfig()
	if err != nil {
		return nil, err
	}
	return clientv3.New(clientv3.Config{
		Context: s.ctx, Endpoints: s.opt.Endpoints, TLS: config,
		Username: s.opt.Username, Password: s.opt.Password,
		DialTimeout: s.opt.RequestTimeout, PermitWithoutStream: true,
		DialKeepAliveTime: keepAlive, DialKeepAliveTimeout: s.opt.RequestTimeout,
		// Few, so that the error says what is wrong and not that the time is over.
		BackoffWaitBetween: 50 * time.Millisecond, MaxUnaryRetries: 10,
		Logger: zap.NewNop(), // what matters is in the errors
		DialOptions: []grpc.DialOption{
			grpc.WithConnectParams(grpc.ConnectParams{
				Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second},
				MinConnectTimeout: s.opt.RequestTimeout,
			}),
			grpc.WithChainUnaryInterceptor(failFast),
		},
	})
}

// failFast lets a call fail while there is no connection, with the reason for that; etcd's
// client would wait for one and say that the time is over. It takes down in the
// context whether the call was sent.
func failFast(ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	var to peer.Peer
	err := invoke(ctx, method, request, reply, conn, append(opts, grpc.WaitForReady(false), grpc.Peer(&to))...)
	if sent, ok := ctx.Value(sentKey{}).(*bool); ok && (err == nil || to.Addr != nil) {
		*sent = true
	}
	return err
}

// sentKey is under what a context has where to take down whether a call was sent.
type sentKey struct{}

// keepAlive is how often a silent connection is tried. gRPC allows no less.
const keepAlive = 10 * time.Second

// connected returns the client, and makes it if need be.
func (s *Store) connected() (*clientv3.Client, error) {
	s.mu.Lock()
	client := s.client
	s.mu.Unlock()
	if client != nil {
		return client, nil
	}
	client, err := s.dial()
	if err != nil {
		return nil, s.describe(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client != nil {
		_ = client.Close()
		return s.client, nil
	}
	s.client = client
	return client, nil
}

// request returns the context of a request, which goes on when a caller's has ended.
func (s *Store) request() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(s.ctx), s.opt.RequestTimeout)
}

// describe returns an error that says etcd, and wraps what callers tell apart.
func (s *Store) describe(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, rpctypes.ErrNoSpace):
		return fmt.Errorf("etcd: %w: raise its quota, or compact and defragment it, and disarm the alarm: %w", store.ErrFull, err)
	case errors.Is(err, rpctypes.ErrRequestTooLarge), errors.Is(err, rpctypes.ErrTooManyOps):
		return fmt.Errorf("etcd: %w for a request as large as its defaults allow: raise --max-request-bytes and --max-txn-ops: %w", store.ErrFull, err)
	case errors.Is(err, rpctypes.ErrPermissionDenied):
		return fmt.Errorf("etcd: %w by user %q: grant it to read and write all keys that begin with %s: %w", store.ErrReadOnly, s.opt.Username, s.keys.root, err)
	case isDescribed(err):
		return err
	}
	return fmt.Errorf("etcd: %w at %s: %w", store.ErrUnreachable, strings.Join(s.opt.Endpoints, ", "), err)
}

// isDescribed reports whether an error says already what it is.
func isDescribed(err error) bool {
	return isOneOf(err, store.ErrUnreachable, store.ErrDamaged, store.ErrNewer, store.ErrConflict, store.ErrFull,
		store.ErrReadOnly, store.ErrClosed)
}

// isRefusal reports whether an error of a transaction says that it did not happen.
func isRefusal(err error) bool {
	return isOneOf(err, rpctypes.ErrNoSpace, rpctypes.ErrRequestTooLarge, rpctypes.ErrTooManyOps, rpctypes.ErrPermissionDenied,
		rpctypes.ErrKeyNotFound, rpctypes.ErrLeaseNotFound, rpctypes.ErrAuthFailed, rpctypes.ErrInvalidAuthToken, rpctypes.ErrUserEmpty)
}

func isOneOf(err error, known ...error) bool {
	return slices.ContainsFunc(known, func(k error) bool { return errors.Is(err, k) })
}
