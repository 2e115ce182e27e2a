// Command internaldns is the command-line tool of the suite, for those who build it
// alone: make build gives the server a second name instead, which links once.
package main

import "github.com/internaldns/internaldns/cmd/program"

func main() { program.Tool() }
