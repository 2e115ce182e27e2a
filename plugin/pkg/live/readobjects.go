package live

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/list"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/token"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// The forms of ids.
var (
	hexID  = regexp.MustCompile(`^[0-9a-f]{32}$`)
	uuidID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

const maxBackupName = 1024 // octets; the API allows less

// note checks id and name of an object that was read, and keeps where it stands.
func (b *backupReader) note(kind, id, name string, form *regexp.Regexp) error {
	if !form.MatchString(id) {
		return b.errorf(b.here(), "%q is no id", id)
	}
	at := position(kind, id, "").Pointer
	if line := b.Backup.lines[at]; line > 0 {
		return b.errorf(b.here(), "the id %q is that of line %d as well", id, line)
	}
	if strings.TrimSpace(name) == "" || len(name) > maxBackupName || strings.ContainsFunc(name, unicode.IsControl) {
		return b.errorf(b.here(), "%q is no name", name)
	}
	b.Backup.lines[at] = b.here()
	return nil
}

// zone reads a zone with its records.
func (b *backupReader) zone() error {
	if err := b.delim('{'); err != nil {
		return err
	}
	z := new(Zone)
	if err := b.member("zone", z); err != nil {
		return err
	}
	if err := b.note("zones", z.ID, z.Name, hexID); err != nil {
		return err
	}
	if err := checkZone(z); err != nil {
		return b.errorf(b.here(), "zone %q: %s", z.Name, err)
	}
	line := b.here()
	made := &backupZone{zone: z}
	builder := zone.NewBuilder(z.options())
	if err := b.list("records", func() error { return b.record(made, builder) }); err != nil {
		return err
	}
	if err := b.delim('}'); err != nil {
		return err
	}
	if err := b.sortRecords(line, made); err != nil {
		return err
	}
	data, problems := builder.Build()
	if data == nil {
		return located(problems.Only(problem.Error), line)
	}
	made.data = data
	b.zones[z.ID] = made
	b.records += z.Records
	return nil
}

// located gives problems that have no line that of the zone.
func located(list problem.List, line int) error {
	for i, p := range list {
		if p.Pos.Line == 0 {
			list[i].Pos = problem.Pos{Line: line}
		}
	}
	return list
}

// checkZone finds what no zone can be.
func checkZone(z *Zone) error {
	if canonical, err := domain.Canonical(z.Name); err != nil || canonical != z.Name {
		return fmt.Errorf("the name is not canonical: lower case, with a final dot")
	}
	names := []string{z.Settings.SOA.RName}
	if z.Settings.SOA.MName != nil {
		names = append(names, *z.Settings.SOA.MName)
	}
	for _, name := range names {
		if _, err := domain.Canonical(name); name != "" && err != nil {
			return fmt.Errorf("%q in soa: %w", name, err)
		}
	}
	if id := z.Settings.InternalDNS.ReferenceZoneID; id != "" && !hexID.MatchString(id) {
		return fmt.Errorf("%q is no id of a zone", id)
	}
	return nil
}

// record reads a record of a zone.
func (b *backupReader) record(into *backupZone, builder *zone.Builder) error {
	if b.count++; b.count%checkEvery == 0 {
		if err := b.ctx.Err(); err != nil {
			return err
		}
	}
	var k record.Kept
	if err := b.value(&k); err != nil {
		return err
	}
	line, z := b.here(), into.zone
	if !hexID.MatchString(k.ID) {
		return b.errorf(line, "%q is no id", k.ID)
	}
	r, err := k.Record()
	if err == nil && !domain.IsSubdomain(z.Name, r.Name) {
		err = fmt.Errorf("it lies outside of the zone %s", z.Name)
	}
	var value []byte
	if err == nil {
		value, err = r.AppendBinary(nil)
	}
	if err != nil {
		return b.errorf(line, "record %q %s: %s", k.Name, k.Type, err)
	}
	into.records = append(into.records, stored{recordKey(ownerName{z.ID, r.Name}, r.ID), value})
	builder.Add(serve(z, r), problem.Pos{Line: line})
	return nil
}

// sortRecords has the records of a zone be in the order of their keys, and holds that
// they are as many as the zone says.
func (b *backupReader) sortRecords(line int, z *backupZone) error {
	slices.SortFunc(z.records, func(a, b stored) int { return bytes.Compare(a.key, b.key) })
	ids := make([]string, len(z.records))
	for i, s := range z.records {
		ids[i] = string(s.key[len(s.key)-idLen:])
	}
	slices.Sort(ids)
	for i, id := range ids {
		if i > 0 && id == ids[i-1] {
			return b.errorf(line, "zone %q: two records have the id %q", z.zone.Name, hex.EncodeToString([]byte(id)))
		}
	}
	n := len(z.records)
	if n != z.zone.Records {
		return b.errorf(line, "zone %q says that it has %d records and has %d; correct the number if they were edited", z.zone.Name, z.zone.Records, n)
	}
	return nil
}

// view reads a view.
func (b *backupReader) view() error {
	v := new(View)
	if err := b.value(v); err != nil {
		return err
	}
	for _, id := range v.Zones {
		if !hexID.MatchString(id) {
			return b.errorf(b.here(), "view %q: %q is no id of a zone", v.Name, id)
		}
	}
	b.views[v.ID] = v
	return b.note("views", v.ID, v.Name, hexID)
}

// valueList reads a list.
func (b *backupReader) valueList() error {
	l := new(List)
	if err := b.value(l); err != nil {
		return err
	}
	if !slices.Contains(list.Kinds(), l.Kind) {
		return b.errorf(b.here(), "list %q: the type %q is not known", l.Name, l.Kind)
	}
	checked := List{Kind: l.Kind}
	if err := checked.Append(l.Items, "items", time.Time{}); err != nil {
		return b.errorf(b.here(), "list %q: %s", l.Name, err)
	}
	b.lists[l.ID] = l
	return b.note("lists", l.ID, l.Name, uuidID)
}

// rule reads a resolver policy.
func (b *backupReader) rule() error {
	r := new(Rule)
	if err := b.value(r); err != nil {
		return err
	}
	if r.Action > model.UseResolvers || r.Fallback > 2*model.OnApex-1 {
		return b.errorf(b.here(), "resolver policy %q: the action %d or the fallback %d is not known", r.Name, r.Action, r.Fallback)
	}
	if r.Settings != nil {
		var settings map[string]json.RawMessage
		if json.Unmarshal(r.Settings, &settings) != nil {
			return b.errorf(b.here(), "resolver policy %q: rule_settings are no object", r.Name)
		}
	}
	if r.Expiration != nil {
		if err := r.Expiration.check(); err != nil {
			return b.errorf(b.here(), "resolver policy %q: expiration: %s", r.Name, err)
		}
	}
	b.rules[r.ID] = r
	return b.note("rules", r.ID, r.Name, uuidID)
}

// apiToken reads an API token.
func (b *backupReader) apiToken() error {
	t := new(Token)
	if err := b.value(t); err != nil {
		return err
	}
	if t.Status != token.StatusActive && t.Status != token.StatusDisabled {
		return b.errorf(b.here(), "token %q: the status %q, allowed: active, disabled", t.Name, t.Status)
	}
	if other := b.hashes[t.Hash]; other != nil {
		return b.errorf(b.here(), "token %q has the hash of token %q", t.Name, other.Name)
	}
	if t.Hash == (token.Hash{}) || len(t.Policies) == 0 {
		return b.errorf(b.here(), "token %q has no hash or no policies", t.Name)
	}
	b.tokens[t.ID], b.hashes[t.Hash] = t, t
	return b.note("tokens", t.ID, t.Name, hexID)
}
