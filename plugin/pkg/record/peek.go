package record

import "bytes"

// verdict is what a look at a stored record tells of a condition.
type verdict uint8

const (
	no verdict = iota
	yes
	unknown // the record has to be decoded
)

func judge(holds bool) verdict {
	if holds {
		return yes
	}
	return no
}

// Peek reports whether a stored record is chosen, as Match does. It is not certain of
// those that have to be decoded first.
func (f *Filter) Peek(l *Look) (match, certain bool) {
	v := f.peek(l)
	return v == yes, v != unknown
}

func (f *Filter) peek(l *Look) verdict {
	always := peekAll(f.always, false, l)
	if always == no {
		return no
	}
	v := yes
	switch count := len(f.conditions); {
	case len(f.tags) == 0:
		v = peekAll(f.conditions, f.any, l)
	case count == 0:
		v = peekAll(f.tags, f.anyTag, l)
	default:
		v = join(f.any, peekAll(f.conditions, f.any, l), peekAll(f.tags, f.anyTag, l))
	}
	return join(false, always, v)
}

// join joins two verdicts: one is enough if any is set, else both are needed.
func join(any bool, a, b verdict) verdict {
	decides := judge(any)
	switch {
	case a == decides || b == decides:
		return decides
	case a == unknown || b == unknown:
		return unknown
	}
	return a
}

// peekAll is holds for a stored record.
func peekAll(conditions []condition, any bool, l *Look) verdict {
	if len(conditions) == 0 {
		return yes
	}
	v := judge(!any)
	for _, c := range conditions {
		if v = join(any, v, c.peek(l)); v == judge(any) {
			return v
		}
	}
	return v
}

// peekOctets returns the verdict on a text that is the same in lower case.
func peekOctets(compare comparison, values [][]byte, text []byte) verdict {
	for _, v := range values {
		if compare.octets(text, v) {
			return yes
		}
	}
	return no
}

func octetsOf(values []string) [][]byte {
	out := make([][]byte, len(values))
	for i, v := range values {
		out[i] = []byte(v)
	}
	return out
}

func peekName(compare comparison, values []string) func(*Look) verdict {
	octets := octetsOf(values)
	return func(l *Look) verdict { return peekOctets(compare, octets, l.shownName()) }
}

func peekComment(compare comparison, values []string) func(*Look) verdict {
	octets := octetsOf(values)
	return func(l *Look) verdict {
		var plain bool
		if l.folded, plain = appendLower(l.folded[:0], l.comment); !plain {
			return unknown
		}
		return peekOctets(compare, octets, l.folded)
	}
}

// peekContent leaves it to Match what else than its content a TXT means.
func peekContent(compare comparison, values, undotted []string) func(*Look) verdict {
	octets, hosts := octetsOf(values), octetsOf(undotted)
	return func(l *Look) verdict {
		content, plain := l.lowerContent()
		switch {
		case !plain:
			return unknown
		case peekOctets(compare, octets, content) == yes:
			return yes
		case isText(l.Type):
			return unknown
		case isHost(l.Type):
			return peekOctets(compare, hosts, content)
		}
		return no
	}
}

// peekNoTag tells of a condition on tags what it is for a record without any.
func peekNoTag(without bool) func(*Look) verdict {
	return func(l *Look) verdict {
		some := false
		if !l.tags(func([]byte) bool { some = true; return false }) || some {
			return unknown
		}
		return judge(without)
	}
}

func peekSearch(value string) func(*Look) verdict {
	octets := []byte(value)
	return func(l *Look) verdict {
		if bytes.Contains(l.shownName(), octets) {
			return yes
		}
		v := no
		if content, plain := l.lowerContent(); !plain {
			v = unknown
		} else if bytes.Contains(content, octets) {
			return yes
		}
		v = join(true, v, l.contains(l.comment, octets))
		if v != yes && !l.tags(func(tag []byte) bool {
			v = join(true, v, l.contains(tag, octets))
			return v != yes
		}) {
			return unknown
		}
		return v
	}
}

// contains reports whether a text has another in it, which is in lower case.
func (l *Look) contains(text, lower []byte) verdict {
	var plain bool
	if l.folded, plain = appendLower(l.folded[:0], text); !plain {
		return unknown
	}
	return judge(bytes.Contains(l.folded, lower))
}
