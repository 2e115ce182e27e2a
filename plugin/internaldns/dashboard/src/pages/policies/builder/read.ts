// Expressions as rows, where they have that form. What is read here means the same to the
// server; what is not understood is no error, but more than rows can show.
import { most, type Condition, type Form } from "./form";
import { isName } from "./print";
import { allows, idOf, isSelector, selectorOf, selectors, type Operator, type Selector } from "./selectors";
import { patternIn, stringAt, type Found } from "./strings";

/** read returns the form of an expression, undefined if it is more than the builder can show. */
export function read(text: string): Form | undefined {
  if (!text.trim()) return [];
  try {
    const reader = new Reader(text);
    const node = reader.any();
    reader.end();
    return formOf(node);
  } catch (error) {
    if (error instanceof More) return undefined;
    throw error;
  }
}

/** More says that an expression is more than the builder can show. */
class More extends Error {}

type Node = { kind: "and" | "or"; items: Node[] } | { kind: "condition"; condition: Condition };

function formOf(node: Node): Form {
  if (node.kind !== "and") return [groupOf(node)];
  return node.items.map(groupOf);
}

function groupOf(node: Node): Condition[] {
  if (node.kind === "condition") return [node.condition];
  if (node.kind === "and") throw new More();
  return node.items.map((item) => {
    if (item.kind !== "condition") throw new More();
    return item.condition;
  });
}

const deepest = 32; // parentheses and negations within one another
const space = /[ \t\r\n]*/y;
const word = /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/y;
const bare = /-?[0-9a-fA-F:][0-9a-fA-F:./-]*/y;
const listName = /[\w.-]+/y;

const operators: Record<string, Operator | "unequal"> = {
  ...{ "==": "is", eq: "is", "!=": "unequal", ne: "unequal", in: "in", contains: "contains", wildcard: "wildcard", matches: "matches", "~": "matches" },
};

/** Reader goes through one expression from left to right. */
class Reader {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  end() {
    if (this.skip() < this.text.length) throw new More();
  }

  /** any reads conditions joined by or, which binds less tightly than and. */
  any(): Node {
    return this.joined("or", ["or", "||"], () => this.joined("and", ["and", "&&"], () => this.operand()));
  }

  private joined(kind: "and" | "or", signs: string[], next: () => Node): Node {
    const items = [next()];
    while (signs.some((sign) => this.take(sign))) items.push(next());
    return items.length === 1 && items[0] ? items[0] : { kind, items };
  }

  private operand(): Node {
    if (++this.depth > deepest) throw new More();
    const node = this.deeper();
    this.depth--;
    return node;
  }

  private deeper(): Node {
    if (this.take("not") || this.take("!")) {
      const node = this.operand();
      if (node.kind !== "condition" || node.condition.not) throw new More();
      return { kind: "condition", condition: { ...node.condition, not: true } };
    }
    if (this.take("(")) {
      const node = this.any();
      this.need(")");
      return node;
    }
    const many = this.take("any");
    if (many) this.need("(");
    const condition = this.condition(many);
    if (many) this.need(")");
    return { kind: "condition", condition };
  }

  private condition(many: boolean): Condition {
    const { selector, key } = this.left(many);
    const sign = ["==", "!=", "~"].find((s) => this.take(s)) ?? this.word();
    const found = Object.hasOwn(operators, sign) ? operators[sign] : undefined;
    // That one of several is another than a value is not that none is the value.
    if (!found || (found === "unequal" && many)) throw new More();
    const not = found === "unequal";
    let operator: Operator = not ? "is" : found;
    if (operator === "in" && this.take("$")) operator = "list";
    if (!allows(selector, operator)) throw new More();
    return { selector: idOf(selector), ...(key !== undefined && { key }), operator, not, values: this.values(selector, operator) };
  }

  /** left reads what a condition is about. */
  private left(many: boolean): { selector: Selector; key?: string } {
    const path = this.word();
    if (!many) return { selector: this.known(path, false) };
    let key: string | undefined;
    this.need("[");
    if (!this.take("*")) {
      key = this.found(stringAt(this.text, this.skip()));
      this.need("]");
      this.need("[");
      this.need("*");
    }
    this.need("]");
    const selector = this.known(this.take(".") ? `${path}[*].${this.word()}` : path, true);
    if ((key !== undefined) !== (selector.keyed === true)) throw new More();
    return key === undefined ? { selector } : { selector, key };
  }

  private known(id: string, many: boolean): Selector {
    // path.member[*] is read as path[*].member.
    const other = selectors.find((s) => s.member && `${s.path}.${s.member}` === id);
    const selector = isSelector(id) ? selectorOf(id) : other;
    if (!selector || Boolean(selector.many) !== many) throw new More();
    return selector;
  }

  private values(s: Selector, operator: Operator): string[] {
    if (operator === "list") {
      const name = this.match(listName);
      if (!isName(name)) throw new More();
      return [name];
    }
    if (operator === "matches") return [this.found(patternIn(this.text, this.skip()))];
    if (operator !== "in") return [this.value(s, false)];
    this.need("{");
    const values: string[] = [];
    while (!this.take("}")) {
      values.push(this.value(s, true));
      if (values.length > most) throw new More();
    }
    if (!values.length) throw new More();
    return values;
  }

  private value(s: Selector, inSet: boolean): string {
    const start = this.skip();
    if (s.kind === "name" || s.kind === "text") return this.found(stringAt(this.text, start));
    const text = this.match(bare);
    if (!/^[\s{}()]?$/.test(this.text.charAt(this.at))) throw new More();
    if (s.kind === "number" && !/^(?:0|-?[1-9][0-9]*)(?:\.\.(?:0|-?[1-9][0-9]*))?$/.test(text)) throw new More();
    if (s.kind === "address" && !/^[0-9a-fA-F:][0-9a-fA-F:./]*$/.test(text)) throw new More();
    if (!inSet && /\/|\.\./.test(text)) throw new More(); // stands only in a set
    return text;
  }

  private found(found: Found | undefined): string {
    if (!found) throw new More();
    this.at = found.end;
    return found.value;
  }

  private skip(): number {
    this.match(space, this.at);
    return this.at;
  }

  private match(pattern: RegExp, from = this.skip()): string {
    pattern.lastIndex = from;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.at = from + found.length;
    return found;
  }

  private word(): string {
    const found = this.match(word);
    if (!found) throw new More();
    return found;
  }

  /** take goes past a sign or a whole word if it comes next. */
  private take(sign: string): boolean {
    const from = this.skip();
    if (/^[a-z]/.test(sign)) {
      if (this.match(word) === sign) return true;
      this.at = from;
      return false;
    }
    if (!this.text.startsWith(sign, from)) return false;
    if (sign === "!" && this.text[from + 1] === "=") return false;
    this.at = from + sign.length;
    return true;
  }

  private need(sign: string) {
    if (!this.take(sign)) throw new More();
  }
}
