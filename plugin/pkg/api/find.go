package api

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// foundObject is records of any zones.
type foundObject struct {
	Records []record.Object `json:"records" about:"by the name of their zone, and in it by theirs"`
	More    bool            `json:"more" about:"Whether there is a page behind this one. How many there are is not counted: the search ends with the page."`
}

// The sizes of pages of what was found.
const (
	foundPage    = 20
	maxFoundPage = 1000
	maxFound     = 100_000 // up to the end of a page, for which all before it are searched for, too
)

// findRecords searches the records of all zones that the bearer may see. It ends once the
// page is full, so that what is common is found at once among a million records.
func findRecords(c *call) *Error {
	p, bad := c.readPage(foundPage, maxFoundPage)
	if bad != nil {
		return bad
	}
	from, to := p.bounds()
	if to > maxFound {
		return errorf(http.StatusBadRequest, codeInvalid, "page %d ends behind the first %d records that are found, the most there are pages of; search for less", p.number, maxFound)
	}
	filter, problems := record.ParseFilter(c.req.URL.Query())
	if len(problems) > 0 {
		return c.refused(problems)
	}
	o := foundObject{Records: []record.Object{}}
	var zone *live.Zone
	var visible func(string, uint16) bool
	n := 0
	for found, err := range c.account.Find(c.req.Context(), c.searched(), filter) {
		if err != nil {
			return c.fail(err)
		}
		if found.Zone != zone {
			zone, visible = found.Zone, c.visibleRecords(found.Zone)
		}
		if visible != nil && !visible(found.Record.Name, found.Record.Type) {
			continue
		}
		if n == to {
			o.More = true
			break
		}
		if n++; n > from {
			o.Records = append(o.Records, showRecordOf(zone, found.Record))
		}
	}
	c.result = o
	return nil
}

// searched returns the zones that have records which the bearer may see, by name.
func (c *call) searched() []*live.Zone {
	zones := slices.DeleteFunc(c.account.Zones(), func(z *live.Zone) bool {
		return z.Records == 0 || !c.may(token.DNSRead, token.Resource{Zone: c.grantee(z)})
	})
	slices.SortFunc(zones, func(a, b *live.Zone) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID)) })
	return zones
}
