package record

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// The stored form is a version, then name, type, TTL and rdata, which serving needs, then
// what only the API shows: content unless it follows from the rdata, comment, settings,
// the legacy members, the times, and the tags. Lengths and numbers are varints.
const storedVersion = 1

// maxField bounds a stored text; a comment, a tag and settings are far below.
const maxField = 1 << 19

var (
	errCut     = errors.New("the stored record is cut short")
	errVersion = errors.New("the stored record is of a version that is not known")
	errBehind  = errors.New("there are octets behind the stored record")
)

// AppendBinary appends the stored form of a record, without its ID.
func (r *Record) AppendBinary(b []byte) ([]byte, error) {
	if len(r.rdata) > maxStored || len(r.Content) > maxField || len(r.Tags) > maxTags {
		return b, fmt.Errorf("record %q is too large to be stored", r.Name)
	}
	b = append(b, storedVersion)
	b = appendField(b, r.Name)
	b = binary.BigEndian.AppendUint16(b, r.Type)
	b = binary.AppendUvarint(b, uint64(r.TTL))
	b = appendField(b, r.rdata)
	b = appendField(b, r.storedContent())
	b = appendField(b, r.Comment)
	b = appendField(b, r.Settings)
	l := legacy{}
	if r.legacy != nil {
		l = *r.legacy
	}
	for _, text := range []string{l.Service, l.Proto, l.Name} {
		b = appendField(b, text)
	}
	for _, t := range []time.Time{r.Created, r.Modified, r.CommentModified, r.TagsModified} {
		b = appendTime(b, t)
	}
	b = binary.AppendUvarint(b, uint64(len(r.Tags)))
	for _, tag := range r.Tags {
		b = appendField(b, tag)
	}
	return b, nil
}

// storedContent returns the content, or "" if it follows from the rdata.
func (r *Record) storedContent() string {
	if isPlainType(r.Type) {
		return ""
	}
	if isText(r.Type) {
		if content, ok := textContent(r.rdata); ok && content == r.Content {
			return ""
		}
	}
	return r.Content
}

func appendField[T string | []byte | json.RawMessage](b []byte, field T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(field))), field...)
}

// appendTime appends microseconds since 1970; 0 is the zero time.
func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, 0)
	}
	return binary.AppendVarint(b, t.UnixMicro())
}

// reader reads a stored record; the first error sticks.
type reader struct {
	rest []byte
	err  error
}

func (s *reader) uvarint() uint64 {
	n, size := binary.Uvarint(s.rest)
	if size <= 0 {
		s.rest, s.err = nil, errCut
		return 0
	}
	s.rest = s.rest[size:]
	return n
}

func (s *reader) take(n uint64) []byte {
	if n > uint64(len(s.rest)) || n > maxField {
		s.rest, s.err = nil, errCut
		return nil
	}
	out := s.rest[:n:n]
	s.rest = s.rest[n:]
	return out
}

func (s *reader) field() []byte { return s.take(s.uvarint()) }

// text returns a field that must be UTF-8, as JSON is.
func (s *reader) text() string {
	field := s.field()
	if !utf8.Valid(field) && s.err == nil {
		s.err = errors.New("a text of the stored record is not UTF-8")
	}
	return string(field)
}

func (s *reader) time() time.Time {
	n, size := binary.Varint(s.rest)
	if size <= 0 {
		s.rest, s.err = nil, errCut
		return time.Time{}
	}
	s.rest = s.rest[size:]
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// head reads name and type.
func (s *reader) head() (name string, rrtype uint16) {
	if len(s.rest) == 0 {
		s.err = errCut
		return "", 0
	}
	if s.rest[0] != storedVersion {
		s.err = errVersion
		return "", 0
	}
	s.rest = s.rest[1:]
	name = string(s.field())
	if octets := s.take(2); octets != nil {
		rrtype = uint16At(octets, 0)
	}
	if s.err == nil {
		s.err = checkCanonical(name)
	}
	return name, rrtype
}

func checkCanonical(name string) error {
	canonical, err := domain.Canonical(name)
	if err == nil && canonical != name {
		err = fmt.Errorf("the stored name %q is not canonical", name)
	}
	return err
}

// served reads what serving needs.
func (s *reader) served() (name string, rrtype uint16, ttl uint32, rdata []byte) {
	name, rrtype = s.head()
	n := s.uvarint()
	rdata = s.field()
	if s.err == nil && (n > 1<<31-1 || len(rdata) > maxStored) {
		s.err = errors.New("the stored record has a TTL or rdata that are too large")
	}
	return name, rrtype, uint32(n), rdata //nolint:gosec // bounded
}

// DecodeName returns owner and type of a stored record.
func DecodeName(b []byte) (name string, rrtype uint16, err error) {
	s := reader{rest: b}
	name, rrtype = s.head()
	return name, rrtype, s.err
}

// DecodeRR returns what serving needs of a stored record. It does not look at the rest.
func DecodeRR(b []byte) (name string, rrtype uint16, rr dns.RR, err error) {
	s := reader{rest: b}
	name, rrtype, ttl, rdata := s.served()
	if s.err != nil {
		return "", 0, nil, s.err
	}
	rr, err = fromWire(header(name, rrtype, ttl), rdata)
	return name, rrtype, rr, err
}

// Decode returns the record with an ID that was stored as b, of which it keeps nothing.
func Decode(id string, b []byte) (*Record, error) {
	s := reader{rest: b}
	r := &Record{ID: id}
	var rdata []byte
	r.Name, r.Type, r.TTL, rdata = s.served()
	r.rdata = bytes.Clone(rdata)
	r.Content, r.Comment = s.text(), s.text()
	if settings := s.field(); len(settings) > 0 {
		r.Settings = append(r.Settings, settings...)
	}
	if l := (legacy{s.text(), s.text(), s.text()}); l != (legacy{}) {
		r.legacy = &l
	}
	r.Created, r.Modified, r.CommentModified, r.TagsModified = s.time(), s.time(), s.time(), s.time()
	count := s.uvarint()
	if s.err == nil && count > maxTags {
		s.err = errors.New("the stored record has too many tags")
	}
	for range count {
		if s.err != nil {
			break
		}
		r.Tags = append(r.Tags, s.text())
	}
	if s.err == nil && len(s.rest) > 0 {
		s.err = errBehind
	}
	if s.err != nil {
		return nil, s.err
	}
	return r, r.restore()
}

// restore completes a record that was stored: its content, if it follows from the rdata.
func (r *Record) restore() error {
	if r.Settings != nil {
		if _, err := object(r.Settings); err != nil {
			return errors.New("the settings of the stored record are no object")
		}
	}
	rr, err := fromWire(header(r.Name, r.Type, r.TTL), r.rdata)
	if err != nil {
		return err
	}
	if r.Content == "" || isPlainType(r.Type) {
		r.Content, err = contentOf(rr, r.rdata)
	}
	return err
}
