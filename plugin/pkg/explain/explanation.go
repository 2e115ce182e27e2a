package explain

import "github.com/miekg/dns"

// Version is the version of the JSON form. Within a version, keys and words may
// be added; none changes its meaning or goes away.
const Version = 1

// Explanation is the way of one query through one snapshot. It is plain data:
// nothing in it changes after Explain, and its records are read-only. Names are
// canonical domain names, zones are given by their IDs, times to live in seconds.
type Explanation struct {
	Version    int    `json:"version"`
	Generation uint64 `json:"generation"` // of the snapshot
	Query      Asked  `json:"query"`

	Policies  []Policy `json:"policies"`            // tried, in order; the last one is the chosen one if it matched
	NotTried  int      `json:"policies_not_tried"`  // enabled policies after the chosen one
	Policy    string   `json:"policy"`              // the chosen one, empty if none matched
	Route     string   `json:"route"`               // public, resolvers, view, refused
	View      *View    `json:"view,omitempty"`      // with route view
	Disagrees string   `json:"disagrees,omitempty"` // a bug: the policy that serving would choose instead
	Searches  []Search `json:"searches,omitempty"`  // with route view
	Result    *Result  `json:"result,omitempty"`    // with route view
	Fallback  *Decided `json:"fallback,omitempty"`  // with route view
	Answer    *Message `json:"answer,omitempty"`    // the internal answer; none on the public path and with resolvers

	// Reply is the message Answer shows, as it is handed to the server.
	Reply *dns.Msg `json:"-"`
}

// Asked is the query explained.
type Asked struct {
	Name             string `json:"name"`
	Type             string `json:"type"`
	Client           string `json:"client,omitempty"`
	Server           string `json:"server,omitempty"`
	RecursionDesired bool   `json:"recursion_desired"`
	CheckingDisabled bool   `json:"checking_disabled,omitempty"`
}

// Policy is one policy that was tried.
type Policy struct {
	Name       string      `json:"name"`
	Precedence uint32      `json:"precedence"`
	Position   string      `json:"position,omitempty"`
	Matched    bool        `json:"matched"`
	Traffic    *Expression `json:"traffic,omitempty"`  // absent: matches everything
	Identity   *Expression `json:"identity,omitempty"` // absent: matches everything, or traffic was false
	Posture    *Expression `json:"posture,omitempty"`  // absent: matches everything, or one before was false
	Expires    *Expires    `json:"expires,omitempty"`  // absent: never, or an expression was false
	Schedule   *Schedule   `json:"schedule,omitempty"` // absent: at all hours, or something before was false
	Action     string      `json:"action"`             // view, public, resolvers
	View       string      `json:"view,omitempty"`
	Resolvers  []string    `json:"resolvers,omitempty"` // as written
	Fallback   []string    `json:"fallback,omitempty"`  // triggers; empty: none
	Reenter    bool        `json:"reenter,omitempty"`   // a public CNAME that leads to a name of the view is answered from there
}

// Expires is when a policy ceases to be in force.
type Expires struct {
	At     string `json:"at"`     // in UTC
	Result bool   `json:"result"` // it is still in force
}

// Schedule is at which hours a policy is in force.
type Schedule struct {
	Hours  string `json:"hours"`
	Time   string `json:"time"` // of the query, by the clock that the hours go by
	Result bool   `json:"result"`
}

// Expression is an expression that was evaluated.
type Expression struct {
	Source  string   `json:"source"`
	Result  bool     `json:"result"`
	Clauses []Clause `json:"clauses"` // those that decided
}

// Clause is one condition of an expression.
type Clause struct {
	Text   string `json:"text"`
	Result bool   `json:"result"`
	Saw    []Seen `json:"saw,omitempty"`
}

// Seen is a field and the value a clause saw, as a literal or "missing".
type Seen struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// View is the chosen view.
type View struct {
	Name  string `json:"name"`
	Zones int    `json:"zones"` // how many it holds
	Gone  bool   `json:"gone,omitempty"`
}

