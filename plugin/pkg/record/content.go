package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zonefile"
)

// words returns how many words the content of a type has whose priority stands at the top
// level of a record, 0 for other types.
func words(rrtype uint16) int {
	switch rrtype {
	case dns.TypeMX:
		return 1
	case dns.TypeURI:
		return 2
	case dns.TypeSRV:
		return 3
	}
	return 0
}

// content reads data, content and priority. Data go before content.
func (d *draft) content() {
	f, rrtype := d.fields, d.record.Type
	structured := hasData(rrtype) && isSet(f.Data) && string(f.Data) != "{}"
	if d.base != nil && !isSet(f.Content) && !structured {
		if !isSet(f.Priority) || words(rrtype) == 0 {
			return
		}
		d.readContent(d.base.Content)
		return
	}
	if structured {
		d.readData()
		return
	}
	if !isSet(f.Content) {
		text := "content is needed"
		if hasData(rrtype) {
			text = "data or content are needed"
		}
		d.fail(problem.ContentInvalid, "/content", errors.New(text))
		return
	}
	content, err := text(f.Content)
	if err != nil {
		d.fail(problem.ContentInvalid, "/content", err)
		return
	}
	d.readContent(content)
}

// readContent takes the rdata from content.
func (d *draft) readContent(content string) {
	rrtype := d.record.Type
	if err := checkContent(rrtype, content); err != nil {
		d.fail(problem.ContentInvalid, "/content", err)
		return
	}
	if isText(rrtype) {
		d.setText(content)
		return
	}
	own, rest := splitPriority(rrtype, content)
	if isHost(rrtype) && (rest == "@" || strings.HasSuffix(rest, " @")) {
		rest = strings.TrimSuffix(rest, "@") + d.zone
	}
	if words(rrtype) > 0 && !isGeneric(content) {
		priority, ok := d.priority(own)
		if !ok {
			return
		}
		rest = priority + " " + rest
	}
	d.setRdata("/content", rest)
}

// splitPriority parts a priority that stands before the content from it: not how
// Cloudflare has it, and how everyone else writes it.
func splitPriority(rrtype uint16, content string) (own, rest string) {
	n := words(rrtype)
	if n == 0 {
		return "", content
	}
	unquoted, _, found := strings.Cut(content, `"`)
	count := len(strings.Fields(unquoted))
	if found {
		count++
	}
	content = strings.TrimSpace(content)
	if count != n+1 {
		return "", content
	}
	own, rest, _ = strings.Cut(strings.ReplaceAll(content, "\t", " "), " ")
	return own, strings.TrimSpace(rest)
}

// priority returns the priority of the call, else the one found in content, else the one
// before.
func (d *draft) priority(own string) (string, bool) {
	raw, pointer := d.fields.Priority, "/priority"
	if !isSet(raw) && own != "" {
		raw, pointer = json.RawMessage(strconv.Quote(own)), "/content"
	}
	if !isSet(raw) && d.base != nil && len(d.base.rdata) >= 2 {
		return strconv.Itoa(int(uint16At(d.base.rdata, 0))), true
	}
	if !isSet(raw) {
		d.fail(problem.ContentInvalid, pointer, fmt.Errorf("a priority is needed for %s", domain.TypeName(d.record.Type)))
		return "", false
	}
	n, err := number(raw, 1<<16-1)
	if err != nil {
		d.fail(problem.ContentInvalid, pointer, err)
		return "", false
	}
	return strconv.FormatUint(n, 10), true
}

// isGeneric reports whether content is in the notation of RFC 3597 section 5.
func isGeneric(content string) bool { return strings.HasPrefix(content, `\#`) }

// checkContent finds what cannot stand in content. Comments and parentheses have a meaning
// in files only, and would make one content another.
func checkContent(rrtype uint16, content string) error {
	if len(content) > maxContent {
		return fmt.Errorf("%d octets are too many, a record has at most %d on the wire", len(content), maxRdata)
	}
	within := false
	for i := 0; i < len(content); i++ {
		switch c := content[i]; {
		case c < ' ' && c != '\t' || c == 0x7f:
			return fmt.Errorf(`there is a control character in it, write it as \DDD in quotes`)
		case isText(rrtype):
		case c == '\\':
			i++
			if i < len(content) && content[i] < ' ' {
				return errors.New("there is a control character behind a backslash")
			}
		case c == '"':
			within = !within
		case !within && (c == ';' || c == '(' || c == ')'):
			return fmt.Errorf("there is %q outside of quotes", c)
		}
	}
	return nil
}

