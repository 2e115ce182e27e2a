package record

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// reserved are names of tags that an export uses for what is no tag.
var reserved = []string{"cf-proxied", "cf-flatten-cname"}

// isReserved reports whether a tag stands for what is no tag in an export.
func isReserved(tag string) bool {
	name, _, _ := strings.Cut(tag, ":")
	return slices.Contains(reserved, strings.ToLower(name))
}

// checkComment finds what is wrong with a comment.
func checkComment(comment string) error {
	switch {
	case utf8.RuneCountInString(comment) > maxComment:
		return fmt.Errorf("at most %d characters are allowed", maxComment)
	case strings.ContainsFunc(comment, unicode.IsControl) || !utf8.ValidString(comment):
		return errors.New("a comment is one line without control characters")
	}
	return nil
}

// checkTag finds what is wrong with a tag, NAME or NAME:VALUE.
func checkTag(tag string) error {
	name, value, _ := strings.Cut(tag, ":")
	switch {
	case name == "" || len(name) > maxTagName || strings.ContainsFunc(name, isNotTagName):
		return fmt.Errorf("%q has a bad name, write up to %d letters, digits, - and _, then a colon and the value", clip(tag), maxTagName)
	case isReserved(tag):
		return fmt.Errorf("the name of %q is reserved for exports", clip(tag))
	case utf8.RuneCountInString(value) > maxTagValue:
		return fmt.Errorf("%q has a value of more than %d characters", clip(tag), maxTagValue)
	case strings.ContainsFunc(value, unicode.IsControl) || !utf8.ValidString(value):
		return fmt.Errorf("%q has a control character in it", clip(tag))
	}
	return nil
}

func isNotTagName(c rune) bool {
	return c != '-' && c != '_' && (c < '0' || c > '9' && c < 'A' || c > 'Z' && c < 'a' || c > 'z')
}
