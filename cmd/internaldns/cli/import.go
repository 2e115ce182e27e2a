package cli

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
)

const maxImport = 64 << 20 // octets, as the API has it

// imported says what an import has done.
type imported struct {
	Added  int `json:"recs_added"`
	Parsed int `json:"total_records_parsed"`
}

func prepareImport(flags *flag.FlagSet) body {
	api := addRemoteFlags(flags)
	create := flags.Bool("create", false, "make the zone if there is none of that name")
	return func(p *program, args []string) (int, error) {
		if len(args) != 2 {
			return exitFailure, usagef("a ZONE and a FILE are taken, found %d words", len(args))
		}
		if !api.given() {
			return exitFailure, usagef("-api URL is needed")
		}
		r, err := api.open()
		if err != nil {
			return exitFailure, err
		}
		text, err := readInput(args[1], maxImport)
		if err != nil {
			return exitFailure, err
		}
		z, made, err := r.zoneFor(args[0], *create)
		if err != nil {
			return exitOf(err), err
		}
		if err := r.importInto(p, z, text); err != nil {
			if made {
				err = r.unmake(z, err)
			}
			code := exitFailure
			if isStatus(err, http.StatusBadRequest) {
				code = exitFound
			}
			return code, err
		}
		return exitOK, nil
	}
}

// readInput reads a file, or standard input for -.
func readInput(name string, most int64) ([]byte, error) {
	in := io.Reader(os.Stdin)
	if name != "-" {
		f, err := os.Open(filepath.Clean(name))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s has more than %d octets", name, most)
	}
	return text, err
}

// zoneFor returns the zone to import into, and whether it was made for that.
func (r *remote) zoneFor(word string, create bool) (z *remoteZone, made bool, err error) {
	if !create || isID(word) {
		z, err = r.zone(word)
		return z, false, err
	}
	found, err := r.zonesNamed(word)
	if err != nil {
		return nil, false, err
	}
	if len(found) > 0 {
		z, err = only("zone", word, found, func(z remoteZone) string { return z.ID })
		return z, false, err
	}
	account, err := r.account()
	if err != nil {
		return nil, false, err
	}
	z = new(remoteZone)
	_, err = r.call(http.MethodPost, "/zones", map[string]any{"name": word, "type": "internal", "account": map[string]string{"id": account.ID}}, z)
	return z, err == nil, err
}

// importInto imports a zone file and says what came of it.
func (r *remote) importInto(p *program, z *remoteZone, text []byte) error {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", "zone")
	if err == nil {
		_, err = part.Write(text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return err
	}
	var done imported
	a, err := r.upload("/zones/"+z.ID+"/dns_records/import", w.FormDataContentType(), &form, int64(form.Len()), &done)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "zone %s, ID %s: %d records added of %d in the file\n", printable(z.Name), printable(z.ID), done.Added, done.Parsed)
	for _, note := range a.Messages {
		fmt.Fprintf(p.stdout, "note: %s\n", cutWords(printable(note.Message)))
	}
	return nil
}

// unmake takes a zone away that was made for an import that failed.
func (r *remote) unmake(z *remoteZone, err error) error {
	if _, gone := r.call(http.MethodDelete, "/zones/"+z.ID, nil, nil); gone != nil {
		return fmt.Errorf("%w\nthe zone %s, ID %s, was made for it and is there still: %w", err, z.Name, z.ID, gone)
	}
	return err
}
