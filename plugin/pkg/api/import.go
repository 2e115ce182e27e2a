package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// importObject says what an import has done.
type importObject struct {
	Added   int            `json:"recs_added"`
	Parsed  int            `json:"total_records_parsed"`
	Refused int            `json:"recs_refused,omitempty" about:"Extension: records that were left out, with skip_refused=true."`
	Preview *importPreview `json:"preview,omitempty" about:"Extension: what the file would do, with dry_run=true. Nothing was done then."`
}

// importBody is the form of an import. One of several calls has it as JSON.
type importBody struct {
	File    string `json:"file" required:"true" about:"a BIND file, with or without a file name; as one of several calls a member of a JSON body"`
	Proxied string `json:"proxied" about:"no internal record is"`
}

func importRecords(c *call) *Error {
	if c.change != nil {
		return importJoined(c)
	}
	release, bad := c.largeSlot()
	if bad != nil {
		return bad
	}
	defer release()
	c.deadline(largeTime)
	c.large = true
	began := time.Now()
	text, bad := c.readFile()
	if bad != nil {
		return bad
	}
	f := c.readImport(text, 0)
	if c.asked("dry_run") {
		bad = f.preview()
	} else {
		bad = f.make(f.commit)
	}
	if bad != nil {
		return bad
	}
	end := time.Now()
	c.timing = &timing{StartTime: formatTime(began), EndTime: formatTime(end), ProcessTime: end.Sub(began).Seconds()}
	return nil
}

// commit makes a change of an import, and returns the error of that as it is.
func (f *importing) commit(change func(*live.Change) error) (err error) {
	bad := f.doAs(change, func(failed error) *Error {
		err = failed
		return f.fail(failed)
	})
	if bad != nil && err == nil {
		err = bad
	}
	return err
}

// importJoined is an import that is one of several calls. It makes as many records as a
// batch at most: all that would be written wait for it.
func importJoined(c *call) *Error {
	if c.asked("dry_run") {
		return errorf(http.StatusBadRequest, codeUnsupported, "dry_run is not for one of several calls: a preview of them tells what it does")
	}
	var body importBody
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	f := c.readImport([]byte(body.File), maxBatch)
	return f.make(func(change func(*live.Change) error) error { return change(c.change) })
}

// importing is an import on its way.
type importing struct {
	*call
	found  []record.Imported
	parsed int
	wrong  problem.List // errors of the file as a whole
	unread refusals     // records that cannot be in any zone of the name
	barred refusals     // records that the zone as a whole refuses
	skip   map[int]bool // these, by index

	outcome importOutcome // of the last attempt
}

// refusals are records that are refused, and why: the first of them, and how many.
type refusals struct {
	list  problem.List
	count int
}

const shownLines = 1000 // of a file, of each kind

func (r *refusals) add(p problem.Problem) {
	if r.count++; len(r.list) < shownLines {
		r.list = append(r.list, p)
	}
}

// readImport reads a file of so many records at most, 0 for as many as there may be.
func (c *call) readImport(text []byte, most int) *importing {
	f := &importing{call: c, skip: make(map[int]bool)}
	opt := record.ImportOptions{MaxRecords: most, Refused: f.unread.add}
	var list problem.List
	f.found, f.parsed, list = record.Import(bytes.NewReader(text), c.zone.Name, opt)
	f.wrong = list.Only(problem.Error)
	for i, p := range list.Only(problem.Warning) {
		if i == maxErrors {
			break
		}
		c.note(codeImportedNote, p.String(), "")
	}
	return f
}

// make imports the file by a function that makes a change.
func (f *importing) make(do func(func(*live.Change) error) error) *Error {
	lenient := f.asked("skip_refused")
	wrong := f.wrong
	if !lenient {
		wrong = append(wrong[:len(wrong):len(wrong)], f.unread.list...)
		wrong.Sort()
	}
	if len(wrong) > 0 {
		return f.refused(wrong)
	}
	if err := f.attempt(lenient, func() error { return do(func(ch *live.Change) error { return f.add(ch, lenient, nil) }) }); err != nil {
		return f.fail(err)
	}
	done := &f.outcome
	if done.present > 0 {
		f.note(codeSkipped, plural(done.present, "record was", "records were")+" there already and not added again", "")
	}
	refused := f.unread.count + f.barred.count + done.refused.count
	if refused > 0 {
		f.note(codeSkipped, plural(refused, "record was", "records were")+" refused and left out", "")
	}
	f.result = importObject{Added: done.added, Parsed: f.parsed, Refused: refused}
	return nil
}