// setText takes the rdata from the content of a TXT, and keeps that as it is.
func (d *draft) setText(content string) {
	rdata, err := textRdata(content)
	if err == nil {
		err = checkSize(rdata)
	}
	if err != nil {
		d.fail(problem.ContentInvalid, "/content", err)
		return
	}
	d.record.Content, d.record.rdata = content, rdata
}

// setRdata takes the rdata from their text in a master file.
func (d *draft) setRdata(pointer, text string) {
	rr, err := parseRdata(d.record.Type, text)
	var rdata []byte
	if err == nil {
		rdata, err = zonefile.PackRdata(rr)
	}
	if err == nil {
		err = checkSize(rdata)
	}
	content := ""
	if err == nil {
		content, err = contentOf(rr, rdata)
	}
	if err != nil {
		d.fail(problem.ContentInvalid, pointer, err)
		return
	}
	d.record.Content, d.record.rdata = asWritten(rr, content, text), rdata
}

// parseRdata reads rdata. Names in it are fully qualified, final dot or not.
func parseRdata(rrtype uint16, text string) (dns.RR, error) {
	rr, err := zonefile.ParseRecord(". 0 IN "+domain.TypeName(rrtype)+" "+text, zonefile.Options{})
	if list, ok := errors.AsType[problem.List](err); ok {
		return nil, errors.New(list[0].Text) // without the made-up owner
	}
	return rr, err
}

func checkSize(rdata []byte) error {
	if len(rdata) > maxRdata {
		return fmt.Errorf("the record has %d octets on the wire, at most %d are allowed", len(rdata), maxRdata)
	}
	return nil
}

// contentOf returns what the API shows of a record's rdata.
func contentOf(rr dns.RR, rdata []byte) (string, error) {
	switch rr := rr.(type) {
	case *dns.A, *dns.AAAA:
		addr, _ := netip.AddrFromSlice(rdata)
		return addr.String(), nil
	case *dns.CNAME:
		return shown(rr.Target), nil
	case *dns.NS:
		return shown(rr.Ns), nil
	case *dns.PTR:
		return shown(rr.Ptr), nil
	case *dns.DNAME:
		return shown(rr.Target), nil
	case *dns.MX:
		return shown(rr.Mx), nil
	case *dns.SRV:
		return fmt.Sprintf("%d %d %s", rr.Weight, rr.Port, shown(rr.Target)), nil
	case *dns.URI:
		return string(appendQuoted(append(strconv.AppendUint(nil, uint64(rr.Weight), 10), ' '), plainText(rr.Target))), nil
	case *dns.CERT:
		return fmt.Sprintf("%d %d %d %s", rr.Type, rr.KeyTag, rr.Algorithm, rr.Certificate), nil
	case *dns.TXT, *dns.SPF:
		if content, ok := textContent(rdata); ok {
			return content, nil
		}
	case *dns.LOC:
		content := locContent(rr)
		if back, err := parseRdata(dns.TypeLOC, content); err == nil && dns.IsDuplicate(rooted(back), rooted(rr)) {
			return content, nil
		}
	}
	if digits, ok := hexDigits(rr); ok {
		text, err := zonefile.Rdata(rr)
		if i := strings.LastIndexByte(text, ' '); err == nil && i > 0 && !isGeneric(text) {
			text = text[:i+1] + digits
		}
		return text, err
	}
	return zonefile.Rdata(rr)
}

// rooted returns a copy of a record with the root as its owner.
func rooted(rr dns.RR) dns.RR {
	rr = dns.Copy(rr)
	rr.Header().Name = domain.Root
	return rr
}

// hexDigits returns the digits that the content of some types ends in, in lower case.
func hexDigits(rr dns.RR) (string, bool) {
	switch rr := rr.(type) {
	case *dns.DS:
		return strings.ToLower(rr.Digest), true
	case *dns.CDS:
		return strings.ToLower(rr.Digest), true
	case *dns.SSHFP:
		return strings.ToLower(rr.FingerPrint), true
	case *dns.TLSA:
		return strings.ToLower(rr.Certificate), true
	case *dns.SMIMEA:
		return strings.ToLower(rr.Certificate), true
	}
	return "", false
}

// asWritten returns content with its hexadecimal digits in the letter case of the text it
// was made from: clients compare them as they stand.
func asWritten(rr dns.RR, content, text string) string {
	digits, ok := hexDigits(rr)
	if !ok || isGeneric(text) || !strings.HasSuffix(content, digits) {
		return content
	}
	joined := strings.Join(strings.Fields(text), "")
	if n := len(joined) - len(digits); n >= 0 && strings.EqualFold(joined[n:], digits) {
		return content[:len(content)-len(digits)] + joined[n:]
	}
	return content
}
