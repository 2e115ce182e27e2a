package problem

// Code says what kind of problem one is, for programs: it stays the same when the words
// change.
type Code string

// The codes, in the order of Codes.
const (
	ConfigInvalid        Code = "config-invalid"
	PropertyInvalid      Code = "property-invalid"
	ActionInvalid        Code = "action-invalid"
	ZoneIDTaken          Code = "zone-id-taken"
	ZoneUnknown          Code = "zone-unknown"
	ZoneRepeated         Code = "zone-repeated"
	ZoneNameTwice        Code = "zone-name-twice"
	ZoneUnused           Code = "zone-unused"
	ViewNameTaken        Code = "view-name-taken"
	ViewUnknown          Code = "view-unknown"
	ViewUnused           Code = "view-unused"
	ReferenceToItself    Code = "reference-to-itself"
	ReferenceRepeated    Code = "reference-repeated"
	ReferenceCycle       Code = "reference-cycle"
	ReferenceChainCut    Code = "reference-chain-cut"
	ReferenceUseless     Code = "reference-useless"
	PolicyNameTaken      Code = "policy-name-taken"
	PrecedenceTaken      Code = "precedence-taken"
	PolicyNeverMatches   Code = "policy-never-matches"
	ExpressionInvalid    Code = "expression-invalid"
	ExpressionDoubtful   Code = "expression-doubtful"
	ScheduleInvalid      Code = "schedule-invalid"
	SelectorUnavailable  Code = "selector-unavailable"
	SpecialNamesLeak     Code = "special-names-leak"
	PublicPathMissing    Code = "public-path-missing"
	FileUnreadable       Code = "file-unreadable"
	FileEmpty            Code = "file-empty"
	FileCutShort         Code = "file-cut-short"
	ZoneFileInvalid      Code = "zone-file-invalid"
	ZoneFileDoubtful     Code = "zone-file-doubtful"
	YAMLInvalid          Code = "yaml-invalid"
	CategoryInvalid      Code = "category-invalid"
	ListInvalid          Code = "list-invalid"
	LocationInvalid      Code = "location-invalid"
	LocationTaken        Code = "location-taken"
	ListTypeChanged      Code = "list-type-changed"
	ListEntryDoubtful    Code = "list-entry-doubtful"
	ListEntryRepeated    Code = "list-entry-repeated"
	ApexInvalid          Code = "apex-invalid"
	RecordInvalid        Code = "record-invalid"
	RecordTypeUnknown    Code = "record-type-unknown"
	RecordTypeFixed      Code = "record-type-fixed"
	ContentInvalid       Code = "content-invalid"
	TTLInvalid           Code = "ttl-invalid"
	CommentInvalid       Code = "comment-invalid"
	TagInvalid           Code = "tag-invalid"
	SettingsInvalid      Code = "settings-invalid"
	ProxiedUnsupported   Code = "proxied-unsupported"
	FilterInvalid        Code = "filter-invalid"
	OwnerInvalid         Code = "owner-invalid"
	OwnerOutside         Code = "owner-outside"
	SOANotAtApex         Code = "soa-not-at-apex"
	SOAMadeUp            Code = "soa-made-up"
	RecordRepeated       Code = "record-repeated"
	RecordNotSingle      Code = "record-not-single"
	CNAMEBesideOthers    Code = "cname-beside-others"
	NSBesideOthers       Code = "ns-beside-others"
	CNAMELeadsNowhere    Code = "cname-leads-nowhere"
	RecordBelowDNAME     Code = "record-below-dname"
	RRsetTooLarge        Code = "rrset-too-large"
	RecordOccluded       Code = "record-occluded"
	TargetUseless        Code = "target-useless"
	DelegationToNobody   Code = "delegation-to-nobody"
	TTLTooHigh           Code = "ttl-too-high"
	TTLDiffers           Code = "ttl-differs"
	AsteriskInside       Code = "asterisk-inside"
	WildcardDNAME        Code = "wildcard-dname"
	WildcardNS           Code = "wildcard-ns"
	SignedZoneFlattened  Code = "signed-zone-flattened"
	ValidatorsNeedAnchor Code = "validators-need-anchor"
	MoreOfAKind          Code = "more-of-a-kind"
	CheckIncomplete      Code = "check-incomplete"
	BackupInvalid        Code = "backup-invalid"
	Internal             Code = "internal"
)

// Meaning is a code with what it stands for.
type Meaning struct {
	Code Code
	Text string
}

// Codes returns all codes with their meanings.
func Codes() []Meaning { return append(codesOfConfig(), codesOfData()...) }

