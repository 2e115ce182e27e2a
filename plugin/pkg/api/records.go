package api

import (
	"net/http"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// The sizes of pages of records (CLOUDFLARE-API 1.5).
const (
	recordsPage    = 100
	maxRecordsPage = 5_000_000
	largePage      = 10_000 // above it, few are made at a time
)

// mayRecord reports whether the bearer has a permission on a record of the zone.
func (c *call) mayRecord(want token.Permission, r *record.Record) bool {
	return c.allRecords(want)(r)
}

// allRecords returns what reports whether the bearer has a permission on a record of the
// zone, for many of them.
func (c *call) allRecords(want token.Permission) func(*record.Record) bool {
	may := c.recordsOf(c.zone, want)
	return func(r *record.Record) bool { return may(r.Name, r.Type) }
}

// recordsOf is allRecords for any zone, by what tokens tell records apart.
func (c *call) recordsOf(z *live.Zone, want token.Permission) func(name string, rrtype uint16) bool {
	on := token.Resource{Zone: c.grantee(z), Record: new(token.Record)}
	return func(name string, rrtype uint16) bool {
		on.Record.Name, on.Record.Type = domain.NoDot(name), domain.TypeName(rrtype)
		return c.may(want, on)
	}
}

// showRecord shows a record of the zone.
func (c *call) showRecord(r *record.Record) record.Object { return showRecordOf(c.zone, r) }

func showRecordOf(z *live.Zone, r *record.Record) record.Object {
	return r.JSON(z.ID, shownZone(z), z.Declared != nil)
}

func listRecords(c *call) *Error {
	p, bad := c.readPage(recordsPage, maxRecordsPage)
	if bad != nil {
		return bad
	}
	q := c.req.URL.Query()
	filter, problems := record.ParseFilter(q)
	if len(problems) > 0 {
		return c.refused(problems)
	}
	order, problems := record.ParseOrder(q)
	if len(problems) > 0 {
		return c.refused(problems)
	}
	shadows, bad := c.shadowFilter()
	if bad != nil {
		return bad
	}
	if p.size > largePage {
		release, bad := c.largeSlot()
		if bad != nil {
			return bad
		}
		defer release()
		c.large = true
	}
	if _, exact := filter.ExactName(); exact || c.zone.Declared != nil || !order.Grouped() || shadows.asked() {
		return c.sortRecords(p, filter, order, shadows)
	}
	from, to := p.bounds()
	found, total, err := c.account.RecordPage(c.req.Context(), c.zone, live.RecordQuery{
		Filter: filter, Order: order, Visible: c.visibleRecords(c.zone), From: from, To: to,
	})
	if err != nil {
		return c.fail(err)
	}
	result := make([]record.Object, 0, len(found))
	for _, r := range found {
		result = append(result, c.showRecord(r))
	}
	c.result, c.info = result, p.info(len(result), total)
	return nil
}

// visibleRecords returns what reports which records of a zone the bearer may see, nil if
// all of them.
func (c *call) visibleRecords(z *live.Zone) func(name string, rrtype uint16) bool {
	if c.token.AllowsWhole(token.DNSRead, token.Resource{Account: c.account.ID(), Zone: c.grantee(z)}) {
		return nil
	}
	return c.recordsOf(z, token.DNSRead)
}

// sortRecords is listRecords where each record has to be looked at as a whole.
func (c *call) sortRecords(p page, filter *record.Filter, order record.Order, shadows *shadows) *Error {
	visible := c.allRecords(token.DNSRead)
	found := first[*record.Record]{n: p.end(), compare: order.Compare}
	for r, err := range c.account.Matching(c.req.Context(), c.zone, filter) {
		if err != nil {
			return c.fail(err)
		}
		if visible(r) && shadows.match(r) {
			found.add(r)
		}
	}
	return replySorted(c, p, &found, func(r *record.Record) record.Object {
		o := c.showRecord(r)
		shadows.describe(r, &o)
		return o
	})
}

// findRecord returns the record of the path, if the bearer has a permission on it.
func (c *call) findRecord(want token.Permission) (*record.Record, *Error) {
	id := c.req.PathValue("record")
	if !isID(id) {
		return nil, errorf(http.StatusBadRequest, codeBadRecordID, "Could not route to %s, perhaps your object identifier is invalid?", clip(c.req.URL.Path))
	}
	r, err := c.objects().Record(c.req.Context(), c.zone, id)
	if err != nil {
		return nil, c.fail(err)
	}
	if r == nil || !c.mayRecord(token.DNSRead, r) {
		return nil, notFound(&live.NotFoundError{Kind: "record", ID: id})
	}
	if !c.mayRecord(want, r) {
		return nil, c.forbidden(want)
	}
	return r, nil
}

func getRecord(c *call) *Error {
	r, bad := c.findRecord(token.DNSRead)
	if bad != nil {
		return bad
	}
	c.result = c.showRecord(r)
	return nil
}

// created makes a record of what a call says.
func (c *call) created(ch *live.Change, f *record.Fields, pointer string) (*record.Record, error) {
	r, problems := record.New(c.zone.Name, f)
	if problems.HasErrors() {
		return nil, within(problems, pointer)
	}
	if !c.mayRecord(token.DNSWrite, r) {
		return nil, c.forbidden(token.DNSWrite)
	}
	return ch.AddRecord(c.zone.ID, r, c.prefix+pointer)
}

// edited makes of a record what a call says: Record.Patch or Record.Replace.
func (c *call) edited(ch *live.Change, id string, f *record.Fields, pointer string, patch bool) (*record.Record, error) {
	old, err := ch.Record(c.zone.ID, id)
	if err != nil {
		return nil, err
	}
	if !c.mayRecord(token.DNSWrite, old) {
		return nil, c.forbidden(token.DNSWrite)
	}
	edit := old.Replace
	if patch {
		edit = old.Patch
	}
	r, problems := edit(c.zone.Name, f)
	if problems.HasErrors() {
		return nil, within(problems, pointer)
	}
	if !c.mayRecord(token.DNSWrite, r) {
		return nil, c.forbidden(token.DNSWrite)
	}
	return ch.ReplaceRecord(c.zone.ID, r, c.prefix+pointer)
}

func createRecord(c *call) *Error {
	var body record.Fields
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	return c.write(func(ch *live.Change) (*record.Record, error) { return c.created(ch, &body, "") })
}

func patchRecord(c *call) *Error { return c.editRecord(true) }

func putRecord(c *call) *Error { return c.editRecord(false) }

func (c *call) editRecord(patch bool) *Error {
	var body record.Fields
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	old, bad := c.findRecord(token.DNSWrite)
	if bad != nil {
		return bad
	}
	return c.write(func(ch *live.Change) (*record.Record, error) { return c.edited(ch, old.ID, &body, "", patch) })
}

// write makes a change of one record and answers with that.
func (c *call) write(change func(*live.Change) (*record.Record, error)) *Error {
	var made *record.Record
	if bad := c.do(func(ch *live.Change) (err error) {
		made, err = change(ch)
		return err
	}); bad != nil {
		return bad
	}
	c.result = c.showRecord(made)
	return nil
}

func deleteRecord(c *call) *Error {
	old, bad := c.findRecord(token.DNSWrite)
	if bad != nil {
		return bad
	}
	if bad := c.do(func(ch *live.Change) error {
		_, err := ch.DeleteRecord(c.zone.ID, old.ID)
		return err
	}); bad != nil {
		return bad
	}
	c.result = idObject{old.ID}
	return nil
}

// usageObject is how many records there are, and may be.
type usageObject struct {
	Quota *int `json:"record_quota"`
	Usage int  `json:"record_usage"`
}

func zoneUsage(c *call) *Error {
	c.result = usageObject{Usage: c.zone.Records}
	return nil
}

func accountUsage(c *call) *Error {
	var usage usageObject
	for _, z := range c.account.Zones() {
		usage.Usage += z.Records
	}
	c.result = usage
	return nil
}
