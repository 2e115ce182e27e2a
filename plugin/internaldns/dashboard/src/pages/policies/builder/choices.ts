// What values can be chosen from. Others can be typed all the same.

/** Choice is a value that is suggested, and what people call it. */
export type Choice = { value: string; label?: string | undefined };

const types =
  "A AAAA ANY CAA CERT CNAME DNAME DNSKEY DS HTTPS LOC MX NAPTR NS NSEC OPENPGPKEY PTR RRSIG SMIMEA SOA SRV SSHFP SVCB TLSA TXT URI";

// ISO 3166-1 alpha-2. The browser knows what they are called.
const countries =
  "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ " +
  "DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP " +
  "KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM " +
  "PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ " +
  "UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

const continents: Choice[] = [
  ...[{ value: "AF", label: "Africa" }, { value: "AN", label: "Antarctica" }, { value: "AS", label: "Asia" }, { value: "EU", label: "Europe" }],
  ...[{ value: "NA", label: "North America" }, { value: "OC", label: "Oceania" }, { value: "SA", label: "South America" }],
];

/** typeChoices are the types that are asked for. */
export function typeChoices(): Choice[] {
  return types.split(" ").map((value) => ({ value }));
}

export function countryChoices(): Choice[] {
  const names = new Intl.DisplayNames("en", { type: "region" });
  return countries.split(" ").map((value) => ({ value, label: names.of(value) }));
}

export function continentChoices(): Choice[] {
  return continents;
}

/** valueOf returns the value that somebody means who typed it, or what it is called. */
export function valueOf(choices: Choice[], typed: string): string {
  const low = typed.toLowerCase();
  return choices.find((c) => c.value.toLowerCase() === low || c.label?.toLowerCase() === low)?.value ?? typed;
}

/** wordOf returns what a value is called, undefined if that is no more than the value. */
export function wordOf(choices: Choice[], value: string): string | undefined {
  return choices.find((c) => c.value === value)?.label;
}