// Search is the search for one name.
type Search struct {
	Purpose string      `json:"purpose"` // question, target, references, additional
	Name    string      `json:"name"`
	Type    string      `json:"type"`
	From    string      `json:"from,omitempty"` // the zone whose references are searched, for references
	Zones   []Candidate `json:"zones"`          // of the view, whose apex is the name or above it, longest first
	Steps   []Step      `json:"steps"`
}

// Candidate is a zone whose apex is the name or an ancestor of it.
type Candidate struct {
	Zone    string `json:"zone"`
	Apex    string `json:"apex"`
	Matches bool   `json:"matches"` // it is the matching zone
}

// Step is one thing a search did. Which fields are set depends on Kind:
//
//	lookup     a zone was searched: zone, outcome, owner, wildcard, records
//	reference  a reference was followed: number, from, zone, because, and skipped if zone was not searched
//	ignored    the zone's cut or DNAME does not count: zone, outcome, owner, covers
//	end        no reference is followed from here: zone, because
//	alias      a CNAME or DNAME was followed: number, zone, records, target (none: too long), ttl
//	form       how an answer with aliases is shown: zone, form
//	loop       the chain of aliases was given up: target, because
//	soa        the SOA of a negative answer: zone
//	glue       addresses that a cut occludes: zone, owner, records
//
// Their words are, for outcome: success, nodata, nxdomain, empty_non_terminal,
// cname, dname, delegation; for because of a reference the outcome before it, of
// an end no_reference, name_exists (and the next reference does not ask for
// nodata), own_type (SOA and NS at the apex), limit, of a loop name_again,
// too_many; for skipped unrelated (the apex is not above the name); for form
// flattened, flatten_off, zone_type, alias_itself.
type Step struct {
	Kind     string   `json:"kind"`
	Number   int      `json:"number,omitempty"` // from 1
	From     string   `json:"from,omitempty"`
	Zone     string   `json:"zone,omitempty"`
	Apex     string   `json:"apex,omitempty"` // of zone
	Outcome  string   `json:"outcome,omitempty"`
	Owner    string   `json:"owner,omitempty"` // as it stands in the zone: of a wildcard, the wildcard's
	Wildcard bool     `json:"wildcard,omitempty"`
	Because  string   `json:"because,omitempty"`
	Skipped  string   `json:"skipped,omitempty"`
	Covers   string   `json:"covers,omitempty"` // the zone at or below whose apex nothing may be taken away
	Form     string   `json:"form,omitempty"`
	Target   string   `json:"target,omitempty"`
	TTL      *uint32  `json:"ttl,omitempty"`
	Records  []string `json:"records,omitempty"` // at most 16 of them
}

// Result is how the internal resolution ended.
type Result struct {
	Outcome    string `json:"outcome"` // refused, success, nodata, nxdomain, referral, unfinished, loop, toolong, viewgone
	Rcode      string `json:"rcode"`
	Match      string `json:"match,omitempty"`  // the matching zone
	Source     string `json:"source,omitempty"` // the zone the records come from
	References int    `json:"references"`       // followed
	Aliases    int    `json:"aliases"`          // followed
	Target     string `json:"target,omitempty"` // where an unfinished chain ends
}

// Decided is the decision about the fallback.
type Decided struct {
	Trigger  string `json:"trigger,omitempty"`
	Decision string `json:"decision"`       // no_trigger, not_chosen, not_allowed, private, ask
	Asks     []Ask  `json:"asks,omitempty"` // with ask and private; the second only if public DNS has nothing for the first
}

// Ask is a name a fallback would send to public DNS.
type Ask struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Private bool   `json:"private,omitempty"` // it is kept, and the internal answer returned
}

// Message is an answer in dig's words.
type Message struct {
	// Held tells that this answer is not sent: what public DNS says takes its place.
	Held       bool     `json:"held"`
	Status     string   `json:"status"`
	Flags      []string `json:"flags"`
	EDE        *EDE     `json:"ede,omitempty"`
	Answer     []string `json:"answer"`
	Authority  []string `json:"authority"`
	Additional []string `json:"additional"` // without OPT
}

// EDE is an extended DNS error (RFC 8914).
type EDE struct {
	Code uint16 `json:"code"`
	Name string `json:"name"`
	Text string `json:"text"`
}
