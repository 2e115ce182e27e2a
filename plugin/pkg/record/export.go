package record

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/zonefile"
)

// Export writes records of a zone as Cloudflare does: absolute names, TTL 1 for an
// automatic one, comment and tags behind the record. Import reads the same records from
// it, and so does BIND, which takes TTL 1 as it is. A type's name is written before its
// records, so they are best sorted by it. The soa may be nil.
func Export(w io.Writer, zone string, soa dns.RR, records iter.Seq[*Record]) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, ";;\n;; Domain:     %s\n;;\n;; TTL 1 is automatic. A comment behind a record is its comment in the API,\n;; cf_tags= in it its tags.\n;;\n", zone)
	if soa != nil {
		text, err := zonefile.Rdata(soa)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "\n;; SOA Record\n%s\t%d\tIN\tSOA\t%s\n", ownerText(zone), soa.Header().Ttl, text)
	}
	var line []byte
	last := uint16(dns.TypeNone)
	for r := range records {
		if r.Type != last {
			last = r.Type
			fmt.Fprintf(out, "\n;; %s Records\n", domain.TypeName(last))
		}
		var err error
		if line, err = r.appendLine(line[:0]); err != nil {
			return err
		}
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	return out.Flush()
}

// Line returns a record as a line of an export.
func Line(r *Record) (string, error) {
	line, err := r.appendLine(nil)
	return string(line), err
}

func (r *Record) appendLine(line []byte) ([]byte, error) {
	rdata, err := r.rdataText()
	if err != nil {
		return line, fmt.Errorf("record %q: %w", r.Name, err)
	}
	line = fmt.Appendf(line, "%s\t%d\tIN\t%s", ownerText(r.Name), r.TTL, domain.TypeName(r.Type))
	if rdata != "" { // APL
		line = append(append(line, '\t'), rdata...)
	}
	return append(appendTrailing(line, r.Comment, r.Tags), '\n'), nil
}

// ownerText returns a name as it stands at the start of a line, where some octets would
// make it something else.
func ownerText(name string) string {
	if name[0] == '$' || name[0] == '[' {
		return `\` + name
	}
	return name
}

// rdataText returns the rdata of a record for a master file.
func (r *Record) rdataText() (string, error) {
	if isText(r.Type) {
		if content, ok := textContent(r.rdata); ok {
			return content, nil
		}
	}
	switch {
	case isGeneric(r.Content):
		return r.Content, nil
	case r.Type == dns.TypeURI && len(r.rdata) >= 2:
		return fmt.Sprintf("%d %s", uint16At(r.rdata, 0), r.Content), nil
	case isHost(r.Type):
		rr := r.RR()
		return strings.TrimPrefix(rr.String(), rr.Header().String()), nil
	}
	return r.Content, nil
}
