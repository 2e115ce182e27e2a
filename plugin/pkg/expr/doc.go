// Package expr is the expression language of resolver policies: the grammar of
// Cloudflare's wirefilter over a closed, typed list of fields that the caller
// declares. It knows nothing about DNS and uses the standard library only.
//
// An expression goes through five stages, each in files of its own: the lexer
// (lex*.go) gives tokens with positions, the parser (parse*.go) a syntax tree,
// the checker (check*.go) resolves fields, functions, literals and lists into a
// typed tree (tree.go), the compiler (compile*.go) turns that into closures, and
// the printer (print.go) writes a checked tree back in one canonical form.
//
// # Where the language is silent
//
//   - A value that is not there makes a comparison false and != true; a bare
//     function result of it is false. An array that is not there has no elements:
//     any() of it is false and all() of it is true, as for an empty array.
//   - Literals compared with a field by ==, != and in go through Field.Fold. All
//     other literals beside a field with Field.Lower are lower-cased (ASCII), also
//     beside lower() of such a field and in the arguments of starts_with and
//     ends_with. Literals beside upper(), concat() and len() are taken as written,
//     and so are regular expressions.
//   - lower() and upper() change ASCII letters only, as RFC 4343 and wirefilter do.
//   - An array of records has a place for every record in each of its members; a member
//     that a record lacks is a missing value there.
//   - Addresses are ordered within their family; across families every ordering is
//     false and != true.
//   - [*] on two arrays under one and, or, xor pairs their elements by position, up
//     to the shorter array.
//   - A set has at least one item. A range needs both ends.
//   - len() takes a string or an array; concat() strings, or arrays of one type. A
//     missing argument of concat() is left out. Only the first argument of a
//     function may use [*]; the result is then an array.
//   - Raw strings may use single quotes too. Wirefilter's byte literals (41:42) are
//     not read, nor are [*] on a map without an array of its entries and addresses with a zone.
//   - Regular expressions are RE2 on UTF-8: a dot is a character, not a byte, and (?i)
//     folds all letters. What Rust's regex would read differently is refused.
//   - A map value written without [*] inside any() or all() is read with it, and
//     records.member[*] is read as records[*].member: both are written that way in
//     Cloudflare's own examples.
package expr

// The limits of one expression.
const (
	MaxSource  = 64 << 10 // bytes of source text
	MaxNesting = 128      // parentheses, not, any, all and function calls within one another
	MaxSet     = 10_000   // items of one set; more belong in a list
	MaxRegex   = 4096     // bytes of one regular expression

	maxRegexSize = 10_000    // instructions of one compiled regular expression
	maxRegexes   = 50_000    // instructions of all of them in one expression
	maxIndex     = 1<<31 - 1 // an int everywhere
)
