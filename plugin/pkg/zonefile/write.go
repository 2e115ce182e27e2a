package zonefile

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// Write writes records as a master file that BIND and Parse read back to the
// same records. origin is canonical; owners below it are written relative to
// it. The first record's TTL becomes $TTL. Rdata that has no text form which
// reads back is written in RFC 3597 notation. It fails on a record that is not
// of class IN, has a TTL over 2^31-1 or cannot be packed, and when w fails.
func Write(w io.Writer, origin string, records iter.Seq[dns.RR]) error {
	f := &writer{out: bufio.NewWriter(w), origin: origin}
	fmt.Fprintf(f.out, "$ORIGIN %s\n", origin)
	for rr := range records {
		if err := f.record(rr); err != nil {
			return err
		}
	}
	return f.out.Flush()
}

// writer is the state of one Write.
type writer struct {
	out    *bufio.Writer
	origin string
	ttl    uint32 // $TTL
	begun  bool
	owner  string // of the last record
	wire   []byte
}

func (f *writer) record(rr dns.RR) error {
	h := rr.Header()
	switch {
	case h.Class != dns.ClassINET:
		return fmt.Errorf("record %q has class %s, only IN can be written", h.Name, dns.Class(h.Class))
	case h.Ttl > maxTTL:
		return fmt.Errorf("record %q has TTL %d, at most %d can be written", h.Name, h.Ttl, maxTTL)
	}
	if !f.begun {
		f.begun, f.ttl = true, h.Ttl
		fmt.Fprintf(f.out, "$TTL %d\n", h.Ttl)
	}
	owner := ""
	if h.Name != f.owner {
		owner, f.owner = f.relative(h.Name), h.Name
	}
	ttl := ""
	if h.Ttl != f.ttl {
		ttl = fmt.Sprint(h.Ttl)
	}
	text, err := f.rdata(rr)
	if err != nil {
		return err
	}
	line := fmt.Sprintf("%-23s %7s IN %-7s", owner, ttl, domain.TypeName(h.Rrtype))
	if text == "" { // APL
		line = strings.TrimRight(line, " ")
	} else {
		line += " " + text
	}
	_, err = f.out.WriteString(line + "\n")
	return err
}

// relative returns an owner as it stands at the start of a line.
func (f *writer) relative(name string) string {
	switch {
	case name == f.origin:
		return "@"
	case f.origin == domain.Root:
		name = strings.TrimSuffix(name, ".")
	case domain.IsSubdomain(f.origin, name):
		name = name[:len(name)-len(f.origin)-1]
	}
	if name[0] == '$' { // else a directive
		return `\` + name
	}
	return name
}

// rdata returns the text of a record's rdata.
func (f *writer) rdata(rr dns.RR) (string, error) {
	text := strings.TrimPrefix(rr.String(), rr.Header().String())
	switch rr := rr.(type) {
	case *dns.A, *dns.AAAA, *dns.NS, *dns.CNAME, *dns.PTR, *dns.MX, *dns.SRV, *dns.SOA:
		return text, nil
	case *dns.RFC3597:
		return strings.TrimRight(fmt.Sprintf(`\# %d %s`, len(rr.Rdata)/2, rr.Rdata), " "), nil
	}
	packed, err := f.pack(rr)
	if err != nil {
		return "", err
	}
	line := fmt.Sprintf(". 0 IN %s %s", domain.TypeName(rr.Header().Rrtype), text)
	if back, err := ParseRecord(line, Options{}); err == nil {
		if again, err := f.pack(back); err == nil && again == packed {
			return text, nil
		}
	}
	return fmt.Sprintf(`\# %d %s`, len(packed), hex.EncodeToString([]byte(packed))), nil
}

// pack returns the rdata of a record on the wire.
func (f *writer) pack(rr dns.RR) (string, error) {
	if f.wire == nil {
		f.wire = make([]byte, maxWire)
	}
	n, err := dns.PackRR(rr, f.wire, 0, nil, false)
	if err != nil {
		return "", fmt.Errorf("record %q %s cannot be packed: %w", rr.Header().Name, domain.TypeName(rr.Header().Rrtype), err)
	}
	skip, err := dns.PackDomainName(rr.Header().Name, make([]byte, 256), 0, nil, false)
	if err != nil {
		return "", err
	}
	return string(f.wire[skip+10 : n]), nil
}
