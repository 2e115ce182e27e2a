package live

import (
	"context"
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/record"
)

// Draft shows the objects of an account as a change has made them so far, by the methods
// by which an Account shows them. It is good as long as the change is.
type Draft struct{ c *Change }

// Draft returns what there is with the change.
func (c *Change) Draft() Draft { return Draft{c} }

// Zone returns the zone of an id, nil if there is none.
func (d Draft) Zone(id string) *Zone {
	z, _ := d.c.Zone(id)
	return z
}

// View returns the view of an id, nil if there is none.
func (d Draft) View(id string) *View {
	v, _ := d.c.View(id)
	return v
}

// Rule returns the resolver policy of an id, nil if there is none.
func (d Draft) Rule(id string) *Rule {
	r, _ := d.c.Rule(id)
	return r
}

// ViewsOf returns the ids of the views that hold a zone.
func (d Draft) ViewsOf(zone string) (ids []string) {
	for _, views := range []map[string]*View{d.c.views.all(), d.c.declared.views} {
		for _, v := range views {
			if slices.Contains(v.Zones, zone) {
				ids = append(ids, v.ID)
			}
		}
	}
	return ids
}

// Record returns the record of an id in a zone, nil if there is none.
func (d Draft) Record(ctx context.Context, z *Zone, id string) (*record.Record, error) {
	if z.Declared != nil {
		return d.c.account.Record(ctx, z, id)
	}
	return d.c.owners.find(z.ID, id)
}
