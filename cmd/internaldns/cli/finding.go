package cli

import (
	"bufio"
	"bytes"
	"io"
	"regexp"
	"strings"
	"unicode"

	"github.com/internaldns/internaldns/plugin/pkg/filewatch"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// maxShown bounds the characters of a source line that are shown.
const maxShown = 200

// addExcerpts gives each finding without an excerpt the line of its file.
func addExcerpts(c *config, list []problem.Finding) {
	wanted := make(map[string]map[int]string)
	for _, f := range list {
		if f.Excerpt != "" || f.File == "" || f.Line == 0 {
			continue
		}
		if wanted[f.File] == nil {
			wanted[f.File] = make(map[int]string)
		}
		wanted[f.File][f.Line] = ""
	}
	for file, lines := range wanted {
		readLines(c, file, lines)
	}
	for i, f := range list {
		line := wanted[f.File][f.Line]
		if f.Excerpt == "" && strings.TrimSpace(line) != "" {
			list[i].Excerpt = underline(line, f)
		}
	}
}

// readLines fills in the lines asked for, as far as the file can be read.
func readLines(c *config, file string, lines map[int]string) {
	var in io.Reader = bytes.NewReader(c.body)
	if file != c.file {
		f, err := filewatch.Open(file)
		if err != nil {
			return
		}
		defer f.Close()
		in = f
	}
	scan := bufio.NewScanner(in)
	scan.Buffer(make([]byte, 1<<16), 1<<20)
	left := len(lines)
	for n := 1; left > 0 && scan.Scan(); n++ {
		if _, ok := lines[n]; ok {
			lines[n] = scan.Text()
			left--
		}
	}
}

// quotedWord is a word in quotes in a problem's text or object.
var quotedWord = regexp.MustCompile(`"([^"]+)"`)

// underline returns a source line and below it a caret: under the word that the
// finding is about, or where the line begins.
func underline(line string, f problem.Finding) string {
	line = cut(strings.TrimSpace(printable(strings.ReplaceAll(line, "\t", " "))))
	at, length := 0, 1
	for _, found := range quotedWord.FindAllStringSubmatch(f.Text+" "+f.Object, -1) {
		if i := indexWord(line, found[1]); i >= 0 {
			at, length = i, len([]rune(found[1]))
			break
		}
	}
	before := len([]rune(line[:at]))
	return line + "\n" + strings.Repeat(" ", before) + strings.Repeat("^", length)
}

// indexWord returns where a word stands in a line, but not within a longer one; -1 if
// it does not.
func indexWord(line, word string) int {
	const inWord = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
	for from := 0; ; {
		i := strings.Index(line[from:], word)
		if i < 0 {
			return -1
		}
		i += from
		end := i + len(word)
		if (i == 0 || !strings.Contains(inWord, line[i-1:i])) && (end == len(line) || !strings.Contains(inWord, line[end:end+1])) {
			return i
		}
		from = i + 1
	}
}

// cut bounds a line.
func cut(line string) string {
	if runes := []rune(line); len(runes) > maxShown {
		return string(runes[:maxShown]) + "…"
	}
	return line
}

// cutWords bounds each word of a text: a name may be written at any length.
func cutWords(text string) string {
	if len(text) <= maxShown {
		return text
	}
	words := strings.Split(text, " ")
	for i, word := range words {
		words[i] = cut(word)
	}
	return strings.Join(words, " ")
}

// printable keeps what was read from files from steering a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && !unicode.IsGraphic(r) {
			return '\uFFFD'
		}
		return r
	}, text)
}

// printFindings lists findings as text: where, how grave, about what, and the
// source with a caret.
func printFindings(w io.Writer, color bool, list []problem.Finding) {
	for _, f := range list {
		var b strings.Builder
		if pos := (problem.Pos{File: f.File, Line: f.Line, Pointer: f.Pointer}).String(); pos != "" {
			b.WriteString(bold(color, printable(pos)+":") + " ")
		}
		b.WriteString(severity(color, f.Severity) + ": ")
		if f.Object != "" {
			b.WriteString(cutWords(printable(f.Object)) + ": ")
		}
		b.WriteString(cutWords(printable(f.Text)) + "\n")
		for line := range strings.Lines(printable(f.Excerpt)) {
			b.WriteString("    " + strings.TrimRight(line, "\n") + "\n")
		}
		io.WriteString(w, b.String())
	}
}

// The escapes of ECMA-48 that are used.
const (
	escReset  = "\x1b[0m"
	escBold   = "\x1b[1m"
	escRed    = "\x1b[31m"
	escGreen  = "\x1b[32m"
	escYellow = "\x1b[33m"
	escCyan   = "\x1b[36m"
)

func paint(color bool, escape, text string) string {
	if !color {
		return text
	}
	return escape + text + escReset
}

func bold(color bool, text string) string { return paint(color, escBold, text) }

func severity(color bool, word string) string {
	escape := escCyan
	switch word {
	case "error":
		escape = escRed
	case "warning":
		escape = escYellow
	}
	return paint(color, escape, word)
}
