package record

import (
	"encoding/json"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// timeLayout is RFC 3339 with microseconds, as Cloudflare writes times.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// Object is a record as an answer of the API has it.
type Object struct {
	ID                string          `json:"id"`
	ZoneID            string          `json:"zone_id"`
	ZoneName          string          `json:"zone_name"`
	Name              string          `json:"name"`
	Type              string          `json:"type"`
	Content           string          `json:"content"`
	Priority          *uint16         `json:"priority,omitempty"`
	Data              map[string]any  `json:"data,omitempty"`
	Proxiable         bool            `json:"proxiable"`
	Proxied           bool            `json:"proxied"`
	TTL               uint32          `json:"ttl"`
	Locked            bool            `json:"locked"`
	Settings          json.RawMessage `json:"settings"`
	Meta              map[string]any  `json:"meta"`
	Comment           *string         `json:"comment"`
	Tags              []string        `json:"tags"`
	CreatedOn         string          `json:"created_on"`
	ModifiedOn        string          `json:"modified_on"`
	CommentModifiedOn string          `json:"comment_modified_on,omitempty"`
	TagsModifiedOn    string          `json:"tags_modified_on,omitempty"`
}

// JSON returns a record of a zone as the API answers it. The caller may add to Meta.
func (r *Record) JSON(zoneID, zoneName string, readOnly bool) Object {
	o := Object{
		ID: r.ID, ZoneID: zoneID, ZoneName: zoneName,
		Name: shown(r.Name), Type: domain.TypeName(r.Type), Content: r.Content, TTL: r.TTL,
		Priority: r.priority(), Data: r.data(),
		Settings: r.Settings, Meta: map[string]any{}, Tags: r.Tags,
		CreatedOn: FormatTime(r.Created), ModifiedOn: FormatTime(r.Modified),
	}
	if o.Settings == nil {
		o.Settings = json.RawMessage("{}")
	}
	if o.Tags == nil {
		o.Tags = []string{}
	}
	if r.Comment != "" {
		o.Comment = &r.Comment
	}
	if readOnly {
		o.Meta["read_only"] = true
	}
	if !r.CommentModified.IsZero() {
		o.CommentModifiedOn = FormatTime(r.CommentModified)
	}
	if !r.TagsModified.IsZero() {
		o.TagsModifiedOn = FormatTime(r.TagsModified)
	}
	return o
}

// FormatTime writes a time as the API does: RFC 3339 with microseconds, in UTC.
func FormatTime(t time.Time) string { return t.UTC().Format(timeLayout) }
