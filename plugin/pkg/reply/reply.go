// Package reply makes the response messages of the suite. It is the only place
// that does, so that header bits, sections and extended errors are the same
// whichever plugin answers.
package reply

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
)

// Answer settles the query with its internal result and sends it, unless the
// policy's fallback takes over. It returns what a plugin.Handler returns.
func Answer(w dns.ResponseWriter, r *dns.Msg, pin *resolve.Pin) (int, error) {
	if !pin.Settle() {
		return dns.RcodeSuccess, nil
	}
	return Internal(w, r, pin, "")
}

// Internal sends the pin's internal result. The note, if any, tells in an
// extended error why the client gets no more than that.
func Internal(w dns.ResponseWriter, r *dns.Msg, pin *resolve.Pin, note string) (int, error) {
	if socket := socketOf(w); socket != nil {
		if packet := packetOf(socket, r, pin, note); packet != nil {
			_, _ = socket.Write(packet) // as for send
			return dns.RcodeSuccess, nil
		}
	}
	return send(w, Message(r, pin, note))
}

// Message makes the reply that Internal sends. Its records are shared and
// read-only.
//
//go:noinline
func Message(r *dns.Msg, pin *resolve.Pin, note string) *dns.Msg {
	return respelled(message(r, pin, note), r)
}

// respelled returns a message that can be kept, in which the question's name has the
// question's letter case.
func respelled(m dns.Msg, r *dns.Msg) *dns.Msg {
	for _, section := range [...]*[]dns.RR{&m.Answer, &m.Ns, &m.Extra} {
		*section = spell(*section, r.Question[0].Name)
	}
	return own(m)
}

// spell returns records in which a name that is the question's has the question's
// letter case (RFC 4343 section 4.1). Those that are changed for that are copies.
func spell(rrs []dns.RR, qname string) []dns.RR {
	shared := true
	for i, rr := range rrs {
		owner := rr.Header().Name
		if owner == qname || len(owner) != len(qname) || !strings.EqualFold(owner, qname) {
			continue
		}
		if shared {
			rrs, shared = slices.Clone(rrs), false
		}
		rrs[i] = dns.Copy(rr)
		rrs[i].Header().Name = qname
	}
	return rrs[:len(rrs):len(rrs)]
}

func message(r *dns.Msg, pin *resolve.Pin, note string) dns.Msg {
	result := &pin.Result
	m := empty(r, result.Rcode)
	m.Authoritative = result.Authoritative()
	m.Answer, m.Ns, m.Extra = result.Answer, result.Authority, result.Additional
	if r.IsEdns0() != nil {
		code, text := explain(pin)
		if note != "" {
			code, text = dns.ExtendedErrorCodeOther, note
		}
		if text != "" {
			addEDE(&m, code, text)
		}
	}
	return m
}

// PrivateNote tells why a name is not sent to public DNS, for Internal.
func PrivateNote(name string, policy *model.Policy) string {
	return fmt.Sprintf("%s is private to policy %q and is not sent to public DNS", name, policy.Name)
}

// NoTransfer makes the refusal of a zone transfer (SPEC 8).
func NoTransfer(r *dns.Msg, policy *model.Policy) *dns.Msg {
	return failure(r, dns.RcodeRefused, dns.ExtendedErrorCodeProhibited, fmt.Sprintf("policy %q does not allow zone transfers", policy.Name))
}

// RefuseTransfer sends NoTransfer.
func RefuseTransfer(w dns.ResponseWriter, r *dns.Msg, policy *model.Policy) (int, error) {
	return send(w, NoTransfer(r, policy))
}

// Failure sends an error without records, with an extended error that says why.
func Failure(w dns.ResponseWriter, r *dns.Msg, rcode int, code uint16, text string) (int, error) {
	return send(w, failure(r, rcode, code, text))
}

func failure(r *dns.Msg, rcode int, code uint16, text string) *dns.Msg {
	m := empty(r, rcode)
	if r.IsEdns0() != nil {
		addEDE(&m, code, text)
	}
	return own(m)
}

// Merged sends the internal CNAME chain followed by what public DNS holds for
// its target. Mixed of two sources, the answer is neither authoritative nor
// authenticated (SPEC 6).
func Merged(w dns.ResponseWriter, r *dns.Msg, pin *resolve.Pin, public *dns.Msg) (int, error) {
	m := empty(r, public.Rcode)
	m.Truncated = public.Truncated
	m.Answer = make([]dns.RR, 0, len(pin.Result.Answer)+len(public.Answer))
	m.Answer = append(append(m.Answer, spell(pin.Result.Answer, r.Question[0].Name)...), public.Answer...)
	return send(w, own(m))
}

