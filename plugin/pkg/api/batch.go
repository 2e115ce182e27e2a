package api

import (
	"fmt"
	"net/http"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// maxBatch is how many records a batch may be about, as on Cloudflare's paid plans.
const maxBatch = 3500

// batchBody is what a batch does, in this order.
type batchBody struct {
	Deletes []idObject      `json:"deletes"`
	Patches []record.Fields `json:"patches"`
	Puts    []record.Fields `json:"puts"`
	Posts   []record.Fields `json:"posts"`
}

// batchObject is what a batch has made.
type batchObject struct {
	Deletes []record.Object `json:"deletes"`
	Patches []record.Object `json:"patches"`
	Puts    []record.Object `json:"puts"`
	Posts   []record.Object `json:"posts"`
}

// within puts problems of a record where it stands in the body.
func within(problems problem.List, pointer string) problem.List {
	problems = problems.Only(problem.Error)
	for i := range problems {
		problems[i].Pos.Pointer = pointer + problems[i].Pos.Pointer
	}
	return problems
}

func batchRecords(c *call) *Error {
	var body batchBody
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	if n := len(body.Deletes) + len(body.Patches) + len(body.Puts) + len(body.Posts); n > maxBatch {
		return errorf(http.StatusBadRequest, codeTooLarge, "%d records are too many for one batch, at most %d are allowed", n, maxBatch)
	}
	var made batchObject
	if bad := c.do(func(ch *live.Change) error { return c.runBatch(ch, &body, &made) }); bad != nil {
		return bad
	}
	c.result = made
	return nil
}

// runBatch does the steps of a batch one after another; the first that fails ends it.
func (c *call) runBatch(ch *live.Change, body *batchBody, made *batchObject) error {
	made.Deletes = make([]record.Object, 0, len(body.Deletes))
	for i, d := range body.Deletes {
		pointer := fmt.Sprintf("/deletes/%d", i)
		r, err := ch.Record(c.zone.ID, d.ID)
		if err != nil {
			return at(err, pointer)
		}
		if !c.mayRecord(token.DNSWrite, r) {
			return c.forbidden(token.DNSWrite)
		}
		if _, err := ch.DeleteRecord(c.zone.ID, d.ID); err != nil {
			return err
		}
		made.Deletes = append(made.Deletes, c.showRecord(r))
	}
	var err error
	if made.Patches, err = c.runSteps(body.Patches, "/patches", func(f *record.Fields, pointer string) (*record.Record, error) {
		return c.edited(ch, f.ID, f, pointer, true)
	}); err != nil {
		return err
	}
	if made.Puts, err = c.runSteps(body.Puts, "/puts", func(f *record.Fields, pointer string) (*record.Record, error) {
		return c.edited(ch, f.ID, f, pointer, false)
	}); err != nil {
		return err
	}
	made.Posts, err = c.runSteps(body.Posts, "/posts", func(f *record.Fields, pointer string) (*record.Record, error) {
		return c.created(ch, f, pointer)
	})
	return err
}

func (c *call) runSteps(steps []record.Fields, name string, run func(*record.Fields, string) (*record.Record, error)) ([]record.Object, error) {
	made := make([]record.Object, 0, len(steps))
	for i := range steps {
		pointer := fmt.Sprintf("%s/%d", name, i)
		r, err := run(&steps[i], pointer)
		if err != nil {
			return nil, at(err, pointer)
		}
		made = append(made, c.showRecord(r))
	}
	return made, nil
}

// at tells where in the body what there is not was named.
func at(err error, pointer string) error {
	if missing, ok := err.(*live.NotFoundError); ok {
		out := notFound(missing)
		out.Source = &source{pointer}
		return out
	}
	return err
}
