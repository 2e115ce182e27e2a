package record

import (
	"strings"
	"unicode"
)

// marker stands before the tags in the comment of an exported record.
const marker = "cf_tags="

// appendTrailing appends comment and tags as the export writes them behind a record, which
// is nothing if there are none. The marker stands there, too, when readTrailing would take
// the comment for another one without it.
func appendTrailing(b []byte, comment string, tags []string) []byte {
	marked := len(tags) > 0 || strings.Contains(comment, marker) || comment != strings.TrimSpace(comment)
	if comment == "" && !marked {
		return b
	}
	b = append(append(b, " ; "...), comment...)
	if !marked {
		return b
	}
	if comment != "" {
		b = append(b, ' ')
	}
	b = append(b, marker...)
	for i, tag := range tags {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendTag(b, tag)
	}
	return b
}

// appendTag appends a tag, its value in quotes if it would end early or in blanks.
func appendTag(b []byte, tag string) []byte {
	name, value, found := strings.Cut(tag, ":")
	b = append(b, name...)
	if !found {
		return b
	}
	b = append(b, ':')
	if !strings.ContainsAny(value, `",`) && !strings.ContainsFunc(value, unicode.IsSpace) {
		return append(b, value...)
	}
	return append(append(append(b, '"'), strings.ReplaceAll(value, `"`, `""`)...), '"')
}

// readTrailing returns comment and tags of what stands behind the semicolon. What has the
// marker was written by an export, and its comment stands as it is; another one is trimmed.
// Of several markers the last is meant whose tags can be read: within the quotes of a tag
// it leaves an odd number of them.
func readTrailing(text string) (comment string, tags []string) {
	text = strings.Map(printed, strings.ToValidUTF8(text, "\ufffd"))
	for end := len(text); ; {
		at := strings.LastIndex(text[:end], marker)
		if at < 0 {
			return strings.TrimSpace(text), nil
		}
		end = at
		if at > 0 && text[at-1] != ' ' {
			continue
		}
		if tags, ok := readTags(text[at+len(marker):]); ok {
			comment = strings.TrimPrefix(text[:at], " ")
			return strings.TrimSuffix(comment, " "), tags
		}
	}
}

// printed makes blanks of tabs and other control characters, which no comment has.
func printed(c rune) rune {
	if unicode.IsControl(c) {
		return ' '
	}
	return c
}

// readTags reads a list of tags up to the end of the text.
func readTags(text string) (tags []string, ok bool) {
	text = strings.TrimRight(text, " ")
	for text != "" {
		end := strings.IndexAny(text, ":,")
		if end < 0 {
			end = len(text)
		}
		tag := text[:end]
		text = text[end:]
		if tag == "" || strings.ContainsFunc(tag, isNotTagName) {
			return nil, false
		}
		if value, found := strings.CutPrefix(text, ":"); found {
			if value, text, ok = readValue(value); !ok {
				return nil, false
			}
			tag += ":" + value
		}
		tags = append(tags, tag)
		rest, found := strings.CutPrefix(text, ",")
		if !found && text != "" || found && rest == "" {
			return nil, false
		}
		text = rest
	}
	return tags, true
}

// readValue reads the value of a tag, and gives what stands behind it.
func readValue(text string) (value, rest string, ok bool) {
	quoted, found := strings.CutPrefix(text, `"`)
	if !found {
		end := strings.IndexByte(text, ',')
		if end < 0 {
			end = len(text)
		}
		return text[:end], text[end:], !strings.Contains(text[:end], `"`)
	}
	for i := 0; i < len(quoted); i++ {
		if quoted[i] != '"' {
			continue
		}
		if i+1 < len(quoted) && quoted[i+1] == '"' {
			i++
			continue
		}
		return strings.ReplaceAll(quoted[:i], `""`, `"`), quoted[i+1:], true
	}
	return "", "", false
}
