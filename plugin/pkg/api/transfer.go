package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// importObject says what an import has done.
type importObject struct {
	Added  int `json:"recs_added"`
	Parsed int `json:"total_records_parsed"`
}

// importBody is the form of an import.
type importBody struct {
	File    string `json:"file" required:"true" about:"a BIND file, with or without a file name"`
	Proxied string `json:"proxied" about:"no internal record is"`
}

// largeSlot waits until a large body may be read, or a large answer be made.
func (c *call) largeSlot() (release func(), bad *Error) {
	select {
	case c.api.large <- struct{}{}:
		return func() { <-c.api.large }, nil
	case <-c.req.Context().Done():
	case <-time.After(slotTime):
	}
	c.w.Header().Set("Retry-After", "5")
	return nil, errorf(http.StatusServiceUnavailable, codeBusy, "%d imports and exports are worked on already; try again", maxLarge)
}

func importRecords(c *call) *Error {
	release, bad := c.largeSlot()
	if bad != nil {
		return bad
	}
	defer release()
	c.deadline(largeTime)
	began := time.Now()
	text, bad := c.readFile()
	if bad != nil {
		return bad
	}
	found, parsed, problems := record.Import(bytes.NewReader(text), c.zone.Name, record.ImportOptions{})
	if problems.HasErrors() {
		return c.refused(problems.Only(problem.Error))
	}
	for i, p := range problems {
		if i == maxErrors {
			break
		}
		c.note(codeImportedNote, p.String(), "")
	}
	added := 0
	if bad := c.do(func(ch *live.Change) (err error) {
		added, err = c.addImported(ch, found)
		return err
	}); bad != nil {
		return bad
	}
	if skipped := len(found) - added; skipped > 0 {
		c.note(codeSkipped, plural(skipped, "record was", "records were")+" there already and not added again", "")
	}
	end := time.Now()
	c.result = importObject{Added: added, Parsed: parsed}
	c.timing = &timing{StartTime: formatTime(began), EndTime: formatTime(end), ProcessTime: end.Sub(began).Seconds()}
	return nil
}

// addImported adds what is not there yet, and collects all that is wrong.
func (c *call) addImported(ch *live.Change, found []record.Imported) (added int, err error) {
	var problems problem.List
	allowed := c.allRecords(token.DNSWrite)
	for _, f := range found {
		if !allowed(f.Record) {
			return 0, c.forbidden(token.DNSWrite)
		}
		_, err := ch.AddRecord(c.zone.ID, f.Record, "")
		list, refused := errors.AsType[problem.List](err)
		switch {
		case err == nil:
			added++
		case !refused:
			return 0, err
		case list[0].Code == problem.RecordRepeated:
		default:
			list[0].Pos = problem.Pos{Line: f.Line}
			if problems = append(problems, list[0]); len(problems) == maxErrors {
				return 0, problems
			}
		}
	}
	return added, problems.Err()
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

func exportRecords(c *call) *Error {
	release, bad := c.largeSlot()
	if bad != nil {
		return bad
	}
	defer release()
	visible := c.allRecords(token.DNSRead)
	var all []*record.Record
	for r, err := range c.account.Records(c.req.Context(), c.zone, "") {
		if err != nil {
			return c.fail(err)
		}
		if visible(r) {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, record.Order{}.Compare)
	var out bytes.Buffer
	if err := record.Export(&out, c.zone.Name, c.account.SOA(c.zone), slices.Values(all)); err != nil {
		return c.fail(err)
	}
	c.text = out.Bytes()
	return nil
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}
