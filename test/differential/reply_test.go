package differential

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// reply is what is compared of an answer. Records are in a form that is equal for
// equal records, sorted.
type reply struct {
	rcode      int
	aa, ra     bool
	answer     []string
	authority  []string
	proofs     []string // the authority section's of a wildcard that answers: NSEC, NSEC3, their signatures
	additional []string // without OPT
	positive   bool     // holds records of the type asked for
	referral   bool     // NS records in the authority section of an answer that is not positive
	chain      chain
	records    []dns.RR // of the answer
	hosts      []dns.RR // additional records of hosts that a positive answer names
	flaws      []string // what no answer of ours may have
}

// chain is the way of an answer's aliases from qname.
type chain struct {
	last  string // canonical name it ends in
	links int    // CNAMEs on the way, those made by a DNAME included
	loop  bool
}

func newReply(q question, m *dns.Msg) *reply {
	r := &reply{rcode: m.Rcode, aa: m.Authoritative, ra: m.RecursionAvailable, records: m.Answer,
		answer: keys(m.Answer), authority: keys(m.Ns), additional: keys(m.Extra)}
	r.walk(q, m.Answer)
	if r.positive {
		r.hosts = hostsOf(m)
		r.additional = slices.Compact(keys(r.hosts)) // knotd repeats some
	}
	r.proofs = proofsOf(m.Ns)
	r.referral = !r.positive && slices.ContainsFunc(m.Ns, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeNS })
	r.flaws = flaws(q, m, r)
	return r
}

// walk follows the CNAMEs of an answer from qname to the records of the type asked
// for, or as far as they lead.
func (r *reply) walk(q question, answer []dns.RR) {
	name := dns.CanonicalName(q.name)
	seen := map[string]bool{}
	for {
		r.chain.last, r.chain.links, r.chain.loop = name, len(seen), seen[name]
		var target string
		for _, rr := range answer {
			if dns.CanonicalName(rr.Header().Name) != name {
				continue
			}
			if rr.Header().Rrtype == q.kind || q.kind == dns.TypeANY {
				r.positive = true
				return
			}
			if cname, ok := rr.(*dns.CNAME); ok {
				target = dns.CanonicalName(cname.Target)
			}
		}
		if target == "" || seen[name] {
			return
		}
		seen[name] = true
		name = target
	}
}

// hostsOf returns the additional records that belong to hosts the answer names,
// leaving out addresses that a peer sends for the authority section of a positive
// answer, which ours does not have.
func hostsOf(m *dns.Msg) []dns.RR {
	hosts := make(map[string]bool)
	for _, rr := range m.Answer {
		for _, name := range namesIn(rr) {
			hosts[dns.CanonicalName(*name)] = true
		}
	}
	var out []dns.RR
	for _, rr := range m.Extra {
		if hosts[dns.CanonicalName(rr.Header().Name)] {
			out = append(out, rr)
		}
	}
	return out
}

// flaws returns what is wrong with an answer by itself.
func flaws(q question, m *dns.Msg, r *reply) []string {
	var out []string
	flaw := func(bad bool, text string) {
		if bad {
			out = append(out, text)
		}
	}
	flaw(!m.Response, "QR clear")
	flaw(m.RecursionDesired != q.rd, "RD not copied")
	flaw(m.AuthenticatedData, "AD set")
	flaw(m.Truncated && q.tcp, "TC over TCP")
	flaw(len(m.Question) != 1 || m.Question[0].Name != q.name || m.Question[0].Qtype != q.kind, "other question")
	flaw((m.IsEdns0() != nil) != (q.edns > 0), "EDNS not as in the query")
	for _, section := range [][]string{r.answer, r.authority, r.additional} {
		flaw(len(slices.Compact(slices.Clone(section))) != len(section), "record twice in a section")
	}
	flaw(r.positive && len(r.authority) > len(r.proofs), "authority section in a positive answer (SPEC 2)")
	return out
}

// proofsOf returns the NSEC and NSEC3 records of a section with their signatures.
func proofsOf(section []dns.RR) []string {
	var out []dns.RR
	for _, rr := range section {
		sig, signature := rr.(*dns.RRSIG)
		t := rr.Header().Rrtype
		if signature {
			t = sig.TypeCovered
		}
		if t == dns.TypeNSEC || t == dns.TypeNSEC3 {
			out = append(out, rr)
		}
	}
	return keys(out)
}

// keys returns the records in comparable form, sorted, without OPT.
func keys(rrs []dns.RR) []string {
	var out []string
	for _, rr := range rrs {
		if rr.Header().Rrtype == dns.TypeOPT {
			continue
		}
		out = append(out, key(rr))
	}
	slices.Sort(out)
	return out
}

// key returns a record in presentation form, with the letters of names, but of
// nothing else, in lower case.
func key(rr dns.RR) string {
	rr = dns.Copy(rr)
	h := rr.Header()
	h.Name = dns.CanonicalName(h.Name)
	for _, name := range namesIn(rr) {
		*name = strings.ToLower(*name)
	}
	return rr.String()
}

// namesIn returns the names in the rdata of the types the zones hold.
func namesIn(rr dns.RR) []*string {
	switch rr := rr.(type) {
	case *dns.NS:
		return []*string{&rr.Ns}
	case *dns.CNAME:
		return []*string{&rr.Target}
	case *dns.DNAME:
		return []*string{&rr.Target}
	case *dns.PTR:
		return []*string{&rr.Ptr}
	case *dns.MX:
		return []*string{&rr.Mx}
	case *dns.SRV:
		return []*string{&rr.Target}
	case *dns.SOA:
		return []*string{&rr.Ns, &rr.Mbox}
	case *dns.NAPTR:
		return []*string{&rr.Replacement}
	case *dns.SVCB:
		return []*string{&rr.Target}
	case *dns.HTTPS:
		return []*string{&rr.Target}
	case *dns.RP:
		return []*string{&rr.Mbox, &rr.Txt}
	case *dns.AFSDB:
		return []*string{&rr.Hostname}
	case *dns.KX:
		return []*string{&rr.Exchanger}
	case *dns.LP:
		return []*string{&rr.Fqdn}
	}
	return nil
}

// String returns the reply in a short form of dig's.
func (r *reply) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s aa=%t ra=%t\n", dns.RcodeToString[r.rcode], r.aa, r.ra)
	for _, s := range []struct {
		name    string
		records []string
	}{{"answer", r.answer}, {"authority", r.authority}, {"additional", r.additional}} {
		for i, record := range s.records {
			if i == 9 {
				fmt.Fprintf(&b, "      %-10s and %d more\n", s.name, len(s.records)-i)
				break
			}
			fmt.Fprintf(&b, "      %-10s %s\n", s.name, strings.ReplaceAll(record, "\t", " "))
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
