package resolve

import (
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// Trace collects what the steps of one query did, in order. The steps write to
// the one their Pin names; a nil Trace collects nothing and costs a comparison.
// It belongs to one goroutine. The number of events is bounded by MaxLinks,
// model.MaxReferences and the targets of an answer.
type Trace struct{ Events []Event }

// Event is one thing a step did: one of the types of this file that end their
// comment with "An Event."
type Event interface{ event() }

// Purpose is what a search is for.
type Purpose uint8

// The purposes of a search.
const (
	ForQuestion   Purpose = iota // qname
	ForTarget                    // the target of a CNAME or DNAME
	ForReferences                // that target, in the references of the last zone of the view the chain went through
	ForAdditional                // addresses for the additional section
)

// Search begins the search for one name; the events up to the next Search belong
// to it. An Event.
type Search struct {
	Purpose Purpose
	Name    string // canonical
	Type    uint16
	From    *model.Zone // whose references are searched, for ForReferences; else nil
}

// Matched is the choice of the matching zone among the zones of the view whose
// apex is the name or an ancestor of it. An Event.
type Matched struct {
	Candidates []*model.Zone // longest apex first
	Zone       *model.Zone   // nil if there is none
}

// Lookup is one look into one zone. An Event.
type Lookup struct {
	Zone   *model.Zone
	Name   string
	Type   uint16
	Answer zone.Answer // read-only
}

// Hop is a reference that was followed. An Event.
type Hop struct {
	From, To *model.Zone
	Number   int       // from 1
	Because  zone.Kind // what the search of From came to: NXDomain, ENT or NoData
	// Unrelated tells that To's apex is no ancestor of the name: it was not searched
	// and holds nothing for it (SPEC 2.5).
	Unrelated bool
}

// Ignored is a cut or DNAME of a referenced zone that does not count, because it
// lies at or above the apex of Covers. An Event.
type Ignored struct {
	Zone   *model.Zone
	Kind   zone.Kind // Delegation or DNAME
	Owner  string
	Covers *model.Zone
}

// Ends tells why a chain of references is not followed, or no further.
type Ends uint8

// The ends of a chain of references.
const (
	AtLast   Ends = iota // the zone searched last has no reference
	AtNoData             // the name exists there, and the next reference does not ask for `nodata`
	AtApex               // SOA and NS at its apex are the matching zone's own
	AtLimit              // model.MaxReferences have been followed
)

// Ended is the end of a search without a record. An Event.
type Ended struct {
	Zone *model.Zone // searched last
	Why  Ends
}

// Link is one CNAME or DNAME that was followed. An Event.
type Link struct {
	Zone   *model.Zone // whose record it is
	Record dns.RR      // as it stands there; read-only
	Number int         // from 1
	Target string      // canonical; "" if it is too long to be a name
}

// Form tells how the records at the end of a chain of CNAMEs are shown.
type Form uint8

// The forms of an answer with CNAMEs.
const (
	Flattened   Form = iota // the target's records under qname
	FlattenOff              // classic: the zone of the first CNAME says `flatten off`
	ZoneType                // classic: the type describes zones
	AliasItself             // qtype is CNAME or ANY
)

// Shown is the form chosen for an answer with CNAMEs. An Event.
type Shown struct {
	Form Form
	Zone *model.Zone // of the first CNAME or DNAME
}

// Circle is a chain of CNAMEs that was given up. An Event.
type Circle struct {
	Name    string // where the last link leads
	TooMany bool   // over MaxLinks; else Name is of the chain already
}

// Denial is the zone whose SOA a negative answer carries. An Event.
type Denial struct{ Zone *model.Zone }

// Glue is addresses given although a cut occludes them. An Event.
type Glue struct {
	Zone    *model.Zone
	Name    string
	Records []dns.RR // read-only
}

func (Search) event()  {}
func (Matched) event() {}
func (Lookup) event()  {}
func (Hop) event()     {}
func (Ignored) event() {}
func (Ended) event()   {}
func (Link) event()    {}
func (Shown) event()   {}
func (Circle) event()  {}
func (Denial) event()  {}
func (Glue) event()    {}

// The functions below are kept out of their callers, whose stack frames would
// otherwise grow by the events of a trace that is never on while serving.

//go:noinline
func (t *Trace) search(purpose Purpose, name string, qtype uint16, from *model.Zone) {
	t.Events = append(t.Events, Search{Purpose: purpose, Name: name, Type: qtype, From: from})
}

// matched asks the view itself for the candidates, from the longest apex upwards.
//
//go:noinline
func (t *Trace) matched(v *model.View, qname string, match *model.Zone) {
	e := Matched{Zone: match}
	for z := v.Match(qname); z != nil; z = v.MatchParent(z.Apex) {
		e.Candidates = append(e.Candidates, z)
	}
	t.Events = append(t.Events, e)
}

//go:noinline
func (t *Trace) lookup(z *model.Zone, qname string, qtype uint16, ans *zone.Answer) {
	t.Events = append(t.Events, Lookup{Zone: z, Name: qname, Type: qtype, Answer: *ans})
}

//go:noinline
func (t *Trace) hop(from *model.Zone, i int, because zone.Kind, unrelated bool) {
	chain := from.Chain()
	if i > 0 {
		from = chain[i-1].To
	}
	t.Events = append(t.Events, Hop{From: from, To: chain[i].To, Number: i + 1, Because: because, Unrelated: unrelated})
}

//go:noinline
func (t *Trace) ignored(z *model.Zone, ans *zone.Answer, from, match *model.Zone) {
	e := Ignored{Zone: z, Kind: ans.Kind, Owner: ans.Owner, Covers: from}
	if !covers(ans.Owner, from) {
		e.Covers = match
	}
	t.Events = append(t.Events, e)
}

// stays notes why the references of the matching zone are not searched, unless a
// record was found.
//
//go:noinline
func (t *Trace) stays(f *found, qname string, qtype uint16) {
	negative := f.nothing() || f.ans.Kind == zone.NoData
	switch chain := f.match.Chain(); {
	case !negative:
	case len(chain) == 0:
		t.ended(f.match, AtLast)
	case chain[0].NoData && f.ownType(qname, qtype):
		t.ended(f.match, AtApex)
	default:
		t.ended(f.match, AtNoData)
	}
}

//go:noinline
func (t *Trace) ended(z *model.Zone, why Ends) {
	t.Events = append(t.Events, Ended{Zone: z, Why: why})
}

// barred notes that the references of from end before their number i, from 0.
//
//go:noinline
func (t *Trace) barred(from *model.Zone, i int) {
	if i > 0 {
		from = from.Chain()[i-1].To
	}
	t.ended(from, AtNoData)
}

// exhausted notes the end of the references that follow from.
//
//go:noinline
func (t *Trace) exhausted(from *model.Zone) {
	last, why := from, AtLast
	if chain := from.Chain(); len(chain) > 0 {
		last = chain[len(chain)-1].To
		if len(last.Chain()) > 0 {
			why = AtLimit
		}
	}
	t.ended(last, why)
}

//go:noinline
func (t *Trace) link(f *found, c *chain, fits bool) {
	e := Link{Zone: f.source, Record: f.ans.RRs[0], Number: c.links}
	if fits {
		e.Target = c.target
	}
	t.Events = append(t.Events, e)
}

//go:noinline
func (t *Trace) shown(f *found, qtype uint16) {
	e := Shown{Zone: f.source}
	switch {
	case qtype == dns.TypeCNAME || qtype == dns.TypeANY:
		e.Form = AliasItself
	case describesZone(qtype):
		e.Form = ZoneType
	case !f.source.Flatten:
		e.Form = FlattenOff
	}
	t.Events = append(t.Events, e)
}

//go:noinline
func (t *Trace) circle(c *chain) {
	t.Events = append(t.Events, Circle{Name: c.target, TooMany: c.links > MaxLinks})
}

//go:noinline
func (t *Trace) glue(z *model.Zone, host string, rrs []dns.RR) {
	t.Events = append(t.Events, Glue{Zone: z, Name: host, Records: rrs})
}

//go:noinline
func (t *Trace) denial(z *model.Zone) { t.Events = append(t.Events, Denial{Zone: z}) }
