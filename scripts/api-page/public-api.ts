import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

/** An entry of `exports` in package.json, such as `cockatiel-otel/http`. */
export interface PublicEntry {
  readonly specifier: string;
  readonly docs: Docs;
  readonly exports: readonly PublicExport[];
}

export interface PublicExport {
  readonly name: string;
  readonly kind: 'function' | 'class' | 'constant' | 'type';
  /** Where it is declared, such as `src/http/errors.ts`. */
  readonly file: string;
  readonly docs: Docs;
  /** Its signatures without bodies and comments; empty if `members` say it all. */
  readonly declarations: readonly string[];
  readonly members: readonly Member[];
  /** Types of this package that its declaration mentions. */
  readonly mentions: readonly string[];
}

/** A property or method of an exported interface, class, constant or object type. */
export interface Member {
  readonly name: string;
  readonly type: string;
  readonly docs: Docs;
}

export interface Docs {
  readonly text: string;
  readonly tags: readonly { readonly name: string; readonly text: string }[];
}

const COMPILER_OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.NodeNext,
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
};

const TYPE_FORMAT =
  ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseSingleQuotesForStringLiteralType;

/** Reads the entries of the package and everything that they export from its sources. */
export function readPublicApi(root: string): readonly PublicEntry[] {
  const entries = Object.entries(sourcesOfEntries(root));
  const program = ts.createProgram(
    entries.map(([, path]) => path),
    COMPILER_OPTIONS,
  );
  const reader = new Reader(root, program.getTypeChecker());
  return entries.map(([specifier, path]) => {
    const file = program.getSourceFile(path);
    if (file === undefined)
      throw new Error(`Expected ${path}, the source of ${specifier}, to exist`);
    return reader.readEntry(specifier, file);
  });
}

/** The source file of each entry in the `exports` of package.json. */
function sourcesOfEntries(root: string): Readonly<Record<string, string>> {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  };
  return Object.fromEntries(
    Object.entries(manifest.exports).flatMap(([subpath, target]) =>
      typeof target === 'string'
        ? []
        : [
            [
              manifest.name + subpath.slice(1),
              join(root, target.default.replace(/^\.\/dist\/(.+)\.js$/, 'src/$1.ts')),
            ],
          ],
    ),
  );
}

class Reader {
  readonly #root: string;
  readonly #checker: ts.TypeChecker;

  constructor(root: string, checker: ts.TypeChecker) {
    this.#root = root;
    this.#checker = checker;
  }

  readEntry(specifier: string, file: ts.SourceFile): PublicEntry {
    const module = this.#checker.getSymbolAtLocation(file);
    if (module === undefined) throw new Error(`Expected ${specifier} to export something`);
    return {
      specifier,
      docs: moduleDocs(file),
      exports: this.#checker.getExportsOfModule(module).map((symbol) => this.#readExport(symbol)),
    };
  }

