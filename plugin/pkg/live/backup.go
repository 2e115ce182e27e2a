package live

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"maps"
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// A backup is one JSON object, an object of the account on each line:
//
//	{"format":"internaldns backup","version":2,
//	"settings":{…},
//	"zones":[
//	{"zone":{…},"records":[
//	{…},
//	{…}
//	]}
//	],
//	"views":[…],"rules":[…],"tokens":[…],"lists":[…],"locations":[…],"gateway":{…}
//	}
//
// All are in the order of their ids, records in that of their owners. Of tokens it holds the hashes only. It has neither
// revision nor history, so that what is restored is written as the same file again.
const (
	backupFormat  = "internaldns backup"
	backupVersion = 2 // 1 has no lists, locations and gateway
)

// checkEvery is how many records are written or read before the context is asked.
const checkEvery = 1024

// Backup writes all that the account holds at one moment, the objects of the Corefile and
// the history apart. What was written is whole only if there is no error.
func (a *Account) Backup(ctx context.Context, w io.Writer) error {
	return a.store.View(ctx, a.name, func(read store.Reader) error { return backUp(ctx, read, w) })
}

// backUp writes what a reader has of an account.
func backUp(ctx context.Context, read store.Reader, w io.Writer) error {
	b := &backupWriter{w: bufio.NewWriterSize(w, 1<<16)}
	o := newObjects()
	if err := readObjects(read, o); err != nil {
		return err
	}
	if err := b.account(ctx, read, o); err != nil {
		return err
	}
	if b.err != nil {
		return b.err
	}
	return b.w.Flush()
}

// backupWriter writes a backup; the first error sticks.
type backupWriter struct {
	w   *bufio.Writer
	err error
}

func (b *backupWriter) text(s string) {
	if b.err == nil {
		_, b.err = b.w.WriteString(s)
	}
}

func (b *backupWriter) value(v any) {
	text, err := json.Marshal(v)
	if b.err == nil {
		b.err = err
	}
	b.text(string(text))
}

func (b *backupWriter) account(ctx context.Context, read store.Reader, o *objects) error {
	b.text(`{"format":"` + backupFormat + `","version":`)
	b.value(backupVersion)
	b.text(",\n\"settings\":")
	b.value(o.settings.get(settingsKey))
	b.text(",\n\"zones\":[")
	for i, z := range byID(o.zones) {
		if err := b.zone(ctx, read, z, i == 0); err != nil {
			return err
		}
	}
	b.text("\n],\n\"views\":[")
	writeObjects(b, o.views)
	b.text("\n],\n\"rules\":[")
	writeObjects(b, o.rules)
	b.text("\n],\n\"tokens\":[")
	writeObjects(b, o.tokens)
	b.text("\n],\n\"lists\":[")
	writeObjects(b, o.lists)
	b.text("\n],\n\"locations\":[")
	writeObjects(b, o.locations)
	b.text("\n],\n\"gateway\":")
	b.value(o.gateway.get(gatewayKey))
	b.text("\n}\n")
	return b.err
}

// byID returns objects in the order of their ids.
func byID[T any](l *layer[T]) (list []*T) {
	for _, id := range slices.Sorted(maps.Keys(l.objects)) {
		list = append(list, l.objects[id])
	}
	return list
}

func writeObjects[T any](b *backupWriter, l *layer[T]) {
	for i, object := range byID(l) {
		b.next(i == 0)
		b.value(object)
	}
}

// next begins a line of an array.
func (b *backupWriter) next(first bool) {
	if !first {
		b.text(",")
	}
	b.text("\n")
}

// zone writes a zone with its records.
func (b *backupWriter) zone(ctx context.Context, read store.Reader, z *Zone, first bool) error {
	b.next(first)
	b.text(`{"zone":`)
	b.value(z)
	b.text(`,"records":[`)
	n := 0
	for key, value := range read.Range(recordsKey(z.ID), nil) {
		if n%checkEvery == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		r, err := decodeRecord(recordID(key), value)
		if err != nil {
			return err
		}
		b.next(n == 0)
		b.value(r.Keep())
		if b.err != nil {
			return b.err
		}
		n++
	}
	b.text("\n]}")
	return read.Err()
}
