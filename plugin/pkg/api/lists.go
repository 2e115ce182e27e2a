package api

import (
	"cmp"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/list"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// listObject is a Gateway list as Cloudflare shows it (CLOUDFLARE-API 6.2).
type listObject struct {
	ID          string         `json:"id"`
	Name        string         `json:"name"`
	Description string         `json:"description,omitempty"`
	Type        list.Kind      `json:"type"`
	Count       int            `json:"count"`
	Items       []itemObject   `json:"items,omitempty" about:"of one list that was asked for or written as a whole"`
	CreatedAt   string         `json:"created_at"`
	UpdatedAt   string         `json:"updated_at"`
	Declared    *live.Declared `json:"declared,omitempty" about:"Extension: the file of the list, if the Corefile declares it; it can only be read here then."`
}

// itemObject is a value of a list.
type itemObject struct {
	Value       string `json:"value"`
	Description string `json:"description,omitempty"`
	CreatedAt   string `json:"created_at,omitempty"`
}

func showList(l *live.List) listObject {
	return listObject{
		ID: l.ID, Name: l.Name, Description: l.Description, Type: l.Kind, Count: l.Count(),
		CreatedAt: formatTime(l.Created), UpdatedAt: formatTime(l.Modified), Declared: l.Declared,
	}
}

func showItem(i live.ListItem) itemObject {
	o := itemObject{Value: i.Value, Description: i.Description}
	if !i.Created.IsZero() {
		o.CreatedAt = formatTime(i.Created)
	}
	return o
}

// items returns those of a list. Of a file that holds very many it has none, and says so.
func (c *call) items(l *live.List) []live.ListItem {
	items, all := l.All()
	if !all {
		c.note(codeManyItems, "the list has "+number(l.Count())+" values, too many to be shown; they stand in "+l.Declared.File, "")
	}
	return items
}

// showWhole shows a list with its items.
func (c *call) showWhole(l *live.List) listObject {
	o := showList(l)
	for _, i := range c.items(l) {
		o.Items = append(o.Items, showItem(i))
	}
	return o
}

// pastItems is how many items of a list the history shows.
const pastItems = 1000

// showPastList shows a list as the history has it.
func showPastList(l *live.List) listObject {
	o := showList(l)
	for _, i := range l.Items[:min(len(l.Items), pastItems)] {
		o.Items = append(o.Items, showItem(i))
	}
	return o
}

// listBody is what a call says of a list.
type listBody struct {
	Name        member[string]     `json:"name" about:"needed"`
	Description member[string]     `json:"description"`
	Type        member[list.Kind]  `json:"type" about:"needed to create a list, and cannot be changed"`
	Items       member[[]itemBody] `json:"items" about:"without it those that there are stay"`
}

type itemBody struct {
	Value       string `json:"value" required:"true"`
	Description string `json:"description"`
	CreatedAt   string `json:"created_at" about:"ignored"`
}

// listPatch is what a call changes of the items of a list.
type listPatch struct {
	Append []itemBody `json:"append"`
	Remove []string   `json:"remove" about:"values; they go before others come"`
}

func itemsOf(bodies []itemBody) []live.ListItem {
	items := make([]live.ListItem, len(bodies))
	for i, b := range bodies {
		items[i] = live.ListItem{Value: b.Value, Description: b.Description}
	}
	return items
}

// check looks at what does not depend on other objects.
func (b *listBody) check() *Error {
	if !b.Name.has() {
		return invalid(codeInvalid, "/name", "a list needs a name")
	}
	if b.Type.has() && !slices.Contains(list.Kinds(), b.Type.Value) {
		words := make([]string, 0, len(list.Kinds()))
		for _, k := range list.Kinds() {
			words = append(words, string(k))
		}
		return invalid(codeInvalid, "/type", "%q, allowed: %s", clip(string(b.Type.Value)), strings.Join(words, ", "))
	}
	return cmp.Or(checkName(b.Name, "list"), checkDescription(b.Description))
}

const maxDescription = 4096 // octets

func checkDescription(m member[string]) *Error {
	if len(m.Value) > maxDescription {
		return invalid(codeInvalid, "/description", "a description has at most %d octets", maxDescription)
	}
	return nil
}

func (c *call) mayList(want token.Permission, id string) bool {
	return c.may(want, token.Resource{List: id})
}

// findList returns the list of the path, if the bearer has a permission on it.
func (c *call) findList(want token.Permission) (*live.List, *Error) {
	id := c.req.PathValue("list")
	l := c.objects().List(id)
	if l == nil || !c.mayList(token.ListsRead, id) {
		return nil, notFound(&live.NotFoundError{Kind: "list", ID: id})
	}
	if !c.mayList(want, id) {
		return nil, c.forbidden(want)
	}
	return l, nil
}

func listLists(c *call) *Error {
	types := listOf(c.req.URL.Query()["type"])
	shown := []listObject{}
	for _, l := range c.account.Lists() {
		wanted := len(types) == 0 || slices.ContainsFunc(types, func(t string) bool { return strings.EqualFold(t, string(l.Kind)) })
		if wanted && c.mayList(token.ListsRead, l.ID) {
			shown = append(shown, showList(l))
		}
	}
	c.result, c.info = shown, whole(len(shown))
	return nil
}

func getList(c *call) *Error {
	l, bad := c.findList(token.ListsRead)
	if bad != nil {
		return bad
	}
	c.result, c.large = c.showWhole(l), true
	return nil
}

// listItems answers with all items, as Cloudflare's own clients take them, or with a page
// if one is asked for.
func listItems(c *call) *Error {
	l, bad := c.findList(token.ListsRead)
	if bad != nil {
		return bad
	}
	items := c.items(l)
	q := c.req.URL.Query()
	if q.Has("page") || q.Has("per_page") {
		p, bad := c.readPage(itemsPage, pastItems)
		if bad != nil {
			return bad
		}
		return reply(c, p, items, showItem)
	}
	shown := make([]itemObject, len(items))
	for i, item := range items {
		shown[i] = showItem(item)
	}
	c.result, c.info, c.large = shown, whole(len(shown)), true
	return nil
}

const itemsPage = 50 // items, as at Cloudflare

func createList(c *call) *Error {
	var body listBody
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	if bad := body.check(); bad != nil {
		return bad
	}
	if !body.Type.has() {
		return invalid(codeInvalid, "/type", "a list needs a type, such as DOMAIN or IP")
	}
	return c.writeList(c.showWhole, func(ch *live.Change) (*live.List, error) {
		l := live.List{Name: body.Name.Value, Description: body.Description.Value, Kind: body.Type.Value}
		return ch.CreateList(l, itemsOf(body.Items.Value), "/items")
	})
}

// writeList makes a change of a list and answers with that.
func (c *call) writeList(show func(*live.List) listObject, change func(*live.Change) (*live.List, error)) *Error {
	var now *live.List
	if bad := c.do(func(ch *live.Change) (err error) {
		now, err = change(ch)
		return err
	}); bad != nil {
		return bad
	}
	c.result = show(now)
	return nil
}

func putList(c *call) *Error {
	var body listBody
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	l, bad := c.findList(token.ListsWrite)
	if bad != nil {
		return bad
	}
	if bad := body.check(); bad != nil {
		return bad
	}
	if body.Type.has() && body.Type.Value != l.Kind {
		return invalid(codeInvalid, "/type", "the type of a list cannot be changed: it is %s", l.Kind)
	}
	return c.writeList(c.showWhole, func(ch *live.Change) (*live.List, error) {
		return ch.UpdateList(l.ID, func(l *live.List) error {
			l.Name, l.Description = body.Name.Value, body.Description.Value
			if !body.Items.has() {
				return nil
			}
			return l.Put(itemsOf(body.Items.Value), "/items", ch.Now())
		})
	})
}

func patchList(c *call) *Error {
	var body listPatch
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	l, bad := c.findList(token.ListsWrite)
	if bad != nil {
		return bad
	}
	var missing []string
	if bad := c.writeList(showList, func(ch *live.Change) (*live.List, error) {
		return ch.UpdateList(l.ID, func(l *live.List) error {
			missing = l.Remove(body.Remove)
			return l.Append(itemsOf(body.Append), "/append", ch.Now())
		})
	}); bad != nil {
		return bad
	}
	for _, value := range missing[:min(len(missing), maxErrors)] {
		c.note(codeNoEffect, "the list does not hold "+clip(value)+", which was to be removed", "/remove")
	}
	return nil
}

func deleteList(c *call) *Error {
	l, bad := c.findList(token.ListsWrite)
	if bad != nil {
		return bad
	}
	if bad := c.do(func(ch *live.Change) error { return ch.DeleteList(l.ID, c.forced()) }); bad != nil {
		return bad
	}
	c.result = struct{}{}
	return nil
}
