// Command coredns is CoreDNS with the suite compiled in: the flags, signals and
// Corefiles of the stock program, and four plugins more. Under the name
// internaldns the same file is the command-line tool.
package main

import "github.com/internaldns/internaldns/cmd/program"

func main() { program.Main() }
