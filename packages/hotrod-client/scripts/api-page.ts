import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The page, and what has no doc comment: `Name` or `Name.member`. */
export interface ApiPage {
  readonly text: string;
  readonly undocumented: readonly string[];
}

const INTRODUCTION = `# The Hot Rod client, symbol by symbol

Written from the doc comments of \`@kvtwin/hotrod-client\`; to write it again, run the package's tests with
\`UPDATE_DOCS=1\`. The [guide](client.md) shows how things go together.
`;

const SECTIONS: readonly (readonly [title: string, names: RegExp])[] = [
  [
    'Client',
    /^(?:HotRodClient|ClientLoad|ClientEvents|Cluster|ClientStats|ServerStats|OperationStats|Latency)/,
  ],
  ['Options', /^(?:HotRodClientOptions|Intelligence|Site|HotRodTls|TraceContext|optionsFromProperties)/],
  ['Logins', /^(?:scram|digest|plain|external|oauthBearer|.*Login$|.*Hash$|HotRodAuth|Secret|Sasl)/],
  [
    'Caches',
    /^(?:Cache$|CacheEntry$|Cache.*Options$|CacheFlags|CacheIteration|Iterate|Update|UNCHANGED|Duration|Call)/,
  ],
  ['Codecs', /odec/],
  ['Events', /Event|Gap|Subscri|Listener|^With/],
  ['Errors', /^HotRodError/],
  ['Diagnostics', /Diagnostics/],
  ['Addresses and URIs', /Uri|Address|PORT/],
  ['As a store of kvtwin', /Store|KeyLayout/],
];

/** Reads the doc comments behind a package's export list. */
export function apiPage(indexFile: string, configFile: string): ApiPage {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(configFile, ts.sys.readFile).config,
    ts.sys,
    fileURLToPath(new URL('..', import.meta.url)),
  );
  const program = ts.createProgram([indexFile], options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(indexFile);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${indexFile} exports nothing`);
  const writer = new PageWriter(checker);
  const exported = checker.getExportsOfModule(module).map((symbol) => resolved(checker, symbol));
  const titles = new Map(exported.map((symbol) => [symbol, sectionOf(symbol.name)]));
  const sections = [...SECTIONS.map(([title]) => title), 'More'].map((title) => {
    const symbols = exported.filter((symbol) => titles.get(symbol) === title).sort(byName);
    return symbols.length === 0
      ? ''
      : `\n## ${title}\n${symbols.map((symbol) => writer.symbol(symbol)).join('')}`;
  });
  return { text: INTRODUCTION + sections.join(''), undocumented: writer.undocumented };
}

function sectionOf(name: string): string {
  return SECTIONS.find(([, names]) => names.test(name))?.[0] ?? 'More';
}

