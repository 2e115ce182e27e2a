package explain

import (
	"strings"

	"github.com/miekg/dns"
)

// answer notes the internal answer, and whether a fallback holds it back.
func (x *Explanation) answer(m *dns.Msg, held bool) {
	x.Reply = m
	x.Answer = &Message{
		Held: held, Status: dns.RcodeToString[m.Rcode], Flags: flags(m), EDE: extendedError(m),
		Answer: all(m.Answer), Authority: all(m.Ns), Additional: all(m.Extra),
	}
}

// flags returns the flags set, in dig's words and order.
func flags(m *dns.Msg) []string {
	var out []string
	for _, f := range [...]struct {
		name string
		set  bool
	}{
		{"qr", m.Response}, {"aa", m.Authoritative}, {"tc", m.Truncated}, {"rd", m.RecursionDesired},
		{"ra", m.RecursionAvailable}, {"ad", m.AuthenticatedData}, {"cd", m.CheckingDisabled},
	} {
		if f.set {
			out = append(out, f.name)
		}
	}
	return out
}

// extendedError returns the first extended error of the message, nil for none.
func extendedError(m *dns.Msg) *EDE {
	opt := m.IsEdns0()
	if opt == nil {
		return nil
	}
	for _, option := range opt.Option {
		if e, ok := option.(*dns.EDNS0_EDE); ok {
			return &EDE{Code: e.InfoCode, Name: dns.ExtendedErrorCodeToString[e.InfoCode], Text: e.ExtraText}
		}
	}
	return nil
}

// all returns the records of a section as a zone file has them, without OPT. It is
// never nil, so that JSON shows an empty section as such.
func all(rrs []dns.RR) []string {
	out := make([]string, 0, len(rrs))
	for _, rr := range rrs {
		if rr.Header().Rrtype != dns.TypeOPT {
			out = append(out, strings.ReplaceAll(rr.String(), "\t", " "))
		}
	}
	return out
}

// texts returns at most maxRecords records of a set.
func texts(rrs []dns.RR) []string { return all(rrs[:min(len(rrs), maxRecords)]) }
