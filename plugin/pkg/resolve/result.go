package resolve

import (
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// Outcome is how the internal resolution of a query ended.
type Outcome uint8

// The outcomes.
const (
	Refused    Outcome = iota // no zone of the view matches
	Success                   // records of the type asked for
	NoData                    // the name exists without the type
	NXDomain                  // the name does not exist
	Referral                  // the name lies below a zone cut
	Unfinished                // a CNAME whose target has no internal records
	Loop                      // CNAMEs in a ring, or too many of them
	TooLong                   // a DNAME made a name of over 255 octets (RFC 6672 section 2.2)
	ViewGone                  // the policy's view no longer exists

	// Outcomes is how many there are.
	Outcomes int = iota
)

// outcomeNames are the words for metrics and explanations.
var outcomeNames = [...]string{"refused", "success", "nodata", "nxdomain", "referral", "unfinished", "loop", "toolong", "viewgone"}

// String returns the outcome's word.
func (o Outcome) String() string { return outcomeNames[o] }

// Result is a finished internal answer. Its slices are read-only and have no
// spare capacity.
type Result struct {
	Outcome    Outcome
	Rcode      int
	Answer     []dns.RR
	Authority  []dns.RR
	Additional []dns.RR

	Match  *model.Zone // the matching zone of qname, nil if refused
	Source *model.Zone // the zone the records come from, nil if there are none
	Target string      // canonical; the name an Unfinished chain ends in
	Hops   int         // most references followed in a row, for one name
	Links  int         // CNAMEs and DNAMEs followed
	Type   uint16      // qtype
	Apex   bool        // the SOA or NS of a zone whose data have none
}

// Authoritative reports whether the answer sets AA: all but refusals and referrals do.
func (r *Result) Authoritative() bool {
	switch r.Outcome {
	case Refused, ViewGone:
		return false
	case Referral:
		return len(r.Answer) > 0 // AA speaks of the first owner, RFC 1035 section 4.1.1
	}
	return true
}

// Trigger returns the fallback trigger of the outcome (SPEC 6), 0 if it is none.
func (r *Result) Trigger() model.Triggers {
	if r.Apex {
		return model.OnApex
	}
	switch r.Outcome {
	case Refused:
		return model.OnRefused
	case NXDomain:
		return model.OnNXDomain
	case NoData:
		return model.OnNoData
	case Unfinished:
		return model.OnCNAME
	}
	return 0
}
