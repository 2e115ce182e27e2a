package explain

import (
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// maxRecords bounds how many records of one set a step shows.
const maxRecords = 16

// The words of the enumerations of resolve and zone.
var (
	purposes = [...]string{
		resolve.ForQuestion:   "question",
		resolve.ForTarget:     "target",
		resolve.ForReferences: "references",
		resolve.ForAdditional: "additional",
	}
	kinds = [...]string{
		zone.NXDomain:   "nxdomain",
		zone.ENT:        "empty_non_terminal",
		zone.NoData:     "nodata",
		zone.Success:    "success",
		zone.CNAME:      "cname",
		zone.DNAME:      "dname",
		zone.Delegation: "delegation",
	}
	ends = [...]string{
		resolve.AtLast:   "no_reference",
		resolve.AtNoData: "name_exists",
		resolve.AtApex:   "own_type",
		resolve.AtLimit:  "limit",
	}
	forms = [...]string{
		resolve.Flattened:   "flattened",
		resolve.FlattenOff:  "flatten_off",
		resolve.ZoneType:    "zone_type",
		resolve.AliasItself: "alias_itself",
	}
)

// searches turns the events of a trace into searches with their steps.
func searches(t *resolve.Trace) []Search {
	var out []Search
	for _, event := range t.Events {
		if s, ok := event.(resolve.Search); ok {
			out = append(out, begin(s))
			continue
		}
		if len(out) == 0 {
			continue // no step looks at anything before a search has begun
		}
		last := &out[len(out)-1]
		if m, ok := event.(resolve.Matched); ok {
			for _, z := range m.Candidates {
				last.Zones = append(last.Zones, Candidate{Zone: z.ID, Apex: z.Apex, Matches: z == m.Zone})
			}
			continue
		}
		last.Steps = append(last.Steps, step(event))
	}
	return out
}

// begin opens a search. Its lists are never nil, so that JSON shows empty ones.
func begin(s resolve.Search) Search {
	out := Search{Purpose: purposes[s.Purpose], Name: s.Name, Type: domain.TypeName(s.Type), Zones: []Candidate{}, Steps: []Step{}}
	if s.From != nil {
		out.From = s.From.ID
	}
	return out
}

// step words one event.
func step(event resolve.Event) Step {
	switch e := event.(type) {
	case resolve.Lookup:
		return lookup(e)
	case resolve.Hop:
		s := at(e.To, Step{Kind: "reference", Number: e.Number, From: e.From.ID, Because: kinds[e.Because]})
		if e.Unrelated {
			s.Skipped = "unrelated"
		}
		return s
	case resolve.Ignored:
		return at(e.Zone, Step{Kind: "ignored", Outcome: kinds[e.Kind], Owner: e.Owner, Covers: e.Covers.ID})
	case resolve.Ended:
		return at(e.Zone, Step{Kind: "end", Because: ends[e.Why]})
	case resolve.Link:
		ttl := e.Record.Header().Ttl
		return at(e.Zone, Step{Kind: "alias", Number: e.Number, Target: e.Target, TTL: &ttl, Records: texts([]dns.RR{e.Record})})
	case resolve.Shown:
		return at(e.Zone, Step{Kind: "form", Form: forms[e.Form]})
	case resolve.Circle:
		s := Step{Kind: "loop", Target: e.Name, Because: "name_again"}
		if e.TooMany {
			s.Because = "too_many"
		}
		return s
	case resolve.Denial:
		return at(e.Zone, Step{Kind: "soa"})
	case resolve.Glue:
		return at(e.Zone, Step{Kind: "glue", Owner: e.Name, Records: texts(e.Records)})
	}
	return Step{Kind: "unknown"}
}

func lookup(e resolve.Lookup) Step {
	s := at(e.Zone, Step{Kind: "lookup", Outcome: kinds[e.Answer.Kind], Owner: e.Answer.Owner, Wildcard: e.Answer.Wildcard})
	s.Records = texts(e.Answer.RRs)
	return s
}

// at puts the zone into a step.
func at(z *model.Zone, s Step) Step {
	s.Zone, s.Apex = z.ID, z.Apex
	return s
}
