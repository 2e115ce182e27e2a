package test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"

	"github.com/miekg/dns"
	"github.com/pires/go-proxyproto"
	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"

	"github.com/internaldns/internaldns/test/scenario"
)

const dnsMessage = "application/dns-message" // RFC 8484, section 6

// route puts questions to one listener, each over a connection of its own. It is
// immutable.
type route struct {
	query   *scenario.Query
	network string
	server  netip.AddrPort
}

func (r *route) exchange(ctx context.Context, request *dns.Msg) (*dns.Msg, error) {
	switch r.network {
	case scenario.HTTPS:
		return r.overHTTP2(ctx, request)
	case scenario.HTTPS3:
		return r.overHTTP3(ctx, request)
	case scenario.QUIC:
		return r.overQUIC(ctx, request)
	}
	conn, err := r.dial(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if r.network == scenario.TLS {
		config, err := r.tlsConfig("dot")
		if err != nil {
			return nil, err
		}
		conn = tls.Client(conn, config)
	}
	client := dns.Client{Timeout: r.query.Timeout}
	response, _, err := client.ExchangeWithConnContext(ctx, request, &dns.Conn{Conn: conn})
	return response, err
}

// dial connects over UDP or TCP, with a PROXY protocol header if the query wants one.
func (r *route) dial(ctx context.Context) (net.Conn, error) {
	header, err := r.header()
	if err != nil {
		return nil, err
	}
	network := scenario.TCP
	if overUDP(r.network) {
		network = scenario.UDP
	}
	dialer := net.Dialer{LocalAddr: localAddr(r.network, r.query.Client)}
	conn, err := dialer.DialContext(ctx, network, r.server.String())
	if err != nil || len(header) == 0 {
		return conn, err
	}
	if packets, ok := conn.(*net.UDPConn); ok {
		return headed{packets, header}, nil
	}
	if _, err := conn.Write(header); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// headed puts a header in front of every datagram.
type headed struct {
	*net.UDPConn
	header []byte
}

func (h headed) Write(p []byte) (int, error) {
	n, err := h.UDPConn.Write(append(bytes.Clone(h.header), p...))
	return max(0, n-len(h.header)), err
}

// header returns the PROXY protocol header, version 2, or nothing.
func (r *route) header() ([]byte, error) {
	client, server := r.query.Proxy.Client, r.query.Proxy.Server
	switch {
	case !client.IsValid():
		return nil, nil
	case server.IsValid():
	case client.Addr().Is4() == r.server.Addr().Is4():
		server = r.server
	default:
		server = netip.AddrPortFrom(netip.IPv6Loopback(), r.server.Port())
	}
	if overUDP(r.network) {
		return proxyproto.HeaderProxyFromAddrs(2, net.UDPAddrFromAddrPort(client), net.UDPAddrFromAddrPort(server)).Format()
	}
	return proxyproto.HeaderProxyFromAddrs(2, net.TCPAddrFromAddrPort(client), net.TCPAddrFromAddrPort(server)).Format()
}

// host returns the name that the server is asked under.
func (r *route) host() string {
	if r.query.Hostname != "" {
		return r.query.Hostname
	}
	return r.server.Addr().String()
}

// tlsConfig trusts the scenario's authority alone. A client certificate is shown
// whether or not the server says that it trusts its issuer.
func (r *route) tlsConfig(protocol string) (*tls.Config, error) {
	authority, err := os.ReadFile(authorityFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		return nil, fmt.Errorf("no certificate in %s", authorityFile)
	}
	config := &tls.Config{RootCAs: roots, ServerName: r.host(), NextProtos: []string{protocol}}
	if name := r.query.Certificate; name != "" {
		certificate, err := tls.LoadX509KeyPair(clientFiles(name))
		if err != nil {
			return nil, err
		}
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &certificate, nil }
	}
	return config, nil
}

// dialQUIC connects over QUIC. A PROXY protocol header is a datagram of its own
// before the first. Both conn and its socket end with closing.
func (r *route) dialQUIC(ctx context.Context, protocol string) (conn *quic.Conn, closing func() error, err error) {
	config, err := r.tlsConfig(protocol)
	if err != nil {
		return nil, nil, err
	}
	header, err := r.header()
	if err != nil {
		return nil, nil, err
	}
	local, _ := localAddr(r.network, r.query.Client).(*net.UDPAddr)
	socket, err := net.ListenUDP("udp", local)
	if err != nil {
		return nil, nil, err
	}
	if len(header) > 0 {
		if _, err := socket.WriteToUDPAddrPort(header, r.server); err != nil {
			return nil, nil, errors.Join(err, socket.Close())
		}
	}
	carrier := &quic.Transport{Conn: socket}
	conn, err = carrier.Dial(ctx, net.UDPAddrFromAddrPort(r.server), config, nil)
	if err != nil {
		return nil, nil, errors.Join(err, carrier.Close(), socket.Close())
	}
	return conn, func() error {
		return errors.Join(conn.CloseWithError(0, ""), carrier.Close(), socket.Close())
	}, nil
}

// overQUIC asks as RFC 9250 says: one stream for a question, identifier 0.
func (r *route) overQUIC(ctx context.Context, request *dns.Msg) (response *dns.Msg, err error) {
	wire, err := withoutID(request)
	if err != nil {
		return nil, err
	}
	conn, closing, err := r.dialQUIC(ctx, "doq")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closing()) }()
	stream, err := conn.OpenStreamSync(ctx)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		if err := stream.SetDeadline(deadline); err != nil {
			return nil, err
		}
	}
	if _, err := stream.Write(binary.BigEndian.AppendUint16(nil, uint16(len(wire)))); err != nil {
		return nil, err
	}
	if _, err := stream.Write(wire); err != nil {
		return nil, err
	}
	if err := stream.Close(); err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(io.LimitReader(stream, dns.MaxMsgSize+2))
	switch {
	case err != nil:
		return nil, err
	case len(answer) < 2 || int(binary.BigEndian.Uint16(answer)) != len(answer)-2:
		return nil, fmt.Errorf("%d octets came back, which is not one message after its length", len(answer))
	}
	return unpack(request, answer[2:])
}

