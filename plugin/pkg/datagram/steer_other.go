//go:build !linux

package datagram

import (
	"net"

	"golang.org/x/net/bpf"
)

const supported = false

func steer(*net.UDPConn, []bpf.Instruction) error { return ErrUnsteered }

func settle() {}

func hide(*net.UDPConn) {}

func (s *socket) answerBy(*net.UDPConn, int) {}
