package internalzone

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/filewatch"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

const (
	defaultTTL    = 300              // seconds, for records that name none
	defaultReload = 10 * time.Second // between two looks at the files
	maxTTL        = 1<<31 - 1        // seconds, RFC 2181 section 8
)

// declaration is one zone while its block is read (SPEC 5.1).
type declaration struct {
	name   string // as written
	id     string
	root   string // directory that zone files are relative to
	reload time.Duration
	source source
}

func newDeclaration(head scope.Line, root string, corefile time.Time) (*declaration, error) {
	if len(head.Words) == 0 {
		return nil, errors.New("a zone needs a name, write: internalzone NAME [FILE...]")
	}
	apex, err := domain.ParseZone(head.Words[0])
	if err != nil {
		return nil, fmt.Errorf("zone name: %w", err)
	}
	d := &declaration{
		name:   head.Words[0],
		id:     model.DefaultID(apex),
		root:   root,
		reload: defaultReload,
		source: source{pos: head.Pos, apex: apex, ttl: defaultTTL, flatten: true, corefile: corefile},
	}
	d.files(head.Words[1:])
	return d, nil
}

func (d *declaration) object() string { return fmt.Sprintf("%s %q", pluginName, d.name) }

func (d *declaration) properties() []scope.Property {
	return []scope.Property{
		{Usage: "id ID", Min: 1, Max: 1, Set: d.setID},
		{Usage: "file FILE...", Repeat: true, Min: 1, Max: -1, Set: func(l scope.Line) error {
			d.files(l.Words)
			return nil
		}},
		{Usage: "record RR", Repeat: true, Min: 1, Max: -1, Set: func(l scope.Line) error {
			d.source.records = append(d.source.records, inlineRecord{pos: l.Pos, text: joinRecord(l.Words)})
			return nil
		}},
		{Usage: "ttl SECONDS", Min: 1, Max: 1, Set: func(l scope.Line) (err error) {
			d.source.ttl, err = seconds(l.Words[0])
			return err
		}},
		{Usage: "negative_ttl SECONDS", Min: 1, Max: 1, Set: func(l scope.Line) (err error) {
			d.source.hasNegativeTTL = true
			d.source.negativeTTL, err = seconds(l.Words[0])
			return err
		}},
		{Usage: "flatten on|off", Min: 1, Max: 1, Set: d.setFlatten},
		{Usage: "empty_ok", Set: func(scope.Line) error {
			d.source.emptyOK = true
			return nil
		}},
		{Usage: "reload DURATION", Min: 1, Max: 1, Set: d.setReload},
	}
}

func (d *declaration) setID(l scope.Line) error {
	if strings.TrimSpace(l.Words[0]) == "" {
		return errors.New("the zone ID is empty")
	}
	d.id = l.Words[0]
	return nil
}

func (d *declaration) setFlatten(l scope.Line) error {
	switch l.Words[0] {
	case "on":
		d.source.flatten = true
	case "off":
		d.source.flatten = false
	default:
		return fmt.Errorf("flatten %q, allowed: on, off", l.Words[0])
	}
	return nil
}

func (d *declaration) setReload(l scope.Line) (err error) {
	d.reload, err = filewatch.ParseInterval(l.Words[0])
	return err
}

// files adds zone files, relative to the root plugin's directory.
func (d *declaration) files(names []string) {
	for _, name := range names {
		if !filepath.IsAbs(name) && d.root != "" {
			name = filepath.Join(d.root, name)
		}
		d.source.files = append(d.source.files, name)
	}
}

// seconds reads a TTL.
func seconds(word string) (uint32, error) {
	n, err := strconv.ParseUint(word, 10, 32)
	if err != nil || n > maxTTL {
		return 0, fmt.Errorf("%q is not a number of seconds from 0 to %d", word, maxTTL)
	}
	return uint32(n), nil
}

// joinRecord puts the words of an inline record together again. The Corefile has
// taken the quotes from words that began with one; a word that a zone file would
// not read as one gets them back. Quotes within a word (`alpn="h2,h3"`) the Corefile
// leaves, so that from one to its counterpart all stays as it is. A record written
// as one quoted argument is taken as it is.
func joinRecord(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	out := make([]string, len(words))
	open := false // within quotes that began in the middle of a word
	for i, w := range words {
		out[i] = w
		bare := open || strings.Contains(w, `"`) && !strings.ContainsAny(w, " \t\n")
		switch {
		case bare:
			open = open != oddQuotes(w)
		case w == "" || w != "(" && w != ")" && strings.ContainsAny(w, " \t\n;()\""):
			out[i] = `"` + strings.ReplaceAll(w, `"`, `\"`) + `"`
		}
	}
	return strings.Join(out, " ")
}

// oddQuotes reports whether a word opens or closes quotes.
func oddQuotes(w string) bool {
	return (strings.Count(w, `"`)-strings.Count(w, `\"`))%2 == 1
}
