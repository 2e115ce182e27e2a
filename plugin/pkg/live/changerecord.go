package live

import (
	"fmt"
	"slices"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/record"
)

const (
	typeNS  = dns.TypeNS
	typeSOA = dns.TypeSOA
)

// serve returns what a zone answers with for a record.
func serve(z *Zone, r *record.Record) dns.RR {
	rr := r.RR()
	if ofNS(z, r) {
		rr.Header().Ttl = z.Settings.NSTTL
	}
	return rr
}

// position returns where in the call a record stands.
func (c *Change) position(r *record.Record) problem.Pos {
	return problem.Pos{Pointer: c.positions[r.ID]}
}

// Record returns the record of an ID.
func (c *Change) Record(zone, id string) (*record.Record, error) {
	if _, err := c.ownZone(zone); err != nil {
		return nil, err
	}
	r, err := c.owners.find(zone, id)
	if r == nil && err == nil {
		err = &NotFoundError{"record", id}
	}
	return r, err
}

// Owned returns the records of an owner, by ID, as they were before the change. They must
// not be changed.
func (c *Change) Owned(zone, owner string) ([]*record.Record, error) {
	if _, err := c.ownZone(zone); err != nil {
		return nil, err
	}
	name := ownerName{zone, owner}
	if _, err := c.owners.get(name); err != nil {
		return nil, err
	}
	return c.owners.before(name).records, nil
}

// AddRecord adds a record to a zone and returns it with its ID and times. pointer is
// where it stands in the call, for the problems.
func (c *Change) AddRecord(zone string, r *record.Record, pointer string) (*record.Record, error) {
	added := *r
	if added.Created.IsZero() {
		added.Created = c.now
	}
	if added.Comment != "" {
		added.CommentModified = c.now
	}
	if len(added.Tags) > 0 {
		added.TagsModified = c.now
	}
	return c.putRecord(zone, nil, &added, pointer)
}

// ReplaceRecord puts a record in place of the one of its ID.
func (c *Change) ReplaceRecord(zone string, r *record.Record, pointer string) (*record.Record, error) {
	old, err := c.Record(zone, r.ID)
	if err != nil {
		return nil, err
	}
	next := *r
	next.Created, next.CommentModified, next.TagsModified = old.Created, old.CommentModified, old.TagsModified
	if next.Comment != old.Comment {
		next.CommentModified = c.now
	}
	if !slices.Equal(next.Tags, old.Tags) {
		next.TagsModified = c.now
	}
	return c.putRecord(zone, old, &next, pointer)
}

// putRecord adds a record, in place of old if that is not nil.
func (c *Change) putRecord(zone string, old, next *record.Record, pointer string) (*record.Record, error) {
	z, err := c.ownZone(zone)
	if err != nil {
		return nil, err
	}
	next.Modified = c.now
	name := ownerName{zone, next.Name}
	all, err := c.owners.get(name)
	if err != nil {
		return nil, err
	}
	// Nothing has happened if the record is refused: an import goes on without it.
	if found := conflict(z, all.records, next); found.Code != "" {
		found.Severity, found.Pos, found.Object = problem.Error, problem.Pos{Pointer: pointer}, describe(next)
		return nil, problem.List{found}
	}
	if old != nil {
		if err := c.dropRecord(zone, old); err != nil {
			return nil, err
		}
		if all, err = c.owners.get(name); err != nil {
			return nil, err
		}
	}
	if next.ID == "" {
		next.ID = newRecordID(c.Revision(), c.number)
		c.number++
	}
	if old == nil || old.Name != next.Name {
		c.owners.moved[next.ID] = next.Name
	}
	if pointer != "" {
		c.positions[next.ID] = pointer
	}
	c.owners.known[name] = all.with(next)
	c.edited[zone] = true
	return next, nil
}

// DeleteRecord takes the record of an ID away and returns it.
func (c *Change) DeleteRecord(zone, id string) (*record.Record, error) {
	r, err := c.Record(zone, id)
	if err != nil {
		return nil, err
	}
	return r, c.dropRecord(zone, r)
}

func (c *Change) dropRecord(zone string, r *record.Record) error {
	name := ownerName{zone, r.Name}
	all, err := c.owners.get(name)
	if err != nil {
		return err
	}
	rest := slices.DeleteFunc(slices.Clone(all.records), func(other *record.Record) bool { return other.ID == r.ID })
	c.owners.known[name] = &owner{rest}
	c.edited[zone] = true
	return nil
}

func describe(r *record.Record) string {
	return fmt.Sprintf("record %q %s", domain.NoDot(r.Name), domain.TypeName(r.Type))
}

// conflict returns what of an owner's records forbids another one, by Cloudflare's rules:
// what is legal and yet refused there is no use in a zone. The zero problem is none.
func conflict(z *Zone, records []*record.Record, next *record.Record) problem.Problem {
	octets := sizeInSet(next)
	for _, r := range records {
		if r.ID == next.ID {
			continue
		}
		// The zone's builder would say so too, but after an import has compared each of
		// its records with all before it.
		if r.Type == next.Type {
			if octets += sizeInSet(r); octets > maxRRset {
				return problem.Problem{Code: problem.RRsetTooLarge, Text: fmt.Sprintf(
					"with it the RRset has more than %d octets, which no message can hold", maxRRset)}
			}
		}
		if r.Same(next) {
			return problem.Problem{Code: problem.RecordRepeated, Text: "an identical record exists already: " + r.ID}
		}
		if apex := next.Name == z.Name; r.Type == dns.TypeCNAME || next.Type == dns.TypeCNAME {
			if !apex || excludesCNAME(r) || excludesCNAME(next) || r.Type == next.Type {
				return problem.Problem{Code: problem.CNAMEBesideOthers, Text: fmt.Sprintf(
					"a %s record with that name exists already; a CNAME stands alone at its name", domain.TypeName(r.Type))}
			}
		} else if !apex && (r.Type == dns.TypeNS) != (next.Type == dns.TypeNS) && r.Type != dns.TypeDS && next.Type != dns.TypeDS {
			return problem.Problem{Code: problem.NSBesideOthers, Text: fmt.Sprintf(
				"a %s record with that name exists already; below an NS record the zone answers with a referral, and other records of the name would not be seen", domain.TypeName(r.Type))}
		}
	}
	return problem.Problem{}
}

// maxRRset is how many octets the records of an RRset have in a message at most, beside
// its header and question; package zone has it, too.
const maxRRset = 1<<16 - 1 - 12 - 255 - 4

// sizeInSet is the least that a record takes in a message: a pointer to its owner, ten
// octets and its data.
func sizeInSet(r *record.Record) int { return 2 + 10 + len(r.Rdata()) }

// excludesCNAME reports whether a record of the apex cannot stand beside a CNAME, which
// answers in its place.
func excludesCNAME(r *record.Record) bool {
	return r.Type == dns.TypeA || r.Type == dns.TypeAAAA
}
