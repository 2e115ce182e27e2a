package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"slices"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/api"
	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/zonefile"
)

// replica reads what the account holds, and what its Corefile declares.
func (r *remote) replica(account named) (*live.Replica, error) {
	told := live.NewReplica(account.Name, anyLists{})
	zones, err := collect[remoteZone](r, "/zones", map[string][]string{"type": {"internal"}})
	if err != nil {
		return nil, err
	}
	for i := range zones {
		z, records, err := r.readZone(&zones[i])
		if err == nil {
			err = told.AddZone(z, slices.Values(records)).Err()
		}
		if err != nil {
			return nil, fmt.Errorf("zone %s (%s): %w", zones[i].Name, zones[i].ID, err)
		}
	}
	views, err := collect[remoteView](r, "/accounts/"+account.ID+"/dns_settings/views", nil)
	if err != nil {
		return nil, err
	}
	for _, v := range views {
		told.AddView(&live.View{ID: v.ID, Name: v.Name, Zones: v.Zones, Created: v.CreatedTime, Declared: v.Declared})
	}
	rules, err := collect[json.RawMessage](r, "/accounts/"+account.ID+"/gateway/rules", nil)
	if err != nil {
		return nil, err
	}
	for _, text := range rules {
		rule, err := api.ReadRule(text)
		if err != nil {
			return nil, fmt.Errorf("%s answers what this version cannot read: %w", r.base, err)
		}
		told.AddRule(rule)
	}
	return told, nil
}

// readZone reads a zone with its settings, and what it answers with.
func (r *remote) readZone(told *remoteZone) (*live.Zone, []dns.RR, error) {
	name, err := domain.ParseZone(told.Name)
	if err != nil {
		return nil, nil, err
	}
	z := &live.Zone{ID: told.ID, Name: name, Created: told.CreatedOn, Serial: told.Serial, OwnSOA: told.OwnSOA, Declared: told.Declared}
	if _, err := r.call(http.MethodGet, "/zones/"+z.ID+"/dns_settings", nil, &z.Settings); err != nil {
		return nil, nil, err
	}
	if z.Settings.SOA, err = canonical(z.Settings.SOA); err != nil {
		return nil, nil, err
	}
	var text bytes.Buffer
	if err := r.download("/zones/"+z.ID+"/dns_records/export", &text); err != nil {
		return nil, nil, err
	}
	records, problems := readExport(&text, z)
	return z, records, problems.Err()
}

// canonical returns a zone's settings of its SOA with the names as the account holds them.
func canonical(s live.SOA) (live.SOA, error) {
	if s.MName != nil {
		name, err := domain.Parse(*s.MName)
		if err != nil {
			return s, fmt.Errorf("soa.mname: %w", err)
		}
		s.MName = &name
	}
	if s.RName == "" {
		return s, nil
	}
	name, err := domain.Parse(s.RName)
	if err != nil {
		return s, fmt.Errorf("soa.rname: %w", err)
	}
	s.RName = name
	return s, nil
}

// readExport reads an export of a zone, with the TTLs that records are served with.
func readExport(text *bytes.Buffer, z *live.Zone) (records []dns.RR, problems problem.List) {
	problems = zonefile.Parse(text, zonefile.Options{Origin: z.Name, DefaultTTL: record.AutomaticSeconds, KeepAutomatic: true}, func(rr dns.RR, _ problem.Pos) {
		h := rr.Header()
		if h.Rrtype == dns.TypeSOA && !z.OwnSOA {
			return // made of the settings
		}
		if h.Ttl == record.AutomaticTTL && z.Declared == nil {
			h.Ttl = record.AutomaticSeconds
			if h.Rrtype == dns.TypeNS && h.Name == z.Name {
				h.Ttl = z.Settings.NSTTL
			}
		}
		records = append(records, rr)
	})
	return records, problems.Only(problem.Error)
}

// anyLists has every list that a policy may name, without a value in it: what a list holds
// is not compared.
type anyLists struct{}

// List implements expr.Lists.
func (anyLists) List(string) (expr.List, bool) { return emptyList{}, true }

type emptyList struct{}

// Type implements expr.List.
func (emptyList) Type() (t expr.Type) { return t }

// HasString implements expr.List.
func (emptyList) HasString(string) bool { return false }

// HasInt implements expr.List.
func (emptyList) HasInt(int64) bool { return false }

// HasIP implements expr.List.
func (emptyList) HasIP(netip.Addr) bool { return false }
