// Package model turns the plain description of one server block's zones, views,
// references and policies into an immutable, fully cross-checked Snapshot.
//
// Everything a query would otherwise have to decide is decided here: names are
// resolved to pointers, reference chains are laid out, expressions are compiled
// and policies are indexed. The package reads no clock, opens no file and starts
// no goroutine.
package model

import (
	"math/bits"
	"net/netip"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// The directives that declare the objects of a Spec; messages name these by them.
const (
	PolicyDirective    = "resolverpolicy"
	ViewDirective      = "dnsview"
	ZoneDirective      = "internalzone"
	ReferenceDirective = "referencezone"
)

// Spec describes one server block, as parsed and before any cross-check. What the lists
// point to is immutable from the first Build on: a changed object is another pointer.
type Spec struct {
	Zones      []*ZoneSpec
	Views      []*ViewSpec
	References []*ReferenceSpec
	Policies   []*PolicySpec

	// Gone names views that were taken away although policies name them: their queries
	// get SERVFAIL. [C]
	Gone []string

	// Places are locations that are made while the block serves; nil if there are none, and
	// no highest TTL.
	Places Places

	// What follows is of the block, and the same in all its snapshots.

	// Unavailable gives the fields of the schema that have no value in this block,
	// with the reason and the remedy.
	Unavailable map[int]string
	// Known tells for fields of strings which values they have in this block.
	Known map[int]func(value string) bool
	// Incomplete is set if a view, reference or policy could not be read: what looks
	// unused may be used by it.
	Incomplete bool
}

// ZoneSpec declares an internal zone (SPEC 5.1).
type ZoneSpec struct {
	Pos     problem.Pos
	ID      string
	Apex    string     // canonical
	Flatten bool       // replace CNAMEs by the records of their target
	Files   []string   // zone files named by the declaration, for people to find
	Data    *zone.Zone // nil if it could not be loaded, which is a problem already reported, or for a zone that keeps its data
}

// ViewSpec declares a view (SPEC 5.2).
type ViewSpec struct {
	Pos         problem.Pos
	Name        string
	Description string
	Zones       []Ref // zone IDs
}

// Ref is a mention of another object by name.
type Ref struct {
	Pos  problem.Pos
	Name string
}

// ReferenceSpec declares a reference (SPEC 5.3).
type ReferenceSpec struct {
	Pos      problem.Pos
	From, To string // zone IDs
	NoData   bool   // also follow when the name exists without the type
}

// PolicySpec declares a resolver policy (SPEC 5.4).
type PolicySpec struct {
	Pos         problem.Pos
	Name        string
	Description string
	Precedence  *uint32 // nil: the next free number from 1000 up
	Disabled    bool
	Traffic     Expression // empty: matches everything
	Identity    Expression // empty: matches everything
	Posture     Expression // of the device; empty: matches everything
	Schedule    *ScheduleSpec
	Expires     time.Time // zero: never
	Action      Action
	View        Ref      // with UseView
	Resolvers   []string // with UseResolvers, as written, for people to find
	Fallback    Triggers
	Reenter     bool     // a public CNAME that leads to a name of the view is answered from there
	Private     []string // canonical names
	Lists       expr.Lists
}

// Expression is the source of an expression and where it stands.
type Expression struct {
	Pos    problem.Pos // of its first line
	Source string
}

// Action is what a matching policy does with the query.
type Action uint8

// The actions of a policy; exactly one is declared.
const (
	UseView      Action = iota // answer from a view
	UsePublic                  // take the public path
	UseResolvers               // ask resolvers of the policy's own
)

// Triggers is the set of internal outcomes that send a query to public DNS
// (SPEC 6). The empty set is `fallback none`.
type Triggers uint8

// The triggers of a fallback.
const (
	OnRefused  Triggers = 1 << iota // no zone of the view matches
	OnNXDomain                      // the name does not exist
	OnCNAME                         // a CNAME could not be flattened
	OnNoData                        // the name exists without the type

	// OnApex is no trigger that a policy names: any fallback has public DNS asked for the
	// SOA and NS records of a zone whose data have none.
	OnApex
)

// DefaultTriggers is the set of `fallback public_dns` without further words. [C]
const DefaultTriggers = OnRefused | OnNXDomain | OnCNAME

// TriggerNames returns the Corefile word of each trigger, in the order of SPEC 6.
func TriggerNames() []string { return []string{"refused", "nxdomain", "cname", "nodata"} }

// ParseTrigger reads a Corefile word.
func ParseTrigger(word string) (Triggers, bool) {
	for i, name := range TriggerNames() {
		if name == word {
			return 1 << i, true
		}
	}
	return 0, false
}

// Has reports whether all of want are in the set.
func (t Triggers) Has(want Triggers) bool { return want != 0 && t&want == want }

// Number returns the place of a single trigger among TriggerNames, OnApex after them.
func (t Triggers) Number() int { return bits.TrailingZeros8(uint8(t)) }

// String returns the Corefile word of a single trigger, "" for none.
func (t Triggers) String() string {
	switch t {
	case OnRefused:
		return "refused"
	case OnNXDomain:
		return "nxdomain"
	case OnCNAME:
		return "cname"
	case OnNoData:
		return "nodata"
	case OnApex:
		return "apex"
	}
	return ""
}

// Client is where a query comes from, the part of it that is not in the message.
type Client struct {
	Addr   netip.Addr // the client's address, unmapped
	Server netip.Addr // the address the query arrived at; invalid if unknown
	Facts  Facts      // nil if Snapshot.UsesFacts tells that no policy needs them
}

// Places tell where queries come from, and the highest TTL of what those there get.
// Immutable, and safe for concurrent use.
type Places interface {
	// Find returns the name of the place that a query comes from; what is not known of the
	// query is "" or the zero Addr.
	Find(client, server netip.Addr, subdomain string) (name string, ok bool)
	// MaxTTL returns the highest TTL of answers to clients of a place, 0 for any; "" is no
	// place.
	MaxTTL(name string) uint32
	// Bounded reports whether that is other than 0 for anybody.
	Bounded() bool
}

// Facts gives the values of the fields that neither the message nor its addresses
// tell: FieldDoHSubdomain and those after it. The methods are those of
// expr.Source; a slice they give is read-only and good until the next call.
type Facts interface {
	String(field int) (string, bool)
	Strings(field int) ([]string, bool)
	Ints(field int) ([]int64, bool)
	Map(field int, key string) ([]string, bool)
}
