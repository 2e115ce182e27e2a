package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// form is how a member of data becomes rdata.
type form uint8

const (
	whole  form = iota // a whole number
	word               // a word or digits, whose blanks mean nothing
	name               // a domain name
	quote              // any text
	params             // parameters of a service, in the notation of RFC 9460 section 2.1
)

// member is one member of data.
type member struct {
	name string
	form form
	most uint64 // of a whole number
}

const (
	most8  = 1<<8 - 1
	most16 = 1<<16 - 1
)

// layout returns the members of a type's data in the order of its rdata, nil if it has
// none but content, or others (LOC).
func layout(rrtype uint16) []member {
	switch rrtype {
	case dns.TypeSRV:
		return []member{{"priority", whole, most16}, {"weight", whole, most16}, {"port", whole, most16}, {"target", name, 0}}
	case dns.TypeURI:
		return []member{{"priority", whole, most16}, {"weight", whole, most16}, {"target", quote, 0}}
	case dns.TypeCAA:
		return []member{{"flags", whole, most8}, {"tag", word, 0}, {"value", quote, 0}}
	case dns.TypeDS, dns.TypeCDS:
		return []member{{"key_tag", whole, most16}, {"algorithm", whole, most8}, {"digest_type", whole, most8}, {"digest", word, 0}}
	case dns.TypeDNSKEY, dns.TypeCDNSKEY:
		return []member{{"flags", whole, most16}, {"protocol", whole, most8}, {"algorithm", whole, most8}, {"public_key", word, 0}}
	case dns.TypeCERT:
		return []member{{"type", whole, most16}, {"key_tag", whole, most16}, {"algorithm", whole, most8}, {"certificate", word, 0}}
	case dns.TypeSSHFP:
		return []member{{"algorithm", whole, most8}, {"type", whole, most8}, {"fingerprint", word, 0}}
	case dns.TypeTLSA, dns.TypeSMIMEA:
		return []member{{"usage", whole, most8}, {"selector", whole, most8}, {"matching_type", whole, most8}, {"certificate", word, 0}}
	case dns.TypeNAPTR:
		return []member{{"order", whole, most16}, {"preference", whole, most16}, {"flags", quote, 0}, {"service", quote, 0},
			{"regex", quote, 0}, {"replacement", name, 0}}
	case dns.TypeHTTPS, dns.TypeSVCB:
		return []member{{"priority", whole, most16}, {"target", name, 0}, {"value", params, 0}}
	}
	return nil
}

// hasData reports whether records of a type have data.
func hasData(rrtype uint16) bool { return rrtype == dns.TypeLOC || layout(rrtype) != nil }

// readData takes the rdata from data.
func (d *draft) readData() {
	members, err := object(d.fields.Data)
	if err != nil {
		d.fail(problem.ContentInvalid, "/data", err)
		return
	}
	if d.base != nil {
		members = d.merged(members)
	}
	before := len(d.problems)
	rdata := ""
	if d.record.Type == dns.TypeLOC {
		rdata = d.locText(members)
	} else {
		rdata = d.dataText(members)
	}
	if d.record.Type == dns.TypeSRV {
		d.readLegacy(members)
	}
	if len(d.problems) == before {
		d.setRdata("/data", rdata)
	}
}

// merged adds the members of the record before that a call leaves out. A priority at the
// top level of the call changes that of data, too.
func (d *draft) merged(members map[string]json.RawMessage) map[string]json.RawMessage {
	for name, value := range d.base.data() {
		if _, sent := members[name]; sent || name == "priority" && isSet(d.fields.Priority) {
			continue
		}
		if raw, err := json.Marshal(value); err == nil {
			members[name] = raw
		}
	}
	return members
}

// dataText returns the rdata that data of a type with a layout stand for.
func (d *draft) dataText(members map[string]json.RawMessage) string {
	var b strings.Builder
	for _, m := range layout(d.record.Type) {
		raw, pointer := members[m.name], "/data/"+m.name
		if m.name == "priority" && !isSet(raw) {
			raw, pointer = d.fields.Priority, "/priority"
		}
		value, err := d.value(m, raw)
		if err != nil {
			d.fail(problem.ContentInvalid, pointer, err)
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(value)
	}
	return b.String()
}

// value returns a member of data as it stands in a master file.
func (d *draft) value(m member, raw json.RawMessage) (string, error) {
	if !isSet(raw) {
		if m.form == params {
			return "", nil
		}
		return "", fmt.Errorf("%s is needed for %s", m.name, domain.TypeName(d.record.Type))
	}
	if m.form == whole {
		n, err := number(raw, m.most)
		return fmt.Sprint(n), err
	}
	s, err := text(raw)
	if err != nil {
		return "", err
	}
	if len(s) > maxContent {
		return "", fmt.Errorf("%d octets are too many", len(s))
	}
	switch m.form {
	case quote:
		return string(appendQuoted(nil, []byte(s))), nil
	case params:
		return s, checkContent(d.record.Type, s)
	case word:
		s = strings.Join(strings.Fields(s), "")
	}
	if m.form == name && s == "@" {
		return d.zone, nil
	}
	return s, checkWord(s)
}

// checkWord finds why a text would not be one word of a master file.
func checkWord(s string) error {
	backslashes := len(s) - len(strings.TrimRight(s, `\`))
	switch {
	case s == "":
		return errors.New("it is empty")
	case backslashes%2 == 1 || s == `\#`:
		return fmt.Errorf("%q ends in a backslash, or is one", clip(s))
	case strings.ContainsFunc(s, func(c rune) bool {
		return unicode.IsControl(c) || unicode.IsSpace(c) || strings.ContainsRune(`;()"`, c)
	}):
		return fmt.Errorf("%q is not one word", clip(s))
	}
	return nil
}

// readLegacy keeps the members of an SRV's data that name its owner.
func (d *draft) readLegacy(members map[string]json.RawMessage) {
	var l legacy
	for _, m := range []struct {
		name string
		to   *string
	}{{"service", &l.Service}, {"proto", &l.Proto}, {"name", &l.Name}} {
		if !isSet(members[m.name]) {
			continue
		}
		s, err := text(members[m.name])
		if err == nil && len(s) > most8 {
			err = errors.New("at most 255 octets are allowed")
		}
		if err != nil {
			d.fail(problem.ContentInvalid, "/data/"+m.name, err)
		}
		*m.to = s
	}
	d.record.legacy = nil
	if l != (legacy{}) {
		d.record.legacy = &l
	}
}
