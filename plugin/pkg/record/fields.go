package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// Fields are the members of a record in a call, as they were sent: nil if a member is
// absent, `null` if it is null. What is wrong with them New, Replace and Patch say.
type Fields struct {
	ID       string          `json:"id"` // of a batch; records in other calls have none
	Name     json.RawMessage `json:"name"`
	Type     json.RawMessage `json:"type"`
	TTL      json.RawMessage `json:"ttl"`
	Content  json.RawMessage `json:"content"`
	Data     json.RawMessage `json:"data"`
	Priority json.RawMessage `json:"priority"`
	Comment  json.RawMessage `json:"comment"`
	Tags     json.RawMessage `json:"tags"`
	Proxied  json.RawMessage `json:"proxied"`
	Settings json.RawMessage `json:"settings"`
}

// isSet reports whether a member is there and not null.
func isSet(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// text returns a JSON string.
func text(raw json.RawMessage) (string, error) {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return "", errors.New("a string is needed")
	}
	return s, nil
}

// number returns a whole number up to most. It may be sent as a float or as digits in a
// string, as some clients do.
func number(raw json.RawMessage, most uint64) (uint64, error) {
	invalid := fmt.Errorf("a whole number from 0 to %d is needed", most)
	digits := string(raw)
	if len(raw) > 0 && raw[0] == '"' {
		if json.Unmarshal(raw, &digits) != nil {
			return 0, invalid
		}
	}
	if n, err := strconv.ParseUint(digits, 10, 64); err == nil && n <= most {
		return n, nil
	}
	if len(raw) > 0 && raw[0] == '"' {
		return 0, invalid
	}
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil || f < 0 || f > float64(most) || f != math.Trunc(f) {
		return 0, invalid
	}
	return uint64(f), nil
}

// decimal returns a number within bounds as text with so many decimal places. It may be
// sent as digits in a string.
func decimal(raw json.RawMessage, least, most float64, places int) (string, error) {
	digits := string(raw)
	if len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &digits) != nil {
		digits = ""
	}
	f, err := strconv.ParseFloat(digits, 64)
	scale := math.Pow10(places)
	if err != nil || !(f >= least && f <= most) || places == 0 && f != math.Trunc(f) {
		kind := "number"
		if places == 0 {
			kind = "whole number"
		}
		return "", fmt.Errorf("a %s from %s to %s is needed", kind, plainFloat(least), plainFloat(most))
	}
	return strconv.FormatFloat(math.Round(f*scale)/scale+0, 'f', places, 64), nil // + 0: no negative zero
}

func plainFloat(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// object returns the members of a JSON object.
func object(raw json.RawMessage) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil || members == nil {
		return nil, errors.New("an object is needed")
	}
	return members, nil
}

// compactObject returns a JSON object without blanks, nil if it has no members.
func compactObject(raw json.RawMessage) (json.RawMessage, error) {
	members, err := object(raw)
	if err != nil || len(members) == 0 {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return nil, err
	}
	if b.Len() > maxSettings {
		return nil, fmt.Errorf("%d octets are too many, at most %d are kept", b.Len(), maxSettings)
	}
	return b.Bytes(), nil
}
