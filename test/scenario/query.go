package scenario

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// Query is one question as a `dig` command states it. It is immutable.
type Query struct {
	Server      netip.Addr    // of which listener to ask; the zero Addr is the first one
	Client      netip.Addr    // source address; the zero Addr leaves it to the system
	Networks    []string      // UDP, TCP and so on, at least one
	Hostname    string        // of the server, for TLS and HTTP; empty: its address
	Certificate string        // name of the client certificate to show; empty: none
	Proxy       Proxy         // to be told in a PROXY protocol header
	Timeout     time.Duration // for one exchange
	HideTTL     bool          // print records without their TTL
	Short       bool          // print record data only
	Answer      bool          // print the answer section only
	showEDNS    bool          // print the EDNS line
	noEDNS      bool
	udpSize     uint16
	dnssec      bool
	opcode      int
	name        string
	qtype       uint16
	qclass      uint16
	flagRD      bool
	flagCD      bool
	flagAD      bool
	noSection   bool // +noall was seen
}

// ParseQuery reads the words after "dig":
//
//	[@SERVER] [-b CLIENT] [-p PORT] [-c CLASS] NAME [TYPE] [+OPTION...]
//
// with the options listed in the tests' README. The port is ignored.
func ParseQuery(words []string) (*Query, error) {
	q := &Query{
		Timeout: 10 * time.Second, udpSize: 1232,
		qtype: dns.TypeA, qclass: dns.ClassINET, flagRD: true,
	}
	var plain []string
	for i := 0; i < len(words); i++ {
		word := words[i]
		var err error
		switch {
		case strings.HasPrefix(word, "@"):
			q.Server, err = netip.ParseAddr(word[1:])
		case strings.HasPrefix(word, "+"):
			err = q.option(word[1:])
		case word == "-b", word == "-c", word == "-p":
			if i++; i == len(words) {
				return nil, fmt.Errorf("%s needs a value", word)
			}
			err = q.flag(word, words[i])
		case strings.HasPrefix(word, "-"):
			err = fmt.Errorf("unknown flag %q, known are -b, -c and -p", word)
		default:
			plain = append(plain, word)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(q.Networks) == 0 {
		q.Networks = []string{UDP, TCP}
	}
	return q, q.question(plain)
}

func (q *Query) flag(name, value string) (err error) {
	switch name {
	case "-b":
		q.Client, err = netip.ParseAddr(value)
	case "-c":
		class, ok := dns.StringToClass[value]
		if !ok {
			return fmt.Errorf("unknown class %q", value)
		}
		q.qclass = class
	}
	return err
}

// question takes the plain words: the name and perhaps a type.
func (q *Query) question(words []string) error {
	if len(words) < 1 || len(words) > 2 {
		return fmt.Errorf("want NAME and perhaps TYPE, got %q", words)
	}
	q.name = dns.Fqdn(words[0])
	if len(words) == 1 {
		return nil
	}
	qtype, ok := dns.StringToType[words[1]]
	if !ok {
		number, err := strconv.ParseUint(strings.TrimPrefix(words[1], "TYPE"), 10, 16)
		if err != nil {
			return fmt.Errorf("unknown type %q", words[1])
		}
		qtype = uint16(number)
	}
	q.qtype = qtype
	return nil
}

func (q *Query) option(option string) error {
	name, value, _ := strings.Cut(option, "=")
	if known, err := q.transport(name, value); known {
		return err
	}
	switch name {
	case "norecurse", "norec":
		q.flagRD = false
	case "cdflag", "cd":
		q.flagCD = true
	case "adflag", "ad":
		q.flagAD = true
	case "dnssec":
		q.dnssec, q.showEDNS = true, true
	case "noedns":
		q.noEDNS = true
	case "nottlid":
		q.HideTTL = true
	case "short":
		q.Short = true
	case "noall":
		q.noSection = true
	case "answer":
		q.Answer = q.noSection
	case "bufsize", "timeout", "opcode":
		return q.optionValue(name, value)
	default:
		return fmt.Errorf("unknown option +%s, see the tests' README", option)
	}
	return nil
}

func (q *Query) optionValue(name, value string) error {
	if name == "opcode" {
		opcode, ok := dns.StringToOpcode[value]
		if !ok {
			return fmt.Errorf("unknown opcode %q", value)
		}
		q.opcode = opcode
		return nil
	}
	number, err := parseNumber(value)
	if err != nil {
		return fmt.Errorf("+%s %w", name, err)
	}
	if name == "timeout" {
		q.Timeout = time.Duration(number) * time.Second
		return nil
	}
	q.udpSize, q.showEDNS = number, true
	return nil
}

func parseNumber(text string) (uint16, error) {
	number, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0, fmt.Errorf("needs a number, got %q", text)
	}
	return uint16(number), nil
}

// Msg returns a fresh request with a random identifier.
func (q *Query) Msg() *dns.Msg {
	m := new(dns.Msg)
	m.Id = dns.Id()
	m.Opcode = q.opcode
	m.RecursionDesired, m.CheckingDisabled, m.AuthenticatedData = q.flagRD, q.flagCD, q.flagAD
	m.Question = []dns.Question{{Name: q.name, Qtype: q.qtype, Qclass: q.qclass}}
	if !q.noEDNS {
		m.SetEdns0(q.udpSize, q.dnssec)
	}
	return m
}

// Over reports whether the question is asked over the network.
func (q *Query) Over(network string) bool { return slices.Contains(q.Networks, network) }
