package live

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// ownerName is an owner in a zone.
type ownerName struct{ zone, owner string }

// owner is the records of one owner, by ID, which is the order they were made in. Immutable.
type owner struct{ records []*record.Record }

// at returns the place of the record of an ID, -1 if there is none.
func (o *owner) at(id string) int {
	return slices.IndexFunc(o.records, func(r *record.Record) bool { return r.ID == id })
}

// with returns the owner with one more record.
func (o *owner) with(r *record.Record) *owner {
	i, _ := slices.BinarySearchFunc(o.records, r, compareIDs)
	return &owner{slices.Insert(slices.Clip(o.records), i, r)}
}

func compareIDs(a, b *record.Record) int { return cmp.Compare(a.ID, b.ID) }

// owners are the owners that changes look at, in layers as objects are. The lowest is
// what the store has.
type owners struct {
	under *owners
	read  store.Reader
	known map[ownerName]*owner
	moved map[string]string // owners of records that another one had, by ID
	empty map[string]bool   // of the lowest: zones without records in the store, or with
}

func newOwners(under *owners, read store.Reader) *owners {
	o := &owners{under: under, read: read, known: make(map[ownerName]*owner), moved: make(map[string]string)}
	if under == nil {
		o.empty = make(map[string]bool)
	}
	return o
}

// get returns the records of an owner as the changes have made them.
func (o *owners) get(name ownerName) (*owner, error) {
	lowest := o
	for l := o; l != nil; lowest, l = l, l.under {
		if found := l.known[name]; found != nil {
			return found, nil
		}
	}
	empty, known := lowest.empty[name.zone]
	if !known {
		empty = true
		for range o.read.Range(recordsKey(name.zone), nil) {
			empty = false
			break
		}
		lowest.empty[name.zone] = empty
	}
	if err := o.read.Err(); empty || err != nil {
		return new(owner), err
	}
	found, err := readOwner(o.read, name)
	if err != nil {
		return nil, err
	}
	lowest.known[name] = found
	return found, nil
}

// before returns the records of an owner as they were below this layer. They were got
// before.
func (o *owners) before(name ownerName) *owner {
	for l := o.under; l != nil; l = l.under {
		if found := l.known[name]; found != nil {
			return found
		}
	}
	return new(owner)
}

// find returns the record of an ID, nil if there is none.
func (o *owners) find(zone, id string) (*record.Record, error) {
	name := ownerName{zone: zone}
	for l := o; l != nil && name.owner == ""; l = l.under {
		name.owner = l.moved[id]
	}
	if name.owner == "" {
		var err error
		if name.owner, err = readOwnerOf(o.read, zone, id); name.owner == "" || err != nil {
			return nil, err
		}
	}
	all, err := o.get(name)
	if err != nil {
		return nil, err
	}
	if i := all.at(id); i >= 0 {
		return all.records[i], nil
	}
	return nil, nil
}

// absorb takes over what a layer above says.
func (o *owners) absorb(above *owners) {
	if len(o.known)+len(o.moved) == 0 {
		o.known, o.moved = above.known, above.moved
		return
	}
	maps.Copy(o.known, above.known)
	maps.Copy(o.moved, above.moved)
}

// readOwnerOf reads the owner of the record of an ID, "" if there is none.
func readOwnerOf(read store.Reader, zone, id string) (string, error) {
	key := ownerKey(zone, id)
	if len(key) != len(ownerKeys)+2*idLen {
		return "", nil
	}
	value, err := read.Get(key)
	return string(value), err
}

// readRecord reads the record of an ID, nil if there is none.
func readRecord(read store.Reader, zone, id string) (*record.Record, error) {
	owner, err := readOwnerOf(read, zone, id)
	if owner == "" || err != nil {
		return nil, err
	}
	value, err := read.Get(recordKey(ownerName{zone, owner}, id))
	if value == nil || err != nil {
		return nil, err
	}
	return decodeRecord(id, value)
}

func decodeRecord(id string, value []byte) (*record.Record, error) {
	r, err := record.Decode(id, value)
	if err != nil {
		return nil, fmt.Errorf("%w: record %s: %w", store.ErrDamaged, id, err)
	}
	return r, nil
}

// readOwner reads the records of an owner.
func readOwner(read store.Reader, name ownerName) (*owner, error) {
	found := new(owner)
	prefix := ownedKey(name)
	for key, value := range read.Range(prefix, nil) {
		r, err := decodeRecord(recordID(key), value)
		if err != nil {
			return nil, err
		}
		found.records = append(found.records, r)
	}
	return found, read.Err()
}
