package bolt

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strconv"

	"go.etcd.io/bbolt"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// What stands in the file: buckets with values that are sealed.
//
//	format         name and version: that this is a store, and which
//	revision       account → revision, 8 octets, big-endian
//	account:NAME   the keys of an account
//	mark           account → what a copy remembers of it; in copies only
//
// A later version keeps the first as it is.
const (
	formatBucket   = "format"
	revisionBucket = "revision"
	accountBucket  = "account:"
	markBucket     = "mark"

	nameKey    = "name"
	versionKey = "version"
	formatName = "internaldns store"
	copyName   = "internaldns copy"
	version    = 1

	revisionLen = 8
	sealLen     = 4
)

func bucketOf(account string) []byte { return []byte(accountBucket + account) }

// seal appends a value and its checksum, which covers the key, to a slice and returns that.
func seal(to, key, value []byte) []byte {
	to = append(to, value...)
	return binary.LittleEndian.AppendUint32(to, checksum(key, value))
}

// unseal returns a value without its checksum, or ErrDamaged if that is wrong.
func unseal(key, sealed []byte) ([]byte, error) {
	n := len(sealed) - sealLen
	if n < 0 || binary.LittleEndian.Uint32(sealed[n:]) != checksum(key, sealed[:n]) {
		return nil, damaged("the value of key %.40q does not have its checksum", key)
	}
	return sealed[:n:n], nil
}

// checksum tells apart also where the key ends and the value begins.
func checksum(key, value []byte) uint32 {
	castagnoli := crc32.MakeTable(crc32.Castagnoli)                                         // made once, by the library
	return crc32.Update(crc32.Update(uint32(len(key)), castagnoli, key), castagnoli, value) // #nosec G115 -- a key is short
}

// nameOf returns what a file is called that is a store, or a copy.
func nameOf(isCopy bool) string {
	if isCopy {
		return copyName
	}
	return formatName
}

// format writes that this is a store, if the file is new.
func (s *Store) format(isCopy bool) error {
	tx, err := s.db.Begin(false)
	if err != nil {
		return err
	}
	isNew := tx.Bucket([]byte(formatBucket)) == nil
	if err := tx.Rollback(); err != nil || !isNew {
		return err
	}
	return s.db.Update(func(tx *bbolt.Tx) error {
		bucket, err := tx.CreateBucket([]byte(formatBucket))
		if err != nil {
			return err
		}
		for key, value := range map[string]string{nameKey: nameOf(isCopy), versionKey: strconv.Itoa(version)} {
			if err := bucket.Put([]byte(key), seal(nil, []byte(key), []byte(value))); err != nil {
				return err
			}
		}
		if isCopy {
			if _, err := tx.CreateBucket([]byte(markBucket)); err != nil {
				return err
			}
		}
		_, err = tx.CreateBucket([]byte(revisionBucket))
		return err
	})
}

// checkFormat returns an error unless the entries of the bucket are those of a store
// of this version.
func checkFormat(entries map[string][]byte, isCopy bool) error {
	name, err := unseal([]byte(nameKey), entries[nameKey])
	switch {
	case err != nil || string(name) != formatName && string(name) != copyName:
		return store.ErrNotStore
	case string(name) != nameOf(isCopy) && isCopy:
		return fmt.Errorf("%w of that kind: it holds accounts of its own, and is no copy of a cluster's", store.ErrNotStore)
	case string(name) != nameOf(isCopy):
		return fmt.Errorf("%w of that kind: it is a copy of what a cluster holds", store.ErrNotStore)
	}
	text, err := unseal([]byte(versionKey), entries[versionKey])
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(string(text))
	switch {
	case err != nil || number < 1:
		return damaged("its version is %.40q", text)
	case number > version:
		return fmt.Errorf("%w: its version is %d, this program knows up to %d", store.ErrNewer, number, version)
	}
	return nil
}
