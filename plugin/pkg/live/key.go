package live

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
)

// What the store holds of an account, by key:
//
//	zone/ID, view/ID, rule/ID, list/ID, location/ID, token/ID, settings, gateway    JSON
//	record/ZONE OWNER NUL ID                         package record's binary form
//	owner/ZONE ID                                    the owner of the record of that ID
//	history/REVISION                                 an Entry
//
// In the keys of records and history ids and numbers stand in binary. Names that are
// alike lie side by side, as they come in batches; IDs grow, so that what is under owner
// is written at the end.
const (
	zoneKeys     = "zone/"
	viewKeys     = "view/"
	ruleKeys     = "rule/"
	listKeys     = "list/"
	tokenKeys    = "token/"
	settingsKey  = "settings"
	locationKeys = "location/"
	gatewayKey   = "gateway"
	recordKeys   = "record/"
	ownerKeys    = "owner/"
	historyKeys  = "history/"
	idLen        = 16 // octets
)

// appendID appends the octets of an id of 32 hexadecimal digits; one that is none has
// no octets, and no object.
func appendID(b []byte, id string) []byte {
	raw, err := hex.DecodeString(id)
	if err != nil || len(raw) != idLen {
		return b
	}
	return append(b, raw...)
}

// recordsKey returns what the keys of a zone's records begin with.
func recordsKey(zone string) []byte {
	return appendID(append(make([]byte, 0, len(recordKeys)+idLen), recordKeys...), zone)
}

// ownedKey returns what the keys of an owner's records begin with. The names of package
// domain have no NUL.
func ownedKey(name ownerName) []byte {
	b := append(make([]byte, 0, len(recordKeys)+idLen+len(name.owner)+1+idLen), recordKeys...)
	return append(append(appendID(b, name.zone), name.owner...), 0)
}

// recordKey returns the key of a record.
func recordKey(name ownerName, id string) []byte { return appendID(ownedKey(name), id) }

// parseRecordKey returns what a key says of a record, and false for another key.
func parseRecordKey(key []byte) (name ownerName, id string, ok bool) {
	rest, ok := bytes.CutPrefix(key, []byte(recordKeys))
	if !ok || len(rest) < 2*idLen+1 {
		return name, "", false
	}
	end := len(rest) - idLen - 1
	return ownerName{hex.EncodeToString(rest[:idLen]), string(rest[idLen:end])}, hex.EncodeToString(rest[end+1:]), true
}

// recordID returns the ID of a record of which it is the key.
func recordID(key []byte) string { return hex.EncodeToString(key[len(key)-idLen:]) }

// ownerKey returns the key that tells a record's owner, or what those of a zone begin
// with for an empty id.
func ownerKey(zone, id string) []byte {
	b := append(make([]byte, 0, len(ownerKeys)+2*idLen), ownerKeys...)
	return appendID(appendID(b, zone), id)
}

// historyKey returns the key of a revision's entry.
func historyKey(revision uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte(historyKeys), revision)
}

// newRecordID returns the ID of a record: the revision that makes it and its number
// there, so that the records of an owner are in the order they were made, and eight
// octets that no other account has.
func newRecordID(revision uint64, number uint32) string {
	var b [idLen]byte
	binary.BigEndian.PutUint64(b[:], revision<<24|uint64(number)&0xffffff)
	_, _ = rand.Read(b[idLen/2:]) // documented never to return an error
	return hex.EncodeToString(b[:])
}
