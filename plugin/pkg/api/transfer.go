package api

import (
	"bytes"
	"net/http"
	"slices"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

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
