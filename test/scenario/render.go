package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// Render prints a response the way dig does, leaving out what differs from one run
// to the next. Records keep their order, but those of one RRset are sorted: a set
// has no order of its own.
func (q *Query) Render(request, response *dns.Msg) []string {
	if q.Short || q.Answer {
		return q.records(response.Answer)
	}
	lines := []string{status(response)}
	lines = append(lines, oddities(request, response)...)
	lines = append(lines, q.edns(response)...)
	lines = append(lines, q.section("ANSWER", response.Answer)...)
	lines = append(lines, q.section("AUTHORITY", response.Ns)...)
	return append(lines, q.section("ADDITIONAL", withoutOPT(response.Extra))...)
}

// status returns the header line.
func status(m *dns.Msg) string {
	var flags []string
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"qr", m.Response}, {"aa", m.Authoritative}, {"tc", m.Truncated}, {"rd", m.RecursionDesired},
		{"ra", m.RecursionAvailable}, {"ad", m.AuthenticatedData}, {"cd", m.CheckingDisabled},
	} {
		if f.set {
			flags = append(flags, f.name)
		}
	}
	opcode := ""
	if m.Opcode != dns.OpcodeQuery {
		opcode = "opcode: " + dns.OpcodeToString[m.Opcode] + ", "
	}
	return fmt.Sprintf(";; %sstatus: %s, flags: %s", opcode, dns.RcodeToString[m.Rcode], strings.Join(flags, " "))
}

// oddities names what no response may do; a good one has none.
func oddities(request, response *dns.Msg) []string {
	var lines []string
	if request.Id != response.Id {
		lines = append(lines, ";; WARNING: the identifier is not that of the question")
	}
	if len(response.Question) > 0 && !slices.Equal(request.Question, response.Question) {
		lines = append(lines, fmt.Sprintf(";; WARNING: the question came back as %v", response.Question))
	}
	if request.IsEdns0() == nil && response.IsEdns0() != nil {
		lines = append(lines, ";; WARNING: an OPT record came back though none was sent")
	}
	return lines
}

func (q *Query) edns(m *dns.Msg) []string {
	opt := m.IsEdns0()
	if opt == nil {
		return nil
	}
	var lines []string
	if q.showEDNS {
		flags := ""
		if opt.Do() {
			flags = " do"
		}
		lines = append(lines, fmt.Sprintf("; EDNS: version: %d, flags:%s; udp: %d", opt.Version(), flags, opt.UDPSize()))
	}
	for _, option := range opt.Option {
		if ede, ok := option.(*dns.EDNS0_EDE); ok {
			line := fmt.Sprintf("; EDE: %d (%s)", ede.InfoCode, dns.ExtendedErrorCodeToString[ede.InfoCode])
			if ede.ExtraText != "" {
				line += ": (" + ede.ExtraText + ")"
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func (q *Query) section(title string, rrs []dns.RR) []string {
	if len(rrs) == 0 {
		return nil
	}
	return append([]string{";; " + title + " SECTION:"}, q.records(rrs)...)
}

func (q *Query) records(rrs []dns.RR) []string {
	var lines []string
	for len(rrs) > 0 {
		n := 1
		for n < len(rrs) && dns.IsRRset([]dns.RR{rrs[0], rrs[n]}) {
			n++
		}
		set := make([]string, n)
		for i, rr := range rrs[:n] {
			set[i] = q.record(rr)
		}
		slices.Sort(set)
		lines = append(lines, set...)
		rrs = rrs[n:]
	}
	return lines
}

func (q *Query) record(rr dns.RR) string {
	text := rr.String()
	switch {
	case q.Short:
		text = data(rr)
	case q.HideTTL:
		fields := strings.SplitN(text, "\t", 3)
		text = fields[0] + "\t" + fields[2]
	}
	return Squeeze(text)
}

// data returns a record's data alone.
func data(rr dns.RR) string {
	text := rr.String()
	if _, unknown := rr.(*dns.RFC3597); unknown { // prints its class and type in a form of its own
		return text[strings.Index(text, `\#`):]
	}
	return strings.TrimPrefix(text, rr.Header().String())
}

// Squeeze makes every run of blanks outside of quotes one space.
func Squeeze(line string) string {
	var b strings.Builder
	quoted, escaped, blank := false, false, false
	for _, c := range strings.TrimSpace(line) {
		if !quoted && (c == ' ' || c == '\t') {
			blank = true
			continue
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		if c == '"' && !escaped {
			quoted = !quoted
		}
		escaped = c == '\\' && !escaped
		b.WriteRune(c)
	}
	return b.String()
}

func withoutOPT(rrs []dns.RR) []dns.RR {
	return slices.DeleteFunc(slices.Clone(rrs), func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeOPT })
}
