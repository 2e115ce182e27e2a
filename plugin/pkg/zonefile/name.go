package zonefile

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// nameKind is what an octet of a name asks for.
type nameKind uint8

const (
	special nameKind = iota // escapes, Unicode, everything that is not of the others
	plain                   // stands for itself
	dot
)

// nameKinds is indexed by octet.
var nameKinds = func() (kinds [256]nameKind) {
	for c := byte('a'); c <= 'z'; c++ {
		kinds[c], kinds[c-'a'+'A'] = plain, plain
	}
	for c := byte('0'); c <= '9'; c++ {
		kinds[c] = plain
	}
	for _, c := range []byte("-_*/") {
		kinds[c] = plain
	}
	kinds['.'] = dot
	return kinds
}()

// setOwner makes the name t the owner.
func (p *parser) setOwner(t token) error {
	text := p.text(t)
	if p.owner != "" && len(p.ownerText) > 0 && bytes.Equal(text, p.ownerText) {
		p.warnOwner = false
		return nil
	}
	name, err := p.name(text)
	if err != nil {
		return err
	}
	p.owner, p.ownerText = name, append(p.ownerText[:0], text...)
	p.undotted = !p.generating && p.isUndotted(text)
	p.lostOwner, p.warnOwner = false, false
	return nil
}

// name makes a name absolute, and valid, in the letter case of the file.
func (p *parser) name(text []byte) (string, error) {
	if len(text) == 1 && text[0] == '@' {
		return p.origin, nil
	}
	label := 0
	for _, c := range text {
		switch nameKinds[c] {
		case plain:
			label++
		case dot:
			if label == 0 || label > 63 {
				return p.specialName(text)
			}
			label = 0
		default:
			return p.specialName(text)
		}
	}
	suffix, wire := "", len(text)+1
	if label > 0 {
		suffix, wire = p.suffix, wire+p.originWire
	}
	if len(text) == 0 || label > 63 || wire > 255 {
		return p.specialName(text)
	}
	return p.mem.names.put(text, suffix), nil
}

// specialName is name for every name, and words the error of those that are none.
func (p *parser) specialName(text []byte) (string, error) {
	if err := checkEscapes(text); err != nil {
		return "", err
	}
	name, err := domain.ToASCII(string(text))
	if err != nil {
		return "", err
	}
	if name != "" && !absolute(name) {
		name += p.suffix
	}
	return domain.Normal(name)
}

// absolute reports whether a name ends in a dot that is not escaped.
func absolute(name string) bool {
	head, found := strings.CutSuffix(name, ".")
	escapes := len(head) - len(strings.TrimRight(head, `\`))
	return found && escapes%2 == 0
}

// checkEscapes holds RFC 1035 section 5.1: \DDD is an octet in decimal, \X is X.
func checkEscapes(text []byte) error {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		_, n, ok := unescape(text[i+1:])
		if !ok {
			return fmt.Errorf(`%q has a bad escape, write \DDD with DDD from 000 to 255, or \X for a character that is no digit`, clip(text))
		}
		i += n
	}
	return nil
}

// unescape reads what stands behind a backslash: the octet meant and the
// octets used.
func unescape(text []byte) (octet byte, used int, ok bool) {
	if len(text) == 0 {
		return 0, 0, false
	}
	if text[0] < '0' || text[0] > '9' {
		return text[0], 1, true
	}
	if len(text) < 3 {
		return 0, 0, false
	}
	n, ok := parseNumber(text[:3], 255)
	return byte(n), 3, ok
}

// wireLen returns the octets of a canonical name on the wire.
func wireLen(name string) int {
	var wire [256]byte
	n, err := dns.PackDomainName(name, wire[:], 0, nil, false)
	if err != nil {
		return len(wire)
	}
	return n
}
