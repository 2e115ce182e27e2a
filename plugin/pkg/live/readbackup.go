package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// maxBackupObject bounds one object of a backup, in octets, so that a file that is none
// does not fill the memory.
const maxBackupObject = 32 << 20

const maxProblem = 1000 // octets of the text of a problem, which repeats what a file says

// ReadBackup reads a file that Account.Backup has written. What is wrong with it is a
// problem.List, with the line; other errors are the reader's and the context's.
func ReadBackup(ctx context.Context, r io.Reader) (*Backup, error) {
	lines := &lineReader{r: r}
	b := &backupReader{
		ctx: ctx, lines: lines, dec: json.NewDecoder(lines), hashes: make(map[token.Hash]*Token), taken: takenBy(nil, nil),
		Backup: &Backup{
			zones: make(map[string]*backupZone), views: make(map[string]*View), lists: make(map[string]*List), locations: make(map[string]*Location),
			rules:  make(map[string]*Rule),
			tokens: make(map[string]*Token), lines: make(map[string]int),
		},
	}
	// What is not known would be lost.
	b.dec.DisallowUnknownFields()
	if err := b.read(); err != nil {
		return nil, err
	}
	return b.Backup, nil
}

// lineReader counts lines.
type lineReader struct {
	r       io.Reader
	read    int64   // octets
	limit   int64   // up to which may be read
	line    int     // before passed, from 0
	pending []int64 // offsets of the line feeds behind that
	err     error   // of r
}

var errObjectTooLarge = fmt.Errorf("an object has more than %d octets", maxBackupObject)

// Read implements io.Reader.
func (l *lineReader) Read(p []byte) (int, error) {
	if l.read >= l.limit {
		return 0, errObjectTooLarge
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.limit-l.read)])
	for i := 0; i < n; i++ {
		found := bytes.IndexByte(p[i:n], '\n')
		if found < 0 {
			break
		}
		i += found
		l.pending = append(l.pending, l.read+int64(i))
	}
	l.read += int64(n)
	l.err = err
	return n, err
}

// at returns the line of an offset, which is not before the last that was asked for.
func (l *lineReader) at(offset int64) int {
	i := 0
	for i < len(l.pending) && l.pending[i] < offset {
		i++
	}
	l.line += i
	l.pending = l.pending[i:]
	return l.line + 1
}

// backupReader reads a backup, in the order that it is written in.
type backupReader struct {
	*Backup
	ctx   context.Context
	lines *lineReader
	dec   *json.Decoder
	count int // of records

	hashes map[token.Hash]*Token
	taken  *taken // by locations
}

func (b *backupReader) read() error {
	const notOne = "this is no backup of internaldns"
	if tok, err := b.token(); err != nil || tok != json.Delim('{') {
		return b.orReadError(err, b.here(), notOne)
	}
	var format string
	if err := b.member("format", &format); err != nil || format != backupFormat {
		return b.orReadError(err, 1, notOne)
	}
	version := 0
	if err := b.member("version", &version); err != nil {
		return err
	}
	if version != backupVersion && version != 1 {
		return b.errorf(1, "the backup has the form %d, this version of internaldns reads the forms up to %d; use the version that wrote it, or a later one", version, backupVersion)
	}
	if err := b.member("settings", &b.settings); err != nil {
		return err
	}
	for _, list := range []struct {
		name  string
		each  func() error
		since int // of versions
	}{{"zones", b.zone, 1}, {"views", b.view, 1}, {"rules", b.rule, 1}, {"tokens", b.apiToken, 1}, {"lists", b.valueList, 2}, {"locations", b.location, 2}} {
		if version < list.since {
			continue
		}
		if err := b.list(list.name, list.each); err != nil {
			return err
		}
	}
	if version > 1 {
		if err := b.member("gateway", &b.gateway); err != nil {
			return err
		}
		if err := b.checkGateway(); err != nil {
			return err
		}
	}
	if err := b.delim('}'); err != nil {
		return err
	}
	if _, err := b.token(); err != io.EOF {
		return b.orReadError(err, b.here(), "something stands behind the end of the backup")
	}
	return nil
}

// here returns the line that reading has come to.
func (b *backupReader) here() int { return b.lines.at(b.dec.InputOffset()) }

// next returns the line of what is read next.
func (b *backupReader) next() int {
	line := b.here()
	ahead, _ := io.ReadAll(io.LimitReader(b.dec.Buffered(), checkEvery))
	blank := len(ahead) - len(bytes.TrimLeft(ahead, " \t\r\n,:"))
	return line + bytes.Count(ahead[:blank], []byte("\n"))
}

func (b *backupReader) errorf(line int, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	if len(text) > maxProblem {
		text = strings.ToValidUTF8(text[:maxProblem], "") + "..."
	}
	return problem.List{{Code: problem.BackupInvalid, Severity: problem.Error, Pos: problem.Pos{Line: line}, Text: text}}
}

// orReadError returns what keeps the file from being read, else what is wrong with it.
func (b *backupReader) orReadError(err error, line int, format string, args ...any) error {
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, listed := errors.AsType[problem.List](err)
	if err == nil || syntax || listed || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return b.errorf(line, format, args...)
	}
	return err
}

// broken words why something could not be read.
func (b *backupReader) broken(err error) error {
	wrong, isType := errors.AsType[*json.UnmarshalTypeError](err)
	syntax, isSyntax := errors.AsType[*json.SyntaxError](err)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return b.errorf(b.next(), "the file ends here, it is not whole")
	case errors.Is(err, errObjectTooLarge):
		return b.errorf(b.next(), "%s", err)
	case isSyntax:
		return b.errorf(b.next(), "this is not JSON: %s", syntax)
	case isType:
		return b.errorf(b.here(), "%q has the wrong type: %s", wrong.Field, wrong.Value)
	case err == b.lines.err:
		return err
	}
	return b.errorf(b.here(), "%s", strings.TrimPrefix(err.Error(), "json: "))
}

// token reads a token of JSON.
func (b *backupReader) token() (json.Token, error) {
	b.lines.limit = b.dec.InputOffset() + maxBackupObject
	return b.dec.Token()
}

func (b *backupReader) delim(want json.Delim) error {
	line := b.next()
	tok, err := b.token()
	if err != nil {
		return b.broken(err)
	}
	if tok != want {
		return b.errorf(line, "%q is needed here, not %v", want.String(), tok)
	}
	return nil
}

// name reads the name of the member that comes next.
func (b *backupReader) name(want string) error {
	line := b.next()
	tok, err := b.token()
	if err != nil {
		return b.broken(err)
	}
	if tok != want {
		return b.errorf(line, "%q is needed here, not %v", want, tok)
	}
	return nil
}

// member reads the member that comes next.
func (b *backupReader) member(name string, into any) error {
	if err := b.name(name); err != nil {
		return err
	}
	return b.value(into)
}

func (b *backupReader) value(into any) error {
	b.lines.limit = b.dec.InputOffset() + maxBackupObject
	if err := b.dec.Decode(into); err != nil {
		return b.broken(err)
	}
	return nil
}

// list reads a member that is an array.
func (b *backupReader) list(name string, each func() error) error {
	if err := b.name(name); err != nil {
		return err
	}
	if err := b.delim('['); err != nil {
		return err
	}
	for b.dec.More() {
		if err := each(); err != nil {
			return err
		}
		b.lines.limit = b.dec.InputOffset() + maxBackupObject
	}
	return b.delim(']')
}
