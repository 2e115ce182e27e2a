package zonefile

import (
	"bufio"
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
	text, err := Rdata(rr)
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
