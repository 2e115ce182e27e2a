package cli

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestManuals holds that every command has a page in the form of CoreDNS's manual
// pages, that its synopsis is what the command prints, and that the flags of the
// command and of the page are the same.
func TestManuals(t *testing.T) {
	option := regexp.MustCompile("(?m)^\\* `-([a-z-]+)")
	for _, c := range commands() {
		page := invoke(false, "help", c.name)
		for _, section := range []string{"Name", "Synopsis", "Description", "Options", "Exit Status", "Examples"} {
			if !strings.Contains(page, "\n## "+section+"\n") {
				t.Errorf("help %s has no section %s", c.name, section)
			}
		}
		if !strings.HasPrefix(page, "# "+c.name+"\n\n## Name\n\n*"+c.name+"* - "+c.does[:4]) ||
			!strings.Contains(page, "## Synopsis\n\n    internaldns "+c.name+" "+c.synopsis+"\n") {
			t.Errorf("help %s does not begin with the command's name, what it does and %q", c.name, c.synopsis)
		}
		var written, known []string
		for _, found := range option.FindAllStringSubmatch(page, -1) {
			written = append(written, found[1])
		}
		flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
		c.prepare(flags)
		flags.VisitAll(func(f *flag.Flag) { known = append(known, f.Name) })
		slices.Sort(written)
		if !slices.Equal(written, known) {
			t.Errorf("help %s documents the flags %v, the command has %v", c.name, written, known)
		}
	}
}

// TestShownOutput holds that what the pages show is what the program prints: below
// each line `$ internaldns …` of an indented block, in the directory of the
// project. With -update the pages are rewritten.
func TestShownOutput(t *testing.T) {
	pages, err := filepath.Glob("manual/*.md")
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir("../../..")
	for _, page := range append(pages, "../README.md", "../../../README.md") {
		page = filepath.Join(here, page)
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		got := withOutput(string(text))
		switch {
		case got == string(text):
		case *updateFlag:
			if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("%s shows what the program does not print, it should be:\n%s", page, got)
		}
	}
}

// withOutput returns a page with the output of its commands.
func withOutput(page string) string {
	const indent = "    "
	var out strings.Builder
	within := false // the output of a command, as the page has it
	for line := range strings.Lines(page) {
		command, isCommand := strings.CutPrefix(line, indent+"$ internaldns ")
		switch {
		case isCommand:
			out.WriteString(line)
			for printed := range strings.Lines(invoke(false, strings.Fields(command)...)) {
				out.WriteString(strings.TrimRight(indent+printed, " \n") + "\n")
			}
			within = true
		case within && (line == "\n" || strings.HasPrefix(line, indent)):
		case within:
			out.WriteString("\n" + line)
			within = false
		default:
			out.WriteString(line)
		}
	}
	return out.String()
}
