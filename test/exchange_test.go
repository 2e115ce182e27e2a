package test

import (
	"errors"
	"net"
	"net/netip"
	"os"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/test/scenario"
)

// errNoReply is the outcome of a question that nobody answered in time.
var errNoReply = errors.New(";; no reply")

// exchange asks one server over one network, from the query's client address.
func exchange(s *server, q *scenario.Query, network string, request *dns.Msg) (*dns.Msg, error) {
	address, err := s.addr(network, q.Server)
	if err != nil {
		return nil, err
	}
	client := dns.Client{Net: network, Timeout: q.Timeout, Dialer: &net.Dialer{
		Timeout: q.Timeout, LocalAddr: localAddr(network, q.Client),
	}}
	response, _, err := client.Exchange(request, address)
	var netErr net.Error
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &netErr) && netErr.Timeout() {
		return nil, errNoReply
	}
	return response, err
}

func localAddr(network string, client netip.Addr) net.Addr {
	if !client.IsValid() {
		return nil
	}
	from := netip.AddrPortFrom(client, 0)
	if network == "tcp" {
		return net.TCPAddrFromAddrPort(from)
	}
	return net.UDPAddrFromAddrPort(from)
}

// ask puts a question over one network and renders what comes back.
func ask(s *server, q *scenario.Query, network string) ([]string, error) {
	request := q.Msg()
	response, err := exchange(s, q, network, request)
	switch {
	case errors.Is(err, errNoReply):
		return []string{err.Error()}, nil
	case err != nil:
		return nil, err
	}
	return q.Render(request, response), nil
}
