package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// Units of RFC 1876 section 2.
const (
	locDegree   = 3_600_000  // thousandths of a second of arc
	locMinute   = 60_000     // the same
	locSeaLevel = 10_000_000 // centimetres between the lowest altitude and 0
)

// locMember is a member of a location's data. One that may be left out has a default.
type locMember struct {
	name        string
	least, most float64
	places      int
	absent      string
	letters     string // of a direction
}

// locMembers returns the members of a location's data in the order of its rdata, with the
// defaults of RFC 1876 section 3.
func locMembers() []locMember {
	return []locMember{
		{name: "lat_degrees", most: 90},
		{name: "lat_minutes", most: 59, absent: "0"},
		{name: "lat_seconds", most: 59.999, places: 3, absent: "0"},
		{name: "lat_direction", letters: "NS"},
		{name: "long_degrees", most: 180},
		{name: "long_minutes", most: 59, absent: "0"},
		{name: "long_seconds", most: 59.999, places: 3, absent: "0"},
		{name: "long_direction", letters: "EW"},
		{name: "altitude", least: -100000, most: 42849672.95, places: 2, absent: "0"},
		{name: "size", most: 90000000, places: 2, absent: "1"},
		{name: "precision_horz", most: 90000000, places: 2, absent: "10000"},
		{name: "precision_vert", most: 90000000, places: 2, absent: "10"},
	}
}

// locText returns the rdata that a location's data stand for.
func (d *draft) locText(members map[string]json.RawMessage) string {
	var words []string
	for _, m := range locMembers() {
		value, err := m.text(members[m.name])
		if err != nil {
			d.fail(problem.ContentInvalid, "/data/"+m.name, err)
		}
		words = append(words, value)
	}
	return strings.Join(words, " ")
}

func (m *locMember) text(raw json.RawMessage) (string, error) {
	switch {
	case !isSet(raw) && m.absent != "":
		return m.absent, nil
	case !isSet(raw):
		return "", errors.New("it is needed for LOC")
	case m.letters == "":
		return decimal(raw, m.least, m.most, m.places)
	}
	s, err := text(raw)
	if s = strings.ToUpper(s); err != nil || len(s) != 1 || !strings.Contains(m.letters, s) {
		return "", fmt.Errorf("%q or %q is needed", m.letters[:1], m.letters[1:])
	}
	return s, nil
}

// locValues are the values of a location in the order of locMembers, numbers as text.
func locValues(rr *dns.LOC) []string {
	latitude, longitude := locAngle(rr.Latitude, "N", "S"), locAngle(rr.Longitude, "E", "W")
	return append(append(latitude, longitude...), centimetres(int64(rr.Altitude)-locSeaLevel),
		centimetres(extent(rr.Size)), centimetres(extent(rr.HorizPre)), centimetres(extent(rr.VertPre)))
}

func locAngle(angle uint32, plus, minus string) []string {
	n, direction := int64(angle)-dns.LOC_EQUATOR, plus
	if n < 0 {
		n, direction = -n, minus
	}
	return []string{
		strconv.FormatInt(n/locDegree, 10), strconv.FormatInt(n%locDegree/locMinute, 10),
		fmt.Sprintf("%d.%03d", n%locMinute/1000, n%1000), direction,
	}
}

// centimetres returns a length as metres with two decimals.
func centimetres(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

// extent returns the centimetres that a digit and a power of ten stand for.
func extent(coded uint8) int64 {
	n := int64(coded >> 4)
	for range coded & 15 {
		n *= 10
	}
	return n
}

// locContent returns a location as the API shows it.
func locContent(rr *dns.LOC) string { return strings.Join(locValues(rr), " ") }

// locData returns the members of a location's data.
func locData(rr *dns.LOC) map[string]any {
	data := map[string]any{}
	for i, value := range locValues(rr) {
		m := locMembers()[i]
		if m.letters != "" {
			data[m.name] = value
			continue
		}
		if m.places > 0 {
			value = strings.TrimSuffix(strings.TrimRight(value, "0"), ".")
		}
		data[m.name] = json.Number(value)
	}
	return data
}
