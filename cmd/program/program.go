// Package program is the program of the project under its two names: coredns, the
// server, and internaldns, the tool. Both need every plugin, which is most of what
// there is to compile and to link, so one file is both. Only the two commands and the
// tests of the assembled server import it: whatever does links all of CoreDNS.
package program

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	// Schedules of policies name time zones, and containers often have no files of them.
	_ "time/tzdata"

	"github.com/coredns/coredns/coremain"

	"github.com/internaldns/internaldns/cmd/internaldns/cli"
	"github.com/internaldns/internaldns/cmd/suite"
)

// Main is the program that the base name of os.Args[0] stands for. Every name but
// the tool's is the server: people install coredns under names of their own.
func Main() {
	if name := filepath.Base(os.Args[0]); strings.TrimSuffix(name, ".exe") == "internaldns" {
		Tool()
		return
	}
	serve()
}

// Tool is the command-line tool, whatever the name.
func Tool() { cli.Main() }

// serve is CoreDNS's main with the suite in it.
func serve() {
	if err := suite.Install(); err != nil {
		fmt.Fprintln(os.Stderr, "coredns:", err)
		os.Exit(1)
	}
	tuneOnUse()
	announceVersion()
	coremain.Run()
}
