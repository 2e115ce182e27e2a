package record

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// Kept is a record as a backup has it: all that is stored of it, as text. It is written
// and read as JSON.
type Kept struct {
	ID       string          `json:"id"`
	Name     string          `json:"name"` // canonical
	Type     string          `json:"type"`
	TTL      uint32          `json:"ttl"`
	Priority *uint16         `json:"priority,omitempty"`
	Content  string          `json:"content"`
	Rdata    string          `json:"rdata,omitempty"` // hexadecimal; empty if they follow from content and priority
	Comment  string          `json:"comment,omitempty"`
	Tags     []string        `json:"tags,omitempty"`
	Settings json.RawMessage `json:"settings,omitempty"`
	Service  string          `json:"data_service,omitempty"` // of an SRV's data, as are the next two
	Proto    string          `json:"data_proto,omitempty"`
	Label    string          `json:"data_name,omitempty"`

	Created         time.Time `json:"created,omitzero"`
	Modified        time.Time `json:"modified,omitzero"`
	CommentModified time.Time `json:"comment_modified,omitzero"`
	TagsModified    time.Time `json:"tags_modified,omitzero"`
}

// Keep returns the record as a backup has it.
func (r *Record) Keep() *Kept {
	k := &Kept{
		ID: r.ID, Name: r.Name, Type: domain.TypeName(r.Type), TTL: r.TTL, Priority: r.priority(), Content: r.Content,
		Comment: r.Comment, Tags: r.Tags, Settings: r.Settings,
		Created: r.Created, Modified: r.Modified, CommentModified: r.CommentModified, TagsModified: r.TagsModified,
	}
	if l := r.legacy; l != nil {
		k.Service, k.Proto, k.Label = l.Service, l.Proto, l.Name
	}
	content, rdata, err := readText(r.Type, k.Content, k.Priority)
	if err != nil || content != r.Content || !bytes.Equal(rdata, r.rdata) {
		k.Rdata = hex.EncodeToString(r.rdata)
	}
	return k
}

// Record returns the record that was kept. It fails on what no record can be.
func (k *Kept) Record() (*Record, error) {
	rrtype, err := ParseType(k.Type)
	if err != nil {
		return nil, err
	}
	if err := checkCanonical(k.Name); err != nil {
		return nil, err
	}
	if k.TTL > 1<<31-1 {
		return nil, fmt.Errorf("the TTL %d is too large", k.TTL)
	}
	r := &Record{ID: k.ID, Name: k.Name, Type: rrtype, TTL: k.TTL, Comment: k.Comment, Tags: slices.Clone(k.Tags)}
	r.Created, r.Modified, r.CommentModified, r.TagsModified = k.Created.UTC(), k.Modified.UTC(), k.CommentModified.UTC(), k.TagsModified.UTC()
	if l := (legacy{k.Service, k.Proto, k.Label}); l != (legacy{}) {
		r.legacy = &l
	}
	if err := k.checkBeside(); err != nil {
		return nil, err
	}
	if isSet(k.Settings) {
		if r.Settings, err = compactObject(k.Settings); err != nil {
			return nil, fmt.Errorf("settings: %w", err)
		}
	}
	if k.Rdata == "" {
		r.Content, r.rdata, err = readText(rrtype, k.Content, k.Priority)
		return r, err
	}
	if r.rdata, err = hex.DecodeString(k.Rdata); err != nil {
		return nil, fmt.Errorf("rdata: %w", err)
	}
	r.Content = k.Content
	if err := r.restore(); err != nil {
		return nil, err
	}
	if r.Content != k.Content {
		return nil, fmt.Errorf("content is %q and yet %q by rdata; take rdata away if you edited the content", clip(k.Content), clip(r.Content))
	}
	return r, nil
}

// checkBeside looks at what a record has beside its data.
func (k *Kept) checkBeside() error {
	if err := checkComment(k.Comment); err != nil {
		return err
	}
	if len(k.Tags) > maxTags {
		return fmt.Errorf("%d tags are too many, at most %d are allowed", len(k.Tags), maxTags)
	}
	for _, tag := range k.Tags {
		if err := checkTag(tag); err != nil {
			return err
		}
	}
	for _, text := range []string{k.Service, k.Proto, k.Label} {
		if len(text) > most8 {
			return errors.New("a member of data has more than 255 octets")
		}
	}
	return nil
}

// readText returns the content and the rdata that a call makes of content and priority.
// The types that make up most zones have a short way: a backup has a million of them.
func readText(rrtype uint16, content string, priority *uint16) (string, []byte, error) {
	if rrtype == dns.TypeA || rrtype == dns.TypeAAAA {
		addr, err := netip.ParseAddr(content)
		if err != nil || addr.Is4() != (rrtype == dns.TypeA) || addr.Zone() != "" {
			return "", nil, fmt.Errorf("%q is no content of %s", clip(content), domain.TypeName(rrtype))
		}
		return addr.String(), addr.AsSlice(), nil
	}
	d := draft{zone: domain.Root, fields: new(Fields), record: Record{Type: rrtype}}
	if priority != nil {
		d.fields.Priority = strconv.AppendUint(nil, uint64(*priority), 10)
	}
	d.readContent(content)
	if d.problems.HasErrors() {
		return "", nil, errors.New(d.problems[0].Text)
	}
	return d.record.Content, d.record.rdata, nil
}