// codesOfConfig are the codes of what is declared.
func codesOfConfig() []Meaning {
	return []Meaning{
		{ConfigInvalid, "a line of the Corefile, or the setup of a plugin that is not of the suite, is wrong"},
		{PropertyInvalid, "a property or the head of a declaration is wrong"},
		{ActionInvalid, "a policy has no action, several, or properties that do not go with it"},
		{ZoneIDTaken, "two zones have one ID"},
		{ZoneUnknown, "there is no zone of the ID that is named"},
		{ZoneRepeated, "a view names a zone twice"},
		{ZoneNameTwice, "a view holds two zones of one name"},
		{ZoneUnused, "a zone is in no view and referenced by none"},
		{ViewNameTaken, "two views have one name"},
		{ViewUnknown, "there is no view of the name that a policy uses"},
		{ViewUnused, "no enabled policy uses a view"},
		{ReferenceToItself, "a zone references itself"},
		{ReferenceRepeated, "a zone has a second reference"},
		{ReferenceCycle, "references form a cycle"},
		{ReferenceChainCut, "a chain of references is longer than is followed"},
		{ReferenceUseless, "a referenced zone can hold no name that it is searched for"},
		{PolicyNameTaken, "two policies have one name"},
		{PrecedenceTaken, "two enabled policies have one precedence"},
		{PolicyNeverMatches, "no query can match a policy"},
		{ExpressionInvalid, "an expression cannot be read"},
		{ScheduleInvalid, "the schedule of a resolver policy cannot be read"},
		{ExpressionDoubtful, "an expression compares a field with a value that it does not have"},
		{SelectorUnavailable, "nothing tells the value of a selector in the server block"},
		{SpecialNamesLeak, "a fallback sends names of special use to public DNS"},
		{PublicPathMissing, "nothing in the server block asks public DNS"},
	}
}

// codesOfData are the codes of files and records.
func codesOfData() []Meaning {
	return []Meaning{
		{FileUnreadable, "a file cannot be read"},
		{FileEmpty, "a file holds nothing and may not"},
		{FileCutShort, "a file that changed may not be whole"},
		{ZoneFileInvalid, "a line of a zone file is wrong"},
		{ZoneFileDoubtful, "a line of a zone file may mean something else than it says"},
		{YAMLInvalid, "a file of identities or locations is wrong"},
		{CategoryInvalid, "a file of categories is wrong"},
		{ListInvalid, "a list holds what it cannot"},
		{LocationInvalid, "a location holds what it cannot"},
		{LocationTaken, "a name, network or subdomain is that of another location, or another one is the default"},
		{ListTypeChanged, "a list holds values of another type than before"},
		{ListEntryDoubtful, "an entry of a list looks like another format"},
		{ListEntryRepeated, "an entry is in the list already"},
		{ApexInvalid, "the name of a zone is no domain name"},
		{RecordInvalid, "a record is wrong"},
		{RecordTypeUnknown, "the type of a record is unknown, or none that an internal zone can hold"},
		{RecordTypeFixed, "a record keeps its type"},
		{ContentInvalid, "the content, data or priority of a record is wrong"},
		{TTLInvalid, "the TTL of a record is not automatic and out of range"},
		{CommentInvalid, "the comment of a record is too long, or has control characters"},
		{TagInvalid, "the tags of a record are too many, or one is wrong"},
		{SettingsInvalid, "the settings of a record are no object, or too large"},
		{ProxiedUnsupported, "a record of an internal zone cannot be proxied"},
		{FilterInvalid, "a filter or the order of a list is wrong"},
		{OwnerInvalid, "the owner of a record is no domain name"},
		{OwnerOutside, "a record lies outside its zone"},
		{SOANotAtApex, "a SOA stands below the apex"},
		{SOAMadeUp, "the data of a zone have no SOA"},
		{RecordRepeated, "a call adds a record that is there already"},
		{RecordNotSingle, "a name has a second SOA, CNAME or DNAME"},
		{CNAMEBesideOthers, "a CNAME stands beside other data"},
		{NSBesideOthers, "a call puts an NS record beside other data of a name"},
		{CNAMELeadsNowhere, "an alias leads to no record"},
		{RecordBelowDNAME, "a record lies below a DNAME"},
		{RRsetTooLarge, "no message can hold an RRset"},
		{RecordOccluded, "a zone cut hides a record"},
		{TargetUseless, "a record points to a name without addresses"},
		{DelegationToNobody, "stub clients get a referral that they cannot follow"},
		{TTLTooHigh, "a TTL is higher than the highest"},
		{TTLDiffers, "records of one RRset have several TTLs"},
		{AsteriskInside, "an asterisk label is not the first"},
		{WildcardDNAME, "a DNAME belongs to a wildcard"},
		{WildcardNS, "an NS record belongs to a wildcard"},
		{SignedZoneFlattened, "flattened answers of a signed zone have no signatures"},
		{ValidatorsNeedAnchor, "validating clients need a negative trust anchor for a zone"},
		{MoreOfAKind, "there are more problems of a kind than are listed"},
		{CheckIncomplete, "a configuration is too large to be checked whole"},
		{BackupInvalid, "a file is no backup of an account, or not one that can be restored"},
		{Internal, "the program is wrong, not the configuration"},
	}
}