  #readExport(exported: ts.Symbol): PublicExport {
    const symbol = this.#resolveAlias(exported);
    const declarations = publicDeclarations(symbol);
    const [first] = declarations;
    if (first === undefined) throw new Error(`Expected a declaration of ${symbol.name}`);
    const members = this.#readMembers(symbol, first);
    return {
      name: exported.name,
      kind: kindOf(first),
      file: relative(this.#root, first.getSourceFile().fileName),
      docs: this.#docsOf(symbol),
      declarations: declarations.flatMap((declaration) => this.#signatureOf(declaration) ?? []),
      members,
      mentions: this.#mentionsOf(symbol, declarations),
    };
  }

  #resolveAlias(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  #docsOf(symbol: ts.Symbol): Docs {
    return {
      text: plainText(symbol.getDocumentationComment(this.#checker)),
      tags: symbol
        .getJsDocTags(this.#checker)
        .map(({ name, text }) => ({ name, text: plainText(text) })),
    };
  }

  #signatureOf(node: ts.Declaration): string | undefined {
    if (ts.isFunctionDeclaration(node)) return this.#functionSignature(node);
    if (ts.isInterfaceDeclaration(node)) {
      if (node.members.some((member) => member.name === undefined)) return sourceOf(node);
      if (node.typeParameters === undefined && node.heritageClauses === undefined) return undefined;
      return headOf(node);
    }
    if (ts.isClassDeclaration(node)) return headOf(node);
    if (ts.isVariableDeclaration(node)) return this.#constant(node);
    if (this.#isObjectType(node)) return undefined;
    if (!ts.isTypeAliasDeclaration(node) || !this.#isExpanded(node)) return sourceOf(node);
    const type = this.#checker.getTypeAtLocation(node.name);
    return `type ${node.name.text} = ${this.#printComputed(type, node.type)}`;
  }

  /** Only of a constant without members to list. */
  #constant({ name }: ts.VariableDeclaration): string | undefined {
    const type = this.#checker.getTypeAtLocation(name);
    if (this.#readProperties(type, '').length > 0) return undefined;
    return `const ${name.getText()}: ${this.#print(type, name)}`;
  }

  #functionSignature(node: ts.FunctionDeclaration): string {
    const end = (node.type ?? node.parameters.at(-1))?.end ?? node.end;
    let text = sourceOf(node, end);
    for (const { name, type, initializer } of node.parameters) {
      if (initializer === undefined || type === undefined) continue;
      const optional = `${name.getText()}?: ${type.getText()}`;
      text = text.replace(
        `${name.getText()}: ${type.getText()} = ${initializer.getText()}`,
        optional,
      );
    }
    return node.type ? text : `${text.replace(/,$/, '')}): ${this.#returnTypeOf(node)}`;
  }

  #returnTypeOf(node: ts.SignatureDeclaration): string {
    const signature = this.#checker.getSignatureFromDeclaration(node);
    if (signature === undefined) throw new Error(`Expected a signature: ${node.getText()}`);
    return this.#print(signature.getReturnType(), node);
  }

  #print(type: ts.Type, at: ts.Node, flags = ts.TypeFormatFlags.None): string {
    return this.#checker.typeToString(type, at, TYPE_FORMAT | flags);
  }

  /** Prints `(typeof LIST)[number]` in the order of the list; unions have no order of their own. */
  #printComputed(type: ts.Type, node: ts.TypeNode): string {
    const isElement =
      ts.isIndexedAccessTypeNode(node) && node.indexType.kind === ts.SyntaxKind.NumberKeyword;
    const list = isElement ? this.#checker.getTypeFromTypeNode(node.objectType) : undefined;
    if (list === undefined || !this.#checker.isTupleType(list)) {
      return this.#print(type, node, ts.TypeFormatFlags.InTypeAlias);
    }
    const elements = this.#checker.getTypeArguments(list as ts.TypeReference);
    return elements.map((element) => this.#print(element, node)).join(' | ');
  }

  /** Whether the page shows the result of a type and not its source: computed types and literals. */
  #isExpanded({ name, type }: ts.TypeAliasDeclaration): boolean {
    if (isComputed(type)) return true;
    const resolved = this.#checker.getTypeAtLocation(name);
    const isLiteral = (part: ts.Type) => part.isStringLiteral();
    return !ts.isUnionTypeNode(type) && resolved.isUnion() && resolved.types.every(isLiteral);
  }

  /** Whether the members of a constant or of a type alias say it all. */
  #isObjectType(node: ts.Declaration): boolean {
    if (ts.isVariableDeclaration(node)) return true;
    if (!ts.isTypeAliasDeclaration(node)) return false;
    if (!this.#isExpanded(node)) return ts.isTypeLiteralNode(node.type);
    const type = this.#checker.getTypeAtLocation(node.name);
    return (type.flags & ts.TypeFlags.Object) !== 0 && type.getCallSignatures().length === 0;
  }

