// Which fields the form has for which type of record. To give a type fields of its own,
// add it here: what is not listed is written as one line, as in a zone file.

/** Part is a field of the form: the content, the priority, or a member of data. */
export type Part = { key: string; label: string; at: "content" | "priority" | "data"; number?: boolean; wide?: boolean; hint?: string; example?: string };

export type RecordType = { type: string; about: string; parts: Part[] };

const content = (label: string, example: string, hint?: string): Part => ({ key: "content", label, at: "content", wide: true, example, hint });
const number = (key: string, label: string, example: string, hint?: string): Part => ({ key, label, at: "data", number: true, example, hint });
const target = (label: string, example: string, hint?: string): Part => ({ key: "target", label, at: "data", wide: true, example, hint });
const service: Part[] = [
  number("priority", "Priority", "1", "0 makes it an alias."),
  target("Target", ".", "A dot stands for the name itself."),
  { key: "value", label: "Parameters", at: "data", wide: true, example: 'alpn="h3,h2"' },
];

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
  ...["CERT", "DNSKEY", "DS", "LOC", "NAPTR", "OPENPGPKEY", "SMIMEA", "SSHFP", "TLSA", "URI"].map((type) => ({
    type,
    about: "as in a zone file",
    parts: [content("Content", "", "As it stands in a zone file, without the name and the type.")],
  })),
];

/** partsOf returns the fields of a type. */
export function partsOf(type: string): Part[] {
  return recordTypes.find((t) => t.type === type)?.parts ?? [content("Content", "")];
}