// Chain sends the internal CNAME chain with what public DNS says of its target, which
// has no records there. The SOA of a negative answer is that of the zone that denies
// the target, the public one if no internal zone does (RFC 2308 section 2.1).
func Chain(w dns.ResponseWriter, r *dns.Msg, pin *resolve.Pin, public *dns.Msg) (int, error) {
	m := empty(r, public.Rcode)
	m.Authoritative = true
	m.Answer = spell(pin.Result.Answer, r.Question[0].Name)
	m.Ns = onlySOA(pin.Result.Authority)
	if len(m.Ns) == 0 {
		m.Ns = onlySOA(public.Ns)
		m.Authoritative = len(m.Ns) == 0 // else mixed of two sources
	}
	return send(w, own(m))
}

// onlySOA returns the SOA records of an authority section.
func onlySOA(rrs []dns.RR) (out []dns.RR) {
	for _, rr := range rrs {
		if rr.Header().Rrtype == dns.TypeSOA {
			out = append(out, rr)
		}
	}
	return out
}

// Reentered sends a public CNAME chain followed by what the view has for the name it
// leads to. Mixed of two sources, the answer is neither authoritative nor
// authenticated (SPEC 6).
func Reentered(w dns.ResponseWriter, r *dns.Msg, before, chain []dns.RR, inside *resolve.Result) (int, error) {
	m := empty(r, inside.Rcode)
	m.Answer = spell(slices.Concat(before, chain, unsigned(inside.Answer)), r.Question[0].Name)
	m.Ns, m.Extra = unsigned(inside.Authority), unsigned(inside.Additional)
	return send(w, own(m))
}

// unsigned returns records without those that are there for DNSSEC alone.
func unsigned(rrs []dns.RR) (out []dns.RR) {
	for _, rr := range rrs {
		switch rr.Header().Rrtype {
		case dns.TypeRRSIG, dns.TypeNSEC, dns.TypeNSEC3:
		default:
			out = append(out, rr)
		}
	}
	return out
}

// Refuse sends a refusal with an extended error that says why.
func Refuse(w dns.ResponseWriter, r *dns.Msg, text string) (int, error) {
	return Failure(w, r, dns.RcodeRefused, dns.ExtendedErrorCodeProhibited, text)
}

// Malformed sends FORMERR.
func Malformed(w dns.ResponseWriter, r *dns.Msg) (int, error) {
	m := empty(r, dns.RcodeFormatError)
	return send(w, own(m))
}

// NotAuth sends NOTAUTH: to a NOTIFY for a name of a view, which no other server is
// primary for.
func NotAuth(w dns.ResponseWriter, r *dns.Msg) (int, error) {
	m := empty(r, dns.RcodeNotAuth)
	return send(w, own(m))
}

// empty makes a reply to r without records. RA follows RD: to its clients the
// suite is a resolver.
func empty(r *dns.Msg, rcode int) dns.Msg {
	var m dns.Msg
	m.Id = r.Id
	m.Response = true
	m.Opcode = r.Opcode
	m.RecursionDesired = r.RecursionDesired
	m.RecursionAvailable = r.RecursionDesired
	m.CheckingDisabled = r.CheckingDisabled
	m.Rcode = rcode
	m.Question = r.Question
	return m
}

// own returns a message that can be kept, with a question of its own: autopath changes
// that of a request it asks again with, and may write the first reply then.
func own(m dns.Msg) *dns.Msg {
	m.Question = slices.Clone(m.Question)
	return &m
}

// send writes m. A failure to write means that the client is gone, which is
// nobody's error.
func send(w dns.ResponseWriter, m *dns.Msg) (int, error) {
	_ = w.WriteMsg(m)
	return dns.RcodeSuccess, nil
}

// explain returns the extended error (RFC 8914) of an internal result, with no
// text if it speaks for itself.
func explain(pin *resolve.Pin) (code uint16, text string) {
	switch pin.Result.Outcome {
	case resolve.Refused:
		return dns.ExtendedErrorCodeNotAuthoritative, fmt.Sprintf("view %q has no zone for this name", pin.View.Name)
	case resolve.ViewGone:
		return dns.ExtendedErrorCodeOther, fmt.Sprintf("policy %q names view %q, which is gone", pin.Policy.Name, pin.Policy.ViewName)
	case resolve.Loop:
		return dns.ExtendedErrorCodeOther, fmt.Sprintf("CNAME loop or chain of over %d links in view %q", resolve.MaxLinks, pin.View.Name)
	case resolve.TooLong:
		return dns.ExtendedErrorCodeOther, fmt.Sprintf("a DNAME in view %q makes a name of over 255 octets", pin.View.Name)
	}
	return 0, ""
}

// addEDE adds an extended error. The server fills in the rest of the OPT record.
func addEDE(m *dns.Msg, code uint16, text string) {
	opt := &dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT}}
	opt.Option = []dns.EDNS0{&dns.EDNS0_EDE{InfoCode: code, ExtraText: text}}
	extra := make([]dns.RR, 0, len(m.Extra)+1)
	m.Extra = append(append(extra, m.Extra...), opt)
}
