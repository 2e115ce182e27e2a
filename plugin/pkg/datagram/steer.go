package datagram

import "golang.org/x/net/bpf"

// maxQuery is how many octets of a query over UDP CoreDNS reads.
const maxQuery = 512

// network is where classic BPF has the network header, while offsets from zero on are those
// of the datagram's data (SKF_NET_OFF).
const network = 0xfff00000

// steering returns the program by which the kernel gives a datagram to one of an address's
// sockets: the others stand first, then buckets of each loop. The others get everything
// that is no plain query: responses, other opcodes, more or fewer questions, records in
// front of the additional section. Of the loops one is chosen by the query's ID, which is
// random; of the loop's sockets one by the client's network.
func steering(others, loops int) []bpf.Instruction {
	toOthers := uint8(0) // how many instructions are to be skipped; filled in below
	program := []bpf.Instruction{
		bpf.LoadExtension{Num: bpf.ExtLen},
		bpf.JumpIf{Cond: bpf.JumpGreaterThan, Val: maxQuery, SkipTrue: toOthers},
		bpf.LoadAbsolute{Off: 2, Size: 2}, // QR and opcode
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xf800},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 0, SkipTrue: toOthers},
		bpf.LoadAbsolute{Off: 4, Size: 4}, // QDCOUNT and ANCOUNT
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 1 << 16, SkipTrue: toOthers},
		bpf.LoadAbsolute{Off: 8, Size: 4}, // NSCOUNT and ARCOUNT
		bpf.JumpIf{Cond: bpf.JumpGreaterThan, Val: 1, SkipTrue: toOthers},

		bpf.LoadAbsolute{Off: network, Size: 1},
		bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 6, SkipTrue: 2},
		bpf.LoadAbsolute{Off: network + 12, Size: 4}, // the source of IPv4
		bpf.Jump{Skip: 4},
		bpf.LoadAbsolute{Off: network + 8, Size: 4}, // that of IPv6, by its first 64 bits
		bpf.TAX{},
		bpf.LoadAbsolute{Off: network + 12, Size: 4},
		bpf.ALUOpX{Op: bpf.ALUOpXor},
		bpf.ALUOpConstant{Op: bpf.ALUOpMul, Val: 0x9e3779b1}, // its highest bits tell neighbours apart
		bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 32 - bucketBits},
		bpf.StoreScratch{Src: bpf.RegA},

		bpf.LoadAbsolute{Off: 0, Size: 2},
		bpf.ALUOpConstant{Op: bpf.ALUOpMod, Val: uint32(loops)}, //nolint:gosec // processors
		bpf.ALUOpConstant{Op: bpf.ALUOpMul, Val: buckets},
		bpf.LoadScratch{Dst: bpf.RegX},
		bpf.ALUOpX{Op: bpf.ALUOpAdd},
		bpf.ALUOpConstant{Op: bpf.ALUOpAdd, Val: uint32(others)}, //nolint:gosec // sockets
		bpf.RetA{},
		bpf.RetConstant{Val: 0},
	}
	for i, in := range program {
		if jump, ok := in.(bpf.JumpIf); ok && jump.SkipTrue == toOthers {
			jump.SkipTrue = uint8(len(program) - i - 2) //nolint:gosec // of thirty
			program[i] = jump
		}
	}
	return program
}

// toOthers returns the program that gives everything to the first socket of an address.
func toOthers() []bpf.Instruction { return []bpf.Instruction{bpf.RetConstant{Val: 0}} }
