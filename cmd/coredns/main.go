// Command coredns is CoreDNS with the suite compiled in: the flags, signals and
// Corefiles of the stock program, and four plugins more.
package main

import (
	"fmt"
	"os"

	"github.com/coredns/coredns/coremain"

	"github.com/internaldns/internaldns/cmd/suite"
)

func main() {
	if err := suite.Install(); err != nil {
		fmt.Fprintln(os.Stderr, "coredns:", err)
		os.Exit(1)
	}
	tuneOnUse()
	announceVersion()
	coremain.Run()
}
