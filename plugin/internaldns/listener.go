package internaldns

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	pkgtls "github.com/coredns/coredns/plugin/pkg/tls"

	"github.com/internaldns/internaldns/plugin/pkg/api"
)

// The bounds of connections. A request has those of package api besides.
const (
	headerTime    = 10 * time.Second // to send the head of a request
	idleTime      = 2 * time.Minute  // between two requests
	stopTime      = 5 * time.Second  // for requests under way when the server stops
	maxHeader     = 64 << 10
	maxConnection = 2048
)

// listener serves HTTP at one address as long as a block wants it.
type listener struct {
	net.Listener
	server *http.Server
	tls    atomic.Pointer[tls.Config] // nil: plain HTTP
	done   chan struct{}

	mu    sync.Mutex
	count int
	idle  map[net.Conn]bool
}

// listen begins to serve at an address.
func listen(at string, handler *api.API) (*listener, error) {
	socket, err := net.Listen("tcp", at)
	if err != nil {
		return nil, err
	}
	l := &listener{Listener: socket, done: make(chan struct{}), idle: make(map[net.Conn]bool)}
	l.server = &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader, ConnState: l.watch,
		ErrorLog: errorLog(),
	}
	l.server.RegisterOnShutdown(handler.EndStreams)
	go func() {
		defer close(l.done)
		if err := l.server.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			log.Errorf("API on %s: %v", at, err)
		}
	}()
	return l, nil
}

// secure has connections from now on use TLS, or not.
func (l *listener) secure(cfg *tls.Config) { l.tls.Store(cfg) }

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if cfg := l.tls.Load(); cfg != nil {
		return tls.Server(conn, cfg), nil
	}
	return conn, nil
}

// watch bounds the connections: those that wait make room for new ones.
func (l *listener) watch(conn net.Conn, state http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch state {
	case http.StateNew:
		l.count++
		if l.count > maxConnection {
			for other := range l.idle {
				_ = other.Close()
				delete(l.idle, other)
				break
			}
		}
		l.idle[conn] = true
	case http.StateIdle:
		l.idle[conn] = true
	case http.StateActive:
		delete(l.idle, conn)
	case http.StateClosed, http.StateHijacked:
		delete(l.idle, conn)
		l.count--
	}
}

// stop lets the requests under way end, for a while.
func (l *listener) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	if err := l.server.Shutdown(ctx); err != nil {
		_ = l.server.Close()
	}
	<-l.done
}

// newTLS reads a certificate, its key and, if there is a third file, the authorities that
// the certificates of clients must come from.
func newTLS(files []string) (*tls.Config, error) {
	cfg, err := pkgtls.NewTLSConfigFromArgs(files[:2]...)
	if err != nil {
		return nil, err
	}
	cfg.NextProtos = []string{"h2", "http/1.1"}
	if len(files) < 3 {
		return cfg, nil
	}
	pem, err := os.ReadFile(files[2])
	if err != nil {
		return nil, err
	}
	cfg.ClientCAs = x509.NewCertPool()
	if !cfg.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", files[2])
	}
	cfg.ClientAuth = tls.RequireAndVerifyClientCert
	return cfg, nil
}

// certified reports whether a certificate is for a host.
func certified(cfg *tls.Config, host string) bool {
	if cfg == nil {
		return false
	}
	for _, c := range cfg.Certificates {
		leaf := c.Leaf
		if leaf == nil && len(c.Certificate) > 0 {
			leaf, _ = x509.ParseCertificate(c.Certificate[0])
		}
		if leaf != nil && leaf.VerifyHostname(host) == nil {
			return true
		}
	}
	return false
}
