package api

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// viewObject is a view as Cloudflare shows it.
type viewObject struct {
	ID           string         `json:"id"`
	Name         string         `json:"name"`
	Zones        []string       `json:"zones"`
	CreatedTime  string         `json:"created_time"`
	ModifiedTime string         `json:"modified_time"`
	Policies     []policyName   `json:"policies,omitempty" about:"Extension: the resolver policies that name the view."`
	Declared     *live.Declared `json:"declared,omitempty" about:"Extension: where the Corefile declares the view, which can only be read here then."`
	Problem      *zoneProblem   `json:"problem,omitempty" about:"Extension: why the view is not served."`
}

// policyName is a resolver policy that names a view.
type policyName struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Precedence uint32 `json:"precedence"`
	Enabled    bool   `json:"enabled"`
}

func (c *call) showView(v *live.View) viewObject {
	o := viewObject{
		ID: v.ID, Name: v.Name, Zones: slices.Clone(v.Zones), CreatedTime: formatTime(v.Created), ModifiedTime: formatTime(v.Modified),
		Declared: v.Declared, Problem: showProblem(c.account.Quarantined(), "/views/"+v.ID),
	}
	if o.Zones == nil {
		o.Zones = []string{}
	}
	return o
}

// viewBody is what a call says of a view.
type viewBody struct {
	Name  member[string]   `json:"name" about:"needed but by PATCH"`
	Zones member[[]string] `json:"zones" about:"ids"`
}

const maxViewZones = 100_000

// check looks at what the body says; the account says the rest.
func (b *viewBody) check() *Error {
	if len(b.Zones.Value) > maxViewZones {
		return invalid(codeInvalid, "/zones", "more than %d zones", maxViewZones)
	}
	return checkName(b.Name, "view")
}

// checkZones asks whether the bearer may see the zones that a view is to hold, and
// whether there are such.
func (c *call) checkZones(b *viewBody, has []string) *Error {
	seen := make(map[string]bool, len(b.Zones.Value))
	for i, id := range b.Zones.Value {
		pointer := "/zones/" + number(i)
		z := c.objects().Zone(id)
		switch {
		case z == nil || !slices.Contains(has, id) && !c.mayRead(z):
			return invalid(codeNoZone, pointer, "there is no zone with the id %q in this account", clip(id))
		case seen[id]:
			return invalid(codeInvalid, pointer, "the zone %q is named twice", shownZone(z))
		}
		seen[id] = true
	}
	return nil
}

func createView(c *call) *Error {
	var body viewBody
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	if !body.Name.has() {
		return invalid(codeInvalid, "/name", "a view needs a name")
	}
	if bad := cmp.Or(body.check(), c.checkZones(&body, nil)); bad != nil {
		return bad
	}
	var made *live.View
	if bad := c.do(func(ch *live.Change) error {
		made = ch.CreateView(body.Name.Value, body.Zones.Value)
		return nil
	}); bad != nil {
		return bad
	}
	c.result = c.showView(made)
	return nil
}

// findView returns the view of the path.
func (c *call) findView() (*live.View, *Error) {
	id := c.req.PathValue("view")
	if v := c.objects().View(id); v != nil && isID(id) {
		return v, nil
	}
	return nil, notFound(&live.NotFoundError{Kind: "view", ID: id})
}

func getView(c *call) *Error {
	v, bad := c.findView()
	if bad != nil {
		return bad
	}
	o := c.showView(v)
	for _, r := range c.account.Rules() {
		if r.Action == model.UseView && r.ViewID == v.ID {
			o.Policies = append(o.Policies, policyName{r.ID, r.Name, r.Precedence, r.Enabled})
		}
	}
	c.result = o
	return nil
}

func patchView(c *call) *Error {
	var body viewBody
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	v, bad := c.findView()
	if bad != nil {
		return bad
	}
	if bad := cmp.Or(body.check(), c.checkZones(&body, v.Zones)); bad != nil {
		return bad
	}
	var now *live.View
	if bad := c.do(func(ch *live.Change) (err error) {
		now, err = ch.UpdateView(v.ID, func(v *live.View) error {
			put(&v.Name, body.Name)
			if body.Zones.Set {
				v.Zones = slices.Clone(body.Zones.Value)
			}
			return nil
		})
		return err
	}); bad != nil {
		return bad
	}
	c.result = c.showView(now)
	return nil
}

func deleteView(c *call) *Error {
	v, bad := c.findView()
	if bad != nil {
		return bad
	}
	if bad := c.do(func(ch *live.Change) error { return ch.DeleteView(v.ID, c.forced()) }); bad != nil {
		return bad
	}
	c.result = idObject{v.ID}
	return nil
}

func listViews(c *call) *Error {
	p, bad := c.readPage(20, 1000)
	if bad != nil {
		return bad
	}
	q := c.req.URL.Query()
	wanted := c.viewFilter(q)
	all := slices.DeleteFunc(c.account.Views(), func(v *live.View) bool { return !wanted(v) })
	if bad := sortViews(all, q); bad != nil {
		return bad
	}
	return reply(c, p, all, c.showView)
}

// viewFilter returns which views a query asks for. All texts are compared without case.
func (c *call) viewFilter(q url.Values) func(*live.View) bool {
	var conditions []func(*live.View) bool
	for name, test := range map[string]func(s, operand string) bool{
		"name": strings.EqualFold, "name.exact": strings.EqualFold, "name.contains": strings.Contains,
		"name.startswith": strings.HasPrefix, "name.endswith": strings.HasSuffix,
	} {
		if operand := strings.ToLower(q.Get(name)); operand != "" {
			conditions = append(conditions, func(v *live.View) bool { return test(strings.ToLower(v.Name), operand) })
		}
	}
	if id := q.Get("zone_id"); id != "" {
		conditions = append(conditions, func(v *live.View) bool { return slices.Contains(v.Zones, id) })
	}
	if name := q.Get("zone_name"); name != "" {
		canonical, _ := domain.Parse(name)
		conditions = append(conditions, func(v *live.View) bool {
			return slices.ContainsFunc(v.Zones, func(id string) bool {
				z := c.account.Zone(id)
				return z != nil && z.Name == canonical
			})
		})
	}
	return combined(q, conditions)
}

func sortViews(all []*live.View, q url.Values) *Error {
	var compare func(a, b *live.View) int
	switch order := q.Get("order"); order {
	case "":
		compare = func(a, b *live.View) int { return 0 }
	case "name":
		compare = func(a, b *live.View) int { return cmp.Compare(a.Name, b.Name) }
	case "created_on", "created_time":
		compare = func(a, b *live.View) int { return a.Created.Compare(b.Created) }
	case "modified_on", "modified_time":
		compare = func(a, b *live.View) int { return a.Modified.Compare(b.Modified) }
	default:
		return errorf(http.StatusBadRequest, codeInvalid, "order %q, allowed: name, created_on, modified_on", clip(order))
	}
	slices.SortStableFunc(all, compare)
	return turn(all, q)
}
