package scenario

import (
	"fmt"
	"net/netip"
	"strings"
)

// Networks that a question may be asked over. The encrypted ones are named like
// the schemes of a server block's keys.
const (
	UDP    = "udp"
	TCP    = "tcp"
	TLS    = "tls"    // RFC 7858
	HTTPS  = "https"  // RFC 8484, HTTP/2
	HTTPS3 = "https3" // RFC 8484, HTTP/3
	QUIC   = "quic"   // RFC 9250
)

// Ports that a PROXY header names where the command does not.
const (
	proxyClientPort = 49152
	proxyServerPort = 53
)

// Proxy is what a PROXY protocol header tells of the connection that a proxy
// took. The zero Proxy sends no header.
type Proxy struct {
	Client netip.AddrPort
	Server netip.AddrPort // not valid: the address that is really asked
}

// transport takes the options that choose how a question travels, and reports
// whether it knows the name.
func (q *Query) transport(name, value string) (known bool, err error) {
	switch name {
	case "tcp":
		q.add(TCP)
	case "notcp":
		q.add(UDP)
	case "tls":
		q.add(TLS)
	case "https":
		q.add(HTTPS)
	case "http3":
		q.add(HTTPS3)
	case "quic":
		q.add(QUIC)
	case "tls-hostname":
		q.Hostname, err = named(name, value)
	case "tls-cert":
		q.Certificate, err = named(name, value)
	case "proxy":
		q.Proxy, err = parseProxy(value)
	default:
		return false, nil
	}
	return true, err
}

// add has the question asked over one more network.
func (q *Query) add(network string) {
	if !q.Over(network) {
		q.Networks = append(q.Networks, network)
	}
}

func named(option, value string) (string, error) {
	if value == "" {
		return "", fmt.Errorf("+%s needs a name", option)
	}
	return value, nil
}

// parseProxy reads CLIENT[#PORT][-SERVER[#PORT]].
func parseProxy(text string) (Proxy, error) {
	client, server, both := strings.Cut(text, "-")
	var p Proxy
	var err error
	if p.Client, err = parseEndpoint(client, proxyClientPort); err != nil {
		return p, fmt.Errorf("+proxy: %w", err)
	}
	if !both {
		return p, nil
	}
	if p.Server, err = parseEndpoint(server, proxyServerPort); err != nil {
		return p, fmt.Errorf("+proxy: %w", err)
	}
	if p.Client.Addr().Is4() != p.Server.Addr().Is4() {
		return p, fmt.Errorf("+proxy: %s and %s are of different families", client, server)
	}
	return p, nil
}

// parseEndpoint reads ADDRESS[#PORT].
func parseEndpoint(text string, port uint16) (netip.AddrPort, error) {
	address, number, hasPort := strings.Cut(text, "#")
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("want CLIENT[#PORT][-SERVER[#PORT]]: %w", err)
	}
	if hasPort {
		if port, err = parseNumber(number); err != nil {
			return netip.AddrPort{}, fmt.Errorf("port %w", err)
		}
	}
	return netip.AddrPortFrom(addr.Unmap(), port), nil
}
