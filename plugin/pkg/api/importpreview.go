package api

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/compare"
	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// importPreview is what a file would do to a zone.
type importPreview struct {
	Revision  uint64          `json:"revision" about:"of the account as it is"`
	Valid     bool            `json:"valid" about:"Whether the import would succeed."`
	Skippable bool            `json:"skippable" about:"Whether it would with skip_refused=true. What follows the errors is told as for that."`
	Errors    []*Error        `json:"errors" about:"Of the file or the change as a whole; those of records are the reasons of refused."`
	Added     importGroup     `json:"added" about:"Records that are the first of their name and type."`
	Changed   importGroup     `json:"changed" about:"Records that are added beside others of their name and type."`
	Present   importGroup     `json:"present" about:"Records that are there already: these stay as they are."`
	Refused   importGroup     `json:"refused"`
	Warnings  []warningObject `json:"warnings"`
	Answers   *compare.Report `json:"answers" about:"The answers that would differ, the first 1,000 of them; null if there are errors, or the token may not read the whole account."`
}

// importGroup is records of a file that fare alike.
type importGroup struct {
	Count   int          `json:"count"`
	Records []importLine `json:"records" about:"The first 1,000, by line."`
}

// importLine is a record of a file.
type importLine struct {
	Line    int      `json:"line" about:"that it begins on; several records may have one, by $GENERATE"`
	Object  string   `json:"object,omitempty" about:"what is refused, as far as it could be read; the others have name, type and content"`
	Name    string   `json:"name,omitempty"`
	Type    string   `json:"type,omitempty"`
	TTL     uint32   `json:"ttl,omitempty"`
	Content string   `json:"content,omitempty"`
	Comment string   `json:"comment,omitempty"`
	Tags    []string `json:"tags,omitempty"`
	Beside  []string `json:"beside,omitempty" about:"contents of the first 20 records of the name and type that are there"`
	Reason  string   `json:"reason,omitempty" about:"why it is refused, or in what it differs from the one that is there"`
}

const maxBeside = 20

func showLine(one record.Imported) importLine {
	r := one.Record
	return importLine{Line: one.Line, Name: domain.NoDot(r.Name), Type: domain.TypeName(r.Type), TTL: r.TTL, Content: r.Content, Comment: r.Comment, Tags: r.Tags}
}

// preview tells what an import would do, without the records that are refused.
func (f *importing) preview() *Error {
	o := &importPreview{Revision: f.revision, Errors: []*Error{}, Warnings: []warningObject{}}
	var trial *live.Trial
	if len(f.wrong) > 0 {
		bad := f.refused(f.wrong)
		o.Errors = append(append(o.Errors, bad), bad.more...)
	} else {
		var bad *Error
		if trial, bad = f.try(o); bad != nil {
			return bad
		}
	}
	refused := slices.Concat(f.unread.list, f.barred.list, f.outcome.refused.list)
	slices.SortStableFunc(refused, func(a, b problem.Problem) int { return cmp.Compare(a.Pos.Line, b.Pos.Line) })
	o.Refused.Count = f.unread.count + f.barred.count + f.outcome.refused.count
	for _, p := range refused[:min(len(refused), shownLines)] {
		o.Refused.Records = append(o.Refused.Records, importLine{Line: p.Pos.Line, Object: f.objectOf(p), Reason: f.withNames(p.Text)})
	}
	for _, g := range []*importGroup{&o.Added, &o.Changed, &o.Present, &o.Refused} {
		if g.Records == nil {
			g.Records = []importLine{}
		}
	}
	o.Skippable = len(o.Errors) == 0
	o.Valid = o.Skippable && o.Refused.Count == 0
	if trial != nil {
		o.Revision, o.Warnings = trial.Entry.Revision-1, f.showWarnings(trial.Warnings)
		if f.readsAll() == nil {
			o.Answers = f.differing(trial)
		}
	}
	f.result = importObject{Parsed: f.parsed, Preview: o}
	return nil
}

// try tries an import and notes what becomes of each record. There is no trial if the
// change as a whole is refused.
func (f *importing) try(o *importPreview) (trial *live.Trial, bad *Error) {
	by, bad := f.attribution()
	if bad != nil {
		return nil, bad
	}
	err := f.attempt(true, func() (err error) {
		trial, err = f.account.Try(f.req.Context(), by, func(ch *live.Change) error {
			o.Added, o.Changed, o.Present = importGroup{}, importGroup{}, importGroup{}
			return f.add(ch, true, f.sort(o))
		})
		return err
	})
	if err == nil {
		return trial, nil
	}
	if bad = f.fail(err); bad.status != http.StatusBadRequest {
		return nil, bad
	}
	o.Errors = append(append(o.Errors, bad), bad.more...)
	return nil, nil
}

// sort returns what puts each record into the group that it belongs to.
func (f *importing) sort(o *importPreview) func(*live.Change, record.Imported, bool) error {
	visible := f.allRecords(token.DNSRead)
	return func(ch *live.Change, one record.Imported, present bool) error {
		all, err := ch.Owned(f.zone.ID, one.Record.Name)
		if err != nil {
			return err
		}
		beside, reason := []string(nil), ""
		for _, r := range all {
			switch {
			case r.Type != one.Record.Type || !visible(r):
			case present && r.Same(one.Record):
				reason = differing(r, one.Record)
			case !present:
				beside = append(beside, r.Content)
			}
		}
		g := &o.Added
		switch {
		case present:
			g = &o.Present
		case len(beside) > 0:
			g = &o.Changed
		}
		if g.Count++; g.Count <= shownLines {
			line := showLine(one)
			line.Beside, line.Reason = beside[:min(len(beside), maxBeside)], reason
			g.Records = append(g.Records, line)
		}
		return nil
	}
}

// differing says in what a record that is there differs from that of a file.
func differing(there, file *record.Record) string {
	switch {
	case there.TTL != file.TTL && there.TTL == record.AutomaticTTL:
		return "its TTL is automatic, and stays so"
	case there.TTL != file.TTL:
		return "its TTL is " + number(int(there.TTL)) + ", and stays so"
	case there.CommentDiffers(file):
		return "it has another comment, which stays"
	case there.TagsDiffer(file):
		return "it has other tags, which stay"
	}
	return ""
}
