// The objects of the API by the names that the pages use. schema.d.ts is made of the
// API's own document by `npm run types`; nothing here repeats a field of it.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Zone = Schemas["ZoneObject"];
export type DNSRecord = Schemas["RecordObject"];
export type RecordForm = Schemas["RecordForm"];
export type ZoneSettings = Schemas["SettingsShown"];
export type ZoneSettingsForm = Schemas["SettingsBody"];
export type View = Schemas["ViewObject"];
export type Rule = Omit<Schemas["RuleObject"], "rule_settings"> & { rule_settings: RuleSettings };
export type RuleForm = Schemas["RuleBody"];
export type RuleSettings = Schemas["RuleSettingsChange"];
export type Trigger = NonNullable<Schemas["ResolveInternallyChange"]["fallback_on"]>[number];
export type List = Schemas["ListObject"];
export type ListKind = List["type"];
export type ListItem = Schemas["ItemObject"];
export type Location = Schemas["LocationObject"];
export type LocationForm = Schemas["LocationBody"];
export type Token = Schemas["TokenObject"];
export type TokenForm = Schemas["TokenBody"];
export type TokenPolicy = Schemas["PolicyForm"];
export type PermissionGroup = Schemas["GroupObject"];
export type Logged = Schemas["QueryObject"];
export type Declared = Schemas["LiveDeclared"];
export type Problem = Schemas["ZoneProblem"];
export type Session = Schemas["SessionObject"];
export type Status = Schemas["StatusObject"];
export type Imported = Schemas["ImportObject"];
export type ImportPreview = Omit<Schemas["ImportPreview"], "revision" | "errors"> & { revision: number; errors: Fault[] };
export type ImportGroup = Schemas["ImportGroup"];
export type ImportLine = Schemas["ImportLine"];
export type FoundRecords = Schemas["FoundObject"];
export type ObjectChange = Schemas["ObjectChange"];
export type Change = Omit<Schemas["ChangeObject"], "revision"> & { revision: number };
export type Preview = Omit<Schemas["PreviewObject"], "revision" | "errors"> & { revision: number; errors: Fault[] };
export type AnswerChange = Schemas["CompareChange"];
export type PreviewQueries = NonNullable<Preview["queries"]>;
export type Analytics = Schemas["AnalyticsObject"];
export type Check = Schemas["CheckObject"];
export type Explained = Schemas["Explained"];
export type Fault = Schemas["Error"];
export type Message = Schemas["Message"];
export type PageInfo = Schemas["PageInfo"];

/** Call is a write, as preview and changes take several of them. */
export type Call = { method: "POST" | "PUT" | "PATCH" | "DELETE"; path: string; body?: unknown };
