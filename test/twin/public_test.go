package twin

import (
	"context"
	"errors"
	"strings"

	"github.com/miekg/dns"
)

// asked is a question that reached public DNS.
type asked struct {
	Name string
	Type uint16
}

var errUnreachable = errors.New("public dns unreachable")

// publicSOA is the authority of every negative public reply.
const publicSOA = ". 77 IN SOA public.invalid. hostmaster.public.invalid. 7 7200 3600 604800 77"

// askPublic answers one request as a forwarder to public DNS would: aliases are
// followed, a negative reply has its SOA. It gives nil for a failure without a reply.
func askPublic(table map[string]publicNode, req *dns.Msg) *dns.Msg {
	q := req.Question[0]
	m := new(dns.Msg)
	m.SetReply(req)
	m.RecursionAvailable = true
	node, ok := table[strings.ToLower(q.Name)]
	m.Authoritative, m.AuthenticatedData = node.AA, node.AD
	if q.Qclass != dns.ClassINET {
		m.Rcode = dns.RcodeNotImplemented
		return m
	}
	name := strings.ToLower(q.Name)
	for range 4 {
		node, ok = table[name]
		if node.Failure == "error" {
			return nil
		}
		if node.Failure == "servfail" {
			failed := new(dns.Msg)
			failed.SetRcode(req, dns.RcodeServerFailure)
			failed.RecursionAvailable = true
			return failed
		}
		alias := ""
		for _, text := range node.Records {
			rr := mustRR(text)
			if rr.Header().Rrtype == q.Qtype || q.Qtype == dns.TypeANY {
				m.Answer = append(m.Answer, rr)
			} else if c, isAlias := rr.(*dns.CNAME); isAlias {
				m.Answer = append(m.Answer, rr)
				alias = c.Target
			}
		}
		if alias == "" {
			break
		}
		name = alias
	}
	if !ok {
		m.Rcode = dns.RcodeNameError
	}
	if !positive(m) {
		m.Ns = []dns.RR{mustRR(publicSOA)}
	}
	return m
}

// positive reports whether a public reply has what was asked for: NOERROR and a
// record that is not just an alias on the way (RFC 2308 section 2).
func positive(m *dns.Msg) bool {
	if m.Rcode != dns.RcodeSuccess || len(m.Answer) == 0 {
		return false
	}
	t := m.Question[0].Qtype
	for _, rr := range m.Answer {
		if rr.Header().Rrtype == t || t == dns.TypeANY {
			return true
		}
	}
	return false
}

func mustRR(text string) dns.RR {
	rr, err := dns.NewRR(text)
	if err != nil || rr == nil {
		panic("twin: bad record " + text)
	}
	return rr
}

// publicHandler stands below the suite in the chain and remembers what it is asked.
type publicHandler struct {
	table map[string]publicNode
	asked []asked
}

// Name implements plugin.Handler.
func (h *publicHandler) Name() string { return publicDirective }

// ServeDNS implements plugin.Handler.
func (h *publicHandler) ServeDNS(_ context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
	h.asked = append(h.asked, asked{strings.ToLower(r.Question[0].Name), r.Question[0].Qtype})
	reply := askPublic(h.table, r)
	if reply == nil {
		return dns.RcodeServerFailure, errUnreachable
	}
	return dns.RcodeSuccess, w.WriteMsg(reply)
}
