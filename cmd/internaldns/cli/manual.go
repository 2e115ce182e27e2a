package cli

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

// manuals are the pages that `internaldns help` shows, one for each command.
//
//go:embed manual
var manuals embed.FS

// help shows the page of a command, or that of the program.
func (p *program) help(args []string) int {
	name := "internaldns"
	if len(args) > 0 {
		name = args[0]
	}
	known := slices.ContainsFunc(commands(), func(c command) bool { return c.name == name })
	if len(args) > 1 || !known && name != "internaldns" {
		fmt.Fprintf(p.stderr, "internaldns: there is no command %q\n\n", strings.Join(args, " "))
		p.printCommands(p.stderr)
		return exitFailure
	}
	page, err := manuals.ReadFile("manual/" + name + ".md")
	if err != nil {
		fmt.Fprintln(p.stderr, "internaldns:", err)
		return exitFailure
	}
	p.stdout.Write(page)
	return exitOK
}