func (r *route) overHTTP2(ctx context.Context, request *dns.Msg) (*dns.Msg, error) {
	config, err := r.tlsConfig("h2")
	if err != nil {
		return nil, err
	}
	carrier := &http.Transport{
		ForceAttemptHTTP2: true,
		TLSClientConfig:   config,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return r.dial(ctx) },
	}
	defer carrier.CloseIdleConnections()
	return r.post(ctx, carrier, request, 2)
}

func (r *route) overHTTP3(ctx context.Context, request *dns.Msg) (response *dns.Msg, err error) {
	conn, closing, err := r.dialQUIC(ctx, http3.NextProtoH3)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closing()) }()
	return r.post(ctx, new(http3.Transport).NewClientConn(conn), request, 3)
}

// post asks as RFC 8484 says, in the HTTP version that is wanted.
func (r *route) post(ctx context.Context, carrier http.RoundTripper, request *dns.Msg, version int) (response *dns.Msg, err error) {
	wire, err := withoutID(request)
	if err != nil {
		return nil, err
	}
	url := "https://" + net.JoinHostPort(r.host(), strconv.Itoa(int(r.server.Port()))) + "/dns-query"
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(wire))
	if err != nil {
		return nil, err
	}
	post.Header.Set("Content-Type", dnsMessage)
	post.Header.Set("Accept", dnsMessage)
	reply, err := carrier.RoundTrip(post)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, reply.Body.Close()) }()
	switch {
	case reply.ProtoMajor != version:
		return nil, fmt.Errorf("the reply came over %s, want HTTP/%d", reply.Proto, version)
	case reply.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("HTTP status %s", reply.Status)
	case reply.Header.Get("Content-Type") != dnsMessage:
		return nil, fmt.Errorf("content type %q, want %s", reply.Header.Get("Content-Type"), dnsMessage)
	}
	answer, err := io.ReadAll(io.LimitReader(reply.Body, dns.MaxMsgSize+1))
	if err != nil {
		return nil, err
	}
	return unpack(request, answer)
}

// withoutID packs a question with the identifier 0, which QUIC demands and HTTP
// recommends.
func withoutID(request *dns.Msg) ([]byte, error) {
	m := *request
	m.Id = 0
	return m.Pack()
}

// unpack reads the answer to a question that was sent with the identifier 0 and
// gives it the question's own.
func unpack(request *dns.Msg, wire []byte) (*dns.Msg, error) {
	response := new(dns.Msg)
	if err := response.Unpack(wire); err != nil {
		return nil, err
	}
	if response.Id != 0 {
		return nil, fmt.Errorf("the identifier %d came back, 0 was sent", response.Id)
	}
	response.Id = request.Id
	return response, nil
}
