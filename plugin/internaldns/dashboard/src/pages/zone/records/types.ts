// Which fields the form has for which type of record. To give a type fields of its own,
// add it here: what is not listed is written as one line, as in a zone file.

/** Part is a field of the form: the content, the priority, or a member of data. */
export type Part = { key: string; label: string; at: "content" | "priority" | "data"; number?: boolean; wide?: boolean; hint?: string; example?: string };

export type RecordType = { type: string; about: string; parts: Part[] };

const content = (label: string, example: string, hint?: string): Part => ({ key: "content", label, at: "content", wide: true, example, hint });
const number = (key: string, label: string, example: string, hint?: string): Part => ({ key, label, at: "data", number: true, example, hint });
const target = (label: string, example: string, hint?: string): Part => ({ key: "target", label, at: "data", wide: true, example, hint });
const text = (key: string, label: string, example: string, hint?: string): Part => ({ key, label, at: "data", wide: true, example, hint });
const digest = (label: string): Part => ({ key: "digest", label, at: "data", wide: true, example: "hexadecimal digits" });
const signer: Part[] = [number("key_tag", "Key tag", "60485"), number("algorithm", "Algorithm", "13"), number("digest_type", "Digest type", "2"), digest("Digest")];
const key: Part[] = [number("flags", "Flags", "257"), number("protocol", "Protocol", "3"), number("algorithm", "Algorithm", "13"), text("public_key", "Public key", "Base64")];
const pinned: Part[] = [
  number("usage", "Usage", "3"),
  number("selector", "Selector", "1"),
  number("matching_type", "Matching type", "1"),
  text("certificate", "Certificate", "hexadecimal digits"),
];
const service: Part[] = [
  number("priority", "Priority", "1", "0 makes it an alias."),
  target("Target", ".", "A dot stands for the name itself."),
  { key: "value", label: "Parameters", at: "data", wide: true, example: 'alpn="h3,h2"' },
];

const asInFile = [content("Content", "", "As it stands in a zone file, without the name and the type.")];

export const recordTypes: RecordType[] = [
  { type: "A", about: "IPv4 address", parts: [content("IPv4 address", "192.0.2.1")] },
  { type: "AAAA", about: "IPv6 address", parts: [content("IPv6 address", "2001:db8::1")] },
  { type: "CNAME", about: "alias of another name", parts: [content("Target", "www.corp.example", "Answered with the records of this name.")] },
  {
    type: "MX",
    about: "mail server",
    parts: [{ key: "priority", label: "Priority", at: "priority", number: true, example: "10", hint: "Lower ones first." }, content("Mail server", "mail.corp.example")],
  },
  { type: "TXT", about: "text", parts: [content("Text", "v=spf1 -all", "Kept as it is written; quotes are not needed.")] },
  {
    type: "SRV",
    about: "where a service is",
    parts: [number("priority", "Priority", "10"), number("weight", "Weight", "5"), number("port", "Port", "5060"), target("Target", "sip.corp.example")],
  },
  { type: "NS", about: "name server of a name below", parts: [content("Name server", "ns1.corp.example", "Names below this one are then asked for there.")] },
  { type: "PTR", about: "name of an address", parts: [content("Name", "www.corp.example")] },
  {
    type: "CAA",
    about: "who may issue certificates",
    parts: [
      number("flags", "Flags", "0"),
      { key: "tag", label: "Tag", at: "data", example: "issue" },
      { key: "value", label: "Value", at: "data", wide: true, example: "ca.example" },
    ],
  },
  { type: "HTTPS", about: "how a web server is reached", parts: service },
  { type: "SVCB", about: "how a service is reached", parts: service },
  { type: "URI", about: "address of a service", parts: [number("priority", "Priority", "10"), number("weight", "Weight", "1"), text("target", "Address", "https://wiki.corp.example/")] },
  { type: "DNAME", about: "alias of all names below", parts: [content("Target", "new.corp.example", "Names below this one are looked for below the target.")] },
  {
    type: "NAPTR",
    about: "rewriting of names",
    parts: [
      number("order", "Order", "100"),
      number("preference", "Preference", "10"),
      { key: "flags", label: "Flags", at: "data", example: "s" },
      { key: "service", label: "Service", at: "data", example: "SIP+D2U" },
      text("regex", "Regular expression", "", "Empty if there is a replacement."),
      text("replacement", "Replacement", "_sip._udp.corp.example", "A dot for none."),
    ],
  },
  { type: "SSHFP", about: "fingerprint of an SSH key", parts: [number("algorithm", "Algorithm", "4"), number("type", "Type", "2"), text("fingerprint", "Fingerprint", "hexadecimal digits")] },
  { type: "TLSA", about: "certificate of a TLS service", parts: pinned },
  { type: "SMIMEA", about: "certificate of a mailbox", parts: pinned },
  {
    type: "CERT",
    about: "certificate",
    parts: [number("type", "Type", "1"), number("key_tag", "Key tag", "0"), number("algorithm", "Algorithm", "0"), text("certificate", "Certificate", "Base64")],
  },
  { type: "DS", about: "key of a signed zone below", parts: signer },
  { type: "DNSKEY", about: "public key", parts: key },
  { type: "CDS", about: "DS that a zone wants", parts: signer },
  { type: "CDNSKEY", about: "key that a zone wants", parts: key },
  { type: "LOC", about: "place on Earth", parts: [content("Place", "52 31 12.000 N 13 24 18.000 E 34.00m 1.00m 10000.00m 10.00m", "As in a zone file.")] },
  ...["HINFO", "OPENPGPKEY", "RP", "SPF"].map((type) => ({ type, about: "as in a zone file", parts: asInFile })),
];

/** other is the choice of a type that is not listed, whose name is typed. */
export const other = "other";

/**
 * partsOf returns the fields of a type. A record whose data have a notation of their own
 * (RFC 3597) is written as one line.
 */
export function partsOf(type: string, generic = false): Part[] {
  return (!generic && recordTypes.find((t) => t.type === type)?.parts) || asInFile;
}

/** isListed tells whether the form knows a type. */
export function isListed(type: string): boolean {
  return recordTypes.some((t) => t.type === type);
}
