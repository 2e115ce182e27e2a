package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// changeObject is a change of the history.
type changeObject struct {
	Revision  uint64         `json:"revision"`
	Time      string         `json:"time"`
	TokenID   string         `json:"token_id,omitempty" about:"Who made it; without one it was the server itself, or the tool."`
	TokenName string         `json:"token_name,omitempty"`
	Address   string         `json:"address,omitempty"`
	Method    string         `json:"method"`
	Path      string         `json:"path"`
	Count     *int           `json:"object_count,omitempty" about:"How many objects it was about, of one change only."`
	Objects   []objectChange `json:"objects,omitempty" about:"The first 1,000 of these that the token may see."`
}

// objectChange is what a change did to one object.
type objectChange struct {
	Kind   string `json:"kind"`
	ID     string `json:"id,omitempty"`
	ZoneID string `json:"zone_id,omitempty" about:"The zone of a record."`
	Before any    `json:"before" about:"Null for an object that was made."`
	After  any    `json:"after" about:"Null for an object that was taken away."`
}

const (
	changesPage  = 50
	maxChanges   = 1000 // of a page
	shownObjects = 1000 // of one change
)

func showChange(e *live.Entry) changeObject {
	o := changeObject{
		Revision: e.Revision, Time: formatTime(e.Time), TokenID: e.Call.TokenID, TokenName: e.Call.TokenName,
		Method: e.Call.Method, Path: e.Call.Path,
	}
	if e.Call.Address.IsValid() {
		o.Address = e.Call.Address.String()
	}
	return o
}

// changeFilter is which changes a list is to have.
type changeFilter struct {
	actor        string // id or name of a token
	object       string // id of an object
	since, until time.Time
}

func (c *call) readChangeFilter() (f changeFilter, bad *Error) {
	q := c.req.URL.Query()
	f.actor, f.object = q.Get("actor"), q.Get("object")
	for name, into := range map[string]*time.Time{"since": &f.since, "until": &f.until} {
		text := q.Get(name)
		if text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return f, errorf(http.StatusBadRequest, codeInvalid, "%s %q is no time such as 2026-01-31T12:00:00Z", name, clip(text))
		}
		*into = at
	}
	return f, nil
}

// match reports whether a change is to be listed.
func (f *changeFilter) match(e *live.Entry) (bool, error) {
	switch {
	case f.actor != "" && f.actor != e.Call.TokenID && f.actor != e.Call.TokenName:
		return false, nil
	case !f.until.IsZero() && e.Time.After(f.until):
		return false, nil
	case f.object == "":
		return true, nil
	}
	for o, err := range e.Edited() {
		if err != nil {
			return false, err
		}
		if o.ID == f.object || o.Zone == f.object {
			return true, nil
		}
	}
	return false, nil
}

func listChanges(c *call) *Error {
	p, bad := c.readPage(changesPage, maxChanges)
	if bad != nil {
		return bad
	}
	f, bad := c.readChangeFilter()
	if bad != nil {
		return bad
	}
	result := []changeObject{}
	total := 0
	from := p.end() - p.size
	for e, err := range c.account.Changes(c.req.Context(), f.object != "") {
		if err != nil {
			return c.fail(err)
		}
		if e.Time.Before(f.since) {
			break
		}
		wanted, err := f.match(e)
		if err != nil {
			return c.fail(err)
		}
		if !wanted {
			continue
		}
		if total++; total > from && len(result) < p.size {
			result = append(result, showChange(e))
		}
	}
	c.result, c.info = result, p.info(len(result), total)
	return nil
}

func getChange(c *call) *Error {
	revision, err := strconv.ParseUint(c.req.PathValue("revision"), 10, 64)
	if err != nil {
		return errorf(http.StatusBadRequest, codeInvalid, "%q is no revision", clip(c.req.PathValue("revision")))
	}
	e, err := c.account.ChangeAt(c.req.Context(), revision)
	if err != nil {
		return c.fail(err)
	}
	if e == nil {
		return notFound(&live.NotFoundError{Kind: "change", ID: c.req.PathValue("revision")})
	}
	o, count := showChange(e), 0
	for edited, err := range e.Edited() {
		if err != nil {
			return c.fail(err)
		}
		count++
		if len(o.Objects) < shownObjects && c.mayObject(edited) {
			o.Objects = append(o.Objects, objectChange{
				Kind: edited.Kind, ID: edited.ID, ZoneID: edited.Zone,
				Before: c.showObject(edited, edited.Before), After: c.showObject(edited, edited.After),
			})
		}
	}
	o.Count = &count
	c.result = o
	return nil
}

// zoneOf returns a zone of the history as grants see it, whether or not there is still one.
func (c *call) zoneOf(id string, states ...any) *token.Zone {
	if z := c.account.Zone(id); z != nil {
		return c.grantee(z)
	}
	on := &token.Zone{ID: id}
	for _, state := range states {
		if z, ok := state.(*live.Zone); ok {
			on.Name = domain.NoDot(z.Name)
		}
	}
	return on
}

// mayObject reports whether the bearer may see what became of an object.
func (c *call) mayObject(o *live.Object) bool {
	switch o.Kind {
	case "zone":
		return c.may(token.ZoneRead, token.Resource{Zone: c.zoneOf(o.ID, o.Before, o.After)})
	case "record":
		for _, state := range []any{o.Before, o.After} {
			if r, ok := state.(*record.Record); ok && !c.may(token.DNSRead, token.Resource{
				Zone: c.zoneOf(o.Zone), Record: &token.Record{Name: domain.NoDot(r.Name), Type: domain.TypeName(r.Type)},
			}) {
				return false
			}
		}
		return true
	case "view":
		return c.may(token.DNSViewRead, token.Resource{})
	case "rule":
		return c.may(token.ResolverPoliciesRead, token.Resource{Rule: o.ID})
	case "token":
		return c.may(token.APITokensRead, token.Resource{})
	}
	return c.may(token.AccountDNSSettingsRead, token.Resource{})
}

// showObject shows a state of an object as its own call does; of a zone with its settings.
func (c *call) showObject(o *live.Object, state any) any {
	switch s := state.(type) {
	case *live.Zone:
		return struct {
			zoneObject
			Settings settingsShown `json:"dns_settings"`
		}{c.showZone(nil)(s), showSettings(s, false)}
	case *live.View:
		return c.showView(s)
	case *live.Rule:
		return c.showRule(s)
	case *live.Token:
		return c.showToken(s)
	case *live.Settings:
		return showAccountSettings(*s)
	case *record.Record:
		name := ""
		if z := c.account.Zone(o.Zone); z != nil {
			name = shownZone(z)
		}
		return s.JSON(o.Zone, name, false)
	}
	return nil
}
