//go:build !linux

package etcdtest

import "syscall"

// attributes: only Linux can let the process end with the test.
func attributes() *syscall.SysProcAttr { return nil }
