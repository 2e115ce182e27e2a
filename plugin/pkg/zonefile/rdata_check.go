package zonefile

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// Octets of digests, by the number of the digest type.
var (
	dsDigests     = map[uint8]int{dns.SHA1: 20, dns.SHA256: 32, dns.GOST94: 32, dns.SHA384: 48}
	sshfpDigests  = map[uint8]int{1: 20, 2: 32} // RFC 4255, RFC 6594
	zonemdDigests = map[uint8]int{1: 48, 2: 64} // RFC 8976 section 2.2.4
)

// digestNames are what BIND takes for the digest type of a DS beside its number.
var digestNames = map[string]string{
	"SHA-1": "1", "SHA1": "1", "SHA-256": "2", "SHA256": "2", "GOST": "3", "SHA-384": "4", "SHA384": "4",
}

// check finds what makes the rdata of a record useless although it can be packed.
func check(rr dns.RR) error {
	switch rr := rr.(type) {
	case *dns.DS:
		return checkDigest(rr.Digest, dsDigests[rr.DigestType])
	case *dns.CDS:
		return checkDigest(rr.Digest, dsDigests[rr.DigestType])
	case *dns.SSHFP:
		return checkDigest(rr.FingerPrint, sshfpDigests[rr.Type])
	case *dns.ZONEMD:
		if len(rr.Digest) < 2*12 {
			return fmt.Errorf("has a digest of %d octets, at least 12 are due", len(rr.Digest)/2)
		}
		return checkDigest(rr.Digest, zonemdDigests[rr.Hash])
	case *dns.TLSA:
		return checkDigest(rr.Certificate, 0)
	case *dns.SMIMEA:
		return checkDigest(rr.Certificate, 0)
	}
	return checkFields(rr)
}

// checkFields is check for the types that are no digests.
func checkFields(rr dns.RR) error {
	switch rr := rr.(type) {
	case *dns.DNSKEY:
		return present("public key", rr.PublicKey)
	case *dns.KEY:
		return checkKey(rr)
	case *dns.CDNSKEY:
		return present("public key", rr.PublicKey)
	case *dns.CERT:
		return present("certificate", rr.Certificate)
	case *dns.RRSIG:
		return present("signature", rr.Signature)
	case *dns.SIG:
		return present("signature", rr.Signature)
	case *dns.DLV:
		return checkDigest(rr.Digest, dsDigests[rr.DigestType])
	case *dns.TA:
		return checkDigest(rr.Digest, dsDigests[rr.DigestType])
	case *dns.RKEY:
		return present("public key", rr.PublicKey)
	case *dns.NSEC3:
		if rr.Hash == dns.SHA1 && rr.HashLength != 20 {
			return fmt.Errorf("has a next hashed owner of %d octets, 20 are due", rr.HashLength)
		}
		return present("next hashed owner", rr.NextDomain)
	case *dns.NSEC3PARAM:
		return whole(len(rr.Salt) == 2*int(rr.SaltLength))
	case *dns.HIP:
		return whole(rr.HitLength > 0 && len(rr.Hit) == 2*int(rr.HitLength) && rr.PublicKeyLength > 0 && rr.PublicKey != "")
	case *dns.L32:
		return whole(rr.Locator32 != nil)
	case *dns.IPSECKEY:
		if rr.GatewayType > dns.IPSECGatewayHost {
			return fmt.Errorf("has a gateway of the type %d, known are 0 to 3", rr.GatewayType)
		}
		return whole(rr.GatewayAddr != nil || rr.GatewayType != dns.IPSECGatewayIPv4 && rr.GatewayType != dns.IPSECGatewayIPv6)
	case *dns.AMTRELAY:
		return whole(rr.GatewayAddr != nil || rr.GatewayType != dns.AMTRELAYIPv4 && rr.GatewayType != dns.AMTRELAYIPv6)
	case *dns.CAA:
		return checkTag(rr.Tag)
	case *dns.NSEC:
		if len(rr.TypeBitMap) == 0 {
			return fmt.Errorf("lists no types")
		}
	case *dns.SVCB:
		return checkParams(rr.Value)
	case *dns.HTTPS:
		return checkParams(rr.Value)
	}
	return nil
}

