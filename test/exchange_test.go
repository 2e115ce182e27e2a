package test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"

	"github.com/miekg/dns"
	"github.com/quic-go/quic-go"

	"github.com/internaldns/internaldns/test/scenario"
)

// errNoReply is the outcome of a question that nobody answered in time.
var errNoReply = errors.New(";; no reply")

// errClosed is the outcome of a question whose connection the server ended, at
// the TLS handshake or after it. What the client sees of that is a matter of
// timing: an alert, a reset or the end of the stream.
var errClosed = errors.New(";; connection closed by the server")

// exchange asks one server over one network, from the query's client address.
func exchange(s *server, q *scenario.Query, network string, request *dns.Msg) (*dns.Msg, error) {
	address, err := s.addr(network, q.Server)
	if err != nil {
		return nil, err
	}
	server, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), q.Timeout)
	defer cancel()
	response, err := (&route{query: q, network: network, server: server}).exchange(ctx, request)
	var netErr net.Error
	switch {
	case err == nil:
		return response, nil
	case errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &netErr) && netErr.Timeout():
		return nil, errNoReply
	case closedByServer(err):
		return nil, errClosed
	}
	return nil, err
}

// endedEarly is all that net/http tells of an HTTP/2 connection that ended before
// the server's first frame; it exports no error for that.
const endedEarly = "http2: client conn could not be established"

// closedByServer reports whether an error says that the server hung up.
func closedByServer(err error) bool {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, end) {
			return true
		}
	}
	var tlsErr *net.OpError
	var quicErr *quic.TransportError
	var doqErr *quic.ApplicationError
	return errors.As(err, &tlsErr) && tlsErr.Op == "remote error" ||
		errors.As(err, &quicErr) && quicErr.Remote ||
		errors.As(err, &doqErr) && doqErr.Remote ||
		strings.Contains(err.Error(), endedEarly)
}

func localAddr(network string, client netip.Addr) net.Addr {
	if !client.IsValid() {
		return nil
	}
	from := netip.AddrPortFrom(client, 0)
	if overUDP(network) {
		return net.UDPAddrFromAddrPort(from)
	}
	return net.TCPAddrFromAddrPort(from)
}

// ask puts a question over one network and renders what comes back.
func ask(s *server, q *scenario.Query, network string) ([]string, error) {
	request := q.Msg()
	response, err := exchange(s, q, network, request)
	switch {
	case errors.Is(err, errNoReply), errors.Is(err, errClosed):
		return []string{err.Error()}, nil
	case err != nil:
		return nil, err
	}
	return q.Render(request, response), nil
}