// maxAttempts bounds how often an import is tried without the records that the zone as a
// whole refused the time before.
const maxAttempts = 5

// attempt makes an import. If it is lenient it is made again without the records that
// the zone as a whole refuses, such as those below a DNAME.
func (f *importing) attempt(lenient bool, try func() error) error {
	for n := 1; ; n++ {
		err := try()
		list, refused := errors.AsType[problem.List](err)
		if !refused {
			return err
		}
		if !f.locate(list, lenient) || n == maxAttempts {
			return list
		}
	}
}

// fileMember is where records stand in the body: behind it comes their index, by which
// their line is found again.
const fileMember = "/file"

func (f *importing) pointer(i int) string {
	if f.change != nil { // the line is not looked for once all calls are made
		return f.prefix + fileMember
	}
	return fileMember + "/" + number(i)
}

// locate gives problems of records their lines. It reports whether records that are to be
// left out the next time are among them.
func (f *importing) locate(list problem.List, lenient bool) (another bool) {
	for i, p := range list {
		text, ok := strings.CutPrefix(p.Pos.Pointer, fileMember+"/")
		n, err := strconv.Atoi(text)
		if !ok || err != nil {
			continue
		}
		list[i].Pos = problem.Pos{Line: f.found[n].Line}
		if lenient && !f.skip[n] {
			another, f.skip[n] = true, true
			f.barred.add(list[i])
		}
	}
	return another
}

// importOutcome is what an attempt made of the records.
type importOutcome struct {
	added, present int
	refused        refusals
}

// add adds what is not there yet, and collects all that is wrong. A lenient import goes on
// without what is refused. tell may be nil; it is told of each record that is not.
func (f *importing) add(ch *live.Change, lenient bool, tell func(ch *live.Change, one record.Imported, present bool) error) error {
	f.outcome = importOutcome{}
	done := &f.outcome
	allowed := f.allRecords(token.DNSWrite)
	for i, one := range f.found {
		if f.skip[i] {
			continue
		}
		if !allowed(one.Record) {
			return f.forbidden(token.DNSWrite)
		}
		_, err := ch.AddRecord(f.zone.ID, one.Record, f.pointer(i))
		list, refused := errors.AsType[problem.List](err)
		present := refused && list[0].Code == problem.RecordRepeated
		switch {
		case err == nil:
			done.added++
		case present:
			done.present++
		case !refused:
			return err
		default:
			list[0].Pos = problem.Pos{Line: one.Line}
			done.refused.add(list[0])
			if !lenient && done.refused.count == maxErrors {
				return done.refused.list
			}
			continue
		}
		if tell != nil {
			if err := tell(ch, one, present); err != nil {
				return err
			}
		}
	}
	if lenient {
		return nil
	}
	return done.refused.list.Err()
}

// readFile reads the file of a form. Clients send it with and without a file name.
func (c *call) readFile() ([]byte, *Error) {
	c.req.Body = http.MaxBytesReader(c.w, c.req.Body, maxImport)
	if kind, _, _ := mime.ParseMediaType(c.req.Header.Get("Content-Type")); kind != "multipart/form-data" {
		return nil, errorf(http.StatusUnsupportedMediaType, codeBadJSON, "a form of type multipart/form-data with a member file is needed")
	}
	form, err := c.req.MultipartReader()
	if err != nil {
		return nil, errorf(http.StatusBadRequest, codeBadJSON, "the form could not be read: %s", err)
	}
	var text []byte
	found := false
	for {
		part, err := form.NextPart()
		if err == io.EOF && found {
			return text, nil
		}
		if err == io.EOF {
			return nil, errorf(http.StatusBadRequest, codeBadJSON, "the form has no member file")
		}
		if err != nil {
			return nil, tooLarge(err, maxImport)
		}
		if part.FormName() != "file" {
			continue
		}
		found = true
		octets, err := io.ReadAll(part)
		if err != nil {
			return nil, tooLarge(err, maxImport)
		}
		text = append(text, octets...)
	}
}
