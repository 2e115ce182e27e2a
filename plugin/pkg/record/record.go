// Package record turns records as Cloudflare's API has them into dns.RR and back: content
// and data of each type, automatic TTLs, TXT as it was sent, comments and tags, the stored
// form, the filters of a list, and the master files of import and export.
//
// It judges a record by itself. Whether it may stand beside the others of its zone is for
// the zone's builder to say.
package record

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"github.com/miekg/dns"
)

// What TTL 1 means.
const (
	AutomaticTTL     = 1   // "automatic"
	AutomaticSeconds = 300 // what it is served as
)

// Limits of a record.
const (
	lowestTTL   = 30        // seconds
	highestTTL  = 86400     // seconds
	maxRdata    = 4096      // octets on the wire of a record that is made by a call or an import
	maxContent  = 20 << 10  // octets of text; 4,096 octets in any notation fit
	maxComment  = 500       // characters
	maxTags     = 20        // of a record
	maxTagName  = 32        // characters
	maxTagValue = 100       // characters
	maxSettings = 4 << 10   // octets of JSON
	maxStored   = 1<<16 - 1 // octets of rdata of any record
)

// Record is one record as Cloudflare's API has it. It is immutable once it is made, but
// for the ID and the times, which its maker sets before anyone else sees it. It is safe
// for concurrent use then.
type Record struct {
	ID       string // 32 hexadecimal digits; empty before it has one
	Name     string // canonical owner
	Type     uint16
	TTL      uint32 // seconds; 1 is automatic
	Content  string // as the API shows it; of a TXT as it was sent
	Comment  string
	Tags     []string        // in the order sent; nil if there are none
	Settings json.RawMessage // the object that was sent, without blanks; nil if there was none

	Created, Modified             time.Time
	CommentModified, TagsModified time.Time // zero if never

	rdata  []byte  // on the wire, without compression
	legacy *legacy // what an SRV's data had beside its rdata
}

// legacy are members of an SRV's data that name its owner once more, as older clients send
// them. They are echoed: one that is missing looks like a change to them.
type legacy struct{ Service, Proto, Name string }

// ServedTTL returns the seconds that a TTL is served as.
func ServedTTL(ttl uint32) uint32 {
	if ttl == AutomaticTTL {
		return AutomaticSeconds
	}
	return ttl
}

// RR returns a new record to serve, of class IN.
func (r *Record) RR() dns.RR {
	rr, err := fromWire(header(r.Name, r.Type, r.TTL), r.rdata)
	if err != nil { // not of a Record that was made here: rdata are checked before
		return &dns.RFC3597{Hdr: header(r.Name, r.Type, r.TTL)}
	}
	return rr
}

func header(name string, rrtype uint16, ttl uint32) dns.RR_Header {
	return dns.RR_Header{Name: name, Rrtype: rrtype, Class: dns.ClassINET, Ttl: ServedTTL(ttl)}
}

// Rdata returns the rdata on the wire, without compression, names in the letter case they
// were written in. They must not be changed.
func (r *Record) Rdata() []byte { return r.rdata }

// Same reports whether two records are one to DNS: of the same owner, type and rdata, names
// in rdata compared without regard to letter case (RFC 4343 section 3).
func (r *Record) Same(o *Record) bool {
	switch {
	case r.Type != o.Type || r.Name != o.Name || len(r.rdata) != len(o.rdata):
		return false
	case bytes.Equal(r.rdata, o.rdata):
		return true
	}
	return bytes.EqualFold(r.rdata, o.rdata) && dns.IsDuplicate(r.RR(), o.RR())
}

// CommentDiffers reports whether two records have different comments.
func (r *Record) CommentDiffers(o *Record) bool { return r.Comment != o.Comment }

// TagsDiffer reports whether two records have different tags, or in another order.
func (r *Record) TagsDiffer(o *Record) bool { return !slices.Equal(r.Tags, o.Tags) }
