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
	Objects   []objectChange `json:"objects,omitempty" about:"The first 1,000 of these that the token may see, of one change only."`
	Names     []changeName   `json:"names,omitempty" about:"What the first of them are called, in a list only."`
}

// changeName tells an object of a change apart for those who read a list.
type changeName struct {
	Kind string `json:"kind"`
	ID   string `json:"id,omitempty"`
	Name string `json:"name" about:"of a record with its type; empty of settings"`
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
	shownNames   = 3    // of a change in a list
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
	from, _ := p.bounds()
	for e, err := range c.account.Changes(c.req.Context()) {
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
			o := showChange(e)
			if o.Names, err = c.showNames(e); err != nil {
				return c.fail(err)
			}
			result = append(result, o)
		}
	}
	c.result, c.info = result, p.info(len(result), total)
	return nil
}

// showNames names the first objects of a change that the bearer may see.
func (c *call) showNames(e *live.Entry) (names []changeName, err error) {
	looked := 0
	for edited, err := range e.Edited() {
		if err != nil {
			return nil, err
		}
		if c.mayObject(edited, permissionsOf(edited.Kind).read) {
			names = append(names, changeName{edited.Kind, edited.ID, nameOf(edited)})
		}
		if looked++; len(names) == shownNames || looked == shownObjects {
			break
		}
	}
	return names, nil
}

// nameOf returns what an object was called last.
func nameOf(o *live.Object) string {
	state := o.After
	if state == nil {
		state = o.Before
	}
	switch s := state.(type) {
	case *live.Zone:
		return shownZone(s)
	case *record.Record:
		return domain.NoDot(s.Name) + " " + domain.TypeName(s.Type)
	case *live.View:
		return s.Name
	case *live.Rule:
		return s.Name
	case *live.List:
		return s.Name
	case *live.Location:
		return s.Name
	case *live.Token:
		return s.Name
	}
	return ""
}

func getChange(c *call) *Error {
	e, bad := c.findChange()
	if bad != nil {
		return bad
	}
	o, count := showChange(e), 0
	if o.Objects, count, bad = c.showObjects(e); bad != nil {
		return bad
	}
	o.Count = &count
	c.result = o
	return nil
}

// showObjects shows the objects of a change that the bearer may see, and counts all.
func (c *call) showObjects(e *live.Entry) (shown []objectChange, count int, bad *Error) {
	shown = []objectChange{}
	for edited, err := range e.Edited() {
		if err != nil {
			return nil, 0, c.fail(err)
		}
		count++
		if len(shown) < shownObjects && c.mayObject(edited, permissionsOf(edited.Kind).read) {
			shown = append(shown, objectChange{
				Kind: edited.Kind, ID: edited.ID, ZoneID: edited.Zone,
				Before: c.showObject(edited, edited.Before), After: c.showObject(edited, edited.After),
			})
		}
	}
	return shown, count, nil
}

// revisionObject is what a change that answers with no object of its own is answered with.
type revisionObject struct {
	Revision uint64 `json:"revision"`
}

func revertChange(c *call) *Error {
	e, bad := c.findChange()
	if bad != nil {
		return bad
	}
	for edited, err := range e.Edited() {
		if err != nil {
			return c.fail(err)
		}
		if bad := c.mayRevert(edited); bad != nil {
			return bad
		}
	}
	if bad := c.do(func(ch *live.Change) error { return ch.Revert(e) }); bad != nil {
		return bad
	}
	c.result = revisionObject{c.revision}
	return nil
}

// mayRevert refuses to put an object back for a bearer that could not do so by a call of
// its own.
func (c *call) mayRevert(o *live.Object) *Error {
	needs := permissionsOf(o.Kind).write
	if !c.mayObject(o, needs) {
		return c.forbidden(needs)
	}
	for _, state := range []any{o.Before, o.After} {
		if t, ok := state.(*live.Token); ok && !c.token.Delegates(&t.Token) {
			return c.tooMuch()
		}
		if z, ok := state.(*live.Zone); ok && !c.may(token.ZoneDNSSettingsWrite, token.Resource{Zone: c.zoneOf(z.ID, z)}) {
			return c.forbidden(token.ZoneDNSSettingsWrite)
		}
	}
	return nil
}

// findChange returns the change of the path, with its objects.
func (c *call) findChange() (*live.Entry, *Error) {
	text := c.req.PathValue("revision")
	revision, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return nil, errorf(http.StatusBadRequest, codeInvalid, "%q is no revision", clip(text))
	}
	e, err := c.account.ChangeAt(c.req.Context(), revision)
	if err != nil {
		return nil, c.fail(err)
	}
	if e == nil {
		return nil, notFound(&live.NotFoundError{Kind: "change", ID: text})
	}
	return e, nil
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

// permissions are those that objects of a kind are read and written with.
type permissions struct{ read, write token.Permission }

func permissionsOf(kind string) permissions {
	return map[string]permissions{
		"zone": {token.ZoneRead, token.ZoneWrite}, "record": {token.DNSRead, token.DNSWrite}, "view": {token.DNSViewRead, token.DNSViewWrite},
		"rule": {token.ResolverPoliciesRead, token.ResolverPoliciesWrite}, "list": {token.ListsRead, token.ListsWrite},
		"location": {token.LocationsRead, token.LocationsWrite}, "gateway": {token.ZeroTrustRead, token.ZeroTrustWrite},
		"token": {token.APITokensRead, token.APITokensWrite}, "settings": {token.AccountDNSSettingsRead, token.AccountDNSSettingsWrite},
	}[kind]
}

// mayObject reports whether the bearer has a permission on both states of an object.
func (c *call) mayObject(o *live.Object, want token.Permission) bool {
	switch o.Kind {
	case "zone":
		return c.may(want, token.Resource{Zone: c.zoneOf(o.ID, o.Before, o.After)})
	case "record":
		for _, state := range []any{o.Before, o.After} {
			if r, ok := state.(*record.Record); ok && !c.may(want, token.Resource{
				Zone: c.zoneOf(o.Zone), Record: &token.Record{Name: domain.NoDot(r.Name), Type: domain.TypeName(r.Type)},
			}) {
				return false
			}
		}
		return true
	case "rule":
		return c.may(want, token.Resource{Rule: o.ID})
	case "list":
		return c.mayList(want, o.ID)
	case "location":
		return c.mayLocation(want, o.ID)
	}
	return c.may(want, token.Resource{})
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
	case *live.Location:
		return showLocation(s)
	case *live.Gateway:
		return c.showConfiguration(*s)
	case *live.List:
		return showPastList(s)
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
