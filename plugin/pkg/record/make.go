package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// New returns the record that a call creates in a zone, whose name is canonical. Absent
// members have their defaults. It sets neither ID nor times.
func New(zone string, f *Fields) (*Record, problem.List) {
	return (&draft{zone: zone, fields: f}).make()
}

// Replace returns the record that a call puts in the place of r. Absent members have their
// defaults. ID and times are those of r; when it was modified is for the caller to say.
func (r *Record) Replace(zone string, f *Fields) (*Record, problem.List) {
	return r.succeed(&draft{zone: zone, fields: f})
}

// Patch returns r with the members that a call changes. Absent members stay, those of data
// included; the type stays in any case. ID and times are as Replace has them.
func (r *Record) Patch(zone string, f *Fields) (*Record, problem.List) {
	return r.succeed(&draft{zone: zone, fields: f, base: r})
}

// succeed makes the record that takes the place of r.
func (r *Record) succeed(d *draft) (*Record, problem.List) {
	next, problems := d.make()
	if next == nil {
		return nil, problems
	}
	next.ID, next.Created, next.Modified = r.ID, r.Created, r.Modified
	next.CommentModified, next.TagsModified = r.CommentModified, r.TagsModified
	return next, problems
}

// draft is a record that is being made of the members of a call.
type draft struct {
	zone     string
	fields   *Fields
	base     *Record // what absent members are taken from; nil for defaults
	record   Record
	problems problem.List
}

// make checks all members, so that all that is wrong is told at once.
func (d *draft) make() (*Record, problem.List) {
	if d.base != nil {
		d.record = *d.base
	}
	if d.rrtype() {
		d.content()
	}
	d.owner()
	d.ttl()
	d.proxied()
	d.comment()
	d.tags()
	d.settings()
	if !d.problems.HasErrors() {
		if err := d.record.check(); err != nil {
			d.fail(problem.ContentInvalid, "/content", err)
		}
	}
	if d.problems.HasErrors() {
		return nil, d.problems
	}
	return &d.record, d.problems
}

// fail notes what is wrong with the member at a pointer.
func (d *draft) fail(code problem.Code, pointer string, err error) {
	object := ""
	if d.record.Name != "" {
		object = fmt.Sprintf("record %q", d.record.Name)
	}
	d.problems.Errorf(code, problem.Pos{Pointer: pointer}, object, "%v", err)
}

// rrtype reports whether the type is one that content can be read for.
func (d *draft) rrtype() bool {
	if d.base != nil && !isSet(d.fields.Type) {
		return true
	}
	var word string
	var err error
	if isSet(d.fields.Type) {
		word, err = text(d.fields.Type)
	}
	rrtype := uint16(0)
	if err == nil {
		rrtype, err = ParseType(word)
	}
	if err != nil {
		d.fail(problem.RecordTypeUnknown, "/type", err)
		return false
	}
	if d.base != nil && rrtype != d.base.Type {
		d.fail(problem.RecordTypeFixed, "/type", fmt.Errorf("the record is of the type %s and stays so; delete it and create one of the type %s",
			domain.TypeName(d.base.Type), domain.TypeName(rrtype)))
		return false
	}
	d.record.Type = rrtype
	return true
}

func (d *draft) owner() {
	if !isSet(d.fields.Name) {
		if l := d.record.legacy; d.base == nil && l != nil && l.Service != "" && l.Proto != "" {
			d.ownerOfLegacy(l)
			return
		}
		if d.base != nil {
			return
		}
	}
	name, err := "", error(nil)
	if isSet(d.fields.Name) {
		name, err = text(d.fields.Name)
	}
	if err == nil {
		d.record.Name, err = owner(d.zone, name)
	}
	if err != nil {
		d.fail(problem.OwnerInvalid, "/name", err)
	}
}

// ownerOfLegacy names the owner as the members of an SRV's data do.
func (d *draft) ownerOfLegacy(l *legacy) {
	name := "_" + strings.TrimPrefix(l.Service, "_") + "._" + strings.TrimPrefix(l.Proto, "_")
	if l.Name != "" && l.Name != "@" {
		name += "." + l.Name
	}
	var err error
	if d.record.Name, err = owner(d.zone, name); err != nil {
		d.fail(problem.OwnerInvalid, "/data/name", err)
	}
}

func (d *draft) ttl() {
	if !isSet(d.fields.TTL) {
		if d.base == nil {
			d.record.TTL = AutomaticTTL
		}
		return
	}
	n, err := number(d.fields.TTL, highestTTL)
	if err != nil || n != AutomaticTTL && n < lowestTTL {
		d.fail(problem.TTLInvalid, "/ttl", fmt.Errorf("%d for automatic, or %d to %d seconds are needed", AutomaticTTL, lowestTTL, highestTTL))
		return
	}
	d.record.TTL = uint32(n)
}

func (d *draft) proxied() {
	var on bool
	switch {
	case !isSet(d.fields.Proxied):
	case json.Unmarshal(d.fields.Proxied, &on) != nil:
		d.fail(problem.ProxiedUnsupported, "/proxied", errors.New("false is needed"))
	case on:
		d.fail(problem.ProxiedUnsupported, "/proxied", errors.New("proxying does not apply to internal zones, leave it out or write false"))
	}
}

func (d *draft) comment() {
	if d.fields.Comment == nil {
		return
	}
	d.record.Comment = ""
	if !isSet(d.fields.Comment) {
		return
	}
	comment, err := text(d.fields.Comment)
	if err == nil {
		err = checkComment(comment)
	}
	if err != nil {
		d.fail(problem.CommentInvalid, "/comment", err)
		return
	}
	d.record.Comment = comment
}

func (d *draft) tags() {
	if d.fields.Tags == nil {
		return
	}
	d.record.Tags = nil
	var tags []string
	if json.Unmarshal(d.fields.Tags, &tags) != nil {
		d.fail(problem.TagInvalid, "/tags", errors.New("a list of strings is needed"))
		return
	}
	if len(tags) > maxTags {
		d.fail(problem.TagInvalid, "/tags", fmt.Errorf("%d tags are too many, at most %d are allowed", len(tags), maxTags))
		return
	}
	for i, tag := range tags {
		if err := checkTag(tag); err != nil {
			d.fail(problem.TagInvalid, fmt.Sprintf("/tags/%d", i), err)
		}
	}
	if len(tags) > 0 {
		d.record.Tags = tags
	}
}

func (d *draft) settings() {
	if d.fields.Settings == nil {
		return
	}
	d.record.Settings = nil
	if !isSet(d.fields.Settings) {
		return
	}
	settings, err := compactObject(d.fields.Settings)
	if err != nil {
		d.fail(problem.SettingsInvalid, "/settings", err)
	}
	d.record.Settings = settings
}

// check holds what concerns owner and content together.
func (r *Record) check() error {
	if r.Type != dns.TypeCNAME {
		return nil
	}
	target, _ := nameAt(r.rdata)
	if canonical, err := domain.Canonical(target); err == nil && canonical == r.Name {
		return errors.New("the target of a CNAME must differ from its name")
	}
	return nil
}
