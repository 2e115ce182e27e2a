// Command table runs the benchmarks of the packages named, and prints those of
// the suite beside those of stock plugins as Markdown. Flags before the packages
// go to `go test`:
//
//	go run ./test/bench/table -benchtime 1s -bench Lookup ./test/bench
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "table:", err)
		os.Exit(1)
	}
}

// run shows the output of `go test` as it comes on progress, then the table on out.
func run(args []string, out, progress io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	test := exec.CommandContext(ctx, "go", append([]string{"test", "-run=^$", "-benchmem"}, args...)...)
	// A test binary told to end stops its servers; one that is killed leaves none either.
	test.Cancel = func() error { return test.Process.Signal(os.Interrupt) }
	var text bytes.Buffer
	test.Stdout, test.Stderr = io.MultiWriter(&text, progress), progress
	failed := test.Run()
	results, err := parse(&text)
	if err != nil {
		return err
	}
	printTable(out, results)
	if failed != nil {
		return fmt.Errorf("not all benchmarks ran: go test: %w", failed)
	}
	return nil
}
