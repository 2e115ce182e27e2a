package storetest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"
)

// Child starts the test binary once more, as a process that writes: the variables tell its
// TestMain. It returns what reads the lines that the process prints.
func Child(t testing.TB, variables ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	command := exec.Command(os.Args[0], "-test.run=^$")
	command.Env = append(os.Environ(), variables...)
	out, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return command, bufio.NewScanner(out)
}

// KilledChild lets such a process, which prints each revision that it has committed, write
// until a while after the first, kills it, and returns the last revision it printed.
func KilledChild(t testing.TB, wait time.Duration, variables ...string) (acknowledged uint64) {
	t.Helper()
	command, out := Child(t, variables...)
	for first := true; out.Scan(); first = false {
		if _, err := fmt.Sscan(out.Text(), &acknowledged); err != nil {
			t.Fatal(out.Text())
		}
		if first {
			time.AfterFunc(wait, func() { _ = command.Process.Kill() })
		}
	}
	_ = command.Wait() // killed
	return acknowledged
}
