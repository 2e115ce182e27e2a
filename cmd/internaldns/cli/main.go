// Package cli is the tool that looks at a configuration of the suite
// without starting it: it checks Corefiles, explains single answers, lists and
// exports what is configured, and tells two configurations apart. The program
// around it brings the plugins.
package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/cmd/suite"
)

// The exit codes of all commands.
const (
	exitOK      = 0
	exitFound   = 1 // what was looked for: a problem, a difference
	exitFailure = 2 // wrong usage, or the work could not be done
)

// Main runs the tool and ends the process.
func Main() {
	log.SetFlags(0)
	if err := suite.Install(); err != nil {
		fmt.Fprintln(os.Stderr, "internaldns:", err)
		os.Exit(exitFailure)
	}
	p := &program{stdout: os.Stdout, stderr: os.Stderr, color: colorful(os.Stdout)}
	os.Exit(p.run(os.Args[1:]))
}

// colorful reports whether output is for the eyes of someone who likes colour.
func colorful(f *os.File) bool {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// program is one run of the command.
type program struct {
	stdout, stderr io.Writer
	color          bool
}

// command is one sub-command.
type command struct {
	name     string
	synopsis string // its arguments
	does     string
	prepare  func(*flag.FlagSet) body
}

// body does the work after the flags are parsed and gives the exit code. An error
// is printed; one of usage comes with a hint at the help.
type body func(p *program, args []string) (int, error)

// commands lists the sub-commands in the order they are shown.
func commands() []command {
	return []command{
		{"check", "[-conf FILE | -api URL] [-json]", "list every problem of a Corefile, or of what a server serves", prepareCheck},
		{"explain", "[-conf FILE | -api URL] [OPTION...] NAME [TYPE]", "tell why a query gets its answer", prepareExplain},
		{"list", "[-conf FILE | -api URL] [-json] [zones|views|policies|references]", "show what is configured, and what uses what", prepareList},
		{"export", "[-conf FILE [-block KEY] | -api URL] [-o FILE] ZONE", "write a zone as a zone file", prepareExport},
		{"diff", "[-queries FILE] [-max N] [-json] (OLD NEW | -api URL [-block KEY] NEW)", "tell which answers change from one Corefile to another, or from what a server serves", prepareDiff},
		{"import", "-api URL [-create] ZONE FILE", "bring the records of a zone file into a zone of a server", prepareImport},
		{"backup", "(-api URL | -store FILE) [-o FILE]", "write all that an account holds to one file", prepareBackup},
		{"restore", "(-api URL | -store FILE) FILE", "replace all that an account holds by a backup", prepareRestore},
		{"migrate", "-etcd URL,... [OPTION...] (FILE etcd | etcd FILE)", "copy an account from a store in a file to etcd, or back", prepareMigrate},
		{"token", "(-api URL | -store FILE) create|list|revoke [OPTION...]", "make, show and revoke API tokens", prepareToken},
	}
}

// usageError is a mistake on the command line.
type usageError string

// Error implements error.
func (e usageError) Error() string { return string(e) }

func usagef(format string, args ...any) error { return usageError(fmt.Sprintf(format, args...)) }

// run does what the arguments ask for and gives the exit code.
func (p *program) run(args []string) int {
	if len(args) == 0 {
		p.printCommands(p.stderr)
		return exitFailure
	}
	switch name := args[0]; name {
	case "-h", "-help", "--help":
		p.printCommands(p.stdout)
		return exitOK
	case "-version", "--version", "version":
		fmt.Fprintln(p.stdout, "internaldns-"+suite.Version)
		return exitOK
	case "help":
		return p.help(args[1:])
	default:
		cmds := commands()
		i := slices.IndexFunc(cmds, func(c command) bool { return c.name == name })
		if i < 0 {
			fmt.Fprintf(p.stderr, "internaldns: there is no command %q\n\n", name)
			p.printCommands(p.stderr)
			return exitFailure
		}
		return p.runCommand(cmds[i], args[1:])
	}
}

func (p *program) runCommand(c command, args []string) int {
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	work := c.prepare(flags)
	words, err := parseFlags(flags, args)
	if errors.Is(err, flag.ErrHelp) {
		c.printUsage(p.stdout, flags)
		return exitOK
	}
	code := exitFailure
	if err != nil {
		err = usageError(err.Error())
	} else if err = checkRemote(flags); err == nil {
		code, err = work(p, words)
	}
	if err != nil {
		fmt.Fprintf(p.stderr, "internaldns %s: %s\n", c.name, cutWords(printable(err.Error())))
	}
	if _, ok := errors.AsType[usageError](err); ok {
		fmt.Fprintf(p.stderr, "usage: internaldns %s %s\nsee internaldns %s -h\n", c.name, c.synopsis, c.name)
		return exitFailure
	}
	return code
}

// parseFlags reads flags wherever they stand and gives the other words.
func parseFlags(flags *flag.FlagSet, args []string) ([]string, error) {
	var words []string
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		if flags.NArg() == 0 {
			return words, nil
		}
		words = append(words, flags.Arg(0))
		args = flags.Args()[1:]
	}
}

func (p *program) printCommands(w io.Writer) {
	var b strings.Builder
	b.WriteString("usage: internaldns COMMAND [OPTION...] [ARGUMENT...]\n\ncommands:\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-8s %s\n", c.name, c.does)
	}
	fmt.Fprintf(&b, "  %-8s %s\n", "help", "show the manual of a command")
	fmt.Fprintf(&b, "  %-8s %s\n", "version", "show the version")
	b.WriteString("\ninternaldns COMMAND -h lists the options of a command.\n")
	io.WriteString(w, b.String())
}

func (c command) printUsage(w io.Writer, flags *flag.FlagSet) {
	fmt.Fprintf(w, "usage: internaldns %s %s\n\n%s\n\noptions:\n", c.name, c.synopsis, c.does)
	flags.SetOutput(w)
	flags.PrintDefaults()
	fmt.Fprintf(w, "\ninternaldns help %s shows the manual.\n", c.name)
}
