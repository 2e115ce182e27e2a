package asker

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/explain"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// Query is a query that is to be explained, as people write it. The tags are its form in
// a call of the API.
type Query struct {
	Name        string `json:"name" required:"true"`
	Type        string `json:"type" about:"A by default, PTR with reverse"`
	Reverse     bool   `json:"reverse" about:"the name is an address, ask for its reverse name; with the type PTR that needs no flag"`
	Client      string `json:"client" about:"address of the client, 127.0.0.1 by default"`
	Server      string `json:"server" about:"address the query arrives at, with or without a port"`
	Transport   string `json:"transport" about:"udp, tcp, tls, https, https3, quic or grpc; any by default"`
	Host        string `json:"host" about:"host in the HTTPS request, or name of the server in the TLS handshake"`
	Identity    string `json:"identity" about:"mail address of who asks, as if a client certificate showed it"`
	Block       string `json:"block" about:"key of the server block, where it cannot be told from the query"`
	DNSSEC      bool   `json:"dnssec" about:"with DO, the flag for DNSSEC records"`
	Time        string `json:"time" about:"when it comes, with an offset from UTC (RFC 3339); now by default"`
	NoRecursion bool   `json:"no_recursion" about:"without RD, the flag for recursion"`
}

// MemberError is what is wrong with a member of a Query.
type MemberError struct{ Member, Text string }

// Error implements error.
func (e *MemberError) Error() string { return e.Member + ": " + e.Text }

func wrong(member, format string, args ...any) error {
	return &MemberError{member, fmt.Sprintf(format, args...)}
}

// Parsed is a Query that was understood.
type Parsed struct {
	Asker
	Query   explain.Query // but for the client
	Name    string        // canonical
	Request *dns.Msg      // what such a client sends
	block   string
}

// Parse reads a query. The error is a *MemberError.
func (q Query) Parse() (p Parsed, err error) {
	p.Query = explain.Query{Name: q.Name, Type: dns.TypeA, Time: time.Now(), NoRecursion: q.NoRecursion, DNSSEC: q.DNSSEC}
	if q.Time != "" {
		if p.Query.Time, err = time.Parse(time.RFC3339, q.Time); err != nil {
			return p, wrong("time", "%q is no time with an offset from UTC (RFC 3339), such as 2030-01-31T17:00:00Z", q.Time)
		}
	}
	if q.Type != "" {
		if p.Query.Type, err = ParseType(q.Type); err != nil {
			return p, wrong("type", "%s", err)
		}
	}
	if addr, bad := netip.ParseAddr(q.Name); bad == nil && (q.Reverse || p.Query.Type == dns.TypePTR) {
		addr = addr.Unmap().WithZone("")
		if q.Type == "" {
			p.Query.Type = dns.TypePTR
		}
		if p.Query.Name, err = domain.Reverse(netip.PrefixFrom(addr, addr.BitLen())); err != nil {
			return p, wrong("name", "%s", err)
		}
	}
	if p.Name, err = domain.Parse(p.Query.Name); err != nil {
		return p, wrong("name", "%s", err)
	}
	if p.Query.Name, err = domain.ToASCII(p.Query.Name); err != nil {
		return p, wrong("name", "%s", err)
	}
	if p.Asker, err = q.asker(); err != nil {
		return p, err
	}
	p.block = q.Block
	p.Request = new(dns.Msg).SetQuestion(p.Name, p.Query.Type)
	p.Request.RecursionDesired = !q.NoRecursion
	return p, nil
}

// asker reads who asks.
func (q Query) asker() (a Asker, err error) {
	a = Asker{Client: netip.AddrFrom4([4]byte{127, 0, 0, 1}), Transport: q.Transport, Host: q.Host, Identity: q.Identity}
	if q.Transport != "" && !slices.Contains(Transports(), q.Transport) {
		return a, wrong("transport", "%q, allowed: %s", q.Transport, strings.Join(Transports(), ", "))
	}
	if q.Host != "" && slices.Contains([]string{"udp", "tcp", "grpc"}, q.Transport) {
		return a, wrong("host", "goes with the transports tls, https, https3 and quic")
	}
	if q.Client != "" {
		client, err := netip.ParseAddr(q.Client)
		if err != nil {
			return a, wrong("client", "%q is not an address", q.Client)
		}
		a.Client = client.Unmap().WithZone("")
	}
	if q.Server == "" {
		return a, nil
	}
	if at, err := netip.ParseAddrPort(q.Server); err == nil {
		a.Server, a.Port = at.Addr().Unmap(), at.Port()
		return a, nil
	}
	server, err := netip.ParseAddr(strings.Trim(q.Server, "[]"))
	if err != nil {
		return a, wrong("server", "%q is not an address, with or without a port", q.Server)
	}
	a.Server = server.Unmap()
	return a, nil
}

// ParseType reads a type's mnemonic or its form TYPE65280 (RFC 3597 section 5).
func ParseType(word string) (uint16, error) {
	upper := strings.ToUpper(word)
	if t, ok := dns.StringToType[upper]; ok && t != dns.TypeNone && t != dns.TypeReserved {
		return t, nil
	}
	var t uint16
	if n, err := fmt.Sscanf(upper, "TYPE%d", &t); err == nil && n == 1 && fmt.Sprintf("TYPE%d", t) == upper {
		return t, nil
	}
	return 0, errors.New("unknown type " + fmt.Sprintf("%q", word) + ", write a mnemonic such as AAAA, or TYPE65280")
}

// Explained is an explanation, and what stands around the suite. The tags are the form
// that `internaldns explain -json` and the API have in common.
type Explained struct {
	*explain.Explanation
	Block      []string   `json:"block"`       // keys of the server block
	PublicPath []Upstream `json:"public_path"` // plugins below the suite, in order
}

// Explain takes the query through a server block.
func (p Parsed) Explain(b *scope.Block) Explained {
	q := p.Query
	q.Client = p.At(b, p.Name, p.Request)
	return Explained{Explanation: explain.Explain(b.Snapshot, q), Block: b.Keys, PublicPath: PublicPath(b)}
}

// Blocks returns the server blocks that may get the query: one, unless it is not known
// enough of it. A block that was named is the only one that does.
func (p Parsed) Blocks(all []scope.Block) (found []*scope.Block) {
	if p.block == "" {
		return p.Choose(all, p.Name, p.Query.Type)
	}
	for i := range all {
		if HasKey(all[i].Keys, p.block) || all[i].Pos.String() == p.block {
			found = append(found, &all[i])
		}
	}
	return found
}