// checkKey holds RFC 2535 section 3.1.2: the two highest flags say that there is no key.
func checkKey(rr *dns.KEY) error {
	const noKey = 0xC000
	if rr.Flags&noKey == noKey {
		if rr.PublicKey != "" {
			return errors.New("has a key, and flags that say it has none")
		}
		return nil
	}
	return present("public key", rr.PublicKey)
}

// checkDigest holds hexadecimal digits against the octets that are due, 0 for any number.
func checkDigest(digits string, octets int) error {
	if octets > 0 && len(digits) != 2*octets {
		return fmt.Errorf("has a digest of %d octets, %d are due", len(digits)/2, octets)
	}
	return present("digest or certificate", digits)
}

func present(what, text string) error {
	if text == "" {
		return fmt.Errorf("lacks its %s", what)
	}
	return nil
}

// whole words what miekg/dns overlooks when it unpacks: rdata may end between two fields.
func whole(ok bool) error {
	if !ok {
		return errors.New("has rdata that are cut short")
	}
	return nil
}

// checkTag holds RFC 8659 section 4.1.
func checkTag(tag string) error {
	for _, c := range []byte(tag) {
		if c < '0' || c > '9' && c < 'A' || c > 'Z' && c < 'a' || c > 'z' {
			return fmt.Errorf("has a bad tag %q, write letters and digits", clip([]byte(tag)))
		}
	}
	return present("tag", tag)
}

// checkParams holds RFC 9460 sections 7.1 and 8 where miekg/dns does not.
func checkParams(params []dns.SVCBKeyValue) error {
	has := func(key dns.SVCBKey) bool {
		return slices.ContainsFunc(params, func(kv dns.SVCBKeyValue) bool { return kv.Key() == key })
	}
	for _, kv := range params {
		switch kv := kv.(type) {
		case *dns.SVCBMandatory:
			if len(kv.Code) == 0 {
				return errors.New("has an empty mandatory")
			}
			for i, key := range kv.Code {
				if key == dns.SVCB_MANDATORY || !has(key) || slices.Contains(kv.Code[:i], key) {
					return fmt.Errorf("has %s in mandatory, which lists other parameters of the record, each once", key)
				}
			}
		case *dns.SVCBAlpn:
			if len(kv.Alpn) == 0 || slices.Contains(kv.Alpn, "") {
				return fmt.Errorf("has an empty alpn")
			}
		case *dns.SVCBNoDefaultAlpn:
			if !has(dns.SVCB_ALPN) {
				return fmt.Errorf("has no-default-alpn without alpn")
			}
		}
	}
	return nil
}

// mnemonic returns the number for a word that miekg/dns does not read, or not right;
// i is the index of the word in the rdata.
func mnemonic(typ uint16, i int, word string) string {
	switch typ {
	case dns.TypeRRSIG, dns.TypeSIG:
		// RFC 4034 section 3.2: YYYYMMDDHHmmSS, and on the wire modulo 2^32.
		if t, err := time.Parse("20060102150405", word); err == nil && (i == 4 || i == 5) {
			return fmt.Sprint(uint32(t.Unix())) //nolint:gosec // wraps on purpose
		}
	case dns.TypeCERT:
		if i == 0 && strings.EqualFold(word, "IPKIX") { // RFC 4398 section 2.1; miekg/dns has IPIX
			return "4"
		}
	case dns.TypeDNSKEY, dns.TypeCDNSKEY, dns.TypeKEY:
		if n, ok := dns.StringToAlgorithm[strings.ToUpper(word)]; ok && i == 2 {
			return fmt.Sprint(n)
		}
	case dns.TypeDS, dns.TypeCDS, dns.TypeDLV, dns.TypeTA:
		if n, ok := digestNames[strings.ToUpper(word)]; ok && i == 2 {
			return n
		}
	}
	return word
}

// sameBase64 reports whether the base64 of a record as written is that of the
// record as unpacked: bits behind the last octet are zero (RFC 4648 section 3.5).
func sameBase64(written, unpacked reflect.Value) bool {
	for i := range written.NumField() {
		field := written.Type().Field(i)
		switch tag := field.Tag.Get("dns"); {
		case field.Anonymous && field.Type.Kind() == reflect.Struct:
			if !sameBase64(written.Field(i), unpacked.Field(i)) {
				return false
			}
		case tag == "base64" || strings.HasPrefix(tag, "size-base64:"):
			if written.Field(i).String() != unpacked.Field(i).String() {
				return false
			}
		}
	}
	return true
}
