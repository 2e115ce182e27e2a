import type { ListKind } from "../../api/types";

/** Kind is what the values of a list are, and what expressions ask of them. */
export type Kind = { value: ListKind; name: string; about: string; example: string; use: (list: string) => string };

const text = (field: string) => (list: string) => `${field} in $${list}`;

/** kinds are all that there are, the most used first. Those without a selector here are kept for other clients. */
export const kinds: Kind[] = [
  { value: "DOMAIN", name: "Domain names", about: "Each is that name alone; an expression may ask for all names below it, too.", example: "shop.example", use: (l) => `any(dns.domains[*] in $${l})` },
  { value: "IP", name: "Addresses and networks", about: "IPv4 and IPv6, such as those of clients.", example: "192.0.2.0/24", use: text("dns.src_ip") },
  { value: "EMAIL", name: "Mail addresses", about: "Of people who ask.", example: "ada@corp.example", use: text("identity.email") },
  { value: "LOCATION", name: "Locations", about: "Names of places that queries come from, or ids of locations.", example: "London", use: text("dns.location") },
  { value: "CATEGORY", name: "Categories", about: "Numbers of categories of names.", example: "133", use: (l) => `any(dns.content_category[*] in $${l})` },
  { value: "SERIAL", name: "Serial numbers", about: "Of devices. No selector here has them; other clients of the API do.", example: "C02ABC123", use: () => "" },
  { value: "URL", name: "URLs", about: "No selector here has them; other clients of the API do.", example: "https://shop.example/cart", use: () => "" },
  { value: "DEVICE", name: "Devices", about: "Ids of devices. No selector here has them; other clients of the API do.", example: "f174e90a-fafe-4643-bbbc-4a0ed4fc8415", use: () => "" },
  { value: "AAGUID", name: "Authenticators", about: "Models of security keys. No selector here has them; other clients of the API do.", example: "2fc0579f-8113-47ea-b116-bb5a8db9202a", use: () => "" },
];

export function kindOf(value: ListKind): Kind {
  return kinds.find((k) => k.value === value) ?? { value, name: value, about: "", example: "", use: () => "" };
}