function resolved(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Classes and functions first, each in the order of the alphabet. */
function byName(one: ts.Symbol, two: ts.Symbol): number {
  const rank = ({ flags }: ts.Symbol): number => (flags & ts.SymbolFlags.Value ? 0 : 1);
  return rank(one) - rank(two) || (one.name < two.name ? -1 : 1);
}

class PageWriter {
  readonly undocumented: string[] = [];
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  symbol(symbol: ts.Symbol): string {
    const declarations = symbol.declarations ?? [];
    const [first] = declarations;
    if (first === undefined) return '';
    const doc = this.#doc(symbol, symbol.name);
    const members = isMembered(first) ? this.#members(symbol.name, first) : '';
    const head = isMembered(first) ? headOf(first) : signaturesOf(declarations).join('\n');
    return `\n### ${symbol.name}\n\n\`\`\`ts\n${head}\n\`\`\`\n\n${doc}\n${members}`;
  }

  #members(owner: string, declaration: ts.ClassDeclaration | ts.InterfaceDeclaration): string {
    const byMember = new Map<string, (ts.ClassElement | ts.TypeElement)[]>();
    for (const member of declaration.members) {
      if (!isPublic(member)) continue;
      const name = ts.isConstructorDeclaration(member) ? 'constructor' : (member.name?.getText() ?? '');
      byMember.set(name, [...(byMember.get(name) ?? []), member]);
    }
    const rows = Array.from(byMember, ([name, declarations]) => {
      const shown = signaturesOf(declarations)
        .map((signature) => `\`${signature.replaceAll(/\s+/g, ' ')}\``)
        .join('<br>');
      const doc = this.#memberDoc(owner, name, declarations);
      return `| ${shown.replaceAll('|', '\\|')} | ${doc.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')} |`;
    });
    return rows.length === 0 ? '' : `\n| | |\n|---|---|\n${rows.join('\n')}\n`;
  }

  #memberDoc(owner: string, name: string, declarations: readonly ts.Declaration[]): string {
    if (name === '[Symbol.asyncDispose]') return '`close()`, for `await using`.';
    if (name === '[Symbol.asyncIterator]' && owner !== 'Cache') return 'Itself, for `for await`.';
    const symbol = this.#checker.getSymbolAtLocation(
      (declarations[0] as ts.NamedDeclaration).name ?? (declarations[0] as ts.Node),
    );
    if (symbol !== undefined) return this.#doc(symbol, `${owner}.${name}`);
    const doc = declarations.map(rawDoc).find((text) => text !== '') ?? '';
    if (doc === '') this.undocumented.push(`${owner}.${name}`);
    return doc;
  }

  #doc(symbol: ts.Symbol, name: string): string {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(this.#checker)).trim();
    if (text === '') this.undocumented.push(name);
    return text.replaceAll(/\{@link (\w+)\}/g, '`$1`').replaceAll(/\{@link ([\w.]+)\}/g, '`$1`');
  }
}

function rawDoc(declaration: ts.Declaration): string {
  const [comment] = ts.getJSDocCommentsAndTags(declaration);
  return comment === undefined ? '' : (ts.getTextOfJSDocComment(comment.comment) ?? '');
}

function isMembered(node: ts.Node): node is ts.ClassDeclaration | ts.InterfaceDeclaration {
  return ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node);
}

function isPublic(member: ts.ClassElement | ts.TypeElement): boolean {
  if (member.name !== undefined && ts.isPrivateIdentifier(member.name)) return false;
  const flags = ts.getCombinedModifierFlags(member);
  if (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) return false;
  return !ts.getJSDocTags(member).some(({ tagName }) => tagName.text === 'internal');
}

/** `class Name extends Base`, without the body. */
function headOf(declaration: ts.ClassDeclaration | ts.InterfaceDeclaration): string {
  const text = declaration.getText();
  const open = text.indexOf('{', Math.max(0, ...heritageEnds(declaration)));
  return text
    .slice(0, open)
    .replace(/^export /, '')
    .trim();
}

function heritageEnds(declaration: ts.ClassDeclaration | ts.InterfaceDeclaration): number[] {
  const start = declaration.getStart();
  const clauses = [...(declaration.heritageClauses ?? []), ...(declaration.typeParameters ?? [])];
  return clauses.map((clause) => clause.getEnd() - start);
}

/** Each declaration without its body; of an overloaded function without the implementation. */
function signaturesOf(declarations: readonly ts.Declaration[]): string[] {
  const overloads = declarations.filter((each) => bodyOf(each) === undefined);
  const shown = overloads.length > 0 && declarations.length > overloads.length ? overloads : declarations;
  return shown.map((declaration) => {
    const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    const body = bodyOf(declaration);
    const text = node.getText();
    const end = body === undefined ? text.length : body.getStart() - node.getStart();
    return text
      .slice(0, end)
      .replaceAll(/\/\*\*.*?\*\/\s*/gs, '')
      .replace(/^export /, '')
      .replace(/^(?:readonly |async )+/, '')
      .replaceAll(/: ([^,()]+) = this\.#[\w.]+/g, '?: $1')
      .replace(/;$/, '')
      .trim();
  });
}

function bodyOf(declaration: ts.Declaration): ts.Node | undefined {
  return (declaration as { readonly body?: ts.Node }).body;
}
