package api

import (
	"net/http"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/record"
)

// shadows tells which records a zone does not answer with, because an NS record at or
// above their name delegates them (RFC 1034 section 4.2.1). Its zero value tells nothing
// and leaves nothing out.
type shadows struct {
	on    bool
	apex  string
	hosts map[string]map[string]bool // by the owner of NS records: what they point to
	count map[string]int             // of the records that they shadow
	by    string                     // only those shadowed by this owner
	of    string                     // only NS records that shadow this name
}

// shadowFilter reads the parameters about shadowed records, and looks at all records of
// the zone if they ask for that.
func (c *call) shadowFilter() (*shadows, *Error) {
	q := c.req.URL.Query()
	s := &shadows{on: c.asked("include_shadow_metadata"), apex: c.zone.Name}
	for name, into := range map[string]*string{"shadowed_by_name": &s.by, "shadowing_name": &s.of} {
		text := q.Get(name)
		if text == "" {
			continue
		}
		canonical, err := domain.Parse(text)
		switch {
		case err != nil:
			return nil, errorf(http.StatusBadRequest, codeInvalid, "%s %q is no domain name: %s", name, clip(text), err)
		case name == "shadowed_by_name" && !s.on:
			return nil, errorf(http.StatusBadRequest, codeInvalid, "%s needs include_shadow_metadata=true", name)
		}
		*into = canonical
	}
	if !s.on && s.of == "" {
		return s, nil
	}
	return s, c.fail(s.look(c))
}

// look finds the NS records of the zone and counts what they shadow.
func (s *shadows) look(c *call) error {
	s.hosts, s.count = make(map[string]map[string]bool), make(map[string]int)
	var names []*record.Record
	for r, err := range c.account.Records(c.req.Context(), c.zone, "") {
		if err != nil {
			return err
		}
		names = append(names, r)
		if r.Type == dns.TypeNS && r.Name != s.apex {
			if s.hosts[r.Name] == nil {
				s.hosts[r.Name] = make(map[string]bool)
			}
			if host, err := domain.Canonical(r.Content); err == nil {
				s.hosts[r.Name][host] = true
			}
		}
	}
	if len(s.hosts) == 0 {
		return nil
	}
	for _, r := range names {
		if cut := s.cut(r); cut != "" {
			s.count[cut]++
		}
	}
	return nil
}

// cut returns the owner of the NS records that shadow a record, "" if none do.
func (s *shadows) cut(r *record.Record) (highest string) {
	for name, ok := r.Name, true; ok && name != s.apex; name, ok = domain.Parent(name) {
		own := name == r.Name && (r.Type == dns.TypeNS || r.Type == dns.TypeDS)
		if s.hosts[name] != nil && !own {
			highest = name
		}
	}
	return highest
}

// asked reports whether anything is asked about shadows.
func (s *shadows) asked() bool { return s.on || s.of != "" }

// match reports whether the parameters leave a record in.
func (s *shadows) match(r *record.Record) bool {
	if s.by != "" && s.cut(r) != s.by {
		return false
	}
	if s.of != "" {
		return r.Type == dns.TypeNS && r.Name != s.apex && domain.IsSubdomain(r.Name, s.of)
	}
	return true
}

// describe adds what there is to tell to the meta of a record.
func (s *shadows) describe(r *record.Record, o *record.Object) {
	if !s.on {
		return
	}
	if r.Type == dns.TypeNS && s.hosts[r.Name] != nil {
		o.Meta["shadowed_records_count"] = s.count[r.Name]
	}
	cut := s.cut(r)
	if cut == "" {
		return
	}
	o.Meta["shadowed_by"] = domain.NoDot(cut)
	if r.Type != dns.TypeA && r.Type != dns.TypeAAAA {
		return
	}
	isGlue := s.hosts[cut][r.Name]
	o.Meta["is_glue"] = isGlue
	// An address of a name server of another cut, which is shadowed itself, is of no use.
	o.Meta["dead_glue"] = !isGlue && s.isHost(r.Name)
}

// isHost reports whether any NS record points to a name.
func (s *shadows) isHost(name string) bool {
	for _, hosts := range s.hosts {
		if hosts[name] {
			return true
		}
	}
	return false
}