  /** Members that this package declares, inherited ones included; not those of `Error` and the like. */
  #readMembers(symbol: ts.Symbol, node: ts.Declaration): readonly Member[] {
    if (!ts.isInterfaceDeclaration(node) && !ts.isClassDeclaration(node)) {
      if (!this.#isObjectType(node)) return [];
    }
    const type = ts.isVariableDeclaration(node)
      ? this.#checker.getTypeOfSymbol(symbol)
      : this.#checker.getDeclaredTypeOfSymbol(symbol);
    return this.#readProperties(type, '');
  }

  /** Members of an object type inside of another have names such as `retry?.calls`. */
  #readProperties(type: ts.Type, prefix: string): readonly Member[] {
    return this.#checker.getPropertiesOfType(type).flatMap((property) => {
      const declaration = property.declarations?.[0];
      if (declaration === undefined || !this.#isOwn(declaration) || isPrivate(declaration))
        return [];
      const optional = property.flags & ts.SymbolFlags.Optional ? '?' : '';
      const name = prefix + memberName(declaration, property) + optional;
      const docs = this.#docsOf(property);
      const inner = ts.isPropertySignature(declaration) ? declaration.type : undefined;
      if (inner === undefined || !ts.isTypeLiteralNode(inner)) {
        return { name, type: this.#memberType(property, declaration), docs };
      }
      const members = this.#readProperties(this.#checker.getTypeFromTypeNode(inner), `${name}.`);
      return [{ name, type: 'object', docs }, ...members];
    });
  }

  /** As it is written, unless it is inferred or computed, or the signature of a method. */
  #memberType(property: ts.Symbol, node: ts.Declaration): string {
    if ((ts.isPropertySignature(node) || ts.isPropertyDeclaration(node)) && node.type) {
      if (!isComputed(node.type)) return oneLine(node.type.getText());
    }
    const type = this.#checker.getTypeOfSymbolAtLocation(property, node);
    if (ts.isPropertySignature(node) && node.type) {
      return oneLine(this.#printComputed(type, node.type));
    }
    const isOptional = property.flags & ts.SymbolFlags.Optional;
    return oneLine(this.#print(isOptional ? type.getNonNullableType() : type, node));
  }

  /** Whether a declaration is one of this package, and not of Node, TypeScript or a dependency. */
  #isOwn(node: ts.Node): boolean {
    return relative(join(this.#root, 'src'), node.getSourceFile().fileName).match(/^\.\./) === null;
  }

  #mentionsOf(self: ts.Symbol, declarations: readonly ts.Declaration[]): readonly string[] {
    const mentions = new Set<string>();
    const add = (symbol: ts.Symbol | undefined) => {
      const target = symbol && this.#resolveAlias(symbol);
      const declaration = target?.declarations?.[0];
      if (target === undefined || target === self || declaration === undefined) return;
      if (!ts.isSourceFile(declaration.parent) && !ts.isVariableDeclaration(declaration)) return;
      if (this.#isOwn(declaration)) mentions.add(target.name);
    };
    const visitType = (type: ts.Type, at: ts.Node) => {
      const flags = ts.NodeBuilderFlags.NoTruncation | ts.NodeBuilderFlags.InTypeAlias;
      const node = this.#checker.typeToTypeNode(type, at, flags);
      const visitSynthesized = (part: ts.Node): void => {
        if (ts.isIdentifier(part)) add((part as { symbol?: ts.Symbol }).symbol);
        ts.forEachChild(part, visitSynthesized);
      };
      if (node) visitSynthesized(node);
    };
    const visit = (node: ts.Node): void => {
      if (isPrivate(node)) return;
      const alias =
        ts.isTypeAliasDeclaration(node) && this.#isExpanded(node) ? node.type : undefined;
      const expanded = alias ?? (ts.isTypeNode(node) && isComputed(node) ? node : undefined);
      if (expanded) {
        visitType(this.#checker.getTypeFromTypeNode(expanded), expanded);
        return;
      }
      if (ts.isTypeReferenceNode(node)) add(this.#checker.getSymbolAtLocation(node.typeName));
      if (ts.isExpressionWithTypeArguments(node)) {
        add(this.#checker.getSymbolAtLocation(node.expression));
        node.typeArguments?.forEach(visit);
        return;
      }
      const isInferred = !('type' in node) || node.type === undefined;
      if (isInferred && (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node))) {
        const signature = this.#checker.getSignatureFromDeclaration(node);
        if (signature) visitType(signature.getReturnType(), node);
      }
      if (isInferred && (ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node))) {
        visitType(this.#checker.getTypeAtLocation(node), node);
      }
      // Bodies and initial values are no part of a declaration.
      if (ts.isBlock(node) || ts.isExpression(node)) return;
      ts.forEachChild(node, visit);
    };
    declarations.forEach(visit);
    return [...mentions].sort();
  }
}

/** The declarations that a user can see: of a function with overloads, all but its implementation. */
function publicDeclarations(symbol: ts.Symbol): readonly ts.Declaration[] {
  const declarations = symbol.declarations ?? [];
  if (declarations.length === 1) return declarations;
  return declarations.filter((node) => !ts.isFunctionDeclaration(node) || node.body === undefined);
}

function kindOf(node: ts.Declaration): PublicExport['kind'] {
  if (ts.isFunctionDeclaration(node)) return 'function';
  if (ts.isClassDeclaration(node)) return 'class';
  return ts.isVariableDeclaration(node) ? 'constant' : 'type';
}

/** Whether a type is computed from values, such as `keyof typeof PRESETS`. */
function isComputed(type: ts.Node): boolean {
  return ts.isTypeQueryNode(type) || (ts.forEachChild(type, isComputed) ?? false);
}

function isPrivate(node: ts.Node): boolean {
  if (!ts.isClassElement(node)) return false;
  if (node.name && ts.isPrivateIdentifier(node.name)) return true;
  return ts.getModifiers(node as ts.PropertyDeclaration)?.some(isPrivateModifier) ?? false;
}

function isPrivateModifier({ kind }: ts.Modifier): boolean {
  return kind === ts.SyntaxKind.PrivateKeyword;
}

function memberName(node: ts.Declaration, property: ts.Symbol): string {
  const name = ts.getNameOfDeclaration(node);
  return name && ts.isComputedPropertyName(name) ? name.getText() : property.name;
}

/** The text of a declaration without docstring, modifiers and comments. */
function sourceOf(node: ts.Node, end = node.end): string {
  const text = node.getSourceFile().text.slice(node.getStart(), end);
  return text
    .replace(/^(export |async |declare )*/, '')
    .replace(/\/\*\*.*?\*\/\s*/gs, '')
    .replace(/;$/, '');
}

/** A class or an interface up to its members. */
function headOf(node: ts.ClassDeclaration | ts.InterfaceDeclaration): string {
  const last = node.heritageClauses?.at(-1) ?? node.typeParameters?.at(-1) ?? node.name;
  const head = sourceOf(node, last?.end);
  return last === node.typeParameters?.at(-1) ? `${head}>` : head;
}

/** The comment with `@module` at the top of a file. */
function moduleDocs(file: ts.SourceFile): Docs {
  const [, comment = ''] = file.text.match(/^\/\*\*(.+?)\*\//s) ?? [];
  const text = comment.replace(/^ \* ?/gm, '').replace(/@module.*/s, '');
  return { text: text.trim(), tags: [] };
}

function plainText(parts: ts.SymbolDisplayPart[] | undefined): string {
  return ts.displayPartsToString(parts).replace(/\{@link (\S+?)\}/g, '`$1`');
}

function oneLine(text: string): string {
  return text
    .replace(/\/\*\*.*?\*\//gs, '')
    .replace(/\s+/g, ' ')
    .replace(/([([<]) /g, '$1')
    .replace(/,? ([)\]>])/g, '$1')
    .replace(/^\| /, '');
}
